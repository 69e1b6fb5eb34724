import assert from 'node:assert/strict';
import type { Knex } from 'knex';
import { storeTest } from '../../test/support/databases.ts';
import { isPostgres } from './connect.ts';
import { pipelined } from './pipelined.ts';
import { transactionsOn } from './transactions.ts';

async function things(knex: Knex): Promise<void> {
  await knex.schema.createTable('things', (table) => {
    table.text('id').primary();
    table.integer('value').notNullable().defaultTo(0);
  });
  await knex('things').insert([{ id: 'a' }, { id: 'b' }]);
}

storeTest('a table that a migration changes is read as it is now, by every connection', async (knex) => {
  await things(knex);
  const transactions = transactionsOn(knex);
  const read = () => transactions.run((transaction) => transaction('things').where({ id: 'a' }).first());
  // Often enough at once for several connections to keep the plan.
  await Promise.all(Array.from({ length: 8 }, read));
  await knex.schema.alterTable('things', (table) => void table.text('colour').defaultTo('red'));
  for (const row of await Promise.all(Array.from({ length: 8 }, read)))
    assert.deepEqual(row, { id: 'a', value: 0, colour: 'red' });
});

storeTest('two that take the same rows in opposite order both get through', async (knex) => {
  await things(knex);
  const transactions = transactionsOn(knex);
  let tries = 0;
  let arrived = 0;
  const met = Promise.withResolvers<void>();
  const addTo = (ids: readonly string[]) =>
    transactions.run(async (transaction) => {
      tries += 1;
      for (const [at, id] of ids.entries()) {
        await transaction('things').where({ id }).increment('value', 1);
        if (at === 0 && ++arrived === 2) met.resolve();
        // Each holds its first row before it asks for the second; one connection has nobody to meet.
        if (at === 0 && isPostgres(knex)) await met.promise;
      }
    });
  await Promise.all([addTo(['a', 'b']), addTo(['b', 'a'])]);
  assert.deepEqual(await knex('things').orderBy('id').select('value'), [{ value: 2 }, { value: 2 }]);
  // PostgreSQL gives up one of the two, or both where they look at the same moment.
  if (isPostgres(knex)) assert.ok(tries > 2, 'the deadlock was met, and tried again');
  else assert.equal(tries, 2);
});

storeTest('statements that do not wait for each other all count, or none of them', async (knex) => {
  await things(knex);
  const transactions = transactionsOn(knex);
  const insert = (transaction: Knex, id: string) => transaction('things').insert({ id });
  await transactions.run((transaction) => pipelined(['c', 'd', 'e'].map((id) => insert(transaction, id))));
  await assert.rejects(
    transactions.run((transaction) => pipelined(['f', 'a', 'g'].map((id) => insert(transaction, id)))),
    /unique/i,
  );
  const ids = await knex('things').orderBy('id').pluck('id');
  assert.deepEqual(ids, ['a', 'b', 'c', 'd', 'e']);
  await transactions.run((transaction) => insert(transaction, 'f'));
});

storeTest('many more at once than there are connections are all done', async (knex) => {
  await things(knex);
  const transactions = transactionsOn(knex);
  await Promise.all(
    Array.from({ length: 200 }, () =>
      transactions.run((transaction) => transaction('things').where({ id: 'a' }).increment('value', 1)),
    ),
  );
  assert.deepEqual(await knex('things').where({ id: 'a' }).first('value'), { value: 200 });
});
