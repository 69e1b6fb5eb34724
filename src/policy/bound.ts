import type { LadderStep, Policy } from './policy.ts';

/** One thing a policy must keep: what it says, the rule or basis it comes from, and whether it holds. */
export interface Bound {
  readonly says: string;
  readonly basis: string;
  holds(policy: Policy): boolean;
}

export const HOUR_SECONDS = 3_600;
export const DAY_SECONDS = 24 * HOUR_SECONDS;

/** The steps of a ladder that lock. */
export function lockSteps(ladder: readonly LadderStep[]) {
  return ladder.flatMap((step) => ('lockSeconds' in step ? [step] : []));
}
