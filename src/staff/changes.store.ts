import type { Knex } from 'knex';
import type { Instant } from '../platform/clock.ts';
import type { StaffProfile } from './account.ts';

export type ChangeKind = 'add' | 'change' | 'disable' | 'enable' | 'reset';

/** What one administrator asks for and another decides. */
export interface StaffChange {
  readonly id: string;
  readonly kind: ChangeKind;
  /** Of an `add`: the id the new account is to have. */
  readonly staffId: string;
  /** What it is to be: of `add` and `change`. */
  readonly profile: StaffProfile | undefined;
  /** The id of an administrator, or `cli:NAME`. */
  readonly requestedBy: string;
  readonly requester: string;
  readonly requestedAt: Instant;
  readonly expiresAt: Instant;
}

interface ChangeRow {
  id: string;
  kind: ChangeKind;
  staff_id: string;
  profile: string | null;
  requested_by: string;
  requester: string;
  requested_at: Instant;
  expires_at: Instant;
}

function fromRow(row: ChangeRow): StaffChange {
  return {
    id: row.id,
    kind: row.kind,
    staffId: row.staff_id,
    profile: row.profile === null ? undefined : (JSON.parse(row.profile) as StaffProfile),
    requestedBy: row.requested_by,
    requester: row.requester,
    requestedAt: row.requested_at,
    expiresAt: row.expires_at,
  };
}

/** Writes a request that waits. Answers false, writing nothing, while another about the same person does. */
export async function insertChange(transaction: Knex, change: StaffChange): Promise<boolean> {
  const { requestedAt } = change;
  await transaction('staff_changes')
    .where({ staff_id: change.staffId, state: 'pending' })
    .where('expires_at', '<=', requestedAt)
    .update({ state: 'expired', decided_at: requestedAt });
  const written: unknown[] = await transaction('staff_changes')
    .insert({
      id: change.id,
      kind: change.kind,
      staff_id: change.staffId,
      profile: change.profile === undefined ? null : JSON.stringify(change.profile),
      requested_by: change.requestedBy,
      requester: change.requester,
      requested_at: requestedAt,
      expires_at: change.expiresAt,
      state: 'pending',
    })
    .onConflict()
    .ignore()
    .returning('id');
  return written.length === 1;
}

const pending = (knex: Knex, now: Instant) =>
  knex('staff_changes').where({ state: 'pending' }).where('expires_at', '>', now);

/** The requests that wait, oldest first. */
export async function pendingChanges(knex: Knex, now: Instant): Promise<readonly StaffChange[]> {
  const rows: ChangeRow[] = await pending(knex, now).orderBy(['requested_at', 'id']);
  return rows.map(fromRow);
}

/** Decides a request that waits, once: undefined for one that is decided, has run out or is not there. */
export async function takeChange(
  transaction: Knex,
  id: string,
  decision: { readonly state: 'approved' | 'refused'; readonly by: string },
  now: Instant,
): Promise<StaffChange | undefined> {
  const taken: ChangeRow[] = await pending(transaction, now)
    .where({ id })
    .update({ state: decision.state, decided_by: decision.by, decided_at: now })
    .returning('*');
  return taken[0] && fromRow(taken[0]);
}

/** A request that waits. */
export async function findPendingChange(
  knex: Knex,
  id: string,
  now: Instant,
): Promise<StaffChange | undefined> {
  const row: ChangeRow | undefined = await pending(knex, now).where({ id }).first();
  return row && fromRow(row);
}
