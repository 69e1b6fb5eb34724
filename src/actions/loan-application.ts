import { type Action, amountOf, digits, money } from './action.ts';
import { REFUSALS_WITHOUT_BIOMETRICS } from './order-details.ts';

/** A loan applied for, decided later by the bank: transaction PIN, and a one-time code when it is large. */
export const loanApplication = {
  label: 'Loan application',
  least: {
    says: 'a loan application takes at least L2 with the transaction PIN, and L3 when large',
    basis: 'R7.1',
    level: 'L2',
    levelWhenLarge: 'L3',
    pin: 'transaction',
  },
  fields: ['amount'],
  needsAmount: true,
  readBack: { prompt: 'confirm.loan', values: ['amount'], must: ['amount'] },
  refusals: REFUSALS_WITHOUT_BIOMETRICS,
  does: 'ask_bank',
  toOneself: false,
  underBiometricLine: false,
  takesAgreement: true,
  payeeCoolsOff: false,
  urgent: false,
  purpose: ({ order }) => ({
    key: 'purpose.loan_application',
    values: { money: amountOf(order) },
  }),
  notice: 'action_notice',
  resultPrompts: { 'result.loan_application': ['amount', 'receipt'] },
  tell: ({ order }, { receipt }) => {
    const { minor, currency } = amountOf(order);
    const values = { amount: money(minor, currency), receipt: digits(receipt) };
    return [{ prompt: 'result.loan_application', values }];
  },
  assumedResults: () => [{}],
} as const satisfies Action;
