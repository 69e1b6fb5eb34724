import type { Currency } from '../jurisdictions/currency.ts';

/** One thing the caller may choose from a list; labels are spoken, ids go into the order. */
export type Option =
  | {
      readonly kind: 'loan';
      readonly id: string;
      readonly lastFour: string;
      readonly currency: Currency;
      readonly outstandingMinor: number;
      readonly dueMinor: number;
      /** YYYY-MM-DD */
      readonly dueOn: string;
      /** The day it is told on where the customer is, YYYY-MM-DD, when something was due before that day. */
      readonly overdueOn?: string;
    }
  | {
      readonly kind: 'payee';
      readonly id: string;
      readonly lastFour: string;
      readonly currency: Currency;
      readonly name: string;
    }
  | { readonly kind: 'account'; readonly id: string; readonly lastFour: string; readonly currency: Currency };

/** What was chosen for the order, in the words it is read back in. */
export interface OrderLabels {
  readonly loan?: Extract<Option, { kind: 'loan' }>;
  readonly payee?: Extract<Option, { kind: 'payee' }>;
  readonly account?: Extract<Option, { kind: 'account' }>;
  /** A new contact number, E.164. Lives only in the sealed snapshot. */
  readonly contactNumber?: string;
}

type LoanOption = Extract<Option, { kind: 'loan' }>;

/** Whether something is due on a loan, and whether it was due before the day it is told on. */
export function dueState({ dueMinor, overdueOn }: LoanOption): 'due' | 'overdue' | 'nothing' {
  if (dueMinor === 0) return 'nothing';
  return overdueOn === undefined ? 'due' : 'overdue';
}

/** What a caller is offered to pay exactly, in minor units: what is due, and all that is owed where nothing is due. */
export function amountOffered({ dueMinor, outstandingMinor }: LoanOption): number {
  return dueMinor > 0 ? dueMinor : outstandingMinor;
}
