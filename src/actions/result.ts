import type { Currency } from '../jurisdictions/currency.ts';
import type { Option } from './option.ts';

/** What carrying an order out brought, to be told to the caller. */
export interface OrderResult {
  readonly receipt: string;
  readonly accounts?: readonly {
    readonly lastFour: string;
    readonly balanceMinor: number;
    readonly currency: Currency;
  }[];
  readonly loans?: readonly Extract<Option, { kind: 'loan' }>[];
  readonly outstandingMinor?: number;
  /** The newest first, each on its calendar day where the customer is. */
  readonly transactions?: readonly {
    /** YYYY-MM-DD */
    readonly on: string;
    readonly direction: 'in' | 'out';
    readonly amountMinor: number;
    readonly currency: Currency;
    readonly counterpartyLastFour?: string;
  }[];
  /** The calendar day it was told on, where the customer is; YYYY-MM-DD. */
  readonly today?: string;
}
