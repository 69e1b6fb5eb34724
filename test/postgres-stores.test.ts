import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
// Every test of a store that src runs on SQLite runs here once more, on one real PostgreSQL. This comes first:
import './support/on-postgres.ts';
import '../src/ledger/ledger.service.test.ts';
import '../src/ledger/ledger.store.test.ts';
import '../src/bank/demo-bank.store.test.ts';
import '../src/calls/calls.store.test.ts';
import '../src/customers/customers.store.test.ts';
import '../src/customers/enrolment.service.test.ts';
import '../src/escalation/handoffs.store.test.ts';
import '../src/factors/code/code.store.test.ts';
import '../src/factors/factors.service.test.ts';
import '../src/fraud/alarms.store.test.ts';
import '../src/lockout/reserve-attempt.store.test.ts';
import '../src/lockout/settle-attempt.store.test.ts';
import '../src/credentials/pin-verifiers.store.test.ts';
import '../src/lockout/sources.store.test.ts';
import '../src/lockout/counters.store.test.ts';
import '../src/outbox/outbox.service.test.ts';
import '../src/outbox/outbox.store.test.ts';
import '../src/storage/transactions.test.ts';
import '../src/releases/releases.store.test.ts';

const PROJECT = resolve(import.meta.dirname, '..');
const textOf = (file: string) => readFileSync(join(PROJECT, file), 'utf8');

test('every suite that can run on both databases runs here, and every store has one beside it', () => {
  const suites = globSync('src/**/*.test.ts', { cwd: PROJECT })
    .filter((file) => textOf(file).includes('/test/support/databases.ts'))
    .sort();
  const imported = [...textOf('test/postgres-stores.test.ts').matchAll(/^import '\.\.\/(src\/.*)';$/gm)];
  assert.deepEqual(imported.map(([, file]) => file).sort(), suites);
  // One that keeps files instead has nothing to do with a database.
  const stores = globSync('src/**/*.store.ts', { cwd: PROJECT }).filter((file) =>
    textOf(file).includes('Knex'),
  );
  assert.ok(stores.length >= 10, 'the stores were found');
  assert.deepEqual(
    stores.filter((file) => !suites.includes(file.replace(/\.ts$/, '.test.ts'))),
    [],
  );
});
