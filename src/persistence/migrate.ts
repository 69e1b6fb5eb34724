import { readdir } from 'node:fs/promises';
import type { Knex } from 'knex';

const MIGRATIONS = new URL('../../db/migrations/', import.meta.url);

const source: Knex.MigrationSource<string> = {
  getMigrations: async () => (await readdir(MIGRATIONS)).filter((file) => file.endsWith('.ts')).sort(),
  getMigrationName: (file) => file,
  getMigration: (file) => import(new URL(file, MIGRATIONS).href),
};

/** Brings the schema up to date and answers which migrations ran. Forward only; safe to repeat. */
export async function migrate(knex: Knex): Promise<readonly string[]> {
  const [, ran] = (await knex.migrate.latest({ migrationSource: source })) as [number, string[]];
  return ran;
}

/** The migrations that have not run yet; empty when the schema is up to date. */
export async function pendingMigrations(knex: Knex): Promise<readonly string[]> {
  const [, pending] = (await knex.migrate.list({ migrationSource: source })) as [
    unknown,
    (string | { file: string })[],
  ];
  return pending.map((entry) => (typeof entry === 'string' ? entry : entry.file));
}
