import { dirname } from 'node:path';
import knexPackage, { type Knex } from 'knex';
import pg from 'pg';
import { makePrivateFile, makePrivateFolder } from '../platform/system-folders.ts';
import { PostgresClient, type PostgresClientState, StatementNames } from './postgres-client.ts';
import {
  destroyOnReadTimeout,
  PendingQueries,
  type PostgresLimits,
  settingsOf,
  TURN_LIMITS,
} from './postgres-limits.ts';
import { SqliteClient, type SqliteSettings } from './sqlite-client.ts';
import { NpmSqlite3Client } from './sqlite3-client.ts';

export type { Knex };

/** What SQLite is driven by: `node` is the one Node brings, `sqlite3` the npm package of that name, where it is installed. */
export type SqliteDriver = 'node' | 'sqlite3';

interface SqliteTarget {
  readonly kind: 'sqlite';
  readonly file: string;
  /** How long another process may hold the write lock before a statement fails. */
  readonly busyMilliseconds?: number;
  /** Without any, `node`. */
  readonly driver?: SqliteDriver;
}

interface PostgresTarget {
  readonly kind: 'postgres';
  readonly url: string;
  /** At most so many connections at once. */
  readonly connections?: number;
  /** Without any, a statement may take its time: migrations and the CLI. */
  readonly limits?: PostgresLimits;
}

/** Where the data is: parsed from DATABASE_URL by src/config/config.ts. */
export type DatabaseTarget = SqliteTarget | PostgresTarget;

/** Connections of a process: with a handful of processes still well below PostgreSQL's own default of 100. */
export const POSTGRES_CONNECTIONS = 20;
/** Below this there is no room for both what may not wait and the rest (src/storage/transactions.ts). */
export const LEAST_POSTGRES_CONNECTIONS = 5;
/** More sessions than PostgreSQL has cores and disks for only wait for each other there instead of here. */
export const MOST_POSTGRES_CONNECTIONS = 200;
/** What the sessions are called in pg_stat_activity. */
const APPLICATION_NAME = 'verification-hotline';
/** Waiting longer than this for a connection is an outage: the carrier gives up after 15 s. */
const ACQUIRE_TIMEOUT_MILLISECONDS = 5_000;
/** The CLI's transactions are short. */
const SQLITE_BUSY_MILLISECONDS = 5_000;
/** knex otherwise writes the statement with its values into the error's message (invariant 15). */
const QUOTE_VALUES_IN_ERRORS = false;
/** knex otherwise writes to the console, past the log's allow-list; every failure reaches its caller as an error anyway. */
const SILENT = { warn() {}, error() {}, deprecate() {}, debug() {} };

/** Opens the database. Throws Fault(store_unavailable) when the driver is asked for and not installed. */
export function connect(target: DatabaseTarget): Knex {
  return target.kind === 'sqlite' ? connectSqlite(target) : connectPostgres(target);
}

function connectSqlite({ file, busyMilliseconds, driver }: SqliteTarget): Knex {
  if (file !== ':memory:') {
    makePrivateFolder(dirname(file));
    // SQLite gives its -wal and -shm the rights of the file.
    makePrivateFile(file);
  }
  const settings: SqliteSettings = {
    filename: file,
    busyMilliseconds: busyMilliseconds ?? SQLITE_BUSY_MILLISECONDS,
  };
  return knexPackage({
    client: driver === 'sqlite3' ? NpmSqlite3Client : SqliteClient,
    connection: settings,
    useNullAsDefault: true,
    compileSqlOnError: QUOTE_VALUES_IN_ERRORS,
    log: SILENT,
    // One connection: SQLite has one writer anyway, and every transaction of a process is serial with it.
    pool: { min: 1, max: 1, idleTimeoutMillis: 2 ** 31 - 1 },
    acquireConnectionTimeout: ACQUIRE_TIMEOUT_MILLISECONDS,
  });
}

function connectPostgres({ url, connections, limits }: PostgresTarget): Knex {
  // 64-bit integers as numbers: times and amounts stay far below 2^53, and both databases then answer alike.
  pg.types.setTypeParser(pg.types.builtins.INT8, Number);
  // Statements of a transaction that do not need each other's answers are pipelined.
  const pipeline = true;
  const connection = {
    connectionString: url,
    application_name: APPLICATION_NAME,
    keepAlive: true,
    pipeline,
    ...(limits ? settingsOf(limits) : {}),
  };
  const state: PostgresClientState = {
    statementNames: new StatementNames(),
    pendingQueries: new PendingQueries(),
  };
  return knexPackage({
    ...state,
    client: PostgresClient,
    connection,
    pool: {
      min: 0,
      max: connections ?? POSTGRES_CONNECTIONS,
      afterCreate: (client: pg.Client, done: (error: undefined, client: pg.Client) => void) => {
        if (limits) destroyOnReadTimeout(client, limits.silenceMilliseconds, state.pendingQueries);
        done(undefined, client);
      },
    },
    compileSqlOnError: QUOTE_VALUES_IN_ERRORS,
    log: SILENT,
    acquireConnectionTimeout: limits?.waitMilliseconds ?? ACQUIRE_TIMEOUT_MILLISECONDS,
  });
}

/** The same database with the limits of turns: every wait for it ends in time. */
export function forTurns(target: DatabaseTarget): DatabaseTarget {
  return target.kind === 'postgres' ? { limits: TURN_LIMITS, ...target } : target;
}

/** Whether this is PostgreSQL, where SQL has to differ. */
export function isPostgres(knex: Knex): boolean {
  return knex.client.dialect === 'postgresql';
}
