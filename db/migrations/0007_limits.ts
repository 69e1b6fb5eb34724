import type { Knex } from 'knex';

/** What limits count by: whom a caller said to be, the number a notice went to, the orders of a customer's day. */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.alterTable('attempts', (t) => {
    t.text('subject_index'); // of an identification: keyed digest of phone and ID as keyed, known or not
  });
  await knex.schema.alterTable('outbox', (t) => {
    t.text('number_index'); // of a notice: the number it goes to, as `codes` has it
    t.integer('events'); // of a message that sums up: how many events it tells of
  });
  await knex.raw(
    'CREATE INDEX IF NOT EXISTS outbox_notices_to_number ON outbox (number_index, created_at) WHERE number_index IS NOT NULL',
  );
  await knex.raw(
    'CREATE INDEX IF NOT EXISTS carried_orders_of_customer ON carried_orders (customer_id, action, at)',
  );
}

export async function down(): Promise<void> {
  throw new Error('migrations go forward only');
}
