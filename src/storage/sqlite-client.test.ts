import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import knexPackage from 'knex';
import { sqlite3Missing } from '../../test/support/sqlite-drivers.ts';
import { connect, type Knex, type SqliteDriver } from './connect.ts';
import { MOST_STATEMENTS } from './sqlite-client.ts';
import { NpmSqlite3Client } from './sqlite3-client.ts';

/** What must hold with every driver; npm sqlite3 is tried where it is installed. */
function driverTest(name: string, body: (driver: SqliteDriver, t: TestContext) => Promise<void>): void {
  test(name, (t) => body('node', t));
  test(`${name} (on npm sqlite3)`, { skip: sqlite3Missing ?? false }, (t) => body('sqlite3', t));
}

/** Opens a file of the test's own; each connection is what another process would be. All are closed after the test. */
async function openerOfFile(driver: SqliteDriver, t: TestContext) {
  const folder = await mkdtemp(join(tmpdir(), 'sqlite-client-'));
  const opened: Knex[] = [];
  t.after(async () => {
    await Promise.all(opened.map((knex) => knex.destroy()));
    await rm(folder, { recursive: true });
  });
  return (limits: { readonly busyMilliseconds?: number } = {}) => {
    const knex = connect({ kind: 'sqlite', file: join(folder, 'test.sqlite'), driver, ...limits });
    opened.push(knex);
    return knex;
  };
}

async function openMemory(driver: SqliteDriver = 'node') {
  const knex = connect({ kind: 'sqlite', file: ':memory:', driver });
  await knex.schema.createTable('things', (table) => void table.text('id').primary());
  const insert = (id: string) => knex.transaction((transaction) => transaction('things').insert({ id }));
  return { knex, insert };
}

driverTest('the same statement several times at once answers each with its own values', async (driver, t) => {
  const { knex } = await openMemory(driver);
  t.after(() => knex.destroy());
  const ask = (value: number) => knex.raw('select ? as value', [value]);
  for (let round = 0; round < 2; round++)
    assert.deepEqual(
      await Promise.all([1, 2, 3, 4].map(ask)),
      [1, 2, 3, 4].map((value) => [{ value }]),
    );
});

driverTest('a statement that does not parse fails every time, and the next one works', async (driver, t) => {
  const { knex } = await openMemory(driver);
  t.after(() => knex.destroy());
  const results = await Promise.allSettled([
    knex.raw('selekt 1'),
    knex.raw('selekt 1'),
    knex.raw('select 1'),
  ]);
  assert.deepEqual(
    results.map(({ status }) => status),
    ['rejected', 'rejected', 'fulfilled'],
  );
});

driverTest(
  'a statement that failed holds nothing: the transaction rolls back and the statement works again',
  async (driver, t) => {
    const { knex, insert } = await openMemory(driver);
    t.after(() => knex.destroy());
    await insert('a');
    await assert.rejects(insert('a'), /UNIQUE/);
    await insert('b');
    assert.equal((await knex('things')).length, 2);
    await knex.schema.dropTable('things');
  },
);

driverTest('a kept statement sees a changed table as it is now', async (driver, t) => {
  const { knex, insert } = await openMemory(driver);
  t.after(() => knex.destroy());
  await insert('a');
  assert.deepEqual(await knex('things'), [{ id: 'a' }]);
  await knex.schema.alterTable('things', (table) => void table.text('colour').defaultTo('red'));
  assert.deepEqual(await knex('things'), [{ id: 'a', colour: 'red' }]);
});

test('more different statements than are kept still work', async (t) => {
  const { knex } = await openMemory();
  t.after(() => knex.destroy());
  for (let value = 0; value <= MOST_STATEMENTS; value++)
    assert.deepEqual(await knex.raw(`select ${value} as value`), [{ value }]);
  assert.deepEqual(await knex.raw('select 0 as value'), [{ value: 0 }]);
});

driverTest('truth values and dates are stored as numbers, a missing value as null', async (driver, t) => {
  const { knex } = await openMemory(driver);
  t.after(() => knex.destroy());
  const [row] = await knex.raw('select ? as yes, ? as moment, ? as missing', [true, new Date(5), null]);
  assert.deepEqual(row, { yes: 1, moment: 5, missing: null });
});

