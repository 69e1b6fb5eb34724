import type { Order } from '../actions/order.ts';
import { CURRENCIES, type Currency } from '../jurisdictions/currency.ts';
import type { Policy } from '../policy/policy.ts';

/** What a customer has had carried out in a day by orders of one action, in minor units of each currency. */
export type DayAmounts = { readonly [currency in Currency]?: number };

/** Whether the level of an order depends on what was ordered before it in the day. */
export function isSummedByDay({ action }: Order, policy: Policy): boolean {
  return policy.actions[action].levelWhenLarge !== undefined;
}

/**
 * The order with the day's sum for its amount: what its level is judged by, so that splitting lowers nothing (R7.1,
 * invariant 50). Other currencies count by their share of their own line of large ones, rounded up. Pure.
 */
export function withDaySum(order: Order, earlier: DayAmounts, policy: Policy): Order {
  const { amountMinor, currency } = order;
  if (amountMinor === undefined || currency === undefined || !isSummedByDay(order, policy)) return order;
  const { largeLoanFrom } = policy.amounts;
  const sum = CURRENCIES.reduce((total, other) => {
    const minor = BigInt(earlier[other] ?? 0);
    if (other === currency) return total + minor;
    const line = BigInt(largeLoanFrom[other]);
    return total + (minor * BigInt(largeLoanFrom[currency]) + line - 1n) / line;
  }, BigInt(amountMinor));
  return { ...order, amountMinor: Number(sum) };
}
