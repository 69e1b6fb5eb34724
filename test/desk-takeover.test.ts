import assert from 'node:assert/strict';
import { test } from 'node:test';
import { entriesOfCall } from '../src/ledger/ledger.store.ts';
import { problemsOfRecord } from './support/crash-checks.ts';
import { ANNA, BEN, GRACE, heardBy, said, takeoverOf } from './support/takeover.ts';

test('a failed PIN, a wait, an offer, a take, a talk, a hold, an end and what came of it', async (t) => {
  const desk = await takeoverOf(t);
  const caller = await desk.waits();
  const leg = await desk.talks();
  caller.say('My PIN does not work.');
  leg.say('Let me see.');
  assert.deepEqual(heardBy(leg), ['My PIN does not work.']);
  await desk.click({ kind: 'hold', by: 'anna', held: true });
  caller.say('Hello?');
  assert.deepEqual(heardBy(leg).slice(1), []);
  await desk.click({ kind: 'hold', by: 'anna', held: false });
  caller.say('There you are.');
  assert.deepEqual(heardBy(leg).slice(1), ['There you are.']);
  await desk.click({ kind: 'say_no', by: 'anna' });
  await desk.pass(16);
  await desk.expect('talking');
  assert.match(said(caller).at(-1) ?? '', /This is the hotline itself/);
  assert.ok(!heardBy(leg).some((text) => /hotline itself/.test(text)));
  await desk.click({ kind: 'end', by: 'anna' });
  await desk.expect('wrap_up');
  assert.ok(leg.isOver);
  assert.equal(caller.state, 'ended');
  await desk.click({ kind: 'wrap_up', by: 'anna', outcome: 'sent_to_branch' });
  await desk.expect('closed');
  const types = (await entriesOfCall(desk.lab.world.knex, caller.callSid)).map(({ type }) => type);
  for (const type of ['handoff.offered', 'handoff.taken', 'handoff.leg', 'handoff.closed'])
    assert.ok(types.includes(type), type);
  assert.deepEqual(await problemsOfRecord(desk.lab.world, caller.callSid), []);
});

test('a waiting caller hears the place, and an offer nobody answers goes to the next person', async (t) => {
  const desk = await takeoverOf(t);
  const caller = await desk.waits();
  await desk.work();
  await desk.expect('offered');
  await desk.arrives(BEN);
  await desk.pass(24);
  assert.ok(
    said(caller).some((text) => /number 1 in the queue/.test(text)),
    said(caller).join('\n'),
  );
  assert.equal((await desk.row()).agent_id, 'ben');
  assert.equal(caller.state, 'queued');
});

test('a phone nobody picks up: the caller never leaves the queue, and the next person is asked', async (t) => {
  const desk = await takeoverOf(t);
  desk.lab.staffPhone(ANNA.phone, { kind: 'rings_on' });
  const caller = await desk.waits();
  await desk.work();
  await desk.click({ kind: 'take', by: ANNA });
  await desk.arrives(BEN);
  await desk.pass(40);
  assert.equal(caller.state, 'queued');
  assert.equal((await desk.row()).agent_id, 'ben');
});

test('an agent whose phone drops: the caller is told to stay, and the same agent goes on at once', async (t) => {
  const desk = await takeoverOf(t);
  const caller = await desk.waits();
  (await desk.talks()).hangUp();
  await desk.lab.carrier.settled();
  await desk.work();
  assert.ok(said(caller).some((text) => /stay on the line/.test(text)));
  const leg = await desk.talks();
  caller.say('Are you back?');
  assert.deepEqual(heardBy(leg), ['Are you back?']);
  const lowered = (await entriesOfCall(desk.lab.world.knex, caller.callSid)).filter(
    ({ type }) => type === 'levels.lowered',
  );
  assert.deepEqual(lowered, []);
});

