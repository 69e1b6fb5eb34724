import type { Knex } from 'knex';

/** Whether a repeated webhook has taken the attempt up, too: whoever took it first then no longer gives it back alone. */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.alterTable('attempts', (t) => {
    t.boolean('shared').notNullable().defaultTo(false);
  });
}

export async function down(): Promise<void> {
  throw new Error('migrations go forward only');
}
