import assert from 'node:assert/strict';
import { storeTest } from '../../test/support/databases.ts';
import { MINUTE, SECOND } from '../platform/clock.ts';
import { isPostgres, type Knex } from '../storage/connect.ts';
import { alarmsOf, claimLook, countAtPins, endUnseen, raiseOrKeep } from './alarms.store.ts';
import type { Spraying } from './spraying.ts';

const NOW = Date.UTC(2026, 0, 15);
const SEEN: Spraying = { tried: 40, customers: 30, sources: 12, failures: 31, windowSeconds: 60 };

storeTest('of many who would look at once one does, and the next when the time has passed', async (knex) => {
  const look = (now: number) =>
    Promise.all(Array.from({ length: 10 }, () => claimLook(knex, 'spraying', now, 10 * SECOND)));
  const looked = async (now: number) => (await look(now)).filter(Boolean).length;
  assert.equal(await looked(NOW), 1);
  assert.equal(await looked(NOW + 10 * SECOND - 1), 0);
  assert.equal(await looked(NOW + 10 * SECOND), 1);
  assert.equal(await looked(NOW), 1, 'a clock that was ahead holds up nobody');
});

storeTest('of many who raise an alarm at once one does, and it keeps the largest counts', async (knex) => {
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
});

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

let serial = 0;
async function keyed(knex: Knex, over: { readonly [column: string]: unknown }): Promise<void> {
  serial++;
  await knex('attempts').insert({
    id: `a${serial}`,
    call_id: `call-${serial}`,
    step_token: 't',
    request_digest: 'd',
    factor: 'pin.query',
    customer_id: 'wang',
    source_index: 's1',
    own_line: false,
    status: 'failed',
    reserved_at: NOW,
    ...over,
  });
}

storeTest(
  'only what was compared at customers’ PINs within the window is counted, as numbers',
  async (knex) => {
    const none = { tried: 0, customers: 0, failures: 0, sources: 0 };
    assert.deepEqual(await countAtPins(knex, NOW, 60), none);
    for (const over of [
      { reserved_at: NOW - 60 * SECOND },
      { factor: 'code' },
      { factor: 'identity' },
      { customer_id: null },
      { status: 'refused' },
      { status: 'refunded' },
    ])
      await keyed(knex, over);
    assert.deepEqual(await countAtPins(knex, NOW, 60), none);
    await keyed(knex, { reserved_at: NOW - 60 * SECOND + 1 });
    await keyed(knex, { status: 'reserved', factor: 'pin.transaction', source_index: 's2' });
    await keyed(knex, { customer_id: 'li' });
    await keyed(knex, { customer_id: 'an', source_index: 's3' });
    await keyed(knex, { customer_id: 'an', status: 'passed', source_index: 's4' });
    // An, who had a right PIN, was tried and is nobody's victim.
    assert.deepEqual(await countAtPins(knex, NOW, 60), { tried: 3, customers: 2, failures: 3, sources: 3 });
  },
);

storeTest('what another clock wrote ahead is counted when its time has come', async (knex) => {
  await keyed(knex, { customer_id: 'li', reserved_at: NOW + 1 });
  assert.equal((await countAtPins(knex, NOW, 60)).customers, 0);
  assert.equal((await countAtPins(knex, NOW + 1, 60)).customers, 1);
});

storeTest('a look reads its window and not the table, by the index made for it', async (knex) => {
  const asked: { sql: string; bindings: readonly (string | number)[] }[] = [];
  const listen = (query: (typeof asked)[number]) => void asked.push(query);
  knex.on('query', listen);
  await countAtPins(knex, NOW, 600);
  knex.removeListener('query', listen);
  assert.equal(asked.length, 2);
  await knex.transaction(async (transaction) => {
    // An empty table is read whole whatever there is; not allowed that, the planner shows what it would use.
    if (isPostgres(knex)) await transaction.raw('set local enable_seqscan = off');
    for (const { sql, bindings } of asked) {
      const explain = isPostgres(knex) ? 'explain' : 'explain query plan';
      const statement = sql.replaceAll(/\$\d+/g, '?');
      const plan = JSON.stringify(await transaction.raw(`${explain} ${statement}`, bindings));
      assert.match(plan, /attempts_at_pins/);
    }
  });
});
