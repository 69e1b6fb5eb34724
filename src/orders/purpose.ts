import type { OrderLabels } from '../actions/option.ts';
import type { Order } from '../actions/order.ts';
import { assert } from '../platform/fault.ts';
import type { PurposeText } from '../speech/sms-keys.ts';

/** What a message says the code or the action is for (V10). */
export function purposeOf({ payee, loan, contactNumber }: OrderLabels, order: Order): PurposeText {
  const { action, amountMinor, currency } = order;
  if (action === 'contact_change') {
    assert(contactNumber !== undefined, 'a change of contact has its number');
    return { key: 'purpose.contact_change', values: { lastFour: contactNumber } };
  }
  assert(amountMinor !== undefined && currency !== undefined, 'an order about money has amount and currency');
  const money = { minor: amountMinor, currency };
  switch (action) {
    case 'transfer':
      assert(payee, 'a transfer has a payee');
      return { key: 'purpose.transfer', values: { money, lastFour: payee.lastFour } };
    case 'repayment':
      assert(loan, 'a repayment has a loan');
      return { key: 'purpose.repayment', values: { money, lastFour: loan.lastFour } };
    case 'loan_application':
      return { key: 'purpose.loan_application', values: { money } };
    default:
      throw new Error(`nothing is written about ${action}`);
  }
}
