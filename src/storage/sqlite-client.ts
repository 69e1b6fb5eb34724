import { DatabaseSync, type StatementSync } from 'node:sqlite';
import Sqlite3Client from 'knex/lib/dialects/sqlite3/index.js';
import { whileBusy, withImmediateBegin } from './sqlite-busy.ts';

/** SQLite's primary result codes that an operator can act on, by the names its documentation uses. */
const RESULT_CODES: ReadonlyMap<number, string> = new Map([
  [5, 'SQLITE_BUSY'],
  [8, 'SQLITE_READONLY'],
  [10, 'SQLITE_IOERR'],
  [11, 'SQLITE_CORRUPT'],
  [13, 'SQLITE_FULL'],
  [14, 'SQLITE_CANTOPEN'],
  [19, 'SQLITE_CONSTRAINT'],
  [26, 'SQLITE_NOTADB'],
]);
/** A turn uses at most about forty different statements; lists and inserts of several rows come on top. */
export const MOST_STATEMENTS = 200;

/** What knex hands to a driver and gets back. */
interface Query {
  readonly sql: string;
  readonly bindings?: readonly unknown[];
  response?: unknown;
  context?: { readonly lastID: number | bigint; readonly changes: number | bigint };
}

interface KeptStatement {
  readonly statement: StatementSync;
  /** Whether it answers rows. */
  readonly reads: boolean;
}

/** What `connect` gives the client as its connection. */
export interface SqliteSettings {
  readonly filename: string;
  /** How long another process may hold the write lock before a statement fails. */
  readonly busyMilliseconds: number;
}

interface Connection {
  readonly database: DatabaseSync;
  /** Prepared once and kept, by their text, the oldest first. */
  readonly kept: Map<string, KeptStatement>;
}

/**
 * knex on the SQLite that Node itself brings (docs/adr/0013-node-sqlite.md). In WAL with synchronous=FULL, so that an
 * answered turn survives a power cut. A transaction takes the write lock when it begins: what it reads stays true until
 * it has written.
 */
export class SqliteClient extends Sqlite3Client {
  override _driver(): unknown {
    return {};
  }

  override async acquireRawConnection(): Promise<Connection> {
    const { filename } = this.connectionSettings as SqliteSettings;
    const database = named(
      () => new DatabaseSync(filename, { timeout: 0, enableForeignKeyConstraints: true }),
    );
    const connection: Connection = { database, kept: new Map() };
    try {
      // Changing the journal's mode may have to wait for another process.
      await this._query(connection, { sql: 'PRAGMA journal_mode = WAL' });
      await this._query(connection, { sql: 'PRAGMA synchronous = FULL' });
      return connection;
    } catch (error) {
      database.close();
      throw error;
    }
  }

  override async destroyRawConnection({ database, kept }: Connection): Promise<void> {
    kept.clear();
    database.close();
  }

  override async _query(connection: Connection, query: Query): Promise<Query> {
    const { busyMilliseconds } = this.connectionSettings as SqliteSettings;
    return await whileBusy(query.sql, busyMilliseconds, async () => named(() => execute(connection, query)));
  }
}

function execute(connection: Connection, query: Query): Query {
  const sql = withImmediateBegin(query.sql);
  const { statement, reads } = statementFor(connection, sql);
  const bindings = (query.bindings ?? []).map(bindable);
  // After some failures (a full disk) SQLite has rolled back already, and knex's own would hide why.
  if (sql === 'ROLLBACK' && !connection.database.isTransaction) return query;
  if (sql === 'COMMIT;') {
    commit(connection.database, statement);
    return query;
  }
  if (reads) query.response = statement.all(...bindings).map((row) => ({ ...row }));
  else {
    const { changes, lastInsertRowid } = statement.run(...bindings);
    query.context = { changes, lastID: lastInsertRowid };
  }
  return query;
}

/** Commits, or leaves no transaction behind: SQLite keeps one open whose commit failed, and the next turn would go on in it. */
function commit(database: DatabaseSync, statement: StatementSync): void {
  try {
    statement.run();
  } finally {
    if (database.isTransaction) database.exec('ROLLBACK');
  }
}

function statementFor({ database, kept }: Connection, sql: string): KeptStatement {
  const known = kept.get(sql);
  if (known) return known;
  const statement = database.prepare(sql);
  const prepared: KeptStatement = { statement, reads: statement.columns().length > 0 };
  const [oldest] = kept.keys();
  if (kept.size >= MOST_STATEMENTS && oldest !== undefined) kept.delete(oldest);
  kept.set(sql, prepared);
  return prepared;
}

/** The value as SQLite knows it: a truth value is 0 or 1, a date its epoch milliseconds. */
function bindable(value: unknown): null | number | bigint | string | Uint8Array {
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (value instanceof Date) return value.valueOf();
  return value as null | number | bigint | string | Uint8Array;
}

/** Does something with SQLite; an error carries SQLite's own name for it as its `code`. */
function named<Result>(work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    const result = error instanceof Error && 'errcode' in error ? error.errcode : undefined;
    // The low byte is the primary code; the rest says more exactly what it was about.
    const name = typeof result === 'number' ? RESULT_CODES.get(result & 0xff) : undefined;
    throw error instanceof Error && name !== undefined ? Object.assign(error, { code: name }) : error;
  }
}
