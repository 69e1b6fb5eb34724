import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { connect } from './connect.ts';
import { MOST_STATEMENTS } from './sqlite-client.ts';

async function openMemory() {
  const knex = connect({ kind: 'sqlite', file: ':memory:' });
  await knex.schema.createTable('things', (table) => void table.text('id').primary());
  const insert = (id: string) => knex.transaction((transaction) => transaction('things').insert({ id }));
  return { knex, insert };
}

test('the same statement several times at once answers each with its own values', async (t) => {
  const { knex } = await openMemory();
  t.after(() => knex.destroy());
  const ask = (value: number) => knex.raw('select ? as value', [value]);
  for (let round = 0; round < 2; round++)
    assert.deepEqual(
      await Promise.all([1, 2, 3, 4].map(ask)),
      [1, 2, 3, 4].map((value) => [{ value }]),
    );
});

test('a statement that does not parse fails every time, and the next one works', async (t) => {
  const { knex } = await openMemory();
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

test('a statement that failed holds nothing: the transaction rolls back and the statement works again', async (t) => {
  const { knex, insert } = await openMemory();
  t.after(() => knex.destroy());
  await insert('a');
  await assert.rejects(insert('a'), /UNIQUE/);
  await insert('b');
  assert.equal((await knex('things')).length, 2);
  await knex.schema.dropTable('things');
});

test('a kept statement sees a changed table as it is now', async (t) => {
  const { knex, insert } = await openMemory();
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

test('truth values and dates are stored as numbers, a missing value as null', async (t) => {
  const { knex } = await openMemory();
  t.after(() => knex.destroy());
  const [row] = await knex.raw('select ? as yes, ? as moment, ? as missing', [true, new Date(5), null]);
  assert.deepEqual(row, { yes: 1, moment: 5, missing: null });
});

test('another process may hold the write lock for a while: whoever writes waits, whoever reads does not', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'sqlite-client-'));
  const open = () => connect({ kind: 'sqlite', file: join(folder, 'test.sqlite') });
  const [holder, writer, reader] = [open(), open(), open()];
  t.after(async () => {
    await Promise.all([holder, writer, reader].map((knex) => knex.destroy()));
    await rm(folder, { recursive: true });
  });
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
});

test('what a transaction reads stays true until it has written, also against another process', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'sqlite-client-'));
  const open = () => connect({ kind: 'sqlite', file: join(folder, 'test.sqlite') });
  const [one, other] = [open(), open()];
  t.after(async () => {
    await Promise.all([one.destroy(), other.destroy()]);
    await rm(folder, { recursive: true });
  });
  await one.schema.createTable('counts', (table) => void table.integer('value'));
  await one('counts').insert({ value: 0 });
  const add = (knex: typeof one) =>
    knex.transaction(async (transaction) => {
      const { value } = await transaction('counts').first();
      await transaction('counts').update({ value: value + 1 });
    });
  await Promise.all(Array.from({ length: 20 }, (_, at) => add(at % 2 === 0 ? one : other)));
  assert.deepEqual(await one('counts'), [{ value: 20 }]);
});
