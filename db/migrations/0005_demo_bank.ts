import type { Knex } from 'knex';

/** The embedded demo bank: stands where a bank's core system would. Only src/bank/demo-bank.store.ts reads it. */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('bank_accounts', (t) => {
    t.text('id').primary();
    t.text('customer_id').notNullable();
    t.text('number').notNullable();
    t.text('currency').notNullable();
    t.bigInteger('balance_minor').notNullable();
    t.bigInteger('daily_limit_minor').notNullable();
    t.index(['customer_id']);
  });
  await knex.schema.createTable('bank_loans', (t) => {
    t.text('id').primary();
    t.text('customer_id').notNullable();
    t.text('number').notNullable();
    t.text('currency').notNullable();
    t.bigInteger('outstanding_minor').notNullable();
    t.bigInteger('due_minor').notNullable();
    t.text('due_on').notNullable(); // YYYY-MM-DD
    t.index(['customer_id']);
  });
  await knex.schema.createTable('bank_payees', (t) => {
    t.text('id').primary();
    t.text('customer_id').notNullable();
    t.text('name_sealed').notNullable();
    t.text('account_number').notNullable();
    t.text('currency').notNullable();
    t.bigInteger('added_at').notNullable();
    t.index(['customer_id']);
  });
  await knex.schema.createTable('bank_postings', (t) => {
    t.text('idempotency_key').primary();
    t.text('customer_id').notNullable();
    t.text('kind').notNullable(); // transfer, repayment, loan_application; pending inside its transaction, refused where the order was
    t.text('account_id');
    t.text('counterparty_id'); // payee or loan
    t.bigInteger('amount_minor').notNullable();
    t.text('currency').notNullable();
    t.text('request_digest').notNullable(); // a key used again for another request is refused
    t.text('result').notNullable(); // JSON, given again to a repeated request
    t.bigInteger('at').notNullable();
    t.index(['customer_id', 'currency', 'at']);
    t.index(['account_id', 'at']); // the daily limit adds up an account's transfers of the day
  });
  // What the accounts' statements show: a line for every movement of an account.
  await knex.schema.createTable('bank_transactions', (t) => {
    t.text('id').primary();
    t.text('account_id').notNullable();
    t.text('direction').notNullable(); // in or out
    t.bigInteger('amount_minor').notNullable();
    t.text('counterparty_last_four'); // of the other account or loan; null where there is none
    t.bigInteger('at').notNullable();
    t.index(['account_id', 'at', 'id']); // the newest of an account
  });
}

export async function down(): Promise<void> {
  throw new Error('migrations go forward only');
}
