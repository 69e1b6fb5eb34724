import { readdir } from 'node:fs/promises';
import type { Knex } from 'knex';
import { Fault } from '../platform/fault.ts';
import { isPostgres } from './connect.ts';

const MIGRATIONS = new URL('../../db/migrations/', import.meta.url);
/** Where what has run is kept; the name and columns are knex's own, so that its tools read it too. */
const TABLE = 'knex_migrations';
/** Any number that nothing else in the database locks. */
const ADVISORY_LOCK = 7_204_133_001;
/**
 * How long a migration waits for a lock. Short, because on PostgreSQL callers' statements queue behind a waiting
 * ALTER TABLE.
 */
const LOCK_WAIT_SECONDS = 3;
/** Times a lock is waited for: about a minute (SQLite waits 5 s each); then a start is better told than kept waiting. */
const MOST_WAITS = 20;
/** PostgreSQL's words for "somebody else is at it": worth another try, nothing has changed. */
const LOCK_CODES = new Set(['55P03', '40P01']);
/** SQLite's, as its primary result code. */
const SQLITE_BUSY = 5;
/** What a migration is called that older programs may not survive: `0012_contract_0009_…` needs one that knows 0009. */
const CONTRACT = /^\d{4}_contract_(\d{4})_/;
const NUMBER = /^(\d{4})_/;
/** First file of the schema of 0.1.0, which nobody ran with real customers: it was not carried on. */
const SCHEMA_BEFORE = '0001_hotline.ts';

/** The migrations of a program, in order. */
export type Migrations = Pick<Knex.MigrationSource<string>, 'getMigrations' | 'getMigration'>;

const shipped: Migrations = {
  getMigrations: async () => (await readdir(MIGRATIONS)).filter((file) => file.endsWith('.ts')).sort(),
  getMigration: (file) => import(new URL(file, MIGRATIONS).href),
};

/** How the schema stands to this program. */
export interface SchemaState {
  /** Migrations of this program that have not run; empty when the schema is up to date. */
  readonly pending: readonly string[];
  /** Migrations of newer programs after which this one must not work any more; additive ones are not among them. */
  readonly tooNew: readonly string[];
}

/**
 * Brings the schema up to date and answers which migrations ran. Forward only; safe to repeat, to run in several
 * processes at once and to be killed: each migration is one transaction under one lock, and the lock ends with it.
 * Throws Fault(conflict), changing nothing, when a newer program has made the schema unfit for this one.
 */
export async function migrate(knex: Knex, migrations: Migrations = shipped): Promise<readonly string[]> {
  await refuseEncoding(knex);
  await waitingForLocks(() => createTable(knex));
  const ran: string[] = [];
  for (;;) {
    const name = await waitingForLocks(() => migrateOnce(knex, migrations));
    if (name === undefined) return ran;
    ran.push(name);
  }
}

/** Names of customers are in any script: a database that does not keep every letter would fail at the first of them. */
async function refuseEncoding(knex: Knex): Promise<void> {
  if (!isPostgres(knex)) return;
  const { rows }: { rows: { server_encoding: string }[] } = await knex.raw('SHOW server_encoding');
  const encoding = rows[0]?.server_encoding ?? '';
  if (encoding !== 'UTF8')
    throw new Fault(
      'conflict',
      `the database has the encoding ${encoding} and must have UTF8: createdb --encoding=UTF8 --template=template0 NAME, and name it in DATABASE_URL`,
    );
}

/** Compares the schema with this program. What other programs have added is nothing against it. */
export async function schemaState(knex: Knex, migrations: Migrations = shipped): Promise<SchemaState> {
  const known = await migrations.getMigrations([]);
  if (!(await knex.schema.hasTable(TABLE))) return { pending: known, tooNew: [] };
  return compare(known, await completedMigrations(knex));
}

/** The migrations that have not run yet; empty when the schema is up to date. */
export async function pendingMigrations(knex: Knex): Promise<readonly string[]> {
  return (await schemaState(knex)).pending;
}

function compare(known: readonly string[], completed: readonly string[]): SchemaState {
  const newest = Math.max(0, ...known.map((name) => Number(NUMBER.exec(name)?.[1] ?? 0)));
  return {
    pending: known.filter((name) => !completed.includes(name)),
    tooNew: completed.filter(
      (name) => !known.includes(name) && Number(CONTRACT.exec(name)?.[1] ?? 0) > newest,
    ),
  };
}

async function completedMigrations(knex: Knex): Promise<readonly string[]> {
  const rows: { name: string }[] = await knex(TABLE).orderBy('id').select('name');
  return rows.map(({ name }) => name);
}

/** Outside the transaction that holds the lock: it is what the lock is taken on. */
async function createTable(knex: Knex): Promise<void> {
  if (await knex.schema.hasTable(TABLE)) return;
  await knex.transaction(async (transaction) => {
    await holdLock(transaction);
    if (await transaction.schema.hasTable(TABLE)) return;
    await transaction.schema.createTable(TABLE, (t) => {
      t.increments();
      t.string('name');
      t.integer('batch');
      t.timestamp('migration_time');
    });
  });
}

/** Runs the first migration that is missing, under the lock; answers its name, or undefined when none is. */
function migrateOnce(knex: Knex, migrations: Migrations): Promise<string | undefined> {
  return knex.transaction(async (transaction) => {
    await holdLock(transaction);
    // On SQLite the first statement takes the lock only if it may write; it changes no row.
    await transaction(TABLE).whereNull('id').update({ batch: 0 });
    const completed = await completedMigrations(transaction);
    if (completed.includes(SCHEMA_BEFORE))
      throw new Fault(
        'conflict',
        'the database was made by version 0.1.0, whose schema this version does not carry on: name a new database in DATABASE_URL',
      );
    const { pending, tooNew } = compare(await migrations.getMigrations([]), completed);
    if (tooNew.length > 0)
      throw new Fault(
        'conflict',
        `a newer version of the program has changed the database (${tooNew.join(', ')}) and this one cannot work with it: start the newer one`,
      );
    const [name] = pending;
    if (name === undefined) return undefined;
    await (await migrations.getMigration(name)).up(transaction);
    const last: { batch?: number | null } | undefined = await transaction(TABLE)
      .max({ batch: 'batch' })
      .first();
    await transaction(TABLE).insert({
      name,
      batch: (last?.batch ?? 0) + 1,
      migration_time: transaction.fn.now(),
    });
    return name;
  });
}

/** Lets one process migrate at a time; a process that dies gives the lock up with its connection. */
async function holdLock(transaction: Knex): Promise<void> {
  if (!isPostgres(transaction)) return;
  await transaction.raw(`SET LOCAL lock_timeout = '${LOCK_WAIT_SECONDS}s'`);
  await transaction.raw('SELECT pg_advisory_xact_lock(?)', [ADVISORY_LOCK]);
}

async function waitingForLocks<Result>(work: () => Promise<Result>): Promise<Result> {
  for (let waits = 1; ; waits++) {
    try {
      return await work();
    } catch (error) {
      if (waits >= MOST_WAITS || !isLocked(error)) throw error;
    }
  }
}

function isLocked(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const sqliteCode = 'errcode' in error ? Number(error.errcode) & 0xff : undefined;
  const code = 'code' in error ? String(error.code) : '';
  return sqliteCode === SQLITE_BUSY || code === 'SQLITE_BUSY' || LOCK_CODES.has(code);
}
