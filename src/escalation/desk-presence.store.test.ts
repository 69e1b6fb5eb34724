import assert from 'node:assert/strict';
import { storeTest } from '../../test/support/databases.ts';
import { member } from '../../test/support/desk-lab.ts';
import { TEST_KEYS } from '../../test/support/keys.ts';
import { seededRandom } from '../platform/random.ts';
import {
  countMiss,
  findPresence,
  movePresence,
  PRESENCE_MILLISECONDS,
  putPresence,
  readyStaff,
  staffOnDuty,
  touchPresence,
} from './desk-presence.store.ts';

const keyring = TEST_KEYS;
const random = seededRandom('presence');

storeTest('who is ready is found the longest ready first, while a page of theirs is open', async (knex) => {
  for (const [id, since] of [
    ['anna', 20],
    ['ben', 10],
    ['eve', 15],
  ] as const)
    await putPresence(knex, keyring, random, member(id, { since, seenAt: 100 }));
  await putPresence(knex, keyring, random, member('eve', { state: 'away', since: 15, seenAt: 100 }));
  const ready = async (now: number) => (await readyStaff(knex, keyring, now)).map(({ staffId }) => staffId);
  assert.deepEqual(await ready(101), ['ben', 'anna']);
  assert.deepEqual((await staffOnDuty(knex, 101)).length, 3);
  assert.deepEqual(await ready(100 + PRESENCE_MILLISECONDS), []);
  await touchPresence(knex, 'anna', 200);
  await touchPresence(knex, 'anna', 150);
  assert.deepEqual(await ready(100 + PRESENCE_MILLISECONDS), ['anna']);
  const found = await findPresence(knex, keyring, 'anna');
  assert.deepEqual([found?.phone, found?.seenAt, found?.languages.length], ['sip:anna@desk.example', 200, 3]);
  const [row] = await knex('desk_presence').where({ staff_id: 'anna' });
  assert.ok(!JSON.stringify(row).includes('desk.example'), 'the phone is sealed');
});

storeTest('two misses in a row ask whether somebody is there; a call taken begins anew', async (knex) => {
  await putPresence(knex, keyring, random, member('anna'));
  const state = async () => (await findPresence(knex, keyring, 'anna'))?.state;
  await countMiss(knex, 'anna', 5);
  assert.equal(await state(), 'ready');
  assert.equal(await movePresence(knex, 'anna', ['ready'], 'busy', 6), true);
  assert.equal(await movePresence(knex, 'anna', ['ready'], 'busy', 6), false);
  assert.equal(await movePresence(knex, 'anna', ['busy'], 'ready', 7), true);
  await countMiss(knex, 'anna', 8);
  assert.equal(await state(), 'ready');
  await countMiss(knex, 'anna', 9);
  assert.equal(await state(), 'asked');
  assert.equal(await findPresence(knex, keyring, 'ben'), undefined);
});
