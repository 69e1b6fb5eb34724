import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connect } from '../persistence/connect.ts';
import { migrate } from '../persistence/migrate.ts';
import { seededRandom } from '../platform/random.ts';
import { insertHandoff, leaveQueue } from './handoffs.store.ts';
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

test('a hand-off waits in the queue of its reason until the call leaves it, once', async (t) => {
  const knex = connect({ kind: 'sqlite', file: ':memory:' });
  t.after(() => knex.destroy());
  await migrate(knex);
  const random = seededRandom('handoffs');
  const { id, queue } = await knex.transaction((trx) => insertHandoff(trx, random, handoff));
  assert.equal(queue, 'verification');
  assert.equal(await knex.transaction((trx) => leaveQueue(trx, 'CA2', 'hangup', 2_000)), false);
  assert.equal(await knex.transaction((trx) => leaveQueue(trx, 'CA1', 'bridged'.repeat(100), 2_000)), true);
  assert.equal(await knex.transaction((trx) => leaveQueue(trx, 'CA1', 'hangup', 3_000)), false);
  const row = await knex('handoffs').where({ id }).first();
  assert.deepEqual(
    [row.queue, row.reason, row.intent, row.state, row.left_at],
    ['verification', 'pin_forgotten', 'transfer', 'left', 2_000],
  );
  assert.equal(row.result.length, 40);
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

test('every reason names a queue, rules of the rulebook and one sentence for staff', () => {
  for (const reason of HANDOFF_REASONS) {
    const { queue, rules, staffText } = REASON_MEANINGS[reason];
    assert.ok(QUEUES.includes(queue), reason);
    assert.ok(rules.length > 0, reason);
    for (const rule of rules) assert.match(rule, /^[RSVEZ]\d+(\.\d+)?$/, reason);
    assert.match(staffText, /^[A-Z][^.]+\.$/, reason);
  }
});
