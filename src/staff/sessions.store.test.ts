import assert from 'node:assert/strict';
import { storeTest } from '../../test/support/databases.ts';
import type { Knex } from '../storage/connect.ts';
import {
  endSession,
  endSessionsOf,
  findSession,
  insertSession,
  SESSION_IDLE_MILLISECONDS,
  type StaffSession,
  sessionIdsOf,
  sessionsOf,
  touchSession,
} from './sessions.store.ts';

const NOW = Date.UTC(2026, 0, 15);
const session = (changed: Partial<StaffSession> = {}): StaffSession => ({
  ...{ id: 's1', staffId: 'mai', version: 2, createdAt: NOW, secondFactorAt: NOW, seenAt: NOW },
  ...{ endsAt: NOW + 10 * SESSION_IDLE_MILLISECONDS, device: 'Firefox · Linux', program: undefined },
  ...changed,
});
const insert = (knex: Knex, one: StaffSession) => insertSession(knex, `digest of ${one.id}`, one);

storeTest('a session comes back by the digest of its token, and by nothing else', async (knex) => {
  await insert(knex, session());
  assert.deepEqual(await findSession(knex, 'digest of s1', NOW), session());
  assert.equal(await findSession(knex, 's1', NOW), undefined);
});

storeTest('a session is over when it has run out, and when it was idle', async (knex) => {
  await insert(knex, session());
  const idle = NOW + SESSION_IDLE_MILLISECONDS;
  assert.notEqual(await findSession(knex, 'digest of s1', idle - 1), undefined);
  assert.equal(await findSession(knex, 'digest of s1', idle), undefined);
  await touchSession(knex, 's1', idle - 1);
  assert.notEqual(await findSession(knex, 'digest of s1', idle), undefined);
  const { endsAt } = session();
  for (let at = idle; at < endsAt; at += SESSION_IDLE_MILLISECONDS - 1) await touchSession(knex, 's1', at);
  assert.equal(await findSession(knex, 'digest of s1', endsAt), undefined);
});

storeTest(
  'a session that has ended is over for ever, and being there does not bring it back',
  async (knex) => {
    await insert(knex, session());
    assert.equal(await endSession(knex, { id: 's1', staffId: 'somebody else' }, 'mai', NOW), false);
    assert.equal(await endSession(knex, { id: 's1', staffId: 'mai' }, 'mai', NOW), true);
    assert.equal(await endSession(knex, { id: 's1', staffId: 'mai' }, 'mai', NOW), false);
    await touchSession(knex, 's1', NOW + 60_000);
    assert.equal(await findSession(knex, 'digest of s1', NOW), undefined);
  },
);

storeTest(
  'the sessions of a person are listed newest first, without those that wait for a code',
  async (knex) => {
    await insert(knex, session());
    await insert(knex, session({ id: 's2', createdAt: NOW + 1 }));
    await insert(knex, session({ id: 's3', secondFactorAt: undefined }));
    await insert(knex, session({ id: 's4', staffId: 'other' }));
    assert.deepEqual(
      (await sessionsOf(knex, 'mai', NOW)).map(({ id }) => id),
      ['s2', 's1'],
    );
    assert.deepEqual(await sessionIdsOf(knex, 'mai'), ['s1', 's2']);
    const ended = await endSessionsOf(knex, 'mai', 'admin', NOW);
    assert.deepEqual([...ended].sort(), ['s1', 's2', 's3']);
    assert.deepEqual(await sessionsOf(knex, 'mai', NOW), []);
    assert.equal((await sessionsOf(knex, 'other', NOW)).length, 1);
  },
);
