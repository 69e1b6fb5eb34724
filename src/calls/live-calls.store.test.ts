import assert from 'node:assert/strict';
import { storeTest } from '../../test/support/databases.ts';
import { TEST_KEYS as keys } from '../../test/support/keys.ts';
import { EMPTY_STREAM } from '../ledger/stream.ts';
import { seededRandom } from '../platform/random.ts';
import type { Knex } from '../storage/connect.ts';
import { newCall } from './call.ts';
import { insertCall } from './calls.store.ts';
import { countLiveCalls, quietCalls } from './live-calls.store.ts';

const random = seededRandom('live calls');

function call(knex: Knex, id: string, updatedAt: number, status: 'live' | 'ended' = 'live') {
  const state = newCall(id, 'menu.main', { language: 'zh-CN', currency: 'CNY' }, 0);
  return insertCall(knex, keys, random, {
    state: { ...state, status },
    ...{
      release: 'r1',
      line: '+861058880001',
      source: 'anonymous',
      sourceIndex: 's1',
      attestation: undefined,
    },
    ...{ token: 't', version: 1, head: EMPTY_STREAM, updatedAt },
  });
}

storeTest('live calls that have been quiet since a moment are read page by page', async (knex) => {
  await call(knex, 'CA1', 100);
  await call(knex, 'CA2', 200);
  await call(knex, 'CA3', 299);
  await call(knex, 'CA4', 300);
  await call(knex, 'CA5', 100, 'ended');
  assert.equal(await countLiveCalls(knex), 4);
  const first = await quietCalls(knex, 300, '', 2);
  assert.deepEqual(
    first.map(({ id, updatedAt }) => [id, Number(updatedAt)]),
    [
      ['CA1', 100],
      ['CA2', 200],
    ],
  );
  const second = await quietCalls(knex, 300, 'CA2', 2);
  assert.deepEqual(
    second.map(({ id }) => id),
    ['CA3'],
  );
});
