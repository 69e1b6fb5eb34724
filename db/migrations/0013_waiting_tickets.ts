import type { Knex } from 'knex';

/** Tickets that wait are looked for by their age, so that one whose call nobody ended is found. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(
    'create index if not exists handoffs_state_created_at_index on handoffs (state, created_at)',
  );
}

export async function down(): Promise<void> {
  throw new Error('migrations go forward only');
}
