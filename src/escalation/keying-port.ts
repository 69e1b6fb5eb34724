import type { Knex } from 'knex';
import type { EntryDraft } from '../ledger/entry.ts';
import type { ESCALATION_ENTRIES } from './escalation.entries.ts';
import type { KeyingKind, KeyingResult } from './handoff.ts';

type Entries = readonly EntryDraft<typeof ESCALATION_ENTRIES>[];

/** A caller who keys to the line on an agent's wish: what, who asked, and which leg of theirs left the conference for it. */
interface KeyingWanted {
  readonly what: KeyingKind;
  readonly by: string;
  readonly leg: number;
}

/**
 * What the dialogue needs of the desk to let a caller key something, alone (invariant 52). The desk pauses the recording,
 * brings the caller to `/voice/keying` and watches the time; attempts, budgets and words are the dialogue's own. Each works in
 * the transaction of a turn, which has locked the call and records the entries.
 */
export interface TurnDesk {
  /** The carrier asks for the first document: what is to be keyed; undefined where nothing is any more. */
  begin(
    transaction: Knex,
    handoff: string,
    callId: string,
  ): Promise<(KeyingWanted & { readonly entries: Entries }) | undefined>;
  /** The caller has keyed, or will not, and asks by the answer for the way back to the same agent. */
  back(transaction: Knex, handoff: string, result: KeyingResult): Promise<Entries>;
  /** A key of the caller was heard, or they wait for a message: the time until they are brought back begins anew. */
  goesOn(transaction: Knex, handoff: string): Promise<void>;
  /** The caller goes on by keys: nobody at the desk has them any more. */
  left(transaction: Knex, handoff: string): Promise<Entries>;
}
