import type { Currency } from '../jurisdictions/currency.ts';

/** What of an order has to be asked for; `dueOrAmount` offers what is due before another amount is keyed. */
export const ORDER_FIELDS = ['loan', 'payee', 'account', 'contact', 'dueOrAmount', 'amount'] as const;
export type OrderField = (typeof ORDER_FIELDS)[number];

/**
 * Why the core system will not carry an order out; `over_limit` is the daily limit, `more_than_owed` more than the loan's
 * outstanding sum, and `account_frozen` a freeze that any channel has asked for.
 */
export const BANK_REFUSALS = [
  'account_frozen',
  'insufficient_funds',
  'over_limit',
  'more_than_owed',
  'unknown_account',
  'unknown_payee',
  'unknown_loan',
  'currency_mismatch',
] as const;

/** Why an order cannot be carried out as it stands; the flow may speak of each. */
export const ORDER_REFUSALS = [
  'biometric_required',
  'day_total_reached',
  'cooling_off',
  'agreement_needed',
  'below_minimum',
  'above_maximum',
  ...BANK_REFUSALS,
] as const;
export type OrderRefusal = (typeof ORDER_REFUSALS)[number];

/**
 * Refusals that were told apart later, and what they were before. A flow that does not name the one says the other, so that
 * a published release goes on as it did.
 */
export const REFUSAL_BEFORE: { readonly [refusal in OrderRefusal]?: OrderRefusal } = {
  day_total_reached: 'biometric_required',
  more_than_owed: 'over_limit',
};

/** What only an action under a biometric line can be refused for (V1, V2, Z6). */
const BIOMETRIC_REFUSALS: ReadonlySet<OrderRefusal> = new Set(['biometric_required', 'day_total_reached']);
export const REFUSALS_WITHOUT_BIOMETRICS = ORDER_REFUSALS.filter(
  (refusal) => !BIOMETRIC_REFUSALS.has(refusal),
);

/** What an order says beside its action. Money is integer minor units (invariant 27). */
export interface OrderDetails {
  /** Rises with every change, so that a code for an order dies even when it is changed back. */
  readonly revision: number;
  readonly accountId?: string;
  readonly loanId?: string;
  readonly payeeId?: string;
  readonly amountMinor?: number;
  readonly currency?: Currency;
  /** Keyed digest of a new contact number; the number itself stays sealed. */
  readonly contactIndex?: string;
}

const LACKING: { readonly [field in OrderField]: (order: OrderDetails) => boolean } = {
  loan: ({ loanId }) => loanId === undefined,
  payee: ({ payeeId }) => payeeId === undefined,
  account: ({ accountId }) => accountId === undefined,
  contact: ({ contactIndex }) => contactIndex === undefined,
  dueOrAmount: ({ amountMinor }) => amountMinor === undefined,
  amount: ({ amountMinor }) => amountMinor === undefined,
};

/** Whether an order does not say this yet, whether or not its action asks for it. */
export function isMissing(order: OrderDetails, field: OrderField): boolean {
  return LACKING[field](order);
}
