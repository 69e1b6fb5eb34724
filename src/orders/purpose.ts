import { ACTION_CATALOGUE } from '../actions/catalogue.ts';
import type { OrderLabels } from '../actions/option.ts';
import type { Order } from '../actions/order.ts';
import { assert } from '../platform/fault.ts';
import type { PurposeText } from '../speech/sms-keys.ts';

/** What a message says the code or the action is for (V10). An action without such words has no messages: asking is a bug. */
export function purposeOf({ action, ...order }: Order, labels: OrderLabels): PurposeText {
  const { purpose } = ACTION_CATALOGUE[action];
  assert(purpose, `messages have words for ${action}`);
  return purpose({ order, labels });
}
