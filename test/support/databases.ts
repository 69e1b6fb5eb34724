import { type TestContext, test } from 'node:test';
import { connect, isPostgres, type Knex } from '../../src/storage/connect.ts';
import { migrate } from '../../src/storage/migrate.ts';

/** A kind of database that tests of stores run on. */
export interface Databases {
  /** Follows the name of each test; empty for the one that is meant when nothing is said. */
  readonly mark: string;
  /** Opens a database of the test's own, with the schema and nothing in it. */
  open(): Promise<{ readonly knex: Knex; close(): Promise<void> }>;
}

const SQLITE: Databases = {
  mark: '',
  open: async () => {
    const knex = connect({ kind: 'sqlite', file: ':memory:' });
    await migrate(knex);
    return { knex, close: () => knex.destroy() };
  },
};

let databases = SQLITE;

/**
 * Test files that are imported from now on run on these databases. A file of src runs on SQLite by itself, and
 * test/postgres-stores.test.ts imports it once more for PostgreSQL: one suite, both databases.
 */
export function useDatabases(others: Databases): void {
  databases = others;
}

/** What is written behind a name so that it tells the database the file is running on. */
export function databaseMark(): string {
  return databases.mark;
}

/** A database of a test's own, for tests that are not made by `storeTest`; the caller closes it. */
export function openDatabase(): ReturnType<Databases['open']> {
  return databases.open();
}

/** Runs a test on the database that the file is running on; each test gets one of its own. */
export function storeTest(name: string, body: (knex: Knex, t: TestContext) => Promise<void>): void {
  const { open, mark } = databases;
  test(`${name}${mark}`, async (t) => {
    const { knex, close } = await open();
    try {
      await body(knex, t);
    } finally {
      await close();
    }
  });
}

/**
 * Whether a transaction that begins while another is in the middle gets through before that one ends. Where it does not,
 * it is let through afterwards. On SQLite nothing does: there is one connection, and the turn that has it is alone.
 */
export async function getsThrough(
  knex: Knex,
  holding: (transaction: Knex) => Promise<unknown>,
  other: (transaction: Knex) => Promise<unknown>,
): Promise<boolean> {
  let through = false;
  const { inTheMiddle, others } = await knex.transaction(async (transaction) => {
    await holding(transaction);
    const others = knex.transaction(other).then(() => {
      through = true;
    });
    if (isPostgres(knex)) await untilWaiting(knex, () => through);
    return { inTheMiddle: through, others };
  });
  await others;
  return inTheMiddle;
}

/** Waits until a session of this database waits for a lock, or what was begun is through; for a minute at most. */
async function untilWaiting(knex: Knex, isThrough: () => boolean): Promise<void> {
  const end = performance.now() + 60_000;
  while (!isThrough()) {
    const waiting: unknown = await knex('pg_stat_activity')
      .whereRaw('datname = current_database()')
      .where({ wait_event_type: 'Lock' })
      .first('pid');
    if (waiting !== undefined) return;
    if (performance.now() > end) throw new Error('nobody waits and nobody gets through');
  }
}

/** Every table of the product, by name; those of the migrations' own bookkeeping left out. */
export async function tablesOf(knex: Knex): Promise<readonly string[]> {
  const rows: { name: string }[] = isPostgres(knex)
    ? await knex('pg_tables').where({ schemaname: 'public' }).select({ name: 'tablename' })
    : await knex('sqlite_master').where({ type: 'table' }).select('name');
  return rows
    .map(({ name }) => name)
    .filter((name) => !name.startsWith('knex_') && !name.startsWith('sqlite_'))
    .sort();
}

/** Takes away what keeps rows of a table from being changed: what somebody who owns the database can do. */
export async function allowChanges(knex: Knex, table: string): Promise<void> {
  await knex.raw(
    isPostgres(knex) ? `DROP TRIGGER ${table}_no_change ON ${table}` : `DROP TRIGGER ${table}_no_update`,
  );
}
