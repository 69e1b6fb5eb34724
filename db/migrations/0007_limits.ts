import type { Knex } from 'knex';

/** What limits count by: whom a caller said to be. */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.alterTable('attempts', (t) => {
    t.text('subject_index'); // of an identification: keyed digest of phone and ID as keyed, known or not
  });
}

export async function down(): Promise<void> {
  throw new Error('migrations go forward only');
}
