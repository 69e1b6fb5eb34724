import { createHash } from 'node:crypto';
import PostgresDialect from 'knex/lib/dialects/postgres/index.js';
import type { PendingQueries } from './postgres-limits.ts';

/** A process sends about a hundred different statements; what comes on top (lists of any length) is planned each time. */
const MOST_NAMED = 500;
/** feature_not_supported: what PostgreSQL says of a kept plan whose table has changed. */
const STALE_PLAN = '0A000';

interface Query {
  readonly sql: string;
  readonly bindings?: readonly unknown[];
  options?: Readonly<Record<string, unknown>>;
}

/** What a client keeps beside knex's own. Part of its configuration, because knex makes another client for each transaction. */
export interface PostgresClientState {
  readonly statementNames: StatementNames;
  readonly pendingQueries: PendingQueries;
}

/**
 * knex's PostgreSQL with statements that each connection plans once: every statement has a name, made from its text. A
 * plan that a migration has made stale fails its transaction; from then on all names are new ones, so that the next try
 * is planned anew on any connection (docs/adr/0018-named-statements.md).
 */
export class PostgresClient extends PostgresDialect {
  override async _query(connection: object, query: Query): Promise<unknown> {
    const { statementNames, pendingQueries } = this.config as unknown as PostgresClientState;
    const name = statementNames.nameOf(query);
    if (name !== undefined) query.options = { ...query.options, name };
    try {
      return await pendingQueries.track(connection, () => super._query(connection, query));
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === STALE_PLAN) statementNames.renew();
      throw error;
    }
  }
}

/** The names of a client's statements, by their text. */
export class StatementNames {
  #names = new Map<string, string>();
  #generation = 0;

  /** The name of a statement; undefined for one that is planned each time. */
  nameOf({ sql, bindings }: Query): string | undefined {
    // BEGIN, COMMIT, SET and the like have no plan to keep.
    if (!bindings || bindings.length === 0) return undefined;
    const known = this.#names.get(sql);
    if (known !== undefined || this.#names.size >= MOST_NAMED) return known;
    const name = `${this.#generation}-${createHash('sha256').update(sql).digest('base64url').slice(0, 22)}`;
    this.#names.set(sql, name);
    return name;
  }

  /** Gives every statement a new name from now on. */
  renew(): void {
    this.#generation += 1;
    this.#names = new Map();
  }
}
