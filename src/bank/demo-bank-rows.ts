import type { Currency } from '../jurisdictions/currency.ts';
import { assert } from '../platform/fault.ts';
import type { BankAccount, BankLoan, BankTransaction } from './bank.ts';

// Rows of the demo bank's tables, and what the port says of them.

export interface AccountRow {
  readonly id: string;
  readonly number: string;
  readonly currency: Currency;
  readonly balance_minor: number;
  readonly daily_limit_minor: number;
}

export interface LoanRow {
  readonly id: string;
  readonly number: string;
  readonly currency: Currency;
  readonly outstanding_minor: number;
  readonly due_minor: number;
  readonly due_on: string;
}

export interface PayeeRow {
  readonly id: string;
  readonly name_sealed: string;
  readonly account_number: string;
  readonly currency: Currency;
  readonly added_at: number;
}

export interface TransactionRow {
  readonly id: string;
  readonly direction: 'in' | 'out';
  readonly amount_minor: number;
  readonly counterparty_last_four: string | null;
  readonly at: number;
}

/** An account as the port tells it. */
export function accountOf(row: AccountRow): BankAccount {
  const { id, number, currency } = row;
  return { id, number, currency, balanceMinor: minor(row.balance_minor) };
}

/** A loan as the port tells it. */
export function loanOf(row: LoanRow): BankLoan {
  const { id, number, currency } = row;
  return {
    ...{ id, number, currency },
    outstandingMinor: minor(row.outstanding_minor),
    dueMinor: minor(row.due_minor),
    dueOn: row.due_on,
  };
}

/** A line of an account's statement as the port tells it. */
export function transactionOf(row: TransactionRow, currency: Currency): BankTransaction {
  const { id, at, direction, counterparty_last_four } = row;
  return {
    ...{ id, at, direction, currency },
    amountMinor: minor(row.amount_minor),
    ...(counterparty_last_four === null ? {} : { counterpartyLastFour: counterparty_last_four }),
  };
}

/** PostgreSQL answers sums as text; anything that is no whole number is a bug (invariant 27). */
export function minor(value: number | string): number {
  const number = Number(value);
  assert(Number.isSafeInteger(number), 'the bank holds whole minor units only');
  return number;
}
