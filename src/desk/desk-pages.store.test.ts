import assert from 'node:assert/strict';
import { storeTest } from '../../test/support/databases.ts';
import { isNewestPage, newestPages, putPage } from './desk-pages.store.ts';

storeTest('the page that was loaded last is the newest of its person, and of nobody else', async (knex) => {
  await putPage(knex, 'anna', 'p1', 1);
  await putPage(knex, 'ben', 'p2', 2);
  await putPage(knex, 'anna', 'p3', 3);
  assert.equal(await isNewestPage(knex, 'anna', 'p1'), false);
  assert.equal(await isNewestPage(knex, 'anna', 'p3'), true);
  assert.equal(await isNewestPage(knex, 'anna', 'p2'), false);
  assert.deepEqual([...(await newestPages(knex, ['anna', 'ben', 'carl']))].sort(), [
    ['anna', 'p3'],
    ['ben', 'p2'],
  ]);
});
