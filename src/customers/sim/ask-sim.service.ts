import type { Knex } from 'knex';
import type { Instant } from '../../platform/clock.ts';
import { defined } from '../../platform/defined.ts';
import type { Policy } from '../../policy/policy.ts';
import type { Customer } from '../customer.ts';
import { fedSimStanding, type SimRefusal, type SimStanding, simRefusal, storedSimStanding } from './sim.ts';
import type { GuardedSimDates, SimFailure } from './sim-dates.ts';

/** What is known of the SIM of a registered number at a moment, and who says so. */
export interface SimFinding {
  readonly standing: SimStanding;
  readonly source: 'feed' | 'customer_record';
  /** The moment of the last change, where one is known. */
  readonly changedAt?: Instant;
  /** When that was learnt, where it stands in the record. */
  readonly knownAt?: Instant;
  readonly failure?: SimFailure;
}

/** What the customer's record says, without asking anybody. */
export function recordedSim(
  customer: Pick<Customer, 'simChangedAt' | 'simKnownAt'>,
  policy: Policy,
  now: Instant,
): SimFinding {
  return {
    standing: storedSimStanding(customer, policy, now),
    source: 'customer_record',
    ...defined({
      changedAt: customer.simChangedAt ?? undefined,
      knownAt: customer.simKnownAt ?? undefined,
    }),
  };
}

/**
 * Whether a code may go to the SIM of this number (E.164). A change in the record is believed without asking; otherwise a
 * connected feed decides, and one that does not answer does not know (Z5).
 */
export async function askOfSim(
  transaction: Knex,
  feed: GuardedSimDates | undefined,
  customer: Customer,
  number: string,
  policy: Policy,
  now: Instant,
): Promise<SimFinding & { readonly refusal: SimRefusal | undefined }> {
  const recorded = recordedSim(customer, policy, now);
  if (!feed || recorded.standing === 'changed')
    return { ...recorded, refusal: simRefusal(recorded.standing, policy, feed !== undefined) };
  const answer = await feed.lastChange(number, transaction);
  const standing = fedSimStanding(answer, policy, now);
  return {
    standing,
    refusal: simRefusal(standing, policy, true),
    source: 'feed',
    ...defined({ changedAt: answer.kind === 'changed' ? answer.at : undefined, failure: answer.failure }),
  };
}
