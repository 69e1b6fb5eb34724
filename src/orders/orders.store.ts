import type { Knex } from 'knex';
import type { Order } from '../actions/order.ts';
import type { Level } from '../actions/requirement.ts';
import type { Currency } from '../jurisdictions/currency.ts';
import type { Instant } from '../platform/clock.ts';
import { type Keyring, seal } from '../platform/keyring.ts';
import type { Random } from '../platform/random.ts';

/** An order that was carried out. */
export interface CarriedOrder {
  /** Names the order of one call at one revision; the table refuses it twice. */
  readonly key: string;
  readonly receipt: string;
  readonly callId: string;
  readonly customerId: string;
  readonly order: Order;
  /** The level it was carried out at. */
  readonly level: Level;
  readonly at: Instant;
}

/** Records a carried-out order, its details sealed. Throws where its key or its receipt exists already. */
export async function insertCarriedOrder(
  transaction: Knex,
  keyring: Keyring,
  random: Random,
  { key, receipt, callId, customerId, order, level, at }: CarriedOrder,
): Promise<void> {
  await transaction('carried_orders').insert({
    idempotency_key: key,
    receipt,
    call_id: callId,
    customer_id: customerId,
    action: order.action,
    level,
    order_sealed: seal(keyring, random, `carried_orders.order:${key}`, JSON.stringify(order)),
    amount_minor: order.amountMinor ?? null,
    currency: order.currency ?? null,
    at,
  });
}

/** Whether a receipt was given out already. */
export async function isReceiptTaken(transaction: Knex, receipt: string): Promise<boolean> {
  const taken: unknown = await transaction('carried_orders').where({ receipt }).first('receipt');
  return taken !== undefined;
}

/** What was carried out for a customer by one action from `from` to before `to`, in minor units of each currency. */
export async function amountsCarried(
  transaction: Knex,
  customerId: string,
  action: Order['action'],
  { from, to }: { readonly from: Instant; readonly to: Instant },
): Promise<{ readonly [currency in Currency]?: number }> {
  const rows: { currency: Currency; total: number | string }[] = await transaction('carried_orders')
    .where({ customer_id: customerId, action })
    .where('at', '>=', from)
    .where('at', '<', to)
    .whereNotNull('currency')
    .groupBy('currency')
    .select('currency')
    .sum({ total: 'amount_minor' });
  return Object.fromEntries(rows.map(({ currency, total }) => [currency, Number(total)]));
}
