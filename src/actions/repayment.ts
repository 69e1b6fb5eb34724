import { assert } from '../platform/fault.ts';
import { type Action, amountOf, digits, money } from './action.ts';
import { REFUSALS_WITHOUT_BIOMETRICS } from './order-details.ts';

/** Paying back a loan from an own account: transaction PIN, told by amount, rest and receipt. */
export const repayment = {
  label: 'Repayment',
  least: {
    says: 'a repayment takes at least L2 with the transaction PIN',
    basis: 'R6.1',
    level: 'L2',
    pin: 'transaction',
  },
  fields: ['loan', 'account', 'dueOrAmount'],
  needsAmount: true,
  readBack: {
    prompt: 'confirm.repayment',
    values: ['amount', 'loanLastFour', 'accountLastFour'],
    must: ['amount'],
  },
  // One's own loan is repaid whatever was agreed to (E1.2).
  refusals: REFUSALS_WITHOUT_BIOMETRICS.filter((refusal) => refusal !== 'agreement_needed'),
  does: 'ask_bank',
  toOneself: true,
  underBiometricLine: false,
  takesAgreement: false,
  payeeCoolsOff: false,
  urgent: false,
  purpose: ({ order, labels: { loan } }) => {
    assert(loan, 'a repayment has a loan');
    return { key: 'purpose.repayment', values: { money: amountOf(order), lastFour: loan.lastFour } };
  },
  notice: 'action_notice',
  resultPrompts: { 'result.repayment': ['amount', 'outstanding', 'receipt'] },
  tell: ({ order }, { outstandingMinor, receipt }) => {
    const { minor, currency } = amountOf(order);
    assert(outstandingMinor !== undefined, 'a repayment leaves a rest');
    const values = {
      amount: money(minor, currency),
      outstanding: money(outstandingMinor, currency),
      receipt: digits(receipt),
    };
    return [{ prompt: 'result.repayment', values }];
  },
  assumedResults: () => [{ outstandingMinor: 12_345_678 }],
} as const satisfies Action;
