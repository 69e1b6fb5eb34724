import type { Knex } from 'knex';
import { type Instant, MINUTE, SECOND } from '../platform/clock.ts';

/** Policy default: 15 min idle. */
export const SESSION_IDLE_MILLISECONDS = 15 * MINUTE;
/** How exactly it is known when somebody was last there: a row is written at most so often. */
const SEEN_MILLISECONDS = 15 * SECOND;

export interface StaffSession {
  readonly id: string;
  readonly staffId: string;
  /** The account's version when it began. */
  readonly version: number;
  readonly createdAt: Instant;
  /** Undefined while only the password has been given. */
  readonly secondFactorAt: Instant | undefined;
  readonly seenAt: Instant;
  readonly endsAt: Instant;
  readonly device: string;
  /** What its owner calls the program that acts for them (docs/api.md); undefined: it is of a browser. */
  readonly program: string | undefined;
}

interface SessionRow {
  digest: string;
  id: string;
  staff_id: string;
  version: number;
  created_at: Instant;
  second_factor_at: Instant | null;
  seen_at: Instant;
  ends_at: Instant;
  ended_at: Instant | null;
  ended_by: string | null;
  device: string;
  program: string | null;
  parent: string | null;
}

function fromRow(row: SessionRow): StaffSession {
  return {
    id: row.id,
    staffId: row.staff_id,
    version: row.version,
    createdAt: row.created_at,
    secondFactorAt: row.second_factor_at ?? undefined,
    seenAt: row.seen_at,
    endsAt: row.ends_at,
    device: row.device,
    program: row.program ?? undefined,
  };
}

/** Writes a new session under the digest of its token. `program`: whose it is, and the session it is begun in. */
export async function insertSession(
  transaction: Knex,
  digest: string,
  session: Omit<StaffSession, 'seenAt' | 'program'>,
  program?: { readonly name: string; readonly parent: string },
): Promise<void> {
  await transaction('staff_sessions').insert({
    digest,
    id: session.id,
    staff_id: session.staffId,
    version: session.version,
    created_at: session.createdAt,
    second_factor_at: session.secondFactorAt ?? null,
    seen_at: session.createdAt,
    ends_at: session.endsAt,
    device: session.device,
    program: program?.name ?? null,
    parent: program?.parent ?? null,
  });
}

const live = (knex: Knex, now: Instant) =>
  knex('staff_sessions')
    .whereNull('ended_at')
    .where('ends_at', '>', now)
    .where('seen_at', '>', now - SESSION_IDLE_MILLISECONDS);

/** The session of a token, while it has not ended, run out or been idle too long. */
export async function findSession(
  knex: Knex,
  digest: string,
  now: Instant,
): Promise<StaffSession | undefined> {
  const row: SessionRow | undefined = await live(knex, now).where({ digest }).first();
  return row && fromRow(row);
}

/** The sessions of a person that go on, newest first, those that wait for a second factor left out. */
export async function sessionsOf(
  knex: Knex,
  staffId: string,
  now: Instant,
): Promise<readonly StaffSession[]> {
  const rows: SessionRow[] = await live(knex, now)
    .where({ staff_id: staffId })
    .whereNotNull('second_factor_at')
    .orderBy('created_at', 'desc');
  return rows.map(fromRow);
}

/** The person is there: the time of being idle begins anew. Written at most every 15 s. */
export async function touchSession(knex: Knex, id: string, now: Instant): Promise<void> {
  await knex('staff_sessions')
    .where({ id })
    .whereNull('ended_at')
    .where('seen_at', '<', now - SEEN_MILLISECONDS)
    .update({ seen_at: now });
}

/** Ends one session of a person; false where it had ended. `by`: the id of who ended it, or a word for what did. */
export async function endSession(
  transaction: Knex,
  { id, staffId }: { readonly id: string; readonly staffId: string },
  by: string,
  now: Instant,
): Promise<boolean> {
  const ended = await transaction('staff_sessions')
    .where({ id, staff_id: staffId })
    .whereNull('ended_at')
    .update({ ended_at: now, ended_by: by });
  return ended === 1;
}

/** Ends the sessions of programs that were begun in a session, and answers which. */
export async function endProgramsOf(
  transaction: Knex,
  { id, staffId }: { readonly id: string; readonly staffId: string },
  by: string,
  now: Instant,
): Promise<readonly string[]> {
  const ended: { id: string }[] = await transaction('staff_sessions')
    .where({ parent: id, staff_id: staffId })
    .whereNull('ended_at')
    .update({ ended_at: now, ended_by: by })
    .returning('id');
  return ended.map((row) => row.id);
}

/** How many programs act for somebody from a session now. */
export async function countProgramsOf(knex: Knex, parent: string, now: Instant): Promise<number> {
  const rows: unknown[] = await live(knex, now).where({ parent }).select('id');
  return rows.length;
}

/** Ends every session of a person and answers which. */
export async function endSessionsOf(
  transaction: Knex,
  staffId: string,
  by: string,
  now: Instant,
): Promise<readonly string[]> {
  const ended: { id: string }[] = await transaction('staff_sessions')
    .where({ staff_id: staffId })
    .whereNull('ended_at')
    .update({ ended_at: now, ended_by: by })
    .returning('id');
  return ended.map(({ id }) => id);
}

/** Every session a person ever began with both factors, oldest first. */
export async function sessionIdsOf(knex: Knex, staffId: string): Promise<readonly string[]> {
  const rows: { id: string }[] = await knex('staff_sessions')
    .where({ staff_id: staffId })
    .whereNotNull('second_factor_at')
    .orderBy(['created_at', 'id'])
    .select('id');
  return rows.map(({ id }) => id);
}
