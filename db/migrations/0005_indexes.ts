import type { Knex } from 'knex';

/** Nobody reads these, and every turn or order wrote them: a desk or a search brings its own (test/query-plans.test.ts). */
const UNUSED = [
  'audit_entries_type_at_index',
  'calls_customer_id_started_at_index',
  'handoffs_state_created_at_index',
  'carried_orders_customer_id_at_index',
  'carried_orders_call_id_index',
];

/** Only the indexes that a statement asks for. */
export async function up(knex: Knex): Promise<void> {
  // The daily limit adds up an account's transfers of the day, whenever an order is looked at or carried out.
  await knex.raw(
    'CREATE INDEX IF NOT EXISTS bank_postings_account_id_at_index ON bank_postings (account_id, at)',
  );
  // Live calls are counted by their status alone. With the time beside it every turn moved its call within the index,
  // and PostgreSQL could not write the row in place.
  await knex.raw('CREATE INDEX IF NOT EXISTS calls_status_index ON calls (status)');
  for (const index of ['calls_status_updated_at_index', ...UNUSED])
    await knex.raw(`DROP INDEX IF EXISTS ${index}`);
}

export async function down(): Promise<void> {
  throw new Error('migrations go forward only');
}
