import type { Knex } from 'knex';

/** Freezes of a day are looked at together, so that one number that freezes many customers is seen. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw('CREATE INDEX IF NOT EXISTS freeze_tellings_made ON freeze_tellings (created_at)');
}

export async function down(): Promise<void> {
  throw new Error('migrations go forward only');
}
