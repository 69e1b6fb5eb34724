import Sqlite3Client from 'knex/lib/dialects/sqlite3/index.js';
import { Fault } from '../platform/fault.ts';
import { whileBusy, withImmediateBegin } from './sqlite-busy.ts';
import type { SqliteSettings } from './sqlite-client.ts';

const NOT_LOADED =
  'SQLITE_DRIVER is sqlite3, but the npm package sqlite3 cannot be loaded: install it with `npm install --no-save --save-prod sqlite3@6.0.1`, or unset SQLITE_DRIVER to use the SQLite of Node';

/** What knex hands to a driver; it writes the answer into it. */
interface Query {
  readonly sql: string;
  readonly bindings?: readonly unknown[];
}

/** A `Database` of npm `sqlite3`, as far as it is used beside knex. */
interface Sqlite3Connection {
  /** From now on statements run one after the other, in the order they were sent. */
  serialize(): void;
  configure(option: 'busyTimeout', milliseconds: number): void;
}

/**
 * knex's own client of npm `sqlite3`, an optional package (docs/adr/0021-npm-sqlite3.md), with the same durability and
 * transactions as SqliteClient: WAL with synchronous=FULL, foreign keys, `BEGIN IMMEDIATE`, and no transaction left
 * behind by a commit that failed. Throws Fault(store_unavailable) when the package cannot be loaded.
 */
export class NpmSqlite3Client extends Sqlite3Client {
  override initializeDriver(): void {
    try {
      this.driver = this._driver();
    } catch (cause) {
      // knex would say to install the newest one, and save it.
      throw new Fault('store_unavailable', NOT_LOADED, { cause });
    }
  }

  override async acquireRawConnection(): Promise<unknown> {
    const connection = (await super.acquireRawConnection()) as Sqlite3Connection;
    try {
      connection.serialize();
      connection.configure('busyTimeout', 0);
      // Changing the journal's mode may have to wait for another process.
      for (const pragma of ['journal_mode = WAL', 'synchronous = FULL', 'foreign_keys = ON'])
        await this._query(connection, { sql: `PRAGMA ${pragma}`, bindings: [] });
      return connection;
    } catch (error) {
      await super.destroyRawConnection(connection);
      throw error;
    }
  }

  override async _query(connection: unknown, query: Query): Promise<unknown> {
    const { busyMilliseconds } = this.connectionSettings as SqliteSettings;
    const sql = withImmediateBegin(query.sql);
    const run = (sent: Query) => super._query(connection, sent);
    // knex reads what became of it from its own object.
    if (sql !== query.sql) Object.assign(query, { sql });
    try {
      return await whileBusy(sql, busyMilliseconds, () => run(query));
    } catch (error) {
      // After some failures (a full disk) SQLite has rolled back already, and knex's own rollback would hide why.
      if (sql === 'ROLLBACK' && isWithoutTransaction(error)) return query;
      // SQLite keeps a transaction open whose commit failed, and the next turn would go on in it.
      if (sql === 'COMMIT;') await run({ sql: 'ROLLBACK', bindings: [] }).catch(ignoreWithoutTransaction);
      throw error;
    }
  }
}

function isWithoutTransaction(error: unknown): boolean {
  return error instanceof Error && /no transaction is active/.test(error.message);
}

function ignoreWithoutTransaction(error: unknown): void {
  if (!isWithoutTransaction(error)) throw error;
}
