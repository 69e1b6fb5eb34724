import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countLiveCalls } from '../src/calls/live-calls.store.ts';
import { entriesOfCall } from '../src/ledger/ledger.store.ts';
import { DAY, HOUR, MINUTE } from '../src/platform/clock.ts';
import { callerAtCode, calling, key, postTo, worldOf } from './support/callers.ts';
import { bodyOf } from './support/steady-caller.ts';
import { demoCustomer, lineOf, type World } from './support/world.ts';

const CUSTOMER = demoCustomer(({ id }) => id === 'demo-01');

async function endOf(world: World, callId: string) {
  const { status, ended_by: by } = await world.knex('calls').where({ id: callId }).first();
  const ends = (await entriesOfCall(world.knex, callId)).filter(({ type }) => type === 'call.ended');
  return { status, by, recorded: ends.map(({ data }) => data.by) };
}

async function ticketOf(world: World, callId: string) {
  const rows = await world.knex('handoffs').where({ call_id: callId }).select('state', 'result');
  assert.equal(rows.length, 1, 'the call has one ticket');
  return rows[0];
}

/** The carrier's report that a call is over. */
function completed(callId: string): readonly (readonly [string, string])[] {
  return [
    ['CallSid', callId],
    ['CallStatus', 'completed'],
  ];
}

test('a call whose end nobody reported ends an hour after its last webhook, with its levels and codes (invariant 25)', async (t) => {
  const world = await worldOf(t);
  const phone = await callerAtCode(world, CUSTOMER, { amount: 100 });
  const { callSid } = phone;
  assert.equal(await countLiveCalls(world.knex), 1);
  world.clock.advance(HOUR);
  await world.sweep();
  assert.deepEqual(await endOf(world, callSid), { status: 'live', by: null, recorded: [] });
  world.clock.advance(1);
  await world.sweep();
  assert.deepEqual(await endOf(world, callSid), { status: 'ended', by: 'unheard', recorded: ['unheard'] });
  assert.equal(await countLiveCalls(world.knex), 0);
  const codes = await world.knex('codes').where({ call_id: callSid }).select('state');
  assert.deepEqual(
    codes.map(({ state }) => state),
    ['void'],
  );
  const voided = (await entriesOfCall(world.knex, callSid)).filter(({ type }) => type === 'levels.voided');
  assert.equal(voided.length, 1, 'the record says that the levels ended');
  // Again, in this process or another, changes nothing.
  const entries = (await entriesOfCall(world.knex, callSid)).length;
  await world.sweep();
  assert.equal((await entriesOfCall(world.knex, callSid)).length, entries);
});

test('a caller who is heard of again after the sweep is told that the call has ended, and nothing is carried out', async (t) => {
  const world = await worldOf(t);
  const phone = await callerAtCode(world, CUSTOMER, { amount: 100 });
  world.clock.advance(HOUR + 1);
  await world.sweep();
  await key(phone, '123456#');
  assert.ok(phone.exchanges.some((exchange) => bodyOf(exchange)?.includes('<Hangup')));
  assert.equal((await world.knex('carried_orders').where({ call_id: phone.callSid })).length, 0);
});

test('an answer that arrives after the report of the end leaves no call live for ever', async (t) => {
  const world = await worldOf(t);
  const callId = `CA${'7'.repeat(32)}`;
  await postTo(world, `${world.url}/voice/status`, completed(callId));
  await postTo(world, `${world.url}/voice/answer`, [
    ['CallSid', callId],
    ['From', '+8613800001001'],
    ['To', lineOf('zh-CN')],
  ]);
  assert.equal((await endOf(world, callId)).status, 'live');
  world.clock.advance(HOUR + 1);
  await world.sweep();
  assert.equal((await endOf(world, callId)).by, 'unheard');
});

test('a ticket ends with its call, with webhooks lost and in any order', async (t) => {
  const world = await worldOf(t);
  const waiting = async () => {
    const phone = await calling(world, CUSTOMER);
    await key(phone, '0');
    await phone.listen();
    assert.ok(phone.queue, 'the caller waits');
    const enqueue = phone.exchanges
      .map((exchange) => /<Enqueue action="([^"]+)"/.exec(bodyOf(exchange) ?? '')?.[1])
      .find((action) => action !== undefined);
    assert.ok(enqueue);
    return { callId: phone.callSid, afterQueue: new URL(enqueue.replaceAll('&amp;', '&'), world.url).href };
  };
  const reports = (callId: string, result: string) =>
    [
      ['CallSid', callId],
      ['QueueResult', result],
      ['From', '+8613800001001'],
      ['To', lineOf('zh-CN')],
    ] as const;

  const first = await waiting();
  await postTo(world, `${world.url}/voice/status`, completed(first.callId));
  assert.deepEqual(await ticketOf(world, first.callId), { state: 'left', result: 'call_ended' });
  await postTo(world, first.afterQueue, reports(first.callId, 'hangup'));
  assert.deepEqual(await ticketOf(world, first.callId), { state: 'left', result: 'hung_up' });

  const answered = await waiting();
  await postTo(world, `${world.url}/voice/status`, completed(answered.callId));
  await postTo(world, answered.afterQueue, reports(answered.callId, 'bridged'));
  await postTo(world, answered.afterQueue, reports(answered.callId, 'hangup'));
  assert.deepEqual(
    await ticketOf(world, answered.callId),
    { state: 'left', result: 'answered' },
    'the first report of the queue counts',
  );

  const silent = await waiting();
  world.clock.advance(DAY);
  await world.sweep();
  assert.deepEqual(await ticketOf(world, silent.callId), { state: 'waiting', result: null });
  assert.equal((await endOf(world, silent.callId)).status, 'live', 'a talk with a person may last a day');
  world.clock.advance(6 * MINUTE);
  await world.sweep();
  assert.deepEqual(await ticketOf(world, silent.callId), { state: 'left', result: 'unheard' });
  assert.equal((await endOf(world, silent.callId)).by, 'unheard');
});

test('more silent calls than one look reads are all ended', async (t) => {
  const world = await worldOf(t);
  for (let n = 0; n < 205; n++)
    await postTo(world, `${world.url}/voice/answer`, [
      ['CallSid', `CA${String(n).padStart(32, '0')}`],
      ['From', '+8613800001001'],
      ['To', lineOf('zh-CN')],
    ]);
  assert.equal(await countLiveCalls(world.knex), 205);
  world.clock.advance(HOUR + 1);
  await world.sweep();
  assert.equal(await countLiveCalls(world.knex), 0);
});
