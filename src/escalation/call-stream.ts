import type { Knex } from 'knex';
import type { EntryDraft } from '../ledger/entry.ts';
import type { ESCALATION_ENTRIES } from './escalation.entries.ts';
import type { LevelFall } from './handoff-event.ts';

/** A call locked for the rest of a transaction: what a person does about it stands in its own stream. */
export interface LockedCall {
  readonly isLive: boolean;
  /**
   * Appends entries and, where it is said, lowers the level: identity stays claimed, PIN and code no longer count
   * (invariant 54). `keying`: what the caller was asked to key is heard no more; a key that comes late moves nothing and takes
   * no attempt (invariant 39). To be called once.
   */
  write(
    entries: readonly EntryDraft<typeof ESCALATION_ENTRIES>[],
    fall: LevelFall | undefined,
    keying?: 'over',
  ): Promise<void>;
}

/** The calls as those who take over see them. Calls are locked before hand-offs, as turns do. */
export interface CallStreams {
  /** Undefined for a call that is not stored. */
  lock(transaction: Knex, callId: string): Promise<LockedCall | undefined>;
}
