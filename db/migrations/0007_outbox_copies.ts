import type { Knex } from 'knex';

/** How many copies of a message may be out: counted before a try, taken back where it cannot have been sent. */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.alterTable('outbox', (t) => {
    t.integer('copies').notNullable().defaultTo(0);
  });
}

export async function down(): Promise<void> {
  throw new Error('migrations go forward only');
}
