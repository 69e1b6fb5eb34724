import type { Language } from '../locales/catalogue.ts';
import type { SpokenValue } from '../locales/spoken-value.ts';

/**
 * One thing to say: a prompt key and its values. With `bargeIn: false` no key is heard; with `freeze` only `**` is, and no
 * other key cuts it short.
 */
export interface Speech {
  readonly prompt: string;
  readonly values?: { readonly [name: string]: SpokenValue };
  readonly bargeIn?: false | 'freeze';
  /** Said only when the caller has been silent for a while after what came before it. */
  readonly afterSilence?: true;
  /** Said in this language whatever the call's language is; the greeting's language hints. */
  readonly language?: Language;
}

/** What the carrier should collect after speaking. */
export interface Collect {
  /** One key (menus) or an entry ended by # or by a pause. */
  readonly keys: 'one' | 'entry';
  /** The entry ends by itself with so many keys; left out, only # or a pause ends it. */
  readonly length?: number;
  /** From the end of the prompt to the first key. */
  readonly firstKeySeconds: number;
  readonly betweenKeysSeconds: number;
}

export type Ending =
  | { readonly kind: 'collect'; readonly collect: Collect }
  | {
      readonly kind: 'queue';
      readonly queue: string;
      /** `**` is heard while this is spoken and while the caller waits. */
      readonly hears?: 'freeze';
    }
  /** Back to the person they talk to, who asked for what was keyed; where that person is gone, into the queue's front. */
  | { readonly kind: 'desk'; readonly handoff: string; readonly hears?: 'freeze' }
  | { readonly kind: 'hangup'; readonly hears?: 'freeze' };

/** What the caller hears and what happens next; the carrier's dialect (TwiML) is made from it in telephony/twiml.ts. */
export interface Reply {
  readonly language: Language;
  /** Readable name of the step, e.g. `identity.phone`; goes into the action URL. */
  readonly step: string;
  readonly speech: readonly Speech[];
  readonly ending: Ending;
  /** Silence before speaking, in seconds: a source with many failures is slowed. */
  readonly pauseSeconds?: number;
  /** The caller is on the way to a freeze: what they key next goes before everything else (invariant 30). */
  readonly urgent?: true;
}
