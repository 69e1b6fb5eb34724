// knex's own dialects, which knex publishes without types: their SQL, their schema builder, their way of reading answers.

declare module 'knex/lib/dialects/sqlite3/index.js' {
  import type { Knex } from 'knex';

  export default class Sqlite3Client extends (class {} as typeof Knex.Client) {
    driver: unknown;
    _driver(): unknown;
    initializeDriver(): void;
    acquireRawConnection(): Promise<unknown>;
    destroyRawConnection(connection: unknown): Promise<void>;
    _query(connection: unknown, statement: unknown): Promise<unknown>;
  }
}

declare module 'knex/lib/dialects/postgres/index.js' {
  import type { Knex } from 'knex';

  export default class PostgresClient extends (class {} as typeof Knex.Client) {
    _query(connection: unknown, statement: unknown): Promise<unknown>;
  }
}
