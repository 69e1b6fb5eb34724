import { type Instant, SECOND } from '../../platform/clock.ts';
import type { Policy } from '../../policy/policy.ts';
import type { Customer } from '../customer.ts';
import type { SimAnswer } from './sim-dates.ts';

/** Whether the SIM of a number changed within the policy's quiet time, as far as anybody knows. */
export type SimStanding = 'changed' | 'unchanged' | 'unknown';

/** Exactly at the limit is within it, and so is a moment that has not come (Z8). */
function isWithin(at: Instant, seconds: number, now: Instant): boolean {
  return now - at <= seconds * SECOND;
}

/** Why no code may go to a SIM. */
export type SimRefusal = 'sim_changed' | 'sim_unknown';

/** What the customer's record says; a date that was learnt too long ago says nothing of what happened since. Pure. */
export function storedSimStanding(
  { simChangedAt, simKnownAt }: Pick<Customer, 'simChangedAt' | 'simKnownAt'>,
  { code: { simChangeQuietSeconds, simDateGoodForSeconds } }: Policy,
  now: Instant,
): SimStanding {
  if (simChangedAt === null) return 'unknown';
  if (isWithin(simChangedAt, simChangeQuietSeconds, now)) return 'changed';
  // Releases published before dates had an age take a date of any age.
  if (simDateGoodForSeconds === undefined) return 'unchanged';
  const isGood = simKnownAt !== null && isWithin(simKnownAt, simDateGoodForSeconds, now);
  return isGood ? 'unchanged' : 'unknown';
}

/** What an operator's answer says. "Unchanged since" a moment within the quiet time leaves the time before it open. Pure. */
export function fedSimStanding(
  answer: SimAnswer,
  { code: { simChangeQuietSeconds } }: Policy,
  now: Instant,
): SimStanding {
  switch (answer.kind) {
    case 'changed':
      return isWithin(answer.at, simChangeQuietSeconds, now) ? 'changed' : 'unchanged';
    case 'unchanged':
      return isWithin(answer.since, simChangeQuietSeconds, now) ? 'unknown' : 'unchanged';
    case 'unknown':
      return 'unknown';
  }
}

/**
 * Why no code may go to a SIM (Z5): it changed a short time ago, or nobody knows whether it did. Not knowing is tolerated only
 * where no feed is connected and the policy does not refuse it. Pure.
 */
export function simRefusal(
  standing: SimStanding,
  { code: { simUnknown } }: Policy,
  isFeedConnected: boolean,
): SimRefusal | undefined {
  if (standing === 'changed') return 'sim_changed';
  if (standing === 'unchanged') return undefined;
  return isFeedConnected || simUnknown === 'refused' ? 'sim_unknown' : undefined;
}

/** Why a policy and a connected feed contradict each other; undefined where they do not. Pure. */
export function simContradiction(
  { code: { simUnknown } }: Policy,
  isFeedConnected: boolean,
): string | undefined {
  return isFeedConnected && simUnknown === 'tolerated'
    ? 'SIM_DATES_ADAPTER connects a feed of SIM changes, and the policy in force says code.simUnknown: tolerated, which is for a line without one: publish a policy with code.simUnknown: refused, or leave the setting out (docs/sim-dates.md).'
    : undefined;
}
