import type { Knex } from 'knex';

/*
 * The same files run on SQLite and PostgreSQL. Times are epoch milliseconds, money is integer minor units. A column
 * ending in `_sealed` is AES-256-GCM text (src/platform/keyring.ts); one ending in `_index` is a keyed digest to look up
 * by. No column ever holds a PIN, a code or an ID number in clear (invariant 15). Every index is asked for by a
 * statement (test/query-plans.test.ts).
 */

/** Who may call, and the verifiers of their PINs. */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('settings', (t) => {
    t.text('name').primary();
    t.text('value').notNullable();
  });
  await knex.schema.createTable('customers', (t) => {
    t.text('id').primary();
    t.text('locale').notNullable(); // tag of the language to speak
    t.text('jurisdiction').notNullable(); // country whose limits apply
    t.text('name_sealed').notNullable(); // JSON { full, family, title }
    t.text('national_id_sealed').notNullable();
    t.text('national_id_index').notNullable();
    t.text('phone_sealed'); // registered phone, E.164; null where none is registered
    t.text('phone_index');
    t.bigInteger('phone_since'); // when that number was registered
    t.text('contact_phone_sealed'); // further contact number, changed by telephone at L3
    t.bigInteger('sim_changed_at'); // null: not known, which is not "never"
    t.text('freeze').notNullable().defaultTo('none'); // none, provisional, full
    t.bigInteger('frozen_at');
    t.bigInteger('cooling_off_until'); // no high-risk action before this
    t.bigInteger('created_at').notNullable();
    t.unique(['phone_index', 'national_id_index']);
  });
  await knex.schema.createTable('pin_verifiers', (t) => {
    t.text('customer_id').notNullable().references('customers.id');
    t.text('kind').notNullable(); // query, transaction
    t.text('verifier').notNullable(); // argon2id, with the pepper as secret and customer and kind as associated data
    t.bigInteger('set_at').notNullable();
    t.bigInteger('first_until'); // an issued first PIN, good only for choosing one, until then; null: chosen by the customer
    t.primary(['customer_id', 'kind']);
  });
}

export async function down(): Promise<void> {
  throw new Error('migrations go forward only');
}
