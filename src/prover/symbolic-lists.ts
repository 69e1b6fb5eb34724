import type { Option } from '../actions/option.ts';
import type { FlowEvent } from '../flow/events.ts';
import type { Release } from '../flow/release.ts';
import type { Currency } from '../jurisdictions/currency.ts';
import { LONG_NAME } from './symbolic-customer.ts';

type LoanOption = Extract<Option, { kind: 'loan' }>;

/** More of anything than are heard at a time. */
const MANY = 7;

/** None, one, two, and more than are heard at a time. */
function someOf(option: Option): readonly (readonly Option[])[] {
  return [0, 1, 2, MANY].map((count) => Array.from({ length: count }, () => option));
}

/** Loans as a customer can have them: each kind that is spoken of, or offered to be paid, in another way. */
function loans(currency: Currency, { policy }: Release): readonly (readonly LoanOption[])[] {
  const loan: LoanOption = {
    ...{ kind: 'loan', id: 'loan', lastFour: '4567', currency, outstandingMinor: 12_345_678 },
    ...{ dueMinor: 1_234_567, dueOn: '2026-12-27' },
  };
  const tooMuch = policy.amounts.maximum[currency] + 1;
  const alone: readonly LoanOption[] = [
    loan,
    { ...loan, dueMinor: 0 },
    { ...loan, dueMinor: 0, outstandingMinor: tooMuch },
    { ...loan, dueMinor: tooMuch, outstandingMinor: tooMuch },
  ];
  const overdue: LoanOption = { ...loan, overdueOn: '2026-12-28' };
  return [[], ...alone.map((one) => [one]), [overdue, loan], Array.from({ length: MANY }, () => loan)];
}

/** What an operation can list. */
export function listedBy(
  operation: 'list.loans' | 'list.payees' | 'list.accounts',
  release: Release,
  currency: Currency,
): readonly FlowEvent[] {
  const listed = (lists: readonly (readonly Option[])[]) =>
    lists.map((options): FlowEvent => ({ type: 'LISTED', options }));
  const named = { lastFour: '4567', currency } as const;
  switch (operation) {
    case 'list.loans':
      return [{ type: 'LISTED', options: [], settled: true }, ...listed(loans(currency, release))];
    case 'list.payees':
      return listed(someOf({ kind: 'payee', id: 'payee', ...named, name: LONG_NAME }));
    case 'list.accounts':
      return listed(someOf({ kind: 'account', id: 'account', ...named }));
  }
}
