import { type EntryData, recordedId } from '../ledger/entry.ts';
import { canonicalJson, sha256 } from '../platform/digest.ts';
import { ACTION_CATALOGUE, type ActionName } from './catalogue.ts';
import { isMissing, type OrderDetails, type OrderField } from './order-details.ts';

/** What the caller wants done, complete enough to be carried out. */
export interface Order extends OrderDetails {
  readonly action: ActionName;
}

/** Whether the order's action asks for this field and the order does not say it yet. */
export function orderLacks(order: Order | undefined, field: OrderField): boolean {
  return (
    order !== undefined && ACTION_CATALOGUE[order.action].fields.includes(field) && isMissing(order, field)
  );
}

/** What a one-time code and a confirmation are bound to: customer, call and every field of the order (RTS art. 5, invariant 14). */
export function orderBinding(callId: string, customerId: string, order: Order): string {
  return sha256(canonicalJson({ callId, customerId, ...order }));
}

/** What an audit entry tells of an order: everything it is bound to, opaque ids only. */
export function orderData(order: Order): EntryData {
  return {
    action: order.action,
    revision: order.revision,
    accountId: recordedId(order.accountId),
    loanId: recordedId(order.loanId),
    payeeId: recordedId(order.payeeId),
    amountMinor: order.amountMinor,
    currency: order.currency,
  };
}
