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
}
