import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import sqlite from 'sqlite3';
import { connect } from './connect.ts';
import { keepStatements, MOST_STATEMENTS, type StatementConnection } from './kept-statements.ts';

/** A connection that counts how often a statement is prepared. */
async function openCounting() {
  const database = await new Promise<sqlite.Database>((resolve, reject) => {
    const opened = new sqlite.Database(':memory:', (error) => (error ? reject(error) : resolve(opened)));
  });
  const connection = database as unknown as StatementConnection;
  const prepare = connection.prepare.bind(connection);
  const counts = { prepared: 0 };
  connection.prepare = (sql, done) => {
    counts.prepared += 1;
    return prepare(sql, done);
  };
  keepStatements(connection);
  const all = (sql: string, bindings: readonly unknown[] = []) =>
    new Promise<unknown[]>((resolve, reject) =>
      connection.all(sql, bindings, (error, rows) => (error ? reject(error) : resolve(rows ?? []))),
    );
  const close = () =>
    new Promise<void>((resolve, reject) => connection.close((error) => (error ? reject(error) : resolve())));
  return { all, close, counts };
}

test('a statement is prepared once and then used with other values', async () => {
  const { all, close, counts } = await openCounting();
  assert.deepEqual(await all('select ? as value', [1]), [{ value: 1 }]);
  assert.deepEqual(await all('select ? as value', ['two']), [{ value: 'two' }]);
  assert.equal(counts.prepared, 1);
  await close();
});

test('the same statement several times at once answers each with its own values', async () => {
  const { all, close } = await openCounting();
  const ask = (value: number) => all('select ? as value', [value]);
  for (let round = 0; round < 2; round++) {
    const answers = await Promise.all([1, 2, 3, 4].map(ask));
    assert.deepEqual(
      answers,
      [1, 2, 3, 4].map((value) => [{ value }]),
    );
  }
  await close();
});

test('a statement that does not parse fails every time, also twice at once, and the next one works', async () => {
  const { all, close } = await openCounting();
  const results = await Promise.allSettled([all('selekt 1'), all('selekt 1'), all('select 1 as one')]);
  assert.deepEqual(
    results.map(({ status }) => status),
    ['rejected', 'rejected', 'fulfilled'],
  );
  await close();
});

test('a statement that failed holds nothing: the transaction rolls back and the statement works again', async (t) => {
  const knex = connect({ kind: 'sqlite', file: ':memory:' });
  t.after(() => knex.destroy());
  await knex.schema.createTable('things', (table) => void table.text('id').primary());
  const insert = (id: string) => knex.transaction((transaction) => transaction('things').insert({ id }));
  await insert('a');
  await assert.rejects(insert('a'), /UNIQUE/);
  await insert('b');
  assert.equal((await knex('things')).length, 2);
  await knex.schema.dropTable('things');
});

test('one statement that fails several times at once fails each of them, and works again', async () => {
  const { all, close } = await openCounting();
  await all('create table things (id text primary key)');
  const insert = (id: string) => all('insert into things values (?)', [id]);
  await insert('a');
  const results = await Promise.allSettled(['a', 'a', 'b', 'a'].map(insert));
  assert.deepEqual(
    results.map(({ status }) => status),
    ['rejected', 'rejected', 'fulfilled', 'rejected'],
  );
  await insert('c');
  assert.equal((await all('select * from things')).length, 3);
  await close();
});

test('a kept statement sees a changed table as it is now', async (t) => {
  const knex = connect({ kind: 'sqlite', file: ':memory:' });
  t.after(() => knex.destroy());
  await knex.schema.createTable('things', (table) => void table.text('id'));
  await knex('things').insert({ id: 'a' });
  assert.deepEqual(await knex('things'), [{ id: 'a' }]);
  await knex.schema.alterTable('things', (table) => void table.text('colour').defaultTo('red'));
  assert.deepEqual(await knex('things'), [{ id: 'a', colour: 'red' }]);
});

test('more different statements than are kept still work, and the connection closes', async () => {
  const { all, close, counts } = await openCounting();
  for (let value = 0; value <= MOST_STATEMENTS; value++)
    assert.deepEqual(await all(`select ${value} as value`), [{ value }]);
  const before = counts.prepared;
  await all('select 0 as value');
  assert.equal(counts.prepared, before + 1, 'the oldest was given up');
  await close();
});

test('another connection can write to the file between kept statements', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'kept-statements-'));
  const open = () => connect({ kind: 'sqlite', file: join(folder, 'test.sqlite') });
  const [one, other] = [open(), open()];
  t.after(async () => {
    await Promise.all([one.destroy(), other.destroy()]);
    await rm(folder, { recursive: true });
  });
  await one.schema.createTable('things', (table) => void table.text('id'));
  for (const id of ['a', 'b', 'c']) {
    await one('things').insert({ id });
    await other('things').insert({ id });
    assert.equal((await one('things')).length, (await other('things')).length);
  }
  assert.equal((await one('things')).length, 6);
});
