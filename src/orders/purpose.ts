import { ACTION_CATALOGUE } from '../actions/catalogue.ts';
import type { OrderLabels } from '../actions/option.ts';
import type { Order } from '../actions/order.ts';
import type { Purpose } from '../actions/purpose.ts';
import { assert } from '../platform/fault.ts';

/** The purpose that a message names for a code or an action (V10). Asking for an action without such words is a bug. */
export function purposeOf({ action, ...order }: Order, labels: OrderLabels): Purpose {
  const { purpose } = ACTION_CATALOGUE[action];
  assert(purpose, `messages have words for ${action}`);
  return purpose({ order, labels });
}
