import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Phone } from '../phone-sim/phone.ts';
import { identifiedCaller, key, wrongPin } from './support/callers.ts';
import {
  ADVISER,
  CONFERENCE,
  type ConferenceLab,
  HANDOFF,
  staffLeg,
  startConferenceLab,
  talking,
} from './support/conference-lab.ts';
import { demoCustomer } from './support/world.ts';

const grace = demoCustomer(({ id }) => id === 'demo-07');

/** A caller who failed the PIN and waits for a person. */
async function waiting(lab: ConferenceLab): Promise<Phone> {
  const time = lab.carrier.time((instant) => lab.world.clock.set(instant));
  const phone = await identifiedCaller(lab.world, grace, {
    intent: 'transfer',
    phone: { switchboard: lab.carrier, time },
  });
  for (let attempt = 0; attempt < 5 && phone.state !== 'queued'; attempt++) {
    await key(phone, `${wrongPin(grace, attempt)}#`);
    await phone.listen();
  }
  assert.equal(phone.state, 'queued', `at ${phone.step}`);
  return phone;
}

async function labOf(t: TestContext): Promise<ConferenceLab> {
  return startConferenceLab(t);
}

test('a waiting caller and an agent are brought together, talk, and the end of both is reported', async (t) => {
  const lab = await labOf(t);
  const caller = await waiting(lab);
  const agent = await talking(lab, caller);
  assert.deepEqual(lab.desk.told, ['joined agent', 'joined caller', 'started']);
  assert.deepEqual(
    lab.desk.events.map(({ conference, sequence }) => [conference, sequence]),
    [1, 2, 3].map((sequence) => [CONFERENCE, sequence]),
  );
  const [first] = lab.desk.events;
  assert.ok(first?.what.kind === 'joined');
  assert.deepEqual(first.what, {
    kind: 'joined',
    callId: agent.callSid,
    label: { role: 'agent', number: 1 },
  });

  const said = caller.events.flatMap((event) => (event.kind === 'said' ? [event.text] : []));
  assert.match(said.at(-1) ?? '', /number 4 8 2 1|number 4821/);
  assert.equal(ADVISER, '4821');
  caller.say('My PIN does not work.');
  agent.say('Let me see.');
  const voices = (callSid: string) =>
    lab.carrier.log.heardBy(callSid).flatMap(({ what }) => (what.kind === 'voice' ? [what.text] : []));
  assert.deepEqual(voices(agent.callSid), ['My PIN does not work.']);
  assert.deepEqual(voices(caller.callSid), ['Let me see.']);

  await caller.hangUp();
  await lab.carrier.settled();
  assert.deepEqual(lab.desk.told.slice(3), ['left caller']);
  const last = lab.desk.events.at(-1)?.what;
  assert.ok(last?.kind === 'left');
  assert.equal(last.reason, 'hung_up');
  assert.equal((await lab.command({ kind: 'end_leg', callId: agent.callSid })).kind, 'done');
  assert.deepEqual(lab.desk.told.slice(4), ['left agent', 'ended']);
  assert.equal(staffLeg(lab).status, 'completed');
  assert.deepEqual(
    lab.desk.legs.map(({ handoff, label, state }) => [handoff, label.role, state]),
    [
      [HANDOFF, 'agent', 'live'],
      [HANDOFF, 'agent', 'live'],
      [HANDOFF, 'agent', 'completed'],
    ],
  );
});
