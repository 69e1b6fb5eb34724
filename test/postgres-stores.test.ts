import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
// Every test of a store that src runs on SQLite runs here once more, on one real PostgreSQL. This comes first:
import './support/on-postgres.ts';
import './support/store-suites.ts';

/** Parts of a store that are tested through the whole of it. */
const TESTED_BY: { readonly [store: string]: string } = {
  'src/bank/demo-bank-freezes.store.ts': 'src/bank/demo-bank.store.test.ts',
  'src/bank/demo-bank-money.store.ts': 'src/bank/demo-bank.store.test.ts',
  'src/customers/enrolment/enrolment.store.ts': 'src/customers/enrolment/enrolment.service.test.ts',
  'src/customers/sim/sim-import.store.ts': 'src/customers/sim/import-sim-dates.service.test.ts',
};

const PROJECT = resolve(import.meta.dirname, '..');
const textOf = (file: string) => readFileSync(join(PROJECT, file), 'utf8');

test('every suite that can run on more than one database runs here, and every store has one beside it', () => {
  const suites = globSync('src/**/*.test.ts', { cwd: PROJECT })
    .filter((file) => textOf(file).includes('/test/support/databases.ts'))
    .sort();
  const imported = [
    ...textOf('test/support/store-suites.ts').matchAll(/^import '\.\.\/\.\.\/(src\/.*)';$/gm),
  ];
  assert.deepEqual(imported.map(([, file]) => file).sort(), suites);
  // One that keeps files instead has nothing to do with a database.
  const stores = globSync('src/**/*.store.ts', { cwd: PROJECT }).filter((file) =>
    textOf(file).includes('Knex'),
  );
  assert.ok(stores.length >= 10, 'the stores were found');
  assert.deepEqual(
    stores.filter((file) => !suites.includes(TESTED_BY[file] ?? file.replace(/\.ts$/, '.test.ts'))),
    [],
  );
});
