import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startWorld, type World } from '../../test/support/world.ts';
import { isNumberProved, noteNumber, proveNumber } from './known-numbers.store.ts';

let world: World;
before(async () => {
  world = await startWorld();
});
after(() => world.stop());

const number = (customerId: string) => ({ customerId, phoneIndex: 'an index' });

test('a number is new to a customer once, also when two calls come from it at once', async () => {
  const { knex, config } = world;
  const noted = await Promise.all(
    [1, 2, 3].map((now) => noteNumber(knex, config.keyring, number('demo-01'), now)),
  );
  assert.deepEqual(noted.sort(), ['new', 'seen', 'seen']);
  assert.equal(await noteNumber(knex, config.keyring, number('demo-02'), 4), 'new');
});

test('a number is proved for one customer only, and stays so', async () => {
  const { knex, config } = world;
  assert.equal(await isNumberProved(knex, config.keyring, number('demo-01')), false);
  await proveNumber(knex, config.keyring, number('demo-01'), 5);
  await noteNumber(knex, config.keyring, number('demo-01'), 6);
  assert.equal(await isNumberProved(knex, config.keyring, number('demo-01')), true);
  assert.equal(await isNumberProved(knex, config.keyring, number('demo-02')), false);
});

test('the table holds no number, and nothing that is alike for two customers', async () => {
  const rows = await world.knex('known_numbers').select('number_index');
  assert.equal(new Set(rows.map(({ number_index }) => number_index)).size, rows.length);
  assert.ok(rows.every(({ number_index }) => !number_index.includes('an index')));
});
