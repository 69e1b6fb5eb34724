import type { Knex } from 'knex';

/** What limits count by: whom a caller said to be, and the orders of a customer's day. */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.alterTable('attempts', (t) => {
    t.text('subject_index'); // of an identification: keyed digest of phone and ID as keyed, known or not
  });
  await knex.raw(
    'CREATE INDEX IF NOT EXISTS carried_orders_of_customer ON carried_orders (customer_id, action, at)',
  );
}

export async function down(): Promise<void> {
  throw new Error('migrations go forward only');
}
