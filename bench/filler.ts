import { DAY } from '../src/platform/clock.ts';
import { isPostgres, type Knex } from '../src/storage/connect.ts';
import { tablesOf } from '../test/support/databases.ts';

/** What is of the database and not of a customer or a call. */
const NOT_COPIED = ['settings', 'releases', 'release_activations', 'alarms', 'alarm_watches'];
/** Columns that tell one row from another, or a customer, call or source from another. */
const KEY = /(^|_)(id|index|key|subject|receipt)$/;
const MOMENT = /(^|_)(at|since|until|before)$/;
/** Copies lie within this time, so that each day holds as many calls as it would. */
const YEAR_MILLISECONDS = 365 * DAY;
/** Digests and the carrier's ids are at least so long, and keep their length; shorter keys grow. */
const LONG_KEY = 32;
/** 8 hexadecimal digits. */
const SPREAD = 2 ** 32;
/** Copies written in one transaction. */
const COPIES_AT_ONCE = 500;

/**
 * Copies every customer, call and row that belongs to one `copies` times, each copy with keys of its own and earlier
 * by its share of a year: rows have the size, and tables the proportions, that the service gave them. What is sealed
 * does not open in a copy, and nobody will open it. Set-based: the database does all of it. Answers the rows now
 * in each table.
 */
export async function multiply(
  knex: Knex,
  copies: number,
  progress: (text: string) => void,
): Promise<ReadonlyMap<string, number>> {
  const tables = await tablesToCopy(knex);
  for (const table of tables) await knex.raw('CREATE TABLE ?? AS SELECT * FROM ??', [baseOf(table), table]);
  for (let first = 1; first <= copies; first += COPIES_AT_ONCE) {
    const last = Math.min(copies, first + COPIES_AT_ONCE - 1);
    await knex.transaction(async (transaction) => {
      for (const table of tables) await copyRows(transaction, table, first, last, copies);
    });
    progress(`${last} of ${copies} copies`);
  }
  const rows = new Map<string, number>();
  for (const table of tables) {
    const base = await knex(baseOf(table)).count({ count: '*' }).first();
    rows.set(table, Number(base?.count ?? 0) * (copies + 1));
    await knex.schema.dropTable(baseOf(table));
  }
  return rows;
}

function baseOf(table: string): string {
  return `base_of_${table}`;
}

async function tablesToCopy(knex: Knex): Promise<readonly string[]> {
  const copied = (await tablesOf(knex)).filter((name) => !NOT_COPIED.includes(name));
  // What others refer to comes first.
  return ['customers', ...copied.filter((name) => name !== 'customers')];
}

async function copyRows(
  transaction: Knex,
  table: string,
  first: number,
  last: number,
  copies: number,
): Promise<void> {
  const columns = Object.entries(await transaction(table).columnInfo());
  const spread = `n * ${Math.floor(SPREAD / (copies + 1))}`;
  const mark = isPostgres(transaction) ? `lpad(to_hex(${spread}), 8, '0')` : `printf('%08x', ${spread})`;
  const values = columns.map(([name, { type }]) => {
    const column = `base."${name}"`;
    if (type === 'text' && KEY.test(name))
      return `CASE WHEN length(${column}) >= ${LONG_KEY} THEN substr(${column}, 1, 2) || ${mark} || substr(${column}, 11) ELSE ${column} || '-' || ${mark} END`;
    if (type === 'bigint' && MOMENT.test(name))
      return `${column} - n * ${Math.floor(YEAR_MILLISECONDS / copies)}`;
    return column;
  });
  const names = columns.map(([name]) => `"${name}"`).join(', ');
  // The copies in the outer loop: keys then come in ascending order.
  await transaction.raw(
    `WITH RECURSIVE copy(n) AS (SELECT CAST(${first} AS bigint) UNION ALL SELECT n + 1 FROM copy WHERE n < ${last})
     INSERT INTO "${table}" (${names}) SELECT ${values.join(', ')} FROM copy CROSS JOIN "${baseOf(table)}" AS base`,
  );
}
