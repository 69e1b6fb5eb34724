import type { CallState } from '../calls/call.ts';
import { factorRules } from '../factors/catalogue.ts';
import type { CallBudgetCounter } from '../factors/factor.ts';
import { isFreezeWanted } from '../flow/order-in-flow.ts';
import type { Release } from '../flow/release.ts';
import type { Counter } from '../flow/vocabulary.ts';
import type { Occurrence } from './symbolic.ts';

/** What the prover counts by itself along a path, beside whatever the flow counts. */
export interface Counts {
  /** Refused verifications: a wrong PIN, or "that is not me". */
  readonly refusals: number;
  readonly identities: number;
  readonly codes: number;
}

/** Which counters of the call are followed exactly; of the others both branches are explored wherever they are asked. */
export type Followed = readonly Counter[];

/** The counts after an event, of what is followed; each stops one above its limit. */
export function countsAfter(
  counts: Counts,
  from: CallState,
  occurrence: Occurrence,
  release: Release,
  limit: Counts,
  followed: Followed,
): Counts {
  const after = countAll(counts, from, occurrence, release, limit);
  return {
    refusals: followed.includes('refusals') ? after.refusals : 0,
    identities: followed.includes('identities') ? after.identities : 0,
    codes: followed.includes('codeTries') ? after.codes : 0,
  };
}

/** What is followed for a counter of the call. */
const COUNT_OF = {
  identities: 'identities',
  refusals: 'refusals',
  codeTries: 'codes',
} as const satisfies { readonly [counter in CallBudgetCounter]: keyof Counts };

function countAll(
  counts: Counts,
  from: CallState,
  occurrence: Occurrence,
  release: Release,
  limit: Counts,
): Counts {
  const { collect } = release.flow.steps.get(from.step)?.meta ?? {};
  const { type } = occurrence.event;
  const up = (value: number, most: number) => Math.min(value + 1, most + 1);
  if (collect?.kind === 'confirm' && collect.of === 'identity' && type === 'KEY.2') {
    return { ...counts, refusals: up(counts.refusals, limit.refusals) };
  }
  if (collect?.kind !== 'entry' || !collect.factor) return counts;
  // An identity that is keyed to freeze has a way of its own, which nothing limits (ADR 27).
  if (collect.factor === 'identity' && isFreezeWanted(from.flow)) return counts;
  const wrong = type === 'FAILED' || type === 'LOCKED';
  const { counter, countsPassed } = factorRules(collect.factor).callBudget;
  if (!wrong && !(countsPassed && type === 'PASSED')) return counts;
  const count = COUNT_OF[counter];
  return { ...counts, [count]: up(counts[count], limit[count]) };
}

/** The budgets of one call by the policy. */
export function budgetsOf({ policy }: Release): Counts {
  return {
    refusals: Math.min(policy.pin.wrongPerCall, policy.identification.wrongPerCall),
    identities: policy.identification.wrongPerCall,
    codes: policy.code.triesPerCode,
  };
}
