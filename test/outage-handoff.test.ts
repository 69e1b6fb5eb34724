import assert from 'node:assert/strict';
import { test } from 'node:test';
import { identifiedCaller, key, worldOf } from './support/callers.ts';
import { demoCustomer } from './support/world.ts';

const CUSTOMER = demoCustomer(({ id }) => id === 'demo-01');

test('who is put through in an outage is waited for with reason, level and step, and goes on where they were (R12.1)', async (t) => {
  const world = await worldOf(t);
  const phone = await identifiedCaller(world, CUSTOMER, { intent: 'enquiry' });
  await world.knex.raw(
    `CREATE TRIGGER no_turns BEFORE INSERT ON turns BEGIN SELECT RAISE(ABORT, 'out of order'); END`,
  );
  await key(phone, `${CUSTOMER.queryPin}#`);
  const tickets = await world.knex('handoffs').where({ call_id: phone.callSid });
  assert.deepEqual(
    tickets.map(({ queue, reason, intent, level, customer_id, step, state }) => ({
      queue,
      reason,
      intent,
      level,
      customer_id,
      step,
      state,
    })),
    [
      {
        queue: 'verification',
        reason: 'outage',
        intent: 'enquiry',
        level: 'L1',
        customer_id: CUSTOMER.id,
        step: 'pin.entry',
        state: 'waiting',
      },
    ],
  );
  await world.knex.raw('DROP TRIGGER no_turns');
  await phone.listen();
  assert.equal(phone.queue, 'verification');
  await phone.leaveQueue('queue-full');
  assert.equal(phone.step, 'pin.entry');
  assert.equal((await world.knex('handoffs').where({ call_id: phone.callSid }).first()).state, 'left');
  await key(phone, `${CUSTOMER.queryPin}#`);
  assert.equal(phone.step, 'confirm.identity');
});
