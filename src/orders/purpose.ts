import type { OrderLabels } from '../actions/option.ts';
import type { Order } from '../actions/order.ts';
import { lastFour } from '../jurisdictions/phone-number.ts';
import { assert } from '../platform/fault.ts';
import type { CodePurpose } from '../speech/messages.ts';

/** What a message says the code or the action is for (V10). */
export function purposeOf({ payee, loan, contactNumber }: OrderLabels, order: Order): CodePurpose {
  const { action, amountMinor, currency } = order;
  if (action === 'contact_change') {
    assert(contactNumber !== undefined, 'a change of contact has its number');
    return { action, newNumber: lastFour(contactNumber) };
  }
  assert(amountMinor !== undefined && currency !== undefined, 'an order about money has amount and currency');
  switch (action) {
    case 'transfer':
      assert(payee, 'a transfer has a payee');
      return { action, amountMinor, currency, payeeAccount: payee.lastFour };
    case 'repayment':
      assert(loan, 'a repayment has a loan');
      return { action, amountMinor, currency, loanNumber: loan.lastFour };
    case 'loan_application':
      return { action, amountMinor, currency };
    default:
      throw new Error(`nothing is written about ${action}`);
  }
}
