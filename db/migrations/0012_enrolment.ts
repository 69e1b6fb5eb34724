import type { Knex } from 'knex';

/** What a customer's record says beyond who it is: the kind of document, and what was agreed to (E1.2). */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.alterTable('customers', (t) => {
    t.text('document_kind'); // null: enrolled before kinds were kept, an ID of the customer's jurisdiction
    t.text('agreement_version'); // null: not known
    t.bigInteger('agreed_at');
    t.text('risk_notice_version'); // null: not known
    t.bigInteger('risk_notice_at');
  });
  await knex.raw(
    'create index if not exists customers_national_id_index_index on customers (national_id_index)',
  );
}

export async function down(): Promise<void> {
  throw new Error('migrations go forward only');
}
