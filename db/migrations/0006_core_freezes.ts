import type { Knex } from 'knex';

/** Freezes in the core system: the demo bank's. */
export async function up(knex: Knex): Promise<void> {
  await createBankFreezes(knex);
}

/** What was asked of the demo bank about a customer's freeze. Only src/bank/demo-bank-freezes.store.ts reads it. */
async function createBankFreezes(knex: Knex): Promise<void> {
  await knex.schema.createTable('bank_freezes', (t) => {
    t.text('request_id').primary();
    t.text('customer_id').notNullable();
    t.text('kind').notNullable(); // freeze, unfreeze
    t.bigInteger('asked_at').notNullable();
    t.index(['customer_id']);
  });
}

export async function down(): Promise<void> {
  throw new Error('migrations go forward only');
}
