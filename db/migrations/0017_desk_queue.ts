import type { Knex } from 'knex';

/** A person takes over: who waits, who is asked, what the carrier is told, what staff write down. */
export async function up(knex: Knex): Promise<void> {
  await createHandoffs(knex);
  await createCommands(knex);
  await createPresence(knex);
  await createCases(knex);
}

async function createHandoffs(knex: Knex): Promise<void> {
  await knex.schema.createTable('desk_handoffs', (t) => {
    t.text('id').primary(); // that of its ticket in handoffs
    t.text('call_id').notNullable();
    t.text('queue').notNullable();
    t.text('language').notNullable();
    t.text('state').notNullable(); // waiting, offered, connecting, talking, held, keying, agent_lost, wrap_up, closed
    t.text('waits'); // the queue, while the caller waits; null otherwise
    t.integer('live'); // 1 while the caller waits or talks; null otherwise
    t.integer('version').notNullable();
    t.text('agent_id'); // who has it, or is asked
    t.integer('front').notNullable(); // 1: goes before those who only wait
    t.bigInteger('entered_at').notNullable();
    t.bigInteger('due_at'); // when something happens by itself; null where nothing does
    t.bigInteger('taken_at');
    t.bigInteger('closed_at');
    t.text('end'); // how it ended
    t.text('detail').notNullable(); // JSON: legs, labels, deadlines; nothing personal
    t.index(['waits', 'entered_at']);
    t.index(['live']);
    t.index(['due_at']);
    t.index(['agent_id', 'state']);
    t.index(['call_id']);
    t.index(['queue', 'taken_at']);
  });
  await knex.schema.createTable('desk_offers', (t) => {
    t.text('handoff_id').notNullable();
    t.integer('number').notNullable(); // the version of the hand-off that made it
    t.text('staff_id').notNullable();
    t.bigInteger('at').notNullable();
    t.bigInteger('until').notNullable();
    t.bigInteger('ended_at');
    t.text('result'); // taken, declined, missed, withdrawn
    t.primary(['handoff_id', 'number']);
  });
  await knex.schema.createTable('desk_notes', (t) => {
    t.text('handoff_id').primary();
    t.text('staff_id').notNullable(); // who wrote last
    t.text('body_sealed').notNullable();
    t.integer('version').notNullable();
    t.bigInteger('updated_at').notNullable();
  });
}

/** What the carrier is asked for, sent after the commit and in order within a hand-off. */
async function createCommands(knex: Knex): Promise<void> {
  await knex.schema.createTable('carrier_commands', (t) => {
    t.text('handoff_id').notNullable();
    t.integer('number').notNullable(); // their order within a hand-off
    t.text('kind').notNullable();
    t.text('command_sealed').notNullable(); // the number of a member of staff is in it
    t.text('status').notNullable(); // pending, done, gone, refused, needless
    t.integer('tries').notNullable().defaultTo(0);
    t.bigInteger('created_at').notNullable();
    t.bigInteger('due_at').notNullable(); // next try not before
    t.text('error'); // the carrier's error number
    t.primary(['handoff_id', 'number']);
    t.index(['status', 'due_at']);
  });
}

/** Who is at the desk, as the queues see them. */
async function createPresence(knex: Knex): Promise<void> {
  await knex.schema.createTable('desk_presence', (t) => {
    t.text('staff_id').primary();
    t.text('state').notNullable(); // off, ready, asked, away, busy, wrap_up
    t.bigInteger('since').notNullable(); // of the state; the longest ready are asked first
    t.bigInteger('seen_at').notNullable(); // an open page was last heard of
    t.integer('misses').notNullable(); // offers in a row that nobody answered
    t.text('name').notNullable();
    t.text('number').notNullable(); // spoken to callers
    t.integer('tier').notNullable();
    t.text('languages').notNullable(); // JSON array
    t.text('phone_sealed').notNullable();
  });
}

/** What is still to be done for a caller whom nobody could help at once. */
async function createCases(knex: Knex): Promise<void> {
  await knex.schema.createTable('cases', (t) => {
    t.text('id').primary();
    t.text('number').notNullable().unique(); // short, spoken to the caller
    t.text('kind').notNullable(); // nobody_on_duty, callback, message
    t.text('state').notNullable(); // open, owned, closed
    t.text('queue').notNullable();
    t.text('language').notNullable();
    t.text('call_id').notNullable();
    t.text('handoff_id').notNullable();
    t.text('customer_id'); // whom the caller claimed and the line found; only their registered number is called
    t.text('owner_id');
    t.integer('calls_back').notNullable(); // 1: the caller is called back
    t.bigInteger('place_at').notNullable(); // since when the caller has waited: the place is kept
    t.bigInteger('created_at').notNullable();
    t.bigInteger('due_at').notNullable(); // the clock that was told to the caller
    t.bigInteger('closed_at');
    t.text('outcome');
    t.unique(['handoff_id']);
    t.index(['closed_at', 'due_at']);
  });
}

export async function down(): Promise<void> {
  throw new Error('migrations go forward only');
}
