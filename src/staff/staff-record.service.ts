import type { Knex } from 'knex';
import type { EntryDraft } from '../ledger/entry.ts';
import { Ledger } from '../ledger/ledger.service.ts';
import { type Stream, SYSTEM_STREAM } from '../ledger/stream.ts';
import type { Instant } from '../platform/clock.ts';
import { STAFF_ENTRIES } from './staff.entries.ts';

type StaffEntry = EntryDraft<typeof STAFF_ENTRIES>;

const ledger = new Ledger(STAFF_ENTRIES);

/** The stream of a session. */
export function sessionStream(id: string): Stream {
  return { kind: 'session', id };
}

/** Writes what happened to accounts: into the system's stream. */
export function recordOfStaff(
  transaction: Knex,
  entries: readonly StaffEntry[],
  now: Instant,
): Promise<void> {
  return ledger.append(transaction, SYSTEM_STREAM, entries, now);
}

/** Writes what somebody did in a session: into its stream. */
export async function recordInSession(
  transaction: Knex,
  session: string,
  entries: readonly StaffEntry[],
  now: Instant,
): Promise<void> {
  await ledger.append(transaction, sessionStream(session), entries, now);
}
