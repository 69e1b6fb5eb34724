import type { Currency } from '../jurisdictions/currency.ts';
import type { EntryData } from '../ledger/entry.ts';
import { canonicalJson, sha256 } from '../platform/digest.ts';
import type { ActionName } from './catalogue.ts';

/**
 * What the caller wants done, complete enough to be carried out. Money is integer minor units (invariant 27).
 * `revision` rises with every change, so that a code for an order dies even when it is changed back.
 */
export interface Order {
  readonly action: ActionName;
  readonly revision: number;
  readonly accountId?: string;
  readonly loanId?: string;
  readonly payeeId?: string;
  readonly amountMinor?: number;
  readonly currency?: Currency;
  /** Keyed digest of a new contact number; the number itself stays sealed. */
  readonly contactIndex?: string;
}

export const ORDER_FIELDS = ['loan', 'payee', 'account', 'contact', 'dueOrAmount', 'amount'] as const;
export type OrderField = (typeof ORDER_FIELDS)[number];

/** Why an order cannot be carried out as it stands; the flow may speak of each. */
export const ORDER_REFUSALS = [
  'biometric_required',
  'account_frozen',
  'cooling_off',
  'below_minimum',
  'above_maximum',
  'insufficient_funds',
  'over_limit',
  'unknown_account',
  'unknown_payee',
  'unknown_loan',
  'currency_mismatch',
] as const;
export type OrderRefusal = (typeof ORDER_REFUSALS)[number];

/** What a one-time code and a confirmation are bound to: customer, call and every field of the order (RTS art. 5, invariant 14). */
export function orderBinding(callId: string, customerId: string, order: Order): string {
  return sha256(canonicalJson({ callId, customerId, ...order }));
}

/** What an audit entry tells of an order: everything it is bound to, opaque ids only. */
export function orderData(order: Order): EntryData {
  return {
    action: order.action,
    revision: order.revision,
    accountId: order.accountId,
    loanId: order.loanId,
    payeeId: order.payeeId,
    amountMinor: order.amountMinor,
    currency: order.currency,
  };
}
