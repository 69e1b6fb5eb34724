import type { DatabaseSync } from 'node:sqlite';
import knexPackage from 'knex';
import { assert } from '../src/platform/fault.ts';
import { connect, type Knex } from '../src/storage/connect.ts';
import { requests, UPKEEP } from './request.ts';
import type { Turnstile } from './turnstile.ts';

/**
 * What strikes a statement: it fails, the connection goes, or the connection goes once a commit has been carried out, so
 * that nobody learns of it. A lost connection is worth another try to the service, a failing disk is not.
 */
export type Strike = 'none' | 'failed' | 'disconnected' | 'unanswered';

export interface DatabaseEvents {
  /** Asked before each statement of the service. */
  inject(sql: string): Strike;
  /** Whether others may go first before this statement, transaction or not. */
  lingers(): boolean;
  /** A transaction has been committed; called before anything else happens. */
  committed(): void;
}

export interface SimulatedDatabase {
  readonly knex: Knex;
  /** The connection itself, for looking without disturbing. */
  readonly raw: DatabaseSync;
  /** Whether nobody has the connection. */
  isFree(): boolean;
}

interface Query {
  readonly sql: string;
}
interface Connection {
  readonly database: DatabaseSync;
}
/** The part of knex's client that is put between. */
interface Client {
  acquireConnection(): Promise<Connection>;
  releaseConnection(connection: Connection): Promise<void>;
  _query(connection: Connection, query: Query): Promise<Query>;
}

function errorOf(inject: Exclude<Strike, 'none'>): Error {
  return inject === 'failed'
    ? Object.assign(new Error('disk I/O error'), { code: 'SQLITE_IOERR' })
    : Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
}

const ROLLS_BACK = /^ROLLBACK/i;
const COMMITS = /^COMMIT/i;
const READS = /^(?:SELECT|PRAGMA|BEGIN|SAVEPOINT)/i;

/**
 * The service's own SQLite, in memory, with the simulation between it and knex: the seed says who gets the one connection
 * next, and any statement can fail. What is given up on (a rollback) always succeeds: a connection that cannot even do
 * that is replaced, in the field, by a new one that has no transaction either.
 */
export async function openDatabase(turnstile: Turnstile, events: DatabaseEvents): Promise<SimulatedDatabase> {
  const plain = connect({ kind: 'sqlite', file: ':memory:' });
  const Base = plain.client.constructor as new (config: unknown) => Client;
  let taken = false;

  class SimulatedClient extends Base {
    // Also asked for by transactions, which bring their own `acquireConnection`.
    override async acquireConnection(): Promise<Connection> {
      await turnstile.pass(
        () => {
          taken = true;
        },
        () => !taken,
      );
      return super.acquireConnection();
    }

    override releaseConnection(connection: Connection): Promise<void> {
      taken = false;
      return super.releaseConnection(connection);
    }

    override async _query(connection: Connection, query: Query): Promise<Query> {
      const { sql } = query;
      if (requests.getStore() === UPKEEP) return this.carryOut(connection, query);
      if (events.lingers()) await turnstile.pass(() => undefined);
      const inject = ROLLS_BACK.test(sql) ? 'none' : events.inject(sql);
      if (inject === 'none') return this.carryOut(connection, query);
      if (COMMITS.test(sql)) {
        if (inject === 'unanswered') await this.carryOut(connection, query);
        else connection.database.exec('ROLLBACK');
      }
      throw errorOf(inject);
    }

    async carryOut(connection: Connection, query: Query): Promise<Query> {
      const inside = connection.database.isTransaction;
      const done = await super._query(connection, query);
      const outside = !connection.database.isTransaction;
      // A statement by itself is a transaction, too.
      if (outside && (inside || !READS.test(query.sql))) events.committed();
      return done;
    }
  }

  const knex = knexPackage({ ...plain.client.config, client: SimulatedClient });
  await plain.destroy();
  const connection = await requests.run(UPKEEP, () =>
    (Base.prototype as Client).acquireConnection.call(knex.client),
  );
  assert(connection.database, 'the connection of knex is node:sqlite');
  (Base.prototype as Client).releaseConnection.call(knex.client, connection);
  return { knex, raw: connection.database, isFree: () => !taken };
}
