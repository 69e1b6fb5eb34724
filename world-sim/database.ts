import type { DatabaseSync } from 'node:sqlite';
import knexPackage from 'knex';
import { assert } from '../src/platform/fault.ts';
import { connect, type Knex } from '../src/storage/connect.ts';
import { requests, UPKEEP } from './request.ts';
import type { Scheduler } from './scheduler.ts';

/**
 * The fault of a statement: it fails, the connection is lost, or the connection is lost after a commit was carried out, so
 * that the service does not learn of it. The service tries again after a lost connection, not after a failing disk.
 */
export type InjectedFault = 'none' | 'failed' | 'disconnected' | 'unanswered';

export interface DatabaseEvents {
  /** Asked before each statement of the service. */
  inject(sql: string): InjectedFault;
  /** Whether other work may run before this statement, inside a transaction too. */
  yields(): boolean;
  /** A transaction has been committed; called before anything else happens. */
  committed(): void;
}

export interface SimulatedDatabase {
  readonly knex: Knex;
  /** The connection itself, for reads that the service does not see. */
  readonly raw: DatabaseSync;
  /** Whether the connection is free. */
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

function errorOf(fault: Exclude<InjectedFault, 'none'>): Error {
  return fault === 'failed'
    ? Object.assign(new Error('disk I/O error'), { code: 'SQLITE_IOERR' })
    : Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
}

const ROLLS_BACK = /^ROLLBACK/i;
const COMMITS = /^COMMIT/i;
const READS = /^(?:SELECT|PRAGMA|BEGIN|SAVEPOINT)/i;

/**
 * Opens the service's own SQLite in memory with the simulation between it and knex: the seed says which request gets the
 * one connection next, and any statement can fail. A rollback always succeeds: in production a connection that cannot roll
 * back is replaced by a new one, which has no transaction either.
 */
export async function openDatabase(scheduler: Scheduler, events: DatabaseEvents): Promise<SimulatedDatabase> {
  const plain = connect({ kind: 'sqlite', file: ':memory:' });
  const Base = plain.client.constructor as new (config: unknown) => Client;
  let taken = false;

  class SimulatedClient extends Base {
    // Also asked for by transactions, which bring their own `acquireConnection`.
    override async acquireConnection(): Promise<Connection> {
      await scheduler.pass(
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
      if (events.yields()) await scheduler.pass(() => undefined);
      const fault = ROLLS_BACK.test(sql) ? 'none' : events.inject(sql);
      if (fault === 'none') return this.carryOut(connection, query);
      if (COMMITS.test(sql)) {
        if (fault === 'unanswered') await this.carryOut(connection, query);
        else connection.database.exec('ROLLBACK');
      }
      throw errorOf(fault);
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
