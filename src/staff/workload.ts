import { DAY, type Instant, SECOND } from '../platform/clock.ts';
import type { Policy } from '../policy/policy.ts';

/** A time somebody worked, rested, or had a call after which rest is due. */
export interface StaffPeriod {
  readonly kind: 'shift' | 'break' | 'hard_call';
  readonly startedAt: Instant;
  /** Undefined while it goes on. */
  readonly endedAt: Instant | undefined;
}

/** Periods that began longer ago than this say nothing of today. */
export const WORKLOAD_REACH_MILLISECONDS = 2 * DAY;

/** Why somebody is offered no calls now (R26). */
export type NoOffers = 'off' | 'on_break' | 'break_overdue' | 'shift_over';

/** How somebody stands with work and rest. Times in milliseconds; a time that is over is 0 or less. */
export interface Workload {
  /** Since when they are on duty; undefined: off. */
  readonly onDutySince: Instant | undefined;
  readonly onBreakSince: Instant | undefined;
  /** Worked since the last whole break, or since the shift began. */
  readonly workedMilliseconds: number;
  /** When a break is offered: later now means in the future. */
  readonly breakDueAt: Instant | undefined;
  /** When calls are offered no more until a break was taken. */
  readonly offersEndAt: Instant | undefined;
  readonly shiftEndsAt: Instant | undefined;
  /** From when a next shift may begin; undefined: now, or one goes on. */
  readonly mayStartAt: Instant | undefined;
  /** Undefined: calls may be offered, as far as work and rest go. */
  readonly noOffers: NoOffers | undefined;
}

const byStart = (one: StaffPeriod, other: StaffPeriod) => one.startedAt - other.startedAt;

/** What the rules on rest say of somebody now, by their periods of the last two days in any order (R26). Pure. */
export function workloadOf(
  periods: readonly StaffPeriod[],
  { staff: rules }: Pick<Policy, 'staff'>,
  now: Instant,
): Workload {
  const shifts = periods.filter(({ kind }) => kind === 'shift').sort(byStart);
  const shift = shifts.find(({ endedAt }) => endedAt === undefined);
  if (!shift) {
    const lastEnd = Math.max(...shifts.map(({ endedAt }) => endedAt ?? 0), 0);
    const mayStartAt = lastEnd === 0 ? 0 : lastEnd + rules.restSeconds * SECOND;
    return { ...OFF, mayStartAt: mayStartAt > now ? mayStartAt : undefined };
  }
  const breaks = periods
    .filter(({ kind, startedAt }) => kind === 'break' && startedAt >= shift.startedAt)
    .sort(byStart);
  const running = breaks.find(({ endedAt }) => endedAt === undefined);
  const whole = (one: StaffPeriod) => (one.endedAt ?? now) - one.startedAt >= rules.breakSeconds * SECOND;
  const rested = Math.max(shift.startedAt, ...breaks.filter(whole).map(({ endedAt }) => endedAt ?? now));
  const short = breaks.filter((one) => one.startedAt >= rested && !whole(one));
  const rest = short.reduce((sum, one) => sum + (one.endedAt ?? now) - one.startedAt, 0);
  const hard = periods.filter(({ kind, endedAt }) => kind === 'hard_call' && (endedAt ?? 0) >= rested);
  const breakDueAt = Math.min(
    rested + rest + rules.breakAfterSeconds * SECOND,
    ...hard.map(({ endedAt }) => endedAt ?? now),
  );
  const offersEndAt = rested + rest + rules.noOffersAfterSeconds * SECOND;
  const shiftEndsAt = shift.startedAt + rules.shiftSeconds * SECOND;
  return {
    onDutySince: shift.startedAt,
    onBreakSince: running?.startedAt,
    workedMilliseconds: now - rested - rest,
    ...{ breakDueAt, offersEndAt, shiftEndsAt, mayStartAt: undefined },
    noOffers: running
      ? 'on_break'
      : now >= shiftEndsAt
        ? 'shift_over'
        : now >= offersEndAt
          ? 'break_overdue'
          : undefined,
  };
}

const OFF: Workload = {
  ...{ onDutySince: undefined, onBreakSince: undefined, workedMilliseconds: 0, breakDueAt: undefined },
  ...{ offersEndAt: undefined, shiftEndsAt: undefined, mayStartAt: undefined, noOffers: 'off' },
};