driverTest(
  'another process may hold the write lock for a while: a writer waits, a reader does not',
  async (driver, t) => {
    const open = await openerOfFile(driver, t);
    const [holder, writer, reader] = [open(), open(), open()];
    await holder.schema.createTable('things', (table) => void table.text('id'));
    const begun = Promise.withResolvers<void>();
    const done = Promise.withResolvers<void>();
    const first = holder.transaction(async (transaction) => {
      await transaction('things').insert({ id: 'first' });
      begun.resolve();
      await done.promise;
    });
    await begun.promise;
    const order: string[] = [];
    const second = writer('things')
      .insert({ id: 'second' })
      .then(() => order.push('written'));
    assert.deepEqual(await reader('things'), []);
    order.push('read');
    done.resolve();
    await Promise.all([first, second]);
    assert.deepEqual(order, ['read', 'written']);
    assert.equal((await reader('things')).length, 2);
  },
);

driverTest(
  'what a transaction reads stays true until it has written, also against another process',
  async (driver, t) => {
    const open = await openerOfFile(driver, t);
    const [one, other] = [open(), open()];
    await one.schema.createTable('counts', (table) => void table.integer('value'));
    await one('counts').insert({ value: 0 });
    const add = (knex: typeof one) =>
      knex.transaction(async (transaction) => {
        const { value } = await transaction('counts').first();
        await transaction('counts').update({ value: value + 1 });
      });
    await Promise.all(Array.from({ length: 20 }, (_, at) => add(at % 2 === 0 ? one : other)));
    assert.deepEqual(await one('counts'), [{ value: 20 }]);
  },
);

driverTest(
  'a transaction holds the write lock for longer than is waited: the other fails with SQLITE_BUSY',
  async (driver, t) => {
    const open = await openerOfFile(driver, t);
    const holder = open();
    assert.ok(holder);
    const file = holder.client.connectionSettings.filename;
    const impatient = connect({ kind: 'sqlite', file, driver, busyMilliseconds: 0 });
    t.after(() => impatient.destroy());
    await holder.schema.createTable('things', (table) => void table.text('id'));
    await holder.transaction(async (transaction) => {
      await transaction('things').insert({ id: 'first' });
      await assert.rejects(impatient('things').insert({ id: 'second' }), { code: 'SQLITE_BUSY' });
    });
    assert.equal((await impatient('things')).length, 1);
  },
);

driverTest('a commit that fails leaves no transaction behind and undoes its work', async (driver, t) => {
  const { knex } = await openMemory(driver);
  t.after(() => knex.destroy());
  await knex.raw('CREATE TABLE parts (thing TEXT REFERENCES things (id) DEFERRABLE INITIALLY DEFERRED)');
  await assert.rejects(
    knex.transaction((transaction) => transaction('parts').insert({ thing: 'none' })),
    { code: 'SQLITE_CONSTRAINT' },
  );
  assert.deepEqual(await knex('parts'), []);
  await knex.transaction((transaction) => transaction('things').insert({ id: 'a' }));
  assert.equal((await knex('things')).length, 1);
});

driverTest(
  'an error after which SQLite has rolled back by itself is the one that is told',
  async (driver, t) => {
    const { knex } = await openMemory(driver);
    t.after(() => knex.destroy());
    await knex('things').insert({ id: 'a' });
    const failing = knex.transaction((transaction) =>
      transaction.raw("INSERT OR ROLLBACK INTO things VALUES ('a')"),
    );
    await assert.rejects(failing, { code: 'SQLITE_CONSTRAINT' });
    await knex.transaction((transaction) => transaction('things').insert({ id: 'b' }));
  },
);

driverTest('a commit is on the disk: WAL, synchronous FULL, foreign keys checked', async (driver, t) => {
  const open = await openerOfFile(driver, t);
  const knex = open();
  assert.deepEqual(await knex.raw('PRAGMA journal_mode'), [{ journal_mode: 'wal' }]);
  assert.deepEqual(await knex.raw('PRAGMA synchronous'), [{ synchronous: 2 }]);
  assert.deepEqual(await knex.raw('PRAGMA foreign_keys'), [{ foreign_keys: 1 }]);
});

test('npm sqlite3 that is asked for and cannot be loaded is refused in words that say what to do', () => {
  class NotInstalled extends NpmSqlite3Client {
    override _driver(): unknown {
      throw new Error("Cannot find module 'sqlite3'");
    }
  }
  assert.throws(() => knexPackage({ client: NotInstalled, connection: { filename: ':memory:' } }), {
    name: 'Fault',
    message: /npm install --no-save --save-prod sqlite3@.*or unset SQLITE_DRIVER/,
  });
});
