import { isPostgres, type Knex } from '../../src/storage/connect.ts';

/** A statement as it was sent: with placeholders, and the values it was sent with. */
export interface Statement {
  readonly sql: string;
  readonly bindings: readonly Knex.RawBinding[];
}

/** How the database would go about a statement. */
export interface Plan {
  readonly indexes: readonly string[];
  /** What costs more the more rows there are. */
  readonly problems: readonly string[];
}

/** A few rows, however many callers there are: read whole at any time. */
export const SMALL_TABLES: ReadonlySet<string> = new Set([
  'settings',
  'demo_sims',
  'releases',
  'release_activations',
  'alarms',
  'alarm_watches',
  'desk_presence',
  'desk_pages',
  'staff_accounts',
  'staff_changes',
  'staff_proposals',
]);
/** What SQLite says it scans beside: its own lists, and the rows a subquery has already chosen. */
const NO_TABLES: ReadonlySet<string> = new Set([
  'CONSTANT',
  'sqlite_master',
  'knex_migrations',
  'each_customer',
]);

/** More rows than one customer, call or source has of anything are a search that has not found its index. */
export const MOST_ROWS_READ = 100;

/** Keeps one of each statement that reads or writes rows, until it is told to stop; the last one sent, whose rows exist. */
export function keepStatements(knex: Knex): {
  readonly statements: ReadonlyMap<string, Statement>;
  stop(): void;
} {
  const statements = new Map<string, Statement>();
  const listen = ({ sql, bindings }: { sql: string; bindings?: readonly Knex.RawBinding[] }) => {
    // knex.raw takes question marks on both databases.
    const asked = sql.replaceAll(/\$\d+/g, '?');
    if (/^\s*(select|insert|update|delete|with)\b/i.test(asked) && !asked.includes('information_schema'))
      statements.set(asked, { sql: asked, bindings: bindings ?? [] });
  };
  knex.on('query', listen);
  return { statements, stop: () => void knex.off('query', listen) };
}

/**
 * Plans a statement on the database as it is. On PostgreSQL it is prepared, as the service sends it, run, and undone, so that a search that reads or
 * sorts many rows is a problem too; SQLite tells only whether it searches.
 */
export async function planOf(knex: Knex, statement: Statement): Promise<Plan> {
  return isPostgres(knex) ? planOnPostgres(knex, statement) : planOnSqlite(knex, statement);
}

async function planOnSqlite(knex: Knex, { sql, bindings }: Statement): Promise<Plan> {
  const rows: { detail: string }[] = await knex.raw(`EXPLAIN QUERY PLAN ${sql}`, [...bindings]);
  const details = rows.map(({ detail }) => detail);
  const problems = details.filter((detail) => {
    const scanned = /^SCAN (\S+)/.exec(detail)?.[1];
    return scanned !== undefined && !SMALL_TABLES.has(scanned) && !NO_TABLES.has(scanned);
  });
  const indexes = details.flatMap((detail) => /USING (?:COVERING )?INDEX (\S+)/.exec(detail)?.[1] ?? []);
  return { indexes, problems };
}

interface PostgresNode {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Index Name'?: string;
  readonly 'Index Cond'?: string;
  readonly 'Actual Rows'?: number;
  readonly 'Actual Loops'?: number;
  readonly 'Rows Removed by Filter'?: number;
  readonly 'Rows Removed by Index Recheck'?: number;
  readonly Plans?: readonly PostgresNode[];
}

/** PostgreSQL plans a prepared statement five times for its values; then it may keep one plan for whatever values come. */
const PLANNED_FOR_VALUES = 5;

let planned = 0;

async function planOnPostgres(knex: Knex, { sql, bindings }: Statement): Promise<Plan> {
  // Names outlive the transaction.
  const name = `planned_${++planned}`;
  let values = 0;
  const numbered = sql.replaceAll('?', () => `$${++values}`);
  const given =
    values === 0 ? '' : knex.raw(`(${bindings.map(() => '?').join(', ')})`, [...bindings]).toString();
  // An insert of rows that are there already would only fail; what it looks up is the key.
  const options = /^\s*insert\b/i.test(sql) ? 'FORMAT JSON' : 'ANALYZE, TIMING OFF, FORMAT JSON';
  const transaction = await knex.transaction();
  try {
    await transaction.raw(`PREPARE ${name} AS ${numbered}`);
    for (let time = 0; time <= PLANNED_FOR_VALUES; time++)
      await transaction.raw(`EXPLAIN EXECUTE ${name}${given}`);
    const { rows }: { rows: { 'QUERY PLAN': readonly { Plan: PostgresNode }[] }[] } = await transaction.raw(
      `EXPLAIN (${options}) EXECUTE ${name}${given}`,
    );
    const nodes = rows.flatMap((row) => row['QUERY PLAN'].flatMap(({ Plan }) => nodesOf(Plan)));
    return {
      indexes: nodes.flatMap((node) => node['Index Name'] ?? []),
      problems: nodes.flatMap((node) => problemOf(node) ?? []),
    };
  } finally {
    await transaction.rollback();
  }
}

function nodesOf(node: PostgresNode): readonly PostgresNode[] {
  return [node, ...(node.Plans ?? []).flatMap(nodesOf)];
}

function problemOf(node: PostgresNode): string | undefined {
  const kind = node['Node Type'];
  const table = node['Relation Name'];
  const index = node['Index Name'];
  if (table !== undefined && (SMALL_TABLES.has(table) || NO_TABLES.has(table))) return undefined;
  if (kind === 'Seq Scan') return `Seq Scan of ${table}`;
  if (index !== undefined && node['Index Cond'] === undefined) return `${kind} of all of ${index}`;
  const read =
    ((node['Actual Rows'] ?? 0) +
      (node['Rows Removed by Filter'] ?? 0) +
      (node['Rows Removed by Index Recheck'] ?? 0)) *
    (node['Actual Loops'] ?? 1);
  if (read <= MOST_ROWS_READ) return undefined;
  return `${kind}${(index ?? table) ? ` of ${index ?? table}` : ''} reads ${read} rows`;
}

/** Every index but those that keep rows unique, by name. */
export async function plainIndexes(knex: Knex): Promise<readonly string[]> {
  const rows: { name: string }[] = isPostgres(knex)
    ? (
        await knex.raw(
          `SELECT indexrelid::regclass::text AS name FROM pg_index JOIN pg_class ON pg_class.oid = indrelid
           WHERE relnamespace = 'public'::regnamespace AND NOT indisunique`,
        )
      ).rows
    : await knex('sqlite_master')
        .where({ type: 'index' })
        .whereRaw("sql NOT LIKE 'CREATE UNIQUE%'")
        .select('name');
  return rows.map(({ name }) => name).sort();
}
