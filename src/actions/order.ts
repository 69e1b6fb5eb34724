import { canonicalJson, sha256 } from '../platform/digest.ts';
import type { ActionName, Currency } from '../policy/policy.ts';

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

/** What a one-time code and a confirmation are bound to: customer, call and every field of the order (RTS art. 5, invariant 14). */
export function orderBinding(callId: string, customerId: string, order: Order): string {
  return sha256(canonicalJson({ callId, customerId, ...order }));
}
