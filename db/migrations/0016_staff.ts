import type { Knex } from 'knex';

/** The people at the desk: who they are, where they are signed in, what two administrators change, and how long they work. */
export async function up(knex: Knex): Promise<void> {
  await createAccounts(knex);
  await createSessions(knex);
  await createChanges(knex);
  await createPeriods(knex);
}

async function createAccounts(knex: Knex): Promise<void> {
  await knex.schema.createTable('staff_accounts', (t) => {
    t.text('id').primary();
    t.text('sign_in').notNullable().unique(); // lower case
    t.text('name').notNullable();
    t.text('role').notNullable();
    t.text('number').notNullable().unique(); // the adviser number callers are told
    t.text('languages').notNullable(); // JSON, best first
    t.text('phone').notNullable(); // E.164 or sip:, empty: none
    t.bigInteger('qualified_until'); // null: takes no calls
    t.text('state').notNullable(); // invited, active, disabled
    t.integer('version').notNullable(); // sessions of an older one are over
    t.text('language').notNullable(); // of their pages
    t.text('theme').notNullable(); // system, light, dark
    t.text('password'); // argon2id, bound to the id; null: none
    t.text('totp_sealed'); // null: none
    t.bigInteger('totp_step'); // the newest step whose code was used
    t.text('totp_offered_sealed'); // shown with a link and not confirmed yet
    t.text('link_digest').unique(); // of the one-time link's key
    t.bigInteger('link_expires_at');
    t.bigInteger('created_at').notNullable();
  });
}

async function createSessions(knex: Knex): Promise<void> {
  await knex.schema.createTable('staff_sessions', (t) => {
    t.text('digest').primary(); // of a token of 256 bits
    t.text('id').notNullable().unique(); // what people and the record call it
    t.text('staff_id').notNullable();
    t.integer('version').notNullable(); // the account's, when it began
    t.bigInteger('created_at').notNullable();
    t.bigInteger('second_factor_at'); // null: only the password so far
    t.bigInteger('seen_at').notNullable();
    t.bigInteger('ends_at').notNullable();
    t.bigInteger('ended_at');
    t.text('ended_by'); // the id of a member of staff, or the word of what ended it
    t.text('device').notNullable(); // such as Firefox on Windows, in words of a closed list
    t.index(['staff_id', 'ends_at']);
  });
}

async function createChanges(knex: Knex): Promise<void> {
  await knex.schema.createTable('staff_changes', (t) => {
    t.text('id').primary();
    t.text('kind').notNullable(); // add, change, disable, enable, reset
    t.text('staff_id').notNullable();
    t.text('profile'); // JSON of what it is to be: add and change
    t.text('requested_by').notNullable(); // the id of an administrator, or cli:NAME
    t.text('requester').notNullable(); // the name, as it was
    t.bigInteger('requested_at').notNullable();
    t.bigInteger('expires_at').notNullable();
    t.text('state').notNullable(); // pending, approved, refused
    t.text('decided_by');
    t.bigInteger('decided_at');
  });
  // One change of a person waits at a time: the first that was asked for.
  await knex.raw(
    "CREATE UNIQUE INDEX staff_changes_pending ON staff_changes (staff_id) WHERE state = 'pending'",
  );
}

async function createPeriods(knex: Knex): Promise<void> {
  await knex.schema.createTable('staff_periods', (t) => {
    t.text('id').primary();
    t.text('staff_id').notNullable();
    t.text('kind').notNullable(); // shift, break, hard_call: one after which a break is due
    t.bigInteger('started_at').notNullable();
    t.bigInteger('ended_at');
    t.index(['staff_id', 'started_at']);
  });
  await knex.raw(
    'CREATE UNIQUE INDEX staff_periods_open ON staff_periods (staff_id, kind) WHERE ended_at IS NULL',
  );
}

export async function down(): Promise<void> {
  throw new Error('migrations go forward only');
}
