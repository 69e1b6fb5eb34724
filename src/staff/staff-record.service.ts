import type { Knex } from 'knex';
import type { EntryDraft } from '../ledger/entry.ts';
import { Ledger } from '../ledger/ledger.service.ts';
import { type Stream, SYSTEM_STREAM } from '../ledger/stream.ts';
import type { Instant } from '../platform/clock.ts';
import type { StaffAction, StaffRefusal } from './permissions.ts';
import { STAFF_ENTRIES } from './staff.entries.ts';
import type { StaffOnDuty } from './staff-member.ts';

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

/** Writes an attempt beyond somebody's authority into the stream of their session (R10.2). */
export async function recordRefused(
  transaction: Knex,
  { id: staffId, name: person, role, session }: StaffOnDuty,
  refused: { readonly command: StaffAction; readonly reason: StaffRefusal },
  now: Instant,
): Promise<void> {
  const data = { staffId, person, role, ...refused };
  await recordInSession(transaction, session, [{ type: 'staff.refused', rules: ['R10.2'], data }], now);
}
