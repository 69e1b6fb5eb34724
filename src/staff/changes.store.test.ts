import assert from 'node:assert/strict';
import { storeTest } from '../../test/support/databases.ts';
import { profile } from '../../test/support/staff.ts';
import {
  findPendingChange,
  insertChange,
  pendingChanges,
  type StaffChange,
  takeChange,
} from './changes.store.ts';

const NOW = Date.UTC(2026, 0, 15);
const change = (changed: Partial<StaffChange> = {}): StaffChange => ({
  ...{
    id: 'c1',
    kind: 'change',
    staffId: 'mai',
    profile: profile(),
    requestedBy: 'thu',
    requester: 'Phạm Thu',
  },
  ...{ requestedAt: NOW, expiresAt: NOW + 100, ...changed },
});

storeTest('a request comes back as it was asked for, until it is decided or has run out', async (knex) => {
  assert.equal(await insertChange(knex, change()), true);
  assert.deepEqual(await findPendingChange(knex, 'c1', NOW), change());
  assert.deepEqual(await pendingChanges(knex, NOW + 99), [change()]);
  assert.deepEqual(await pendingChanges(knex, NOW + 100), []);
  assert.equal(await takeChange(knex, 'c1', { state: 'approved', by: 'fang' }, NOW + 100), undefined);
});

storeTest(
  'one request about a person waits at a time; one that has run out is in nobody’s way',
  async (knex) => {
    await insertChange(knex, change());
    assert.equal(await insertChange(knex, change({ id: 'c2' })), false);
    assert.equal(await insertChange(knex, change({ id: 'c3', staffId: 'other', profile: undefined })), true);
    const later = { requestedAt: NOW + 100, expiresAt: NOW + 200 };
    assert.equal(await insertChange(knex, change({ id: 'c4', ...later })), true);
    assert.deepEqual(
      (await pendingChanges(knex, NOW + 100)).map(({ id }) => id),
      ['c4'],
    );
  },
);

storeTest('of several who decide at once, one does', async (knex) => {
  await insertChange(knex, change());
  const taken = await Promise.all(
    (['approved', 'refused', 'approved'] as const).map((state, n) =>
      takeChange(knex, 'c1', { state, by: `admin ${n}` }, NOW),
    ),
  );
  assert.equal(taken.filter((one) => one !== undefined).length, 1);
  assert.equal(await findPendingChange(knex, 'c1', NOW), undefined);
});
