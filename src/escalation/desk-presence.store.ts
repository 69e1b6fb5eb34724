import type { Knex } from 'knex';
import type { Language } from '../locales/catalogue.ts';
import { type Instant, SECOND } from '../platform/clock.ts';
import { type Keyring, open, seal } from '../platform/keyring.ts';
import type { Random } from '../platform/random.ts';
import type { StaffTier } from '../staff/roles.ts';

/** How a member of staff stands to the queues. `asked`: two offers were missed, and they have to say that they are there. */
export type PresenceState = 'off' | 'ready' | 'asked' | 'away' | 'busy' | 'wrap_up';

/** A person at the desk as the queues need them. */
export interface Presence {
  readonly staffId: string;
  readonly state: PresenceState;
  readonly since: Instant;
  readonly seenAt: Instant;
  readonly misses: number;
  readonly name: string;
  /** Spoken to callers. */
  readonly number: string;
  readonly tier: StaffTier;
  readonly languages: readonly Language[];
  /** E.164 or a SIP address. */
  readonly phone: string;
}

interface PresenceRow {
  staff_id: string;
  state: PresenceState;
  since: Instant;
  seen_at: Instant;
  misses: number;
  name: string;
  number: string;
  tier: StaffTier;
  languages: string;
  phone_sealed: string;
}

/** No sign of an open page for so long: nobody is offered a call that they cannot see. */
export const PRESENCE_MILLISECONDS = 15 * SECOND;
/** After so many offers in a row that nobody answered the person is asked whether they are there. */
const MOST_MISSES = 2;

const sealContext = (staffId: string) => `desk_presence.phone:${staffId}`;

function fromRow(row: PresenceRow, keyring: Keyring): Presence {
  return { ...standOf(row), phone: open(keyring, sealContext(row.staff_id), row.phone_sealed) };
}

/** Writes how a person stands, over what was there. */
export async function putPresence(
  transaction: Knex,
  keyring: Keyring,
  random: Random,
  presence: Presence,
): Promise<void> {
  const { staffId, state, since, seenAt, misses, name, number, tier, languages, phone } = presence;
  const row: PresenceRow = {
    staff_id: staffId,
    state,
    since,
    seen_at: seenAt,
    misses,
    name,
    number,
    tier,
    languages: JSON.stringify(languages),
    phone_sealed: seal(keyring, random, sealContext(staffId), phone),
  };
  await transaction('desk_presence').insert(row).onConflict('staff_id').merge();
}

/** The presence of a person, or undefined where they have never been at the desk. */
export async function findPresence(
  knex: Knex,
  keyring: Keyring,
  staffId: string,
): Promise<Presence | undefined> {
  const row: PresenceRow | undefined = await knex<PresenceRow>('desk_presence')
    .where({ staff_id: staffId })
    .first();
  return row && fromRow(row, keyring);
}

/** How a person stands, locked until the transaction ends, so that one process at a time offers them somebody. */
export async function lockPresenceForUpdate(
  transaction: Knex,
  staffId: string,
): Promise<PresenceState | undefined> {
  const row: Pick<PresenceRow, 'state'> | undefined = await transaction<PresenceRow>('desk_presence')
    .where({ staff_id: staffId })
    .forUpdate()
    .first('state');
  return row?.state;
}

/** Differs whenever how a person stands differs. */
export async function presenceStamp(knex: Knex, staffId: string): Promise<string> {
  const row: Pick<PresenceRow, 'state' | 'since' | 'misses'> | undefined = await knex('desk_presence')
    .where({ staff_id: staffId })
    .first('state', 'since', 'misses');
  return row ? `${row.state} ${row.since} ${row.misses}` : '';
}

/** Who is ready and was heard of lately, the longest ready first. */
export async function readyStaff(knex: Knex, keyring: Keyring, now: Instant): Promise<readonly Presence[]> {
  const rows: PresenceRow[] = await knex<PresenceRow>('desk_presence')
    .where({ state: 'ready' })
    .where('seen_at', '>', now - PRESENCE_MILLISECONDS)
    .orderBy('since');
  return rows.map((row) => fromRow(row, keyring));
}

/** How a person stands, without the phone that rings. */
export type PresenceStand = Omit<Presence, 'phone'>;

/** How everybody stands who is not off, by name; their phones stay sealed. */
export async function presenceStands(knex: Knex): Promise<readonly PresenceStand[]> {
  const rows: Omit<PresenceRow, 'phone_sealed'>[] = await knex<PresenceRow>('desk_presence')
    .whereIn('state', ['ready', 'asked', 'away', 'busy', 'wrap_up'])
    .orderBy('name')
    .select('staff_id', 'state', 'since', 'seen_at', 'misses', 'name', 'number', 'tier', 'languages');
  return rows.map(standOf);
}

/** Everybody who is not off and has a page open. */
export async function staffOnDuty(knex: Knex, now: Instant): Promise<readonly PresenceStand[]> {
  return (await presenceStands(knex)).filter((stand) => isHere(stand, now));
}

/** Whether a page of theirs is open, as far as it was heard of lately. */
export function isHere({ seenAt }: Pick<Presence, 'seenAt'>, now: Instant): boolean {
  return now - seenAt < PRESENCE_MILLISECONDS;
}

function standOf(row: Omit<PresenceRow, 'phone_sealed'>): PresenceStand {
  return {
    staffId: row.staff_id,
    state: row.state,
    since: row.since,
    seenAt: row.seen_at,
    misses: row.misses,
    name: row.name,
    number: row.number,
    tier: row.tier,
    languages: JSON.parse(row.languages) as Language[],
  };
}

/** A page of theirs is open now. */
export async function touchPresence(knex: Knex, staffId: string, now: Instant): Promise<void> {
  await knex('desk_presence')
    .where({ staff_id: staffId })
    .where('seen_at', '<', now)
    .update({ seen_at: now });
}

/** Changes how a person stands, where they stand as is said; `since` begins anew. Answers whether they did. */
export async function movePresence(
  transaction: Knex,
  staffId: string,
  from: readonly PresenceState[],
  to: PresenceState,
  now: Instant,
): Promise<boolean> {
  const moved = await transaction<PresenceRow>('desk_presence')
    .where({ staff_id: staffId })
    .whereIn('state', from)
    .update({ state: to, since: now, ...(to === 'busy' ? { misses: 0 } : {}) });
  return moved === 1;
}

/** Counts an offer that nobody answered; the second in a row asks whether they are there. */
export async function countMiss(transaction: Knex, staffId: string, now: Instant): Promise<void> {
  await transaction('desk_presence').where({ staff_id: staffId }).increment('misses', 1);
  await transaction('desk_presence')
    .where({ staff_id: staffId, state: 'ready' })
    .where('misses', '>=', MOST_MISSES)
    .update({ state: 'asked', since: now });
}
