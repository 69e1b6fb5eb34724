import assert from 'node:assert/strict';
import { storeTest } from '../../test/support/databases.ts';
import { HOUR } from '../platform/clock.ts';
import { beginPeriod, endPeriod, insertHardCall, periodsOf } from './periods.store.ts';
import { WORKLOAD_REACH_MILLISECONDS } from './workload.ts';

const NOW = Date.UTC(2026, 0, 15);
const shift = (id: string, staffId = 'mai') => ({ id, staffId, kind: 'shift' as const });

storeTest('one shift and one break of a person go on at a time, however many begin one', async (knex) => {
  const begun = await Promise.all(['a', 'b', 'c'].map((id) => beginPeriod(knex, shift(id), NOW)));
  assert.equal(begun.filter(Boolean).length, 1);
  assert.equal(await beginPeriod(knex, shift('d', 'other'), NOW), true);
  assert.equal(await beginPeriod(knex, { id: 'e', staffId: 'mai', kind: 'break' }, NOW + 1), true);
  assert.deepEqual((await periodsOf(knex, 'mai', NOW)).map(({ kind, endedAt }) => [kind, endedAt]).sort(), [
    ['break', undefined],
    ['shift', undefined],
  ]);
});

storeTest('a period ends once, and the next may begin', async (knex) => {
  await beginPeriod(knex, shift('a'), NOW);
  assert.equal(await endPeriod(knex, 'mai', 'break', NOW + 1), false);
  assert.equal(await endPeriod(knex, 'mai', 'shift', NOW + 1), true);
  assert.equal(await endPeriod(knex, 'mai', 'shift', NOW + 2), false);
  assert.equal(await beginPeriod(knex, shift('b'), NOW + 3), true);
});

storeTest('what is long over says nothing any more; what goes on does, however old', async (knex) => {
  await beginPeriod(knex, shift('a'), NOW);
  await endPeriod(knex, 'mai', 'shift', NOW + HOUR);
  await insertHardCall(knex, { id: 'h', staffId: 'mai', startedAt: NOW, endedAt: NOW + HOUR });
  await beginPeriod(knex, { id: 'b', staffId: 'mai', kind: 'break' }, NOW);
  assert.equal((await periodsOf(knex, 'mai', NOW + HOUR)).length, 3);
  const late = await periodsOf(knex, 'mai', NOW + WORKLOAD_REACH_MILLISECONDS);
  assert.deepEqual(late, [{ kind: 'break', startedAt: NOW, endedAt: undefined }]);
});
