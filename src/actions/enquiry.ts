import type { SpokenValue } from '../locales/spoken-value.ts';
import { type Action, digits, money, TELLS_ONLY, type Telling } from './action.ts';
import { dueState, type Option } from './option.ts';

type LoanTold = Extract<Option, { kind: 'loan' }>;

/** The day that is past and something was due on, from the day it is told on: with its year where that is another. */
export function overdueSince({ dueOn, overdueOn }: LoanTold): SpokenValue {
  return { kind: 'date', date: dueOn, ...(overdueOn === undefined ? {} : { today: overdueOn }) };
}

/** What is told of a loan; the sentence of what is overdue would be too long with the other in one. */
function tellLoan(loan: LoanTold): readonly Telling[] {
  const { lastFour, outstandingMinor, dueMinor, dueOn, currency } = loan;
  // More than each prompt speaks: words of an older release say what is due of every loan.
  const all = {
    loanLastFour: digits(lastFour),
    outstanding: money(outstandingMinor, currency),
    due: money(dueMinor, currency),
    dueOn: { kind: 'date', date: dueOn },
  } as const;
  switch (dueState(loan)) {
    case 'due':
      return [{ prompt: 'result.enquiryLoan', values: all }];
    case 'overdue':
      return [
        { prompt: 'result.enquiryLoanOwed', values: all },
        {
          prompt: 'result.enquiryOverdue',
          values: { ...all, overdueSince: overdueSince(loan) },
          goesOn: true,
        },
      ];
    case 'nothing':
      return [{ prompt: 'result.enquiryLoanNotDue', values: all }];
  }
}

/** Loans of every kind that is told in other words, more of them than are told at a time. */
const LOANS_ASSUMED = [
  ...[{}, { dueMinor: 0 }, { overdueOn: '2027-12-28' }],
  ...Array.from({ length: 8 }, () => ({})),
];

/** Balances and loans, all of them, some at a time: query PIN, no money, no message. */
export const enquiry = {
  label: 'Enquiry',
  least: {
    says: 'an enquiry takes at least L2 with the query PIN',
    basis: 'R6.1',
    level: 'L2',
    pin: 'query',
  },
  fields: [],
  ...TELLS_ONLY,
  does: 'tell_balances',
  resultPrompts: {
    'result.enquiryAccount': ['accountLastFour', 'balance'],
    'result.enquiryLoan': ['loanLastFour', 'outstanding', 'due', 'dueOn'],
    'result.enquiryLoanOwed': ['loanLastFour', 'outstanding'],
    'result.enquiryOverdue': ['due', 'overdueSince'],
    'result.enquiryLoanNotDue': ['loanLastFour', 'outstanding'],
    'result.enquiryNothing': [],
  },
  tell: (_ordered, { accounts = [], loans = [] }) => {
    const told: readonly Telling[] = [
      ...accounts.map(({ lastFour, balanceMinor, currency }) => ({
        prompt: 'result.enquiryAccount',
        values: { accountLastFour: digits(lastFour), balance: money(balanceMinor, currency) },
      })),
      ...loans.flatMap(tellLoan),
    ];
    return told.length > 0 ? told : [{ prompt: 'result.enquiryNothing' }];
  },
  assumedResults: (currency) => [
    {
      accounts: [{ lastFour: '4567', balanceMinor: 12_345_678, currency }],
      loans: LOANS_ASSUMED.map((told) => ({
        ...{ kind: 'loan', id: 'loan', lastFour: '4567', currency, outstandingMinor: 12_345_678 },
        ...{ dueMinor: 1_234_567, dueOn: '2026-12-27' },
        ...told,
      })),
    },
  ],
} as const satisfies Action;
