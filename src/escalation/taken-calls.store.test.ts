import assert from 'node:assert/strict';
import { storeTest } from '../../test/support/databases.ts';
import { takenCalls } from './taken-calls.store.ts';

storeTest('somebody who took no call since a moment has none, and asking changes nothing', async (knex) => {
  assert.deepEqual(await takenCalls(knex, 'anna', 0), []);
  assert.deepEqual(await knex('desk_offers').select('handoff_id'), []);
});
