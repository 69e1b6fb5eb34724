import type { Knex } from 'knex';

/**
 * The language a customer has chosen on the telephone. Null: none, and the one of the record stands; a program that does not
 * know of it writes and speaks as the record says.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.alterTable('customers', (t) => {
    t.text('chosen_language');
  });
}

export async function down(): Promise<void> {
  throw new Error('migrations go forward only');
}
