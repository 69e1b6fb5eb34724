import type { Knex } from 'knex';

/** Freezes on their way to the core system, and the demo bank's own. */
export async function up(knex: Knex): Promise<void> {
  await createFreezeTellings(knex);
  await createBankFreezes(knex);
}

/** One row for each freeze that the core is told of, until it has answered and after. Rows hold no personal data. */
async function createFreezeTellings(knex: Knex): Promise<void> {
  await knex.schema.createTable('freeze_tellings', (t) => {
    t.text('id').primary(); // what the core knows the request by
    t.text('customer_id').notNullable();
    t.text('call_id'); // in which it was asked for; null where no call of ours was
    t.bigInteger('asked_at').notNullable(); // when the customer asked (V8.2)
    t.text('notice').notNullable(); // what the customer's messages have said is stopped: owed (nothing yet), line, all; none is due
    t.integer('tries').notNullable().defaultTo(0);
    t.bigInteger('created_at').notNullable();
    t.bigInteger('due_at').notNullable(); // next try not before
    t.bigInteger('answered_at'); // when the core had it; null while it is repeated
  });
  // Few at any time, whatever the table has grown to.
  for (const column of ['due_at', 'created_at'])
    await knex.raw(
      `CREATE INDEX freeze_tellings_by_${column} ON freeze_tellings (${column}) WHERE answered_at IS NULL`,
    );
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