test('an agent who drops and stays away: somebody else goes on, and the level falls', async (t) => {
  const desk = await takeoverOf(t);
  const caller = await desk.waits();
  const leg = await desk.talks();
  desk.leaves(ANNA);
  leg.hangUp();
  await desk.lab.carrier.settled();
  await desk.arrives(BEN);
  await desk.pass(34);
  await desk.expect('offered');
  await desk.click({ kind: 'take', by: BEN });
  await desk.pass(8);
  await desk.expect('talking');
  assert.equal(caller.state, 'connected');
  const entries = await entriesOfCall(desk.lab.world.knex, caller.callSid);
  assert.ok(entries.some(({ type, data }) => type === 'levels.lowered' && data.why === 'agent_changed'));
});

test('a caller who hangs up: every leg of ours ends, and the agent writes down what came of it', async (t) => {
  const desk = await takeoverOf(t);
  const caller = await desk.waits();
  const leg = await desk.talks();
  await caller.hangUp();
  await desk.lab.carrier.settled();
  await desk.work();
  await desk.expect('wrap_up');
  assert.ok(leg.isOver);
});

test('a caller who waits for a minute can be called back: the place is kept in a case, and they may hang up', async (t) => {
  const desk = await takeoverOf(t);
  await desk.isBusy(ANNA);
  const caller = await desk.waits();
  await desk.pass(30);
  assert.ok(!said(caller).some((text) => /called back/.test(text)), 'not at once');
  await desk.pass(70);
  assert.ok(
    said(caller).some((text) => /called back .*press 1/.test(text)),
    said(caller).join('\n'),
  );
  await caller.press('1');
  await desk.pass(4);
  assert.match(said(caller).slice(-4).join(' '), /Your wish to be called back is noted/);
  const { id } = await desk.row();
  await caller.hangUp();
  await desk.work();
  await desk.expect('closed');
  const { knex } = desk.lab.world;
  const opened = await knex('cases').where({ handoff_id: id }).first();
  const ticket = await knex('desk_handoffs').where({ id }).first();
  assert.deepEqual(
    [opened.state, opened.calls_back, opened.customer_id, opened.place_at, ticket.end],
    ['open', 1, GRACE.id, ticket.entered_at, 'callback_agreed'],
  );
});

test('with nobody on duty a case is opened once, and the caller hears its number and until when', async (t) => {
  const desk = await takeoverOf(t);
  desk.leaves(ANNA);
  const caller = await desk.waits();
  await desk.pass(60);
  const cases = await desk.lab.world.knex('cases');
  assert.equal(cases.length, 1);
  const digits = said(caller).map((text) => text.replaceAll(/\D/g, ''));
  assert.ok(digits.includes(cases[0].number), said(caller).join('\n'));
  assert.ok(said(caller).some((text) => /deal with your case by/.test(text)));
  await desk.arrives(ANNA);
  await desk.talks();
  await desk.click({ kind: 'end', by: 'anna' });
  assert.equal((await desk.lab.world.knex('cases').first()).state, 'closed', 'they were answered after all');
});

test('a star in a talk asks whether to freeze; a caller who does not is back with the same adviser', async (t) => {
  const desk = await takeoverOf(t);
  const caller = await desk.waits();
  const leg = await desk.talks();
  await caller.press('*');
  await desk.pass(40);
  assert.ok(said(caller).some((text) => /You pressed star/.test(text)));
  await desk.expect('talking');
  caller.say('Sorry, wrong key.');
  assert.deepEqual(heardBy(leg), ['Sorry, wrong key.']);
});

test('two stars in a talk freeze: the caller is led on by the line, and the adviser writes up (invariant 41)', async (t) => {
  const desk = await takeoverOf(t);
  const caller = await desk.waits();
  const leg = await desk.talks();
  await caller.press('*');
  await desk.pass(2);
  await caller.press('*');
  await caller.press('*');
  await desk.pass(4);
  await desk.expect('wrap_up');
  assert.ok(leg.isOver);
  const frozen = (await entriesOfCall(desk.lab.world.knex, caller.callSid)).filter(
    ({ type }) => type === 'account.freeze',
  );
  assert.equal(frozen.length, 1);
  assert.deepEqual(await problemsOfRecord(desk.lab.world, caller.callSid), []);
});
