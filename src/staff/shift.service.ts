import type { Knex } from 'knex';
import type { Instant } from '../platform/clock.ts';
import { randomToken } from '../platform/random.ts';
import type { Policy } from '../policy/policy.ts';
import { beginPeriod, endPeriod, periodsOf } from './periods.store.ts';
import { may } from './permissions.ts';
import type { StaffDependencies } from './sign-in.service.ts';
import type { StaffOnDuty } from './staff-member.ts';
import { recordInSession } from './staff-record.service.ts';
import { type Workload, workloadOf } from './workload.ts';

/** What somebody does with their shift. */
export const SHIFT_STEPS = ['begin', 'break', 'resume', 'end'] as const;
export type ShiftStep = (typeof SHIFT_STEPS)[number];

export type ShiftAnswer =
  | { readonly kind: 'done' }
  /** `resting`: too soon after the last shift. `out_of_order`: the step does not follow from how things stand. */
  | { readonly kind: 'refused'; readonly reason: 'not_allowed' | 'resting' | 'out_of_order' };

/** How somebody stands with work and rest now. */
export async function workload(knex: Knex, staffId: string, policy: Policy, now: Instant): Promise<Workload> {
  return workloadOf(await periodsOf(knex, staffId, now), policy, now);
}

/** Begins or ends a shift or a break of somebody's own, and says so in their session's stream. */
export async function takeShiftStep(
  { transactions, random }: Pick<StaffDependencies, 'transactions' | 'random'>,
  policy: Policy,
  by: StaffOnDuty,
  step: ShiftStep,
  now: Instant,
): Promise<ShiftAnswer> {
  if (may(by, 'own.shift', now).kind === 'refused') return { kind: 'refused', reason: 'not_allowed' };
  return transactions.run(async (transaction) => {
    const stands = await workload(transaction, by.id, policy, now);
    if (step === 'begin' && stands.mayStartAt !== undefined) return { kind: 'refused', reason: 'resting' };
    if (!(await written(transaction, randomToken(random), by.id, step, stands, now)))
      return { kind: 'refused', reason: 'out_of_order' };
    const data = { staffId: by.id, event: step };
    await recordInSession(transaction, by.session, [{ type: 'staff.shift', rules: ['R26'], data }], now);
    return { kind: 'done' };
  });
}

async function written(
  transaction: Knex,
  id: string,
  staffId: string,
  step: ShiftStep,
  stands: Workload,
  now: Instant,
): Promise<boolean> {
  if (step === 'begin') return beginPeriod(transaction, { id, staffId, kind: 'shift' }, now);
  if (stands.onDutySince === undefined) return false;
  if (step === 'break') return beginPeriod(transaction, { id, staffId, kind: 'break' }, now);
  if (step === 'resume') return endPeriod(transaction, staffId, 'break', now);
  // One that nobody ended is over at its limit: a person who forgot it last night may begin this morning.
  const at = Math.min(now, stands.shiftEndsAt ?? now);
  await endPeriod(transaction, staffId, 'break', at);
  return endPeriod(transaction, staffId, 'shift', at);
}
