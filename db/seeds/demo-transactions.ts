import type { Currency } from '../../src/jurisdictions/currency.ts';

/** A line of an invented statement. */
export interface DemoTransaction {
  /** Before the start of the demo. */
  readonly hoursAgo: number;
  readonly direction: 'in' | 'out';
  readonly amountMinor: number;
  /** Of the other account; left out for cash and fees. */
  readonly counterpartyLastFour?: string;
}

/** What happened in the first account of a demo customer, newest first; the other accounts are new and have no transactions. */
export const DEMO_TRANSACTIONS: { readonly [currency in Currency]: readonly DemoTransaction[] } = {
  CNY: [
    { hoursAgo: 30, direction: 'out', amountMinor: 128_050, counterpartyLastFour: '6688' },
    { hoursAgo: 75, direction: 'out', amountMinor: 50_000 },
    { hoursAgo: 190, direction: 'in', amountMinor: 1_850_000, counterpartyLastFour: '3001' },
    { hoursAgo: 420, direction: 'out', amountMinor: 365_080, counterpartyLastFour: '4410' },
    { hoursAgo: 600, direction: 'in', amountMinor: 26_000 },
    { hoursAgo: 900, direction: 'in', amountMinor: 1_850_000, counterpartyLastFour: '3001' },
  ],
  VND: [
    { hoursAgo: 30, direction: 'out', amountMinor: 1_250_000, counterpartyLastFour: '6688' },
    { hoursAgo: 75, direction: 'out', amountMinor: 500_000 },
    { hoursAgo: 190, direction: 'in', amountMinor: 18_500_000, counterpartyLastFour: '3001' },
    { hoursAgo: 420, direction: 'out', amountMinor: 4_250_000, counterpartyLastFour: '7725' },
    { hoursAgo: 600, direction: 'in', amountMinor: 260_000 },
    { hoursAgo: 900, direction: 'in', amountMinor: 18_500_000, counterpartyLastFour: '3001' },
  ],
};
