import type { Knex } from '../../src/storage/connect.ts';

/** How the rows of a table differ from the one they are made after; `n` counts from 1. */
type Differences = { readonly [column: string]: string };

/** So far apart that a day sees about a hundred of them. */
const APART_MILLISECONDS = 864_000;
const earlier = (column: string) => `${column} - n * ${APART_MILLISECONDS}`;
const own = (prefix: string) => `'${prefix}-' || n`;
/** One of so many: several rows each. */
const oneOf = (prefix: string, count: number) => `'${prefix}-' || (n % ${count})`;

/** Whatever grows with customers, calls or orders. */
export const BIG_TABLES: { readonly [table: string]: Differences } = {
  customers: { id: own('customer'), national_id_index: own('id'), phone_index: own('phone') },
  known_numbers: { customer_id: oneOf('customer', 4000), number_index: own('number') },
  pin_verifiers: { customer_id: own('customer') },
  attempts: {
    id: own('attempt'),
    call_id: own('call'),
    step_token: own('token'),
    customer_id: oneOf('customer', 4000),
    source_index: oneOf('source', 5000),
    status: "CASE WHEN n % 3 = 0 THEN 'failed' ELSE 'passed' END",
    factor:
      "CASE n % 4 WHEN 0 THEN 'identity' WHEN 1 THEN 'pin.query' WHEN 2 THEN 'pin.transaction' ELSE 'code' END",
    reserved_at: earlier('reserved_at'),
  },
  lock_counters: { customer_id: own('customer') },
  budget_guards: { subject: own('source:s') },
  codes: {
    id: own('code'),
    call_id: oneOf('call', 9000),
    customer_id: oneOf('customer', 4000),
    number_index: oneOf('phone', 4000),
    state: "'consumed'",
    sent_at: earlier('sent_at'),
  },
  calls: {
    id: own('call'),
    status: "'ended'",
    source_index: oneOf('source', 5000),
    customer_id: oneOf('customer', 4000),
    started_at: earlier('started_at'),
    updated_at: earlier('updated_at'),
  },
  turns: { call_id: oneOf('call', 2500), token: own('token'), at: earlier('at') },
  ledger_entries: { stream_id: oneOf('call', 1000), seq: 'n', at: earlier('at') },
  ledger_streams: { id: own('stream') },
  outbox: {
    id: own('message'),
    call_id: oneOf('call', 9000),
    code_id: own('code'),
    status: "'delivered'",
    provider_id: own('SM'),
    due_at: earlier('due_at'),
  },
  handoffs: { id: own('handoff'), call_id: own('call'), state: "'left'", created_at: earlier('created_at') },
  desk_handoffs: {
    id: own('handoff'),
    call_id: own('call'),
    state: "'closed'",
    waits: 'NULL',
    live: 'NULL',
    due_at: 'NULL',
    agent_id: oneOf('staff', 200),
    entered_at: earlier('entered_at'),
    taken_at: earlier('taken_at'),
  },
  desk_offers: { handoff_id: own('handoff'), staff_id: oneOf('staff', 200) },
  desk_notes: { handoff_id: own('handoff') },
  carrier_commands: { handoff_id: own('handoff'), status: "'done'", due_at: earlier('due_at') },
  cases: {
    id: own('case'),
    number: own('number'),
    handoff_id: own('handoff'),
    state: "'closed'",
    closed_at: earlier('due_at'),
    customer_id: oneOf('customer', 4000),
    owner_id: oneOf('staff', 200),
    due_at: earlier('due_at'),
  },
  carried_orders: {
    idempotency_key: own('key'),
    receipt: own('receipt'),
    call_id: own('call'),
    customer_id: oneOf('customer', 4000),
    at: earlier('at'),
  },
  bank_accounts: { id: own('account'), customer_id: oneOf('customer', 10_000) },
  bank_loans: { id: own('loan'), customer_id: oneOf('customer', 10_000) },
  bank_payees: { id: own('payee'), customer_id: oneOf('customer', 10_000) },
  bank_postings: {
    idempotency_key: own('key'),
    customer_id: oneOf('customer', 4000),
    account_id: oneOf('account', 10_000),
    at: earlier('at'),
  },
  freeze_tellings: {
    id: own('telling'),
    customer_id: oneOf('customer', 4000),
    call_id: own('call'),
    asked_at: earlier('asked_at'),
    due_at: earlier('due_at'),
    answered_at: 'due_at',
  },
  bank_freezes: {
    request_id: own('freeze'),
    customer_id: oneOf('customer', 4000),
    asked_at: earlier('asked_at'),
  },
  staff_sessions: {
    digest: own('digest'),
    id: own('session'),
    staff_id: oneOf('staff', 200),
    created_at: earlier('created_at'),
    ended_at: 'created_at',
  },
  staff_periods: {
    id: own('period'),
    staff_id: oneOf('staff', 200),
    started_at: earlier('started_at'),
    ended_at: 'started_at',
  },
  bank_transactions: { id: own('line'), account_id: oneOf('account', 1000), at: earlier('at') },
};

/** Adds so many rows to every big table, each made after one that is there. */
export async function fillTables(knex: Knex, rows: number): Promise<void> {
  for (const [table, differences] of Object.entries(BIG_TABLES)) {
    const columns = Object.keys(await knex(table).columnInfo());
    const names = columns.map((column) => `"${column}"`).join(', ');
    const values = columns.map((column) => differences[column] ?? `"${column}"`).join(', ');
    await knex.raw(
      `INSERT INTO ${table} (${names})
       WITH RECURSIVE numbers (n) AS (SELECT CAST(1 AS bigint) UNION ALL SELECT n + 1 FROM numbers WHERE n < ${rows})
       SELECT ${values} FROM (SELECT * FROM ${table} LIMIT 1) AS one CROSS JOIN numbers`,
    );
  }
}

/** Lets the database count what is in its tables, as PostgreSQL does by itself and SQLite only when asked. */
export async function countTables(knex: Knex): Promise<void> {
  await knex.raw('ANALYZE');
}
