import type { Knex } from 'knex';

/**
 * The first schema; the same file runs on SQLite and PostgreSQL. Times are epoch milliseconds, money is integer
 * minor units. A column ending in `_sealed` is AES-256-GCM text (platform/keys.ts); one ending in `_index` is a
 * keyed digest to look up by. No column ever holds a PIN, a code or an ID number in clear (invariant 15).
 */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('settings', (t) => {
    t.text('name').primary();
    t.text('value').notNullable();
  });

  await knex.schema.createTable('customers', (t) => {
    t.text('id').primary();
    t.text('locale').notNullable(); // language to speak: zh-CN, vi-VN, en-US
    t.text('jurisdiction').notNullable(); // CN or VN: which limits apply
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

  // One row per keyed secret, written before it is looked at (invariant 3). A retry of the same webhook finds its row.
  await knex.schema.createTable('attempts', (t) => {
    t.text('id').primary();
    t.text('call_id').notNullable();
    t.text('step_token').notNullable();
    t.text('request_digest').notNullable(); // keyed: tells a genuine retry from another entry on the same token
    t.text('factor').notNullable(); // identity, pin.query, pin.transaction, code
    t.text('customer_id'); // null: nobody known
    t.text('source_index').notNullable(); // the calling number
    t.boolean('own_line').notNullable();
    t.text('code_id'); // the code this try is counted on
    t.text('status').notNullable(); // reserved, passed, failed, late, refunded, refused
    t.bigInteger('reserved_at').notNullable();
    t.bigInteger('settled_at');
    t.unique(['call_id', 'step_token']);
    t.index(['source_index', 'factor', 'reserved_at']);
    t.index(['customer_id', 'factor', 'reserved_at']);
  });

  // Consecutive failures since the last success, all calls and channels; one row per customer and factor.
  await knex.schema.createTable('lock_counters', (t) => {
    t.text('customer_id').notNullable();
    t.text('factor').notNullable(); // pin.query, pin.transaction, code
    t.integer('own_failures').notNullable().defaultTo(0);
    t.integer('other_failures').notNullable().defaultTo(0);
    t.bigInteger('own_locked_until'); // for the registered line
    t.bigInteger('other_locked_until'); // for every other line
    t.bigInteger('void_at'); // the factor is void; only a person and a new proof in person mend it
    t.primary(['customer_id', 'factor']);
  });

  await knex.schema.createTable('codes', (t) => {
    t.text('id').primary();
    t.text('customer_id').notNullable();
    t.text('call_id').notNullable();
    t.text('binding').notNullable(); // policy/order.ts orderBinding
    t.text('code_digest').notNullable(); // keyed, with the code's id
    t.text('state').notNullable(); // live, consumed, superseded, void
    t.integer('tries').notNullable().defaultTo(0);
    t.bigInteger('sent_at').notNullable();
    t.bigInteger('expires_at').notNullable();
    t.text('number_index').notNullable();
    t.text('delivery').notNullable().defaultTo('pending'); // pending, sent, delivered, failed
    t.index(['call_id', 'state']);
    t.index(['customer_id', 'sent_at']);
    t.index(['number_index', 'sent_at']);
    t.index(['sent_at']);
  });

  await knex.schema.createTable('calls', (t) => {
    t.text('id').primary(); // the carrier's CallSid
    t.text('status').notNullable(); // live, ended
    t.text('release').notNullable(); // digest of flow, policy and prompts the call began with
    t.text('line').notNullable(); // the number that was dialled
    t.text('language').notNullable();
    t.text('source_index').notNullable();
    t.text('source_sealed').notNullable();
    t.text('attestation'); // STIR/SHAKEN as received; recorded, never trusted upward (invariant 24)
    t.text('step').notNullable(); // readable, e.g. identity.phone
    t.text('token').notNullable(); // the step token the next webhook must carry
    t.integer('version').notNullable(); // optimistic: one turn, one increment
    t.text('snapshot_sealed').notNullable();
    t.text('customer_id');
    t.text('last_hash').notNullable(); // of the call's newest audit entry
    t.integer('entries').notNullable();
    t.bigInteger('started_at').notNullable();
    t.bigInteger('updated_at').notNullable();
    t.bigInteger('ended_at');
    t.text('ended_by');
    t.index(['status', 'updated_at']);
    t.index(['customer_id', 'started_at']);
  });

  await knex.schema.createTable('turns', (t) => {
    t.text('call_id').notNullable();
    t.text('token').notNullable(); // the token the webhook carried; `answer` for the first turn
    t.integer('seq').notNullable();
    t.text('request_digest').notNullable(); // keyed
    t.text('answer_sealed').notNullable(); // the TwiML, byte for byte
    t.text('journal_sealed').notNullable(); // what decide was given, for replay
    t.bigInteger('at').notNullable();
    t.primary(['call_id', 'token']);
  });

  await knex.schema.createTable('audit_entries', (t) => {
    t.text('call_id').notNullable();
    t.integer('seq').notNullable();
    t.bigInteger('at').notNullable();
    t.text('type').notNullable();
    t.text('step').notNullable();
    t.text('rules').notNullable(); // JSON array of rule ids
    t.text('release').notNullable();
    t.text('data').notNullable(); // JSON by allow-list
    t.text('prev_hash').notNullable();
    t.text('hash').notNullable();
    t.primary(['call_id', 'seq']);
    t.index(['type', 'at']);
  });

  await knex.schema.createTable('outbox', (t) => {
    t.text('id').primary();
    t.text('purpose').notNullable(); // code, lock_notice, change_notice, action_notice, freeze_notice
    t.text('call_id');
    t.text('code_id');
    t.text('to_sealed').notNullable();
    t.text('body_sealed'); // emptied once the provider has it
    t.text('status').notNullable(); // pending, sent, delivered, failed, expired
    t.integer('tries').notNullable().defaultTo(0);
    t.bigInteger('created_at').notNullable();
    t.bigInteger('due_at').notNullable(); // next try not before
    t.bigInteger('expires_at').notNullable(); // not sent after: a late code is worse than none
    t.text('provider_id');
    t.text('error'); // the provider's error code, never its text
    t.index(['status', 'due_at']);
    t.index(['provider_id']);
  });

  await knex.schema.createTable('handoffs', (t) => {
    t.text('id').primary();
    t.text('call_id').notNullable();
    t.text('queue').notNullable();
    t.text('reason').notNullable();
    t.text('intent');
    t.text('level').notNullable();
    t.text('language').notNullable();
    t.text('customer_id'); // only where identified
    t.text('step').notNullable(); // where the caller was
    t.text('state').notNullable(); // waiting, left
    t.text('result'); // what the carrier said when the caller left the queue
    t.bigInteger('created_at').notNullable();
    t.bigInteger('left_at');
    t.index(['state', 'created_at']);
    t.index(['call_id']);
  });

  // What was carried out, once per idempotency key.
  await knex.schema.createTable('carried_orders', (t) => {
    t.text('idempotency_key').primary();
    t.text('receipt').notNullable().unique(); // short, spoken to the caller
    t.text('call_id').notNullable();
    t.text('customer_id').notNullable();
    t.text('action').notNullable();
    t.text('level').notNullable();
    t.text('order_sealed').notNullable();
    t.bigInteger('amount_minor');
    t.text('currency');
    t.bigInteger('at').notNullable();
    t.index(['customer_id', 'at']);
    t.index(['call_id']);
  });
}

export async function down(): Promise<void> {
  throw new Error('migrations go forward only');
}
