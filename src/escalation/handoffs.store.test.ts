import assert from 'node:assert/strict';
import { test } from 'node:test';
import { storeTest } from '../../test/support/databases.ts';
import { seededRandom } from '../platform/random.ts';
import { insertHandoff, leaveQueue } from './handoffs.store.ts';
import { QUEUE_RESULTS } from './queue-result.ts';
import { HANDOFF_REASONS, QUEUES, REASON_MEANINGS } from './reasons.ts';

const handoff = {
  callId: 'CA1',
  reason: 'pin_forgotten',
  intent: 'transfer',
  level: 'L1',
  language: 'vi-VN',
  customerId: 'c1',
  step: 'pin.transaction',
  now: 1_000,
} as const;

storeTest('a hand-off waits in the queue of its reason until the call leaves it, once', async (knex) => {
  const random = seededRandom('handoffs');
  const { id, queue } = await knex.transaction((trx) => insertHandoff(trx, random, handoff));
  assert.equal(queue, 'verification');
  assert.equal(await knex.transaction((trx) => leaveQueue(trx, 'CA2', 'hung_up', 2_000)), false);
  assert.equal(await knex.transaction((trx) => leaveQueue(trx, 'CA1', 'answered', 2_000)), true);
  assert.equal(await knex.transaction((trx) => leaveQueue(trx, 'CA1', 'hung_up', 3_000)), false);
  const row = await knex('handoffs').where({ id }).first();
  assert.deepEqual(
    [row.queue, row.reason, row.intent, row.state, row.left_at],
    ['verification', 'pin_forgotten', 'transfer', 'left', 2_000],
  );
  assert.equal(row.result, 'answered');
  await insertHandoff(knex, random, {
    callId: 'CA3',
    reason: 'outage',
    level: 'L0',
    language: 'en-US',
    step: 'menu.main',
    now: 4_000,
  });
  assert.equal((await knex('handoffs').where({ call_id: 'CA3' }).first()).customer_id, null);
});

storeTest('of many reports that a call has left its queue one counts', async (knex) => {
  const random = seededRandom('handoffs');
  for (const callId of ['CA1', 'CA2'])
    await knex.transaction((trx) => insertHandoff(trx, random, { ...handoff, callId }));
  const reported = (n: number) => QUEUE_RESULTS[n % QUEUE_RESULTS.length] ?? 'failed';
  const left = await Promise.all(
    Array.from({ length: 20 }, (_, n) =>
      knex.transaction((trx) => leaveQueue(trx, 'CA1', reported(n), 2_000 + n)),
    ),
  );
  assert.equal(left.filter(Boolean).length, 1);
  const [row] = await knex('handoffs').where({ call_id: 'CA1' });
  const winner = left.indexOf(true);
  assert.deepEqual([row.state, row.result, row.left_at], ['left', reported(winner), 2_000 + winner]);
  assert.equal((await knex('handoffs').where({ call_id: 'CA2' }).first()).state, 'waiting');
});

storeTest('a turn that is rolled back leaves no ticket, and nobody leaves a queue in it', async (knex) => {
  const random = seededRandom('handoffs');
  await knex.transaction((trx) => insertHandoff(trx, random, handoff));
  await assert.rejects(
    knex.transaction(async (trx) => {
      await insertHandoff(trx, random, { ...handoff, callId: 'CA2' });
      assert.equal(await leaveQueue(trx, 'CA1', 'hung_up', 2_000), true);
      throw new Error('the turn failed');
    }),
    /the turn failed/,
  );
  assert.deepEqual(await knex('handoffs').select('call_id', 'state', 'left_at', 'result'), [
    { call_id: 'CA1', state: 'waiting', left_at: null, result: null },
  ]);
});

test('every reason names a queue, rules of the rulebook and one sentence for staff', () => {
  for (const reason of HANDOFF_REASONS) {
    const { queue, rules, staffText } = REASON_MEANINGS[reason];
    assert.ok(QUEUES.includes(queue), reason);
    assert.ok(rules.length > 0, reason);
    for (const rule of rules) assert.match(rule, /^[RSVEZ]\d+(\.\d+)?$/, reason);
    assert.match(staffText, /^[A-Z][^.]+\.$/, reason);
  }
});
