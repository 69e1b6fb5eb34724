declare module 'knex/lib/dialects/sqlite3/index.js' {
  import type { Knex } from 'knex';

  /** knex's own SQLite dialect, which knex publishes without types: its SQL, its schema builder, its way of reading answers. */
  export default class Sqlite3Client extends (class {} as typeof Knex.Client) {
    _driver(): unknown;
    _query(connection: unknown, statement: unknown): Promise<unknown>;
  }
}
