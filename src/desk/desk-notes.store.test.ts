import assert from 'node:assert/strict';
import { storeTest } from '../../test/support/databases.ts';
import { TEST_KEYS } from '../../test/support/keys.ts';
import { seededRandom } from '../platform/random.ts';
import { findNotes, saveNotes } from './desk-notes.store.ts';

storeTest('notes are saved over the version they were written on, and nothing is lost', async (knex) => {
  const keyring = TEST_KEYS;
  const random = seededRandom('notes');
  const save = (body: string, version: number) =>
    knex.transaction((trx) =>
      saveNotes(trx, keyring, random, 'h1', { body, version, staffId: 'anna', updatedAt: 5 }),
    );
  assert.equal(await findNotes(knex, keyring, 'h1'), undefined);
  assert.equal(await save('one', 0), 1);
  assert.equal(await save('another one', 0), undefined);
  const both = await Promise.all([save('two', 1), save('zwei', 1)]);
  assert.equal(both.filter((version) => version === 2).length, 1);
  const found = await findNotes(knex, keyring, 'h1');
  assert.deepEqual([found?.body, found?.version], [both[0] === 2 ? 'two' : 'zwei', 2]);
  const [row] = await knex('desk_notes');
  assert.ok(!JSON.stringify(row).includes('two') && !JSON.stringify(row).includes('zwei'));
});
