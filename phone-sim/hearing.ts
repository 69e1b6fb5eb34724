import type { Instant } from '../src/platform/clock.ts';

/** What can be heard on a line. */
export type SoundKind =
  /** Somebody says something. */
  | { readonly kind: 'voice'; readonly text: string }
  /** A key is pressed: who hears it can tell which. */
  | { readonly kind: 'tone'; readonly key: string }
  /** A document of the service speaks. */
  | { readonly kind: 'words'; readonly text: string }
  | { readonly kind: 'beep' }
  /** A document pauses, or there is nobody else in a conference that has begun. */
  | { readonly kind: 'silence'; readonly seconds?: number };

/** One thing that was heard, by exactly these lines. Lines go by their call's id. */
interface Sound {
  readonly at: Instant;
  /** Whose sound it is; undefined for documents and beeps. */
  readonly from?: string;
  readonly what: SoundKind;
  readonly heardBy: readonly string[];
  /** Whether a recording has it. */
  readonly recorded: boolean;
}

/** A line comes into a conference, goes out of it, or is held. */
interface LineChange {
  readonly at: Instant;
  readonly callSid: string;
  readonly conference: string;
  readonly label?: string | undefined;
  readonly change: 'in' | 'out' | 'held' | 'unheld';
}

/** Who heard what, and when; what tests of a conference read. */
export class HearingLog {
  readonly sounds: Sound[] = [];
  readonly changes: LineChange[] = [];

  /** What this line heard, oldest first. */
  heardBy(callSid: string): readonly Sound[] {
    return this.sounds.filter(({ heardBy }) => heardBy.includes(callSid));
  }

  /** The keys this line pressed that somebody else heard, or a recording has (invariant 52: none while it keys a secret). */
  overheardKeys(callSid: string): readonly Sound[] {
    return this.sounds.filter(
      ({ from, what, heardBy, recorded }) =>
        from === callSid && what.kind === 'tone' && (recorded || heardBy.length > 0),
    );
  }

  /** The lines in a conference with this one at a moment, without itself; empty where it is in none. */
  with(callSid: string, at: Instant): readonly string[] {
    const inside = new Map<string, string>();
    for (const change of this.changes) {
      if (change.at > at) break;
      if (change.change === 'in') inside.set(change.callSid, change.conference);
      if (change.change === 'out') inside.delete(change.callSid);
    }
    const own = inside.get(callSid);
    return [...inside].flatMap(([other, name]) => (other !== callSid && name === own ? [other] : []));
  }
}
