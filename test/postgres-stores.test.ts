import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { after, before, test } from 'node:test';
import { connect } from '../src/persistence/connect.ts';
import { useDatabases } from './support/databases.ts';
import { type EmptiedDatabase, openEmptiedDatabase } from './support/emptied-database.ts';
import { startPostgres, type TestPostgres } from './support/postgres.ts';

// Every test of a store that src runs on SQLite runs here once more, on one real PostgreSQL: a server takes seconds to
// start and a database a good part of one, so that all use one after the other.

const PROJECT = resolve(import.meta.dirname, '..');
let postgres: TestPostgres;
let emptied: EmptiedDatabase | undefined;

before(async () => {
  postgres = await startPostgres({ withoutSyncing: true });
});
after(async () => {
  await emptied?.close();
  await postgres.stop();
});

useDatabases({
  mark: ' (on PostgreSQL)',
  open: async () => {
    emptied ??= await openEmptiedDatabase(await postgres.newMigratedDatabase());
    const { url } = emptied;
    // Connections and listeners are each test's own.
    const knex = connect({ kind: 'postgres', url });
    return {
      knex,
      close: async () => {
        await knex.destroy();
        if (await emptied?.empty()) return;
        await emptied?.close();
        emptied = undefined;
      },
    };
  },
});

const onEachDatabase = globSync('src/**/*.test.ts', { cwd: PROJECT })
  .filter((file) => readFileSync(join(PROJECT, file), 'utf8').includes('/test/support/databases.ts'))
  .sort();
for (const file of onEachDatabase) await import(join(PROJECT, file));

test('every store has a suite beside it that runs on both databases', () => {
  const stores = globSync('src/**/*.store.ts', { cwd: PROJECT }).sort();
  assert.ok(stores.length >= 10, 'the stores were found');
  assert.deepEqual(
    stores.filter((file) => !onEachDatabase.includes(file.replace(/\.ts$/, '.test.ts'))),
    [],
  );
});
