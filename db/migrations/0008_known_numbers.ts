import type { Knex } from 'knex';

/**
 * Numbers from which a right PIN of a customer came (V4), by a keyed digest of customer and number. Only
 * src/customers/known-numbers.store.ts reads it.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('known_numbers', (t) => {
    t.text('customer_id').notNullable();
    t.text('number_index').notNullable();
    t.bigInteger('seen_at').notNullable();
    // The first money order that was carried out from there with a one-time code (V4.2).
    t.bigInteger('proved_at');
    t.primary(['customer_id', 'number_index']);
  });
}

export async function down(): Promise<void> {
  throw new Error('migrations go forward only');
}
