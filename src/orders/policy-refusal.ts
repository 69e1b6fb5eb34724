import { ACTION_CATALOGUE } from '../actions/catalogue.ts';
import type { Order } from '../actions/order.ts';
import type { OrderRefusal } from '../actions/order-details.ts';
import type { BankLoan, BankPayee } from '../bank/bank.ts';
import { type Instant, SECOND } from '../platform/clock.ts';
import { assert } from '../platform/fault.ts';
import type { Policy } from '../policy/policy.ts';
import { biometricLines, type OrderSetting } from './biometric-lines.ts';

/** How a loan stands, in minor units. */
export type LoanStanding = Pick<BankLoan, 'dueMinor' | 'outstandingMinor'>;

/** Whether an amount is all that is due, or all that is owed. */
function paysExactly(amountMinor: number, loan: LoanStanding | undefined): boolean {
  return amountMinor > 0 && (amountMinor === loan?.dueMinor || amountMinor === loan?.outstandingMinor);
}

/**
 * Why the policy alone refuses an order, without the customer's state and the bank: amounts outside the policy's limits,
 * and transfers at or above the amount that needs biometrics (V1, Z6, Z8). `loan` is the one that is repaid: exactly what
 * is due on it, and exactly all that is owed, may be paid however little it is, within every other limit. Pure.
 */
export function policyRefusal(
  order: Order,
  setting: OrderSetting,
  policy: Policy,
  loan?: LoanStanding,
): OrderRefusal | undefined {
  const { action, amountMinor, currency } = order;
  if (!ACTION_CATALOGUE[action].needsAmount) return undefined;
  assert(amountMinor !== undefined && currency !== undefined, 'an order about money has amount and currency');
  const isExact = ACTION_CATALOGUE[action].toOneself && paysExactly(amountMinor, loan);
  if (isBelowMinimum(order, policy) && !isExact) return 'below_minimum';
  if (isAboveMaximum(order, policy)) return 'above_maximum';
  // The exact threshold needs the stronger method (Z8), and a telephone has none (Z6).
  const above = biometricLines(order, setting, policy).some(
    ({ transferMinor }) => amountMinor >= transferMinor,
  );
  return above ? 'biometric_required' : undefined;
}

/** Whether an amount is more than a telephone may order; asked of a day's sum, which splitting does not lower. Pure. */
export function isAboveMaximum({ amountMinor, currency }: Order, policy: Policy): boolean {
  return (
    amountMinor !== undefined && currency !== undefined && amountMinor > policy.amounts.maximum[currency]
  );
}

/** Whether an amount is less than a telephone takes an order for. Pure. */
export function isBelowMinimum({ amountMinor, currency }: Order, policy: Policy): boolean {
  return (
    amountMinor !== undefined && currency !== undefined && amountMinor < policy.amounts.minimum[currency]
  );
}

/** Whether a payee was added so recently that nothing is paid to them by telephone yet. Pure. */
export function isCoolingOff({ addedAt }: BankPayee, policy: Policy, now: Instant): boolean {
  return now < addedAt + policy.coolingOff.seconds * SECOND;
}
