import type { Knex } from 'knex';
import type { Order } from '../actions/order.ts';
import type { Customer } from '../customers/customer.ts';
import { JURISDICTION_RULES } from '../jurisdictions/catalogue.ts';
import type { Instant } from '../platform/clock.ts';
import { dayAround } from '../platform/day-around.ts';
import type { Policy } from '../policy/policy.ts';
import { isSummedByDay, withDaySum } from './day-sum.ts';
import { amountsCarried } from './orders.store.ts';

/**
 * The order as its level is judged: with what the customer has had carried out by the same action in their own calendar
 * day (R7.1). The gate asks while the customer is locked, so that no other call carries out anything in between.
 */
export async function judgedOrder(
  transaction: Knex,
  customer: Customer,
  order: Order,
  policy: Policy,
  now: Instant,
): Promise<Order> {
  if (!isSummedByDay(order, policy)) return order;
  const day = dayAround(now, JURISDICTION_RULES[customer.jurisdiction].timeZone);
  return withDaySum(order, await amountsCarried(transaction, customer.id, order.action, day), policy);
}
