import type { Knex } from 'knex';

/** Which page of a member of staff is the newest one open: it rings, the older ones are quiet. */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('desk_pages', (t) => {
    t.text('staff_id').primary();
    t.text('page').notNullable(); // an id of the page, new each time it is loaded
    t.bigInteger('opened_at').notNullable();
  });
  // The calls that somebody took today.
  await knex.schema.alterTable('desk_offers', (t) => {
    t.index(['staff_id', 'at']);
  });
}

export async function down(): Promise<void> {
  throw new Error('migrations go forward only');
}
