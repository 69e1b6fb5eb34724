import type { Knex } from 'knex';

/** Customers who take more time at the keys (S8). Only ever more time: a program that does not know of it gives everybody the same. */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.alterTable('customers', (t) => {
    t.boolean('more_time').notNullable().defaultTo(false);
  });
}

export async function down(): Promise<void> {
  throw new Error('migrations go forward only');
}
