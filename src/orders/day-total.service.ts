import type { Knex } from 'knex';
import type { Order } from '../actions/order.ts';
import type { BankPort } from '../bank/bank.ts';
import type { Instant } from '../platform/clock.ts';
import { dayAround } from '../platform/day-around.ts';
import { assert } from '../platform/fault.ts';
import type { Policy } from '../policy/policy.ts';
import { biometricLines, type OrderSetting } from './biometric-lines.ts';

/** What a customer pays out in a day, by what the core says. */
interface DayQuestion {
  readonly bank: BankPort;
  readonly customerId: string;
  readonly setting: OrderSetting;
  readonly policy: Policy;
  readonly now: Instant;
}

/** Whether the order brings what was paid out in the day to a line from which biometrics are needed; exactly at it counts (V2, Z8). */
export async function reachesDayTotal(
  transaction: Knex,
  { bank, customerId, setting, policy, now }: DayQuestion,
  order: Order,
): Promise<boolean> {
  const { currency, amountMinor } = order;
  for (const { dayTotalMinor, timeZone } of biometricLines(order, setting, policy)) {
    assert(currency !== undefined, 'an order under a line has a currency');
    const { from, to } = dayAround(now, timeZone);
    const total = await bank.paidOutMinor(customerId, currency, from, to, transaction);
    if (total + (amountMinor ?? 0) >= dayTotalMinor) return true;
  }
  return false;
}
