import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import knexPackage, { type Knex } from 'knex';
import pg from 'pg';
import { keepStatements, type StatementConnection } from './kept-statements.ts';

export type { Knex };

/** Where the data is: parsed from DATABASE_URL by config.ts. */
export type DatabaseTarget =
  | { readonly kind: 'sqlite'; readonly file: string }
  | { readonly kind: 'postgres'; readonly url: string };

const POSTGRES_POOL = { min: 0, max: 20 };
/** Waiting longer than this for a connection is an outage: the carrier gives up after 15 s. */
const ACQUIRE_TIMEOUT_MILLISECONDS = 5_000;
/** How long another process (the CLI) may hold the SQLite write lock before a turn fails. */
const SQLITE_BUSY_TIMEOUT_MILLISECONDS = 5_000;
/** knex otherwise writes the statement with its values into the error's message (invariant 15). */
const QUOTE_VALUES_IN_ERRORS = false;
/** knex otherwise writes to the console, past the log's allow-list; every failure reaches its caller as an error anyway. */
const SILENT = { warn() {}, error() {}, deprecate() {}, debug() {} };

interface SqliteConnection extends StatementConnection {
  exec(sql: string, done: (error: Error | null) => void): void;
}

/** Opens the database. SQLite runs in WAL with synchronous=FULL, so that an answered turn survives a power cut. */
export function connect(target: DatabaseTarget): Knex {
  if (target.kind === 'sqlite') {
    if (target.file !== ':memory:') mkdirSync(dirname(target.file), { recursive: true });
    return knexPackage({
      client: 'sqlite3',
      connection: { filename: target.file },
      useNullAsDefault: true,
      compileSqlOnError: QUOTE_VALUES_IN_ERRORS,
      log: SILENT,
      pool: {
        // One connection: SQLite has one writer anyway, and every transaction of a process is serial with it.
        min: 1,
        max: 1,
        idleTimeoutMillis: 2 ** 31 - 1,
        afterCreate: (connection: SqliteConnection, done: (error: Error | null) => void) => {
          keepStatements(connection);
          connection.exec(
            `PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;
             PRAGMA busy_timeout = ${SQLITE_BUSY_TIMEOUT_MILLISECONDS};`,
            done,
          );
        },
      },
      acquireConnectionTimeout: ACQUIRE_TIMEOUT_MILLISECONDS,
    });
  }
  // 64-bit integers as numbers: times and amounts stay far below 2^53, and both databases then answer alike.
  pg.types.setTypeParser(pg.types.builtins.INT8, Number);
  return knexPackage({
    client: 'pg',
    connection: { connectionString: target.url },
    pool: POSTGRES_POOL,
    compileSqlOnError: QUOTE_VALUES_IN_ERRORS,
    log: SILENT,
    acquireConnectionTimeout: ACQUIRE_TIMEOUT_MILLISECONDS,
  });
}
