import { createHash } from 'node:crypto';
import PostgresDialect from 'knex/lib/dialects/postgres/index.js';
import { trackPending } from './postgres-limits.ts';

/** A process sends about a hundred different statements; what comes on top (lists of any length) is planned each time. */
const MOST_NAMED = 500;
/** feature_not_supported: what PostgreSQL says of a kept plan whose table has changed. */
const STALE_PLAN = '0A000';

interface Query {
  readonly sql: string;
  readonly bindings?: readonly unknown[];
  options?: Readonly<Record<string, unknown>>;
}

/** The names of statements by their text; another set of names after a table has changed. */
let names = new Map<string, string>();
let generation = 0;

/**
 * knex's PostgreSQL with statements that each connection plans once: every statement has a name, made from its text. A
 * plan that a migration has made stale fails its transaction; from then on all names are new ones, so that the next try
 * is planned anew on whichever connection it gets (docs/adr/0018-named-statements.md).
 */
export class PostgresClient extends PostgresDialect {
  override async _query(connection: object, query: Query): Promise<unknown> {
    const name = nameOf(query);
    if (name !== undefined) query.options = { ...query.options, name };
    try {
      return await trackPending(connection, () => super._query(connection, query));
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === STALE_PLAN) forgetNames();
      throw error;
    }
  }
}

function nameOf({ sql, bindings }: Query): string | undefined {
  // BEGIN, COMMIT, SET and the like have no plan to keep.
  if (!bindings || bindings.length === 0) return undefined;
  const known = names.get(sql);
  if (known !== undefined || names.size >= MOST_NAMED) return known;
  const name = `${generation}-${createHash('sha256').update(sql).digest('base64url').slice(0, 22)}`;
  names.set(sql, name);
  return name;
}

function forgetNames(): void {
  generation += 1;
  names = new Map();
}
