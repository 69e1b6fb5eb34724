import type { Knex } from 'knex';
import type { Instant } from '../platform/clock.ts';

/** What alarms are raised about. */
export type AlarmKind = 'spraying' | 'freeze_untold' | 'freezing';

/** What an alarm says: counts over a window, of nobody by name. */
export interface SeenByAlarm {
  readonly customers: number;
  readonly sources: number;
  readonly failures: number;
  readonly windowSeconds: number;
}

/**
 * Claims the next look for this process: true for one of any number of processes, then false until `everyMilliseconds`
 * have passed. A process whose clock was ahead delays no other.
 */
export async function claimLook(
  knex: Knex,
  kind: AlarmKind,
  now: Instant,
  everyMilliseconds: number,
): Promise<boolean> {
  const first: unknown[] = await knex('alarm_watches')
    .insert({ kind, looked_at: now })
    .onConflict('kind')
    .ignore()
    .returning('kind');
  if (first.length === 1) return true;
  const claimed = await knex('alarm_watches')
    .where({ kind })
    .where((due) => due.where('looked_at', '<=', now - everyMilliseconds).orWhere('looked_at', '>', now))
    .update({ looked_at: now });
  return claimed === 1;
}

/** An alarm as it is kept. */
interface Alarm {
  readonly kind: AlarmKind;
  readonly episode: number;
  readonly raisedAt: Instant;
  readonly seenAt: Instant;
  readonly endedAt: Instant | null;
  readonly windowSeconds: number;
  readonly customers: number;
  readonly sources: number;
  readonly failures: number;
}

interface AlarmRow {
  kind: AlarmKind;
  episode: number;
  raised_at: Instant;
  seen_at: Instant;
  ended_at: Instant | null;
  window_seconds: number;
  customers: number;
  sources: number;
  failures: number;
}

function fromRow(row: AlarmRow): Alarm {
  const { raised_at, seen_at, ended_at, window_seconds, ...same } = row;
  return {
    ...same,
    raisedAt: raised_at,
    seenAt: seen_at,
    endedAt: ended_at,
    windowSeconds: window_seconds,
  };
}

/** Every alarm of a kind, oldest first. */
export async function alarmsOf(knex: Knex, kind: AlarmKind): Promise<readonly Alarm[]> {
  const rows: AlarmRow[] = await knex<AlarmRow>('alarms').where({ kind }).orderBy('episode');
  return rows.map(fromRow);
}

/**
 * Notes what was seen: raises the alarm, or, while one goes on, keeps it with the largest counts. True for exactly one
 * of any number of processes that raise it at once.
 */
export async function raiseOrKeep(
  knex: Knex,
  kind: AlarmKind,
  seen: SeenByAlarm,
  now: Instant,
): Promise<boolean> {
  const { customers, sources, failures, windowSeconds } = seen;
  const counts = { window_seconds: windowSeconds, customers, sources, failures };
  const last: { episode?: number | null } | undefined = await knex('alarms')
    .where({ kind })
    .max({ episode: 'episode' })
    .first();
  const raised: unknown[] = await knex('alarms')
    .insert({ kind, episode: (last?.episode ?? 0) + 1, raised_at: now, seen_at: now, ...counts })
    .onConflict()
    .ignore()
    .returning('episode');
  if (raised.length === 1) return true;
  const goingOn = () => knex('alarms').where({ kind }).whereNull('ended_at');
  await goingOn().update({ seen_at: now });
  await goingOn().where('customers', '<', customers).update(counts);
  return false;
}

/** Ends an alarm that was last seen at or before this instant; answers it to the one process that ended it. */
export async function endUnseen(
  knex: Knex,
  kind: AlarmKind,
  unseenSince: Instant,
  now: Instant,
): Promise<Alarm | undefined> {
  const ended: AlarmRow[] = await knex('alarms')
    .where({ kind })
    .whereNull('ended_at')
    .where('seen_at', '<=', unseenSince)
    .update({ ended_at: now })
    .returning('*');
  return ended[0] && fromRow(ended[0]);
}
