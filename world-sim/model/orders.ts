import type { ActionName } from '../../src/actions/catalogue.ts';
import type { Order } from '../../src/actions/order.ts';
import type { Currency } from '../../src/jurisdictions/currency.ts';
import type { EntryData } from '../../src/ledger/entry.ts';
import type { Instant } from '../../src/platform/clock.ts';

/** What each action takes, as policy-defaults says it, written down a second time on purpose. */
export const TAKES: {
  readonly [action in ActionName]?: { readonly pin: 'query' | 'transaction'; readonly code: boolean };
} = {
  enquiry: { pin: 'query', code: false },
  recent_transactions: { pin: 'query', code: false },
  repayment: { pin: 'transaction', code: false },
  transfer: { pin: 'transaction', code: true },
  loan_application: { pin: 'transaction', code: false },
  contact_change: { pin: 'transaction', code: true },
};
const LARGE_LOAN: { readonly [currency in Currency]: number } = { CNY: 5_000_000, VND: 100_000_000 };
const READ_BACK: ReadonlySet<string> = new Set([
  'repayment',
  'transfer',
  'loan_application',
  'contact_change',
]);

/** An order that was carried out, as its entry tells it. */
export interface Carried {
  readonly key: string;
  readonly customer: string;
  readonly action: ActionName;
  readonly accountId?: string;
  readonly counterparty?: string;
  readonly amountMinor?: number;
  readonly currency?: Currency;
  readonly at: Instant;
}

/** Which confirmation an action takes before it is carried out. */
export function confirmationOf(action: ActionName): 'order' | 'identity' {
  return READ_BACK.has(action) ? 'order' : 'identity';
}

/** Whether an entry is about a loan so large that it takes a code. */
export function isLargeLoan({ action, currency, amountMinor = 0 }: EntryData): boolean {
  return (
    action === 'loan_application' && currency !== undefined && amountMinor >= LARGE_LOAN[currency as Currency]
  );
}

/** The order that an entry says was carried out. */
export function carriedOf(data: EntryData, key: string, customer: string, at: Instant): Carried {
  const counterparty = data.payeeId ?? data.loanId;
  return {
    key,
    customer,
    action: data.action as ActionName,
    at,
    ...(data.accountId === undefined ? {} : { accountId: data.accountId }),
    ...(counterparty === undefined ? {} : { counterparty }),
    ...(data.amountMinor === undefined ? {} : { amountMinor: data.amountMinor }),
    ...(data.currency === undefined ? {} : { currency: data.currency as Currency }),
  };
}

/** The order as far as an entry tells it, for working out what its code was bound to. */
export function orderOf(data: EntryData): Order {
  const { action, revision, accountId, loanId, payeeId, amountMinor, currency } = data;
  return {
    action: action as ActionName,
    revision: revision ?? 0,
    ...(accountId === undefined ? {} : { accountId }),
    ...(loanId === undefined ? {} : { loanId }),
    ...(payeeId === undefined ? {} : { payeeId }),
    ...(amountMinor === undefined ? {} : { amountMinor }),
    ...(currency === undefined ? {} : { currency: currency as Currency }),
  };
}
