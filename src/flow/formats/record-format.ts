import { FORMAT_2 } from './format-2.ts';
import type { FormatStep, StoredRecord } from './format-step.ts';

/**
 * The format of what is kept of calls and must still be readable years later: the words in it (events, refusals,
 * prompt keys, entry types) are those of the version that wrote it. A record names its format in the member `format`;
 * a record without one is of format 1, which version 0.1.0 wrote. Readers get every record in today's words.
 *
 * To rename a stored word, or to add to what a release holds: append one step to `STEPS`. Writers number what they
 * write by `withFormat`, so nothing else has to follow. The old recordings of `test/recorded/` stay as they are: they
 * prove that calls of every format are decided as they were.
 *
 * A step cannot change what an order is bound to (`orderBinding`: the names of its fields, its action, its currency),
 * because a journal holds the digest and not the order; nor what the carrier was sent, because answers are compared
 * byte for byte. Names that only the flow uses (its states, prompts that no code names) need no step: a call keeps the
 * names of its own release.
 */

export type RecordKind = keyof FormatStep;

/** `STEPS[0]` turns format 1 into format 2, and so on. */
const STEPS: readonly FormatStep[] = [FORMAT_2];

type Upgraded =
  | { readonly ok: true; readonly record: StoredRecord }
  /** Why the record cannot be read, as half a sentence for staff. */
  | { readonly ok: false; readonly problem: string };

/** The record with the number of the format that is written today; format 1 has no number. */
export function withFormat<Written extends object>(
  record: Written,
  steps: readonly FormatStep[] = STEPS,
): Written & { readonly format?: number } {
  return steps.length === 0 ? record : { ...record, format: steps.length + 1 };
}

/** A parsed record of any known format in the words of today's, without the number of its format; otherwise why not. Pure. */
export function upgradeRecord(
  kind: RecordKind,
  stored: unknown,
  steps: readonly FormatStep[] = STEPS,
): Upgraded {
  if (typeof stored !== 'object' || stored === null || Array.isArray(stored))
    return { ok: false, problem: `a stored ${kind} is an object, and this is none` };
  const { format = 1, ...record } = stored as StoredRecord;
  const newest = steps.length + 1;
  if (typeof format !== 'number' || !Number.isInteger(format) || format < 1 || format > newest) {
    const known = newest === 1 ? 'format 1 only' : `formats 1 to ${newest}`;
    return {
      ok: false,
      problem: `the ${kind} is of format ${JSON.stringify(format)}, and this version of the program reads ${known}`,
    };
  }
  return {
    ok: true,
    record: steps.slice(format - 1).reduce<StoredRecord>((upgraded, step) => step[kind](upgraded), record),
  };
}
