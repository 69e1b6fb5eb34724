import type { Knex } from 'knex';

/** What exact counting needs besides the counters: why an attempt was refused, and what undoing a lock restores. */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.alterTable('attempts', (t) => {
    t.text('refusal'); // why it was refused, so that a retry of the webhook is refused alike
  });
  await knex.schema.alterTable('lock_counters', (t) => {
    t.bigInteger('own_locked_before'); // the lock before the newest one; in force again when that one is undone
    t.bigInteger('other_locked_before');
    t.integer('own_notice_due').notNullable().defaultTo(0); // 1: the customer has not been told of this lock yet
    t.integer('other_notice_due').notNullable().defaultTo(0);
    t.integer('void_notice_due').notNullable().defaultTo(0);
  });
  // A row to queue on, where what is counted are rows of other tables: without it two processes could both count to
  // one below the limit.
  await knex.schema.createTable('budget_guards', (t) => {
    t.text('subject').primary(); // source:<source_index> or number:<number_index>
    t.bigInteger('touched_at').notNullable();
  });
}

export async function down(): Promise<void> {
  throw new Error('migrations go forward only');
}
