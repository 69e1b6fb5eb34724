import assert from 'node:assert/strict';
import { storeTest } from '../../test/support/databases.ts';
import { MINUTE, SECOND } from '../platform/clock.ts';
import { alarmsOf, claimLook, endUnseen, raiseOrKeep } from './alarms.store.ts';
import type { Spraying } from './spraying.ts';

const NOW = Date.UTC(2026, 0, 15);
const SEEN: Spraying = { tried: 40, customers: 30, sources: 12, failures: 31, windowSeconds: 60 };

storeTest(
  'of many processes that would look at once one does, and the next when the time has passed',
  async (knex) => {
    const look = (now: number) =>
      Promise.all(Array.from({ length: 10 }, () => claimLook(knex, 'spraying', now, 10 * SECOND)));
    const looked = async (now: number) => (await look(now)).filter(Boolean).length;
    assert.equal(await looked(NOW), 1);
    assert.equal(await looked(NOW + 10 * SECOND - 1), 0);
    assert.equal(await looked(NOW + 10 * SECOND), 1);
    assert.equal(await looked(NOW), 1, 'a clock that was ahead holds up nobody');
  },
);

storeTest(
  'of many processes that raise an alarm at once one does, and it keeps the largest counts',
  async (knex) => {
    const raised = await Promise.all(
      Array.from({ length: 10 }, (_, n) =>
        raiseOrKeep(knex, 'spraying', { ...SEEN, customers: SEEN.customers + n }, NOW),
      ),
    );
    assert.equal(raised.filter(Boolean).length, 1);
    assert.equal(await raiseOrKeep(knex, 'spraying', { ...SEEN, customers: 1 }, NOW + MINUTE), false);
    const [alarm, ...more] = await alarmsOf(knex, 'spraying');
    assert.deepEqual(more, []);
    assert.deepEqual(alarm, {
      kind: 'spraying',
      episode: 1,
      raisedAt: NOW,
      seenAt: NOW + MINUTE,
      endedAt: null,
      windowSeconds: 60,
      customers: 39,
      sources: 12,
      failures: 31,
    });
  },
);

storeTest(
  'an alarm that is seen no more ends once, told to one, and the next one is another',
  async (knex) => {
    await raiseOrKeep(knex, 'spraying', SEEN, NOW);
    assert.equal(await endUnseen(knex, 'spraying', NOW - 1, NOW + MINUTE), undefined, 'it was seen just now');
    const ended = await Promise.all(
      Array.from({ length: 10 }, () => endUnseen(knex, 'spraying', NOW, NOW + MINUTE)),
    );
    const told = ended.filter((alarm) => alarm !== undefined);
    assert.deepEqual(
      told.map(({ episode, endedAt }) => [episode, endedAt]),
      [[1, NOW + MINUTE]],
    );
    assert.equal(await raiseOrKeep(knex, 'spraying', SEEN, NOW + 2 * MINUTE), true);
    assert.deepEqual(
      (await alarmsOf(knex, 'spraying')).map(({ episode, endedAt }) => [episode, endedAt]),
      [
        [1, NOW + MINUTE],
        [2, null],
      ],
    );
  },
);
