import { type Action, digits, money, TELLS_ONLY, type Telling } from './action.ts';

/** Balances and loans, told at once: query PIN, no money, no message. */
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
    'result.enquiryNothing': [],
  },
  tell: (_ordered, { accounts = [], loans = [] }) => {
    const told: readonly Telling[] = [
      ...accounts.map(({ lastFour, balanceMinor, currency }) => ({
        prompt: 'result.enquiryAccount',
        values: { accountLastFour: digits(lastFour), balance: money(balanceMinor, currency) },
      })),
      ...loans.map(({ lastFour, outstandingMinor, dueMinor, dueOn, currency }) => ({
        prompt: 'result.enquiryLoan',
        values: {
          loanLastFour: digits(lastFour),
          outstanding: money(outstandingMinor, currency),
          due: money(dueMinor, currency),
          dueOn: { kind: 'date' as const, date: dueOn },
        },
      })),
    ];
    return told.length > 0 ? told : [{ prompt: 'result.enquiryNothing' }];
  },
  assumedResults: (currency) => [
    {
      accounts: [{ lastFour: '4567', balanceMinor: 12_345_678, currency }],
      loans: [
        {
          kind: 'loan',
          id: 'loan',
          lastFour: '4567',
          currency,
          outstandingMinor: 12_345_678,
          dueMinor: 1_234_567,
          dueOn: '2026-12-27',
        },
      ],
    },
  ],
} as const satisfies Action;
