import assert from 'node:assert/strict';
import { storeTest } from '../../test/support/databases.ts';
import { endOffer, insertOffer, offersOf } from './desk-offers.store.ts';

storeTest('offers are kept with how they ended, once', async (knex) => {
  const offer = { handoffId: 'h1', staffId: 'anna', until: 20 };
  await insertOffer(knex, { ...offer, number: 2, at: 1 });
  assert.equal(await endOffer(knex, 'h1', 'missed', 20), true);
  assert.equal(await endOffer(knex, 'h1', 'taken', 21), false);
  await insertOffer(knex, { ...offer, number: 4, at: 60 });
  await insertOffer(knex, { ...offer, number: 5, at: 70, staffId: 'ben' });
  assert.deepEqual(
    [...(await offersOf(knex, 'h1'))],
    [
      ['anna', { times: 2, last: 60 }],
      ['ben', { times: 1, last: 70 }],
    ],
  );
  assert.equal((await offersOf(knex, 'h2')).size, 0);
  const [first] = await knex('desk_offers').where({ number: 2 });
  assert.deepEqual([first.result, first.ended_at], ['missed', 20]);
});
