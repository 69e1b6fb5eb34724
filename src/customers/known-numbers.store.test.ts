import assert from 'node:assert/strict';
import { storeTest } from '../../test/support/databases.ts';
import { TEST_KEYS as keys } from '../../test/support/keys.ts';
import { isNumberProved, noteNumber, proveNumber } from './known-numbers.store.ts';

const HERS = { customerId: 'c1', phoneIndex: 'p1' };

storeTest(
  'a number is new to a customer once, however many calls come from it at once (V4)',
  async (knex) => {
    const noted = await Promise.all(
      [1, 2, 3].map((at) => knex.transaction((trx) => noteNumber(trx, keys, HERS, at))),
    );
    assert.deepEqual(noted.sort(), ['new', 'seen', 'seen']);
    assert.equal(
      await noteNumber(knex, keys, { ...HERS, customerId: 'c2' }, 4),
      'new',
      'to another customer',
    );
    const rows = await knex('known_numbers').select('number_index');
    assert.equal(
      new Set(rows.map(({ number_index }) => number_index)).size,
      2,
      'no two customers share a row',
    );
  },
);

storeTest('a number is proved by a money order with a code alone (V4.2)', async (knex) => {
  await noteNumber(knex, keys, HERS, 1);
  assert.equal(await isNumberProved(knex, keys, HERS), false);
  await proveNumber(knex, keys, HERS, 2);
  await proveNumber(knex, keys, HERS, 3);
  assert.equal(await isNumberProved(knex, keys, HERS), true);
  assert.equal(await isNumberProved(knex, keys, { ...HERS, customerId: 'c2' }), false);
  const { seen_at, proved_at } = await knex('known_numbers').first();
  assert.deepEqual([Number(seen_at), Number(proved_at)], [1, 3]);
});
