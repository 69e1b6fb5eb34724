import type { Knex } from 'knex';

/** Calls, their turns and record, and what leaves them: messages, hand-offs, orders. */
export async function up(knex: Knex): Promise<void> {
  await createCalls(knex);
  await createRecord(knex);
  await createOutbox(knex);
  await createHandoffs(knex);
  await createCarriedOrders(knex);
}

async function createCalls(knex: Knex): Promise<void> {
  await knex.schema.createTable('calls', (t) => {
    t.text('id').primary(); // the carrier's
    t.text('status').notNullable(); // live, ended
    t.text('release').notNullable(); // digest of what the call began with
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
    t.text('last_hash').notNullable(); // of the newest entry of the call's stream
    t.integer('entries').notNullable(); // the length of the call's stream
    t.bigInteger('started_at').notNullable();
    t.bigInteger('updated_at').notNullable();
    t.bigInteger('ended_at');
    t.text('ended_by');
    // Live calls are counted by their status alone: with the time beside it every turn would move its call within the
    // index, and PostgreSQL could not write the row in place.
    t.index(['status']);
  });
  await knex.schema.createTable('turns', (t) => {
    t.text('call_id').notNullable();
    t.text('token').notNullable(); // the token the webhook carried; `answer` for the first turn
    t.integer('seq').notNullable();
    t.text('request_digest').notNullable(); // keyed
    t.text('answer_sealed').notNullable(); // byte for byte
    t.text('next_token').notNullable(); // the token the answer tells the carrier to send next
    t.text('journal_sealed').notNullable(); // what decide was given, for replay
    t.bigInteger('at').notNullable();
    t.primary(['call_id', 'token']);
  });
}

/** What was decided and done, in streams of entries that are linked by hashes. */
async function createRecord(knex: Knex): Promise<void> {
  await knex.schema.createTable('ledger_entries', (t) => {
    t.text('stream_kind').notNullable(); // call, customer, session, case, release, system
    t.text('stream_id').notNullable();
    t.integer('seq').notNullable(); // from 0, within the stream
    t.bigInteger('at').notNullable();
    t.text('type').notNullable();
    t.text('step'); // where a call was; null outside calls
    t.text('rules').notNullable(); // JSON array of rule ids
    t.text('release'); // by which a call was decided; null outside calls
    t.text('data').notNullable(); // JSON by allow-list
    t.text('prev_hash').notNullable();
    t.text('hash').notNullable();
    t.primary(['stream_kind', 'stream_id', 'seq']);
  });
  // How long each stream is and its newest hash, so that a cut end shows. A call's stands in its own row of `calls`.
  await knex.schema.createTable('ledger_streams', (t) => {
    t.text('kind').notNullable();
    t.text('id').notNullable();
    t.integer('length').notNullable();
    t.text('last_hash').notNullable();
    t.primary(['kind', 'id']);
  });
}

async function createOutbox(knex: Knex): Promise<void> {
  await knex.schema.createTable('outbox', (t) => {
    t.text('id').primary();
    t.text('purpose').notNullable(); // code, lock_notice, change_notice, action_notice, freeze_notice
    t.text('call_id');
    t.text('code_id');
    t.text('to_sealed').notNullable();
    t.text('body_sealed'); // emptied once the provider has it
    t.text('status').notNullable(); // pending, sent, delivered, failed, expired
    t.integer('tries').notNullable().defaultTo(0);
    t.integer('copies').notNullable().defaultTo(0); // that may be out: counted before a try, taken back where it cannot have been sent
    t.bigInteger('created_at').notNullable();
    t.bigInteger('due_at').notNullable(); // next try not before
    t.bigInteger('expires_at').notNullable(); // not sent after: a late code is worse than none
    t.text('provider_id');
    t.text('error'); // the provider's error code, never its text
    t.index(['status', 'due_at']);
    t.index(['provider_id']);
  });
}

async function createHandoffs(knex: Knex): Promise<void> {
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
    t.text('result'); // how the wait ended: answered, hung_up, left, full, failed, resumed
    t.bigInteger('created_at').notNullable();
    t.bigInteger('left_at');
    t.index(['call_id']);
  });
}

/** What was carried out, once per idempotency key. */
async function createCarriedOrders(knex: Knex): Promise<void> {
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
  });
}

export async function down(): Promise<void> {
  throw new Error('migrations go forward only');
}
