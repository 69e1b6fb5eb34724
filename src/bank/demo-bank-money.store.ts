import type { Knex } from 'knex';
import { ask, changeOne } from './ask-database.service.ts';
import type { BankOrder, BankRequest, BankResult } from './bank.ts';
import { type AccountRow, type LoanRow, minor } from './demo-bank-rows.ts';

/** Moves the money of an order that nothing refuses, and writes the account's line. Throws Fault(conflict) where less is there than was checked. */
export async function moveMoney(
  transaction: Knex,
  { customerId, idempotencyKey, at }: BankRequest,
  order: BankOrder,
): Promise<BankResult> {
  if (order.action === 'loan_application') return { kind: 'done' };
  // The condition is part of the update itself, so that no earlier read can overdraw an account.
  const account = await changeOne<AccountRow>(
    transaction('bank_accounts')
      .where({ id: order.accountId, customer_id: customerId })
      .andWhere('balance_minor', '>=', order.amountMinor)
      .decrement('balance_minor', order.amountMinor)
      .returning('*'),
    'a debit found less money than was checked',
  );
  const balanceMinor = minor(account.balance_minor);
  const [table, column, counterparty] =
    order.action === 'transfer'
      ? ['bank_payees', 'account_number', order.payeeId]
      : ['bank_loans', 'number', order.loanId];
  await ask(
    transaction('bank_transactions').insert({
      id: idempotencyKey,
      account_id: account.id,
      direction: 'out',
      amount_minor: order.amountMinor,
      counterparty_last_four: transaction(table)
        .where({ id: counterparty })
        .select(transaction.raw(`substr(??, length(??) - 3)`, [column, column])),
      at,
    }),
  );
  if (order.action === 'transfer') return { kind: 'done', balanceMinor };
  const loan = await changeOne<LoanRow>(
    transaction('bank_loans')
      .where({ id: order.loanId, customer_id: customerId })
      .andWhere('outstanding_minor', '>=', order.amountMinor)
      .update({
        outstanding_minor: transaction.raw('outstanding_minor - ?', [order.amountMinor]),
        due_minor: transaction.raw('case when due_minor > ? then due_minor - ? else 0 end', [
          order.amountMinor,
          order.amountMinor,
        ]),
      })
      .returning('*'),
    'a repayment found a smaller loan than was checked',
  );
  return { kind: 'done', balanceMinor, outstandingMinor: minor(loan.outstanding_minor) };
}
