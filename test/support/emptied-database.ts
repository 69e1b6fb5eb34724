import { connect, type Knex } from '../../src/storage/connect.ts';
import { tablesOf } from './databases.ts';

/** A PostgreSQL database that several tests use one after the other. */
export interface EmptiedDatabase {
  readonly url: string;
  /** Removes every row; answers false where a test has changed the schema, so that nobody may use it any more. */
  empty(): Promise<boolean>;
  close(): Promise<void>;
}

/** Every column of every table and index, and every trigger: what a test can have changed. */
const SCHEMA = `
  SELECT md5(string_agg(part, ' ' ORDER BY part)) AS digest FROM (
    SELECT attrelid::regclass || '.' || attname || ':' || atttypid AS part
      FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
      WHERE relnamespace = 'public'::regnamespace AND attnum > 0 AND NOT attisdropped
    UNION ALL SELECT tgrelid::regclass || ' ' || tgname FROM pg_trigger WHERE NOT tgisinternal
  ) AS parts`;

/** Takes a migrated database into use. */
export async function openEmptiedDatabase(url: string): Promise<EmptiedDatabase> {
  const knex = connect({ kind: 'postgres', url });
  const tables = await tablesOf(knex);
  const schema = await schemaOf(knex);
  // In this role neither triggers nor references keep a row from going; the tables are small, so no TRUNCATE.
  const deletes = tables.map((table) => `DELETE FROM ${table}`).join('; ');
  return {
    url,
    empty: async () => {
      if ((await schemaOf(knex)) !== schema) return false;
      await knex.raw(`SET session_replication_role = replica; ${deletes}`);
      return true;
    },
    close: () => knex.destroy(),
  };
}

async function schemaOf(knex: Knex): Promise<string> {
  const { rows }: { rows: { digest: string }[] } = await knex.raw(SCHEMA);
  return rows[0]?.digest ?? '';
}
