import type { Knex } from 'knex';

/** Sessions of other programs that act for somebody who has signed in: each begins in a session of a browser and ends with it. */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.alterTable('staff_sessions', (t) => {
    t.text('program'); // what its owner calls the program; null: a browser
    t.text('parent'); // the id of the session it was begun in; null: a browser
    t.index(['parent']);
  });
}

export async function down(): Promise<void> {
  throw new Error('migrations go forward only');
}
