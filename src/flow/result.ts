import type { OrderResult } from '../actions/result.ts';
import type { SpokenValue } from '../locales/spoken-value.ts';
import { assert } from '../platform/fault.ts';
import type { Speech } from '../speech/reply.ts';
import type { FlowContext } from './context.ts';

function digits(text: string): SpokenValue {
  return { kind: 'digits', digits: text };
}

/** What the caller hears of an order that was carried out: balances for an enquiry, amount and receipt for the rest. */
export function describeResult(flow: FlowContext, result: OrderResult): readonly Speech[] {
  const { order, labels } = flow;
  assert(order, 'a result belongs to an order');
  const receipt = digits(result.receipt);
  const amount: SpokenValue | undefined =
    order.amountMinor !== undefined && order.currency !== undefined
      ? { kind: 'money', minor: order.amountMinor, currency: order.currency }
      : undefined;
  switch (order.action) {
    case 'enquiry': {
      const accounts = (result.accounts ?? []).map(
        (account): Speech => ({
          prompt: 'result.enquiryAccount',
          values: {
            accountLastFour: digits(account.lastFour),
            balance: { kind: 'money', minor: account.balanceMinor, currency: account.currency },
          },
        }),
      );
      const loans = (result.loans ?? []).map(
        (loan): Speech => ({
          prompt: 'result.enquiryLoan',
          values: {
            loanLastFour: digits(loan.lastFour),
            outstanding: { kind: 'money', minor: loan.outstandingMinor, currency: loan.currency },
            due: { kind: 'money', minor: loan.dueMinor, currency: loan.currency },
            dueOn: { kind: 'date', date: loan.dueOn },
          },
        }),
      );
      return accounts.length + loans.length > 0
        ? [...accounts, ...loans]
        : [{ prompt: 'result.enquiryNothing' }];
    }
    case 'repayment':
      assert(
        amount && result.outstandingMinor !== undefined && order.currency,
        'a repayment has amount and rest',
      );
      return [
        {
          prompt: 'result.repayment',
          values: {
            amount,
            outstanding: { kind: 'money', minor: result.outstandingMinor, currency: order.currency },
            receipt,
          },
        },
      ];
    case 'transfer':
      assert(amount && labels.payee, 'a transfer has amount and payee');
      return [
        {
          prompt: 'result.transfer',
          values: { amount, payee: { kind: 'text', text: labels.payee.name }, receipt },
        },
      ];
    case 'loan_application':
      assert(amount, 'an application has an amount');
      return [{ prompt: 'result.loan_application', values: { amount, receipt } }];
    case 'contact_change':
      return [{ prompt: 'result.contact_change', values: { receipt } }];
    case 'freeze':
      throw new Error('a freeze is told by the flow, not as the result of an order');
  }
}
