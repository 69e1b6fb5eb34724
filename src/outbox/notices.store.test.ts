import assert from 'node:assert/strict';
import { storeTest } from '../../test/support/databases.ts';
import type { Knex } from '../storage/connect.ts';
import { noticesOfDay } from './notices.store.ts';

const DAY = { from: 1_000, to: 2_000 };

let serial = 0;
function message(knex: Knex, at: number, over: object = {}) {
  return knex('outbox').insert({
    ...{ id: `m${++serial}`, purpose: 'action_notice', to_sealed: 'x', status: 'sent', number_index: 'n1' },
    ...{ created_at: at, due_at: at, expires_at: at },
    ...over,
  });
}

storeTest('the notices of a number are counted within its day, and not those of another', async (knex) => {
  await message(knex, 999);
  await message(knex, 1_000);
  await message(knex, 1_999, { purpose: 'lock_notice' });
  await message(knex, 2_000);
  await message(knex, 1_500, { number_index: 'n2' });
  await message(knex, 1_500, { number_index: null });
  assert.deepEqual(await noticesOfDay(knex, 'n1', DAY), { told: 2, summary: undefined });
});

storeTest('a summary tells of more until somebody has begun to send it', async (knex) => {
  await message(knex, 1_100);
  await message(knex, 1_200, { id: 'sum', purpose: 'summary', status: 'pending', tries: 0, events: 3 });
  const open = { told: 1, summary: { id: 'sum', events: 3, isOpen: true } };
  assert.deepEqual(await noticesOfDay(knex, 'n1', DAY), open);
  await knex('outbox').where({ id: 'sum' }).update({ tries: 1 });
  const begun = { told: 1, summary: { id: 'sum', events: 3, isOpen: false } };
  assert.deepEqual(await noticesOfDay(knex, 'n1', DAY), begun);
});
