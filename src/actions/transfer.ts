import { assert } from '../platform/fault.ts';
import { type Action, amountOf, digits, money } from './action.ts';
import { ORDER_REFUSALS } from './order-details.ts';

/** Money to a registered payee: transaction PIN and a one-time code, under the line that takes biometrics. */
export const transfer = {
  label: 'Transfer',
  least: {
    says: 'a transfer takes L3 with the transaction PIN',
    basis: 'R7.1, V1',
    level: 'L3',
    pin: 'transaction',
  },
  fields: ['payee', 'account', 'amount'],
  needsAmount: true,
  readBack: {
    prompt: 'confirm.transfer',
    values: ['amount', 'payee', 'payeeLastFour', 'accountLastFour'],
    must: ['amount', 'payee'],
  },
  refusals: ORDER_REFUSALS,
  does: 'ask_bank',
  toOneself: false,
  underBiometricLine: true,
  takesAgreement: true,
  payeeCoolsOff: true,
  urgent: false,
  purpose: ({ order, labels: { payee } }) => {
    assert(payee, 'a transfer has a payee');
    return { key: 'purpose.transfer', values: { money: amountOf(order), lastFour: payee.lastFour } };
  },
  notice: 'action_notice',
  resultPrompts: { 'result.transfer': ['amount', 'payee', 'receipt'] },
  tell: ({ order, labels: { payee } }, { receipt }) => {
    const { minor, currency } = amountOf(order);
    assert(payee, 'a transfer has a payee');
    const values = {
      amount: money(minor, currency),
      payee: { kind: 'text', text: payee.name, otherwise: payee.lastFour },
      receipt: digits(receipt),
    } as const;
    return [{ prompt: 'result.transfer', values }];
  },
  assumedResults: () => [{}],
} as const satisfies Action;
