import type { Knex } from 'knex';
import type { Instant } from '../platform/clock.ts';
import { type StaffPeriod, WORKLOAD_REACH_MILLISECONDS } from './workload.ts';

interface PeriodRow {
  kind: StaffPeriod['kind'];
  started_at: Instant;
  ended_at: Instant | null;
}

/** The periods of somebody that say something of now; one that goes on is among them, however old. */
export async function periodsOf(knex: Knex, staffId: string, now: Instant): Promise<readonly StaffPeriod[]> {
  const rows: PeriodRow[] = await knex('staff_periods')
    .where({ staff_id: staffId })
    .where((query) =>
      query.whereNull('ended_at').orWhere('started_at', '>', now - WORKLOAD_REACH_MILLISECONDS),
    );
  return rows.map(({ kind, started_at, ended_at }) => ({
    ...{ kind, startedAt: started_at, endedAt: ended_at ?? undefined },
  }));
}

/** Begins a shift or a break. Answers false, writing nothing, while one of that kind goes on. */
export async function beginPeriod(
  transaction: Knex,
  period: { readonly id: string; readonly staffId: string; readonly kind: 'shift' | 'break' },
  now: Instant,
): Promise<boolean> {
  const written: unknown[] = await transaction('staff_periods')
    .insert({ id: period.id, staff_id: period.staffId, kind: period.kind, started_at: now })
    .onConflict()
    .ignore()
    .returning('id');
  return written.length === 1;
}

/** Ends a shift or a break that goes on, at the moment given; false where none does. */
export async function endPeriod(
  transaction: Knex,
  staffId: string,
  kind: 'shift' | 'break',
  at: Instant,
): Promise<boolean> {
  const ended = await transaction('staff_periods')
    .where({ staff_id: staffId, kind, ended_at: null })
    .update({ ended_at: at });
  return ended === 1;
}

/** Writes a call after which a break is due: a long one, or an abusive one (R26). */
export async function insertHardCall(
  transaction: Knex,
  call: {
    readonly id: string;
    readonly staffId: string;
    readonly startedAt: Instant;
    readonly endedAt: Instant;
  },
): Promise<void> {
  await transaction('staff_periods').insert({
    ...{ id: call.id, staff_id: call.staffId, kind: 'hard_call' },
    ...{ started_at: call.startedAt, ended_at: call.endedAt },
  });
}
