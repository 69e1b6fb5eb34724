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
      readonly dueOn: string;
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
