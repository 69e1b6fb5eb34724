import type { Knex } from 'knex';

/** Alarms about what no single call shows, and who looked last, so that of any number of processes one looks at a time. */
export async function up(knex: Knex): Promise<void> {
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
  // One alarm of a kind at a time, whichever process is first.
  await knex.raw('CREATE UNIQUE INDEX alarms_going_on ON alarms (kind) WHERE ended_at IS NULL');
  // Partial, so that identity and code attempts do not pay for it; without the status, so that settling does not either.
  await knex.raw(
    `CREATE INDEX attempts_at_pins ON attempts (reserved_at)
     WHERE factor IN ('pin.query', 'pin.transaction') AND customer_id IS NOT NULL`,
  );
}

export async function down(): Promise<void> {
  throw new Error('migrations go forward only');
}
