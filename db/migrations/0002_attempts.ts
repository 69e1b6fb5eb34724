import type { Knex } from 'knex';

/** What is counted, and what is looked for across customers. */
export async function up(knex: Knex): Promise<void> {
  await createAttempts(knex);
  await createCounters(knex);
  await createCodes(knex);
  await createAlarms(knex);
}

/** One row per keyed secret, written before it is looked at (invariant 3). A retry of the same webhook finds its row. */
async function createAttempts(knex: Knex): Promise<void> {
  await knex.schema.createTable('attempts', (t) => {
    t.text('id').primary();
    t.text('call_id').notNullable();
    t.text('step_token').notNullable();
    t.text('request_digest').notNullable(); // keyed: tells a genuine retry from another input on the same token
    t.text('factor').notNullable(); // identity, pin.query, pin.transaction, code
    t.text('customer_id'); // null: nobody known
    t.text('source_index').notNullable(); // the calling number
    t.boolean('own_line').notNullable();
    t.text('code_id'); // the code this try is counted on
    t.text('status').notNullable(); // reserved, passed, failed, late, refunded, refused
    t.text('refusal'); // why it was refused, so that a retry of the webhook is refused alike
    t.boolean('shared').notNullable().defaultTo(false); // a repeated webhook has taken it up, too: neither refunds it alone
    t.bigInteger('reserved_at').notNullable();
    t.bigInteger('settled_at');
    t.unique(['call_id', 'step_token']);
    t.index(['source_index', 'factor', 'reserved_at']);
    t.index(['customer_id', 'factor', 'reserved_at']);
  });
  // Partial, so that identity and code attempts do not pay for it; without the status, so that settling does not either.
  await knex.raw(
    `CREATE INDEX attempts_at_pins ON attempts (reserved_at)
     WHERE factor IN ('pin.query', 'pin.transaction') AND customer_id IS NOT NULL`,
  );
}

async function createCounters(knex: Knex): Promise<void> {
  // Consecutive failures since the last success, all calls and channels; one row per customer and factor.
  await knex.schema.createTable('lock_counters', (t) => {
    t.text('customer_id').notNullable();
    t.text('factor').notNullable(); // pin.query, pin.transaction, code
    t.integer('own_failures').notNullable().defaultTo(0);
    t.integer('other_failures').notNullable().defaultTo(0);
    t.bigInteger('own_locked_until'); // for the registered line
    t.bigInteger('own_locked_before'); // the lock before the newest one; in force again when that one is undone
    t.integer('own_notice_due').notNullable().defaultTo(0); // 1: the customer has not been told of this lock yet
    t.bigInteger('other_locked_until'); // for every other line
    t.bigInteger('other_locked_before');
    t.integer('other_notice_due').notNullable().defaultTo(0);
    t.bigInteger('void_at'); // the factor is void; only a person and a new proof in person mend it
    t.integer('void_notice_due').notNullable().defaultTo(0);
    t.primary(['customer_id', 'factor']);
  });
  // A row to queue on, where what is counted are rows of other tables: without it two processes could both count to
  // one below the limit.
  await knex.schema.createTable('budget_guards', (t) => {
    t.text('subject').primary(); // source:<source_index> or number:<number_index>
    t.bigInteger('touched_at').notNullable();
  });
}

async function createCodes(knex: Knex): Promise<void> {
  await knex.schema.createTable('codes', (t) => {
    t.text('id').primary();
    t.text('customer_id').notNullable();
    t.text('call_id').notNullable();
    t.text('binding').notNullable(); // orderBinding
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
}

/** Alarms about what no single call shows, and who looked last, so that of any number of processes one looks at a time. */
async function createAlarms(knex: Knex): Promise<void> {
  await knex.schema.createTable('alarms', (t) => {
    t.text('kind').notNullable(); // spraying
    t.integer('episode').notNullable(); // 1, 2, 3 …
    t.bigInteger('raised_at').notNullable();
    t.bigInteger('seen_at').notNullable(); // when it still went on
    t.bigInteger('ended_at'); // null while it goes on
    t.integer('window_seconds').notNullable(); // over which the largest counts below were taken
    t.integer('customers').notNullable(); // counts only: whose and from where is in attempts
    t.integer('sources').notNullable();
    t.integer('failures').notNullable();
    t.primary(['kind', 'episode']);
  });
  await knex.schema.createTable('alarm_watches', (t) => {
    t.text('kind').primary();
    t.bigInteger('looked_at').notNullable();
  });
  // One alarm of a kind at a time, from the first process.
  await knex.raw('CREATE UNIQUE INDEX alarms_going_on ON alarms (kind) WHERE ended_at IS NULL');
}

export async function down(): Promise<void> {
  throw new Error('migrations go forward only');
}
