import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Phone } from '../phone-sim/phone.ts';
import type { StaffLeg } from '../phone-sim/staff-leg.ts';
import { asideUrl } from '../src/carriers/own-url.ts';
import { type CarrierCommand, conferenceName } from '../src/escalation/carrier-command.ts';
import { heard, heardSince, identifiedCaller, key, wrongPin } from './support/callers.ts';
import {
  AGENT_PHONE,
  CONFERENCE,
  type ConferenceLab,
  callAgent,
  HANDOFF,
  holdCaller,
  joinCaller,
  keyCaller,
  requeueCaller,
  SUPERVISOR_PHONE,
  staffLeg,
  startConferenceLab,
  talking,
} from './support/conference-lab.ts';
import { demoCustomer, type WorldOptions } from './support/world.ts';

const grace = demoCustomer(({ id }) => id === 'demo-07');
const DIGITS = '728194';

/** A caller who failed the PIN and waits for a person. */
async function waiting(lab: ConferenceLab): Promise<Phone> {
  const phone = await identifiedCaller(lab.world, grace, { intent: 'transfer', phone: lab.phoneOptions });
  for (let attempt = 0; attempt < 5 && phone.state !== 'queued'; attempt++) {
    await key(phone, `${wrongPin(grace, attempt)}#`);
    await phone.listen();
  }
  assert.equal(phone.state, 'queued', `at ${phone.step}`);
  return phone;
}

interface Talk {
  readonly lab: ConferenceLab;
  readonly caller: Phone;
  readonly agent: StaffLeg;
}

async function talkOf(t: TestContext, options: WorldOptions = {}): Promise<Talk> {
  const lab = await startConferenceLab(t, options);
  const caller = await waiting(lab);
  return { lab, caller, agent: await talking(lab, caller) };
}

/** The command that calls a supervisor into the conference, who listens to this agent or whispers to them. */
const callSupervisor = (agent: StaffLeg, voice: 'listen' | 'whisper'): CarrierCommand => ({
  ...callAgent(),
  to: SUPERVISOR_PHONE,
  label: { role: 'supervisor', number: 1 },
  coach: { agentCall: agent.callSid, voice },
});

const voicesHeardBy = ({ carrier }: ConferenceLab, callSid: string) =>
  carrier.log.heardBy(callSid).flatMap(({ what }) => (what.kind === 'voice' ? [what.text] : []));

test('a waiting caller and an agent are brought together, talk, and the end of both is reported', async (t) => {
  const { lab, caller, agent } = await talkOf(t);
  assert.deepEqual(lab.desk.told, ['joined agent', 'joined caller', 'started']);
  assert.deepEqual(
    lab.desk.events.map(({ conference, sequence }) => [conference, sequence]),
    [1, 2, 3].map((sequence) => [CONFERENCE, sequence]),
  );
  const joined = { kind: 'joined', callId: agent.callSid, label: { role: 'agent', number: 1 } };
  assert.deepEqual(lab.desk.events[0]?.what, joined);
  assert.match(heard(caller).at(-1) ?? '', /adviser, number 4 ?8 ?2 ?1/);
  assert.match(
    agent.heard.flatMap((one) => (one.kind === 'words' ? [one.text] : []))[0] ?? '',
    /from the hotline/,
  );

  caller.say('My PIN does not work.');
  agent.say('Let me see.');
  assert.deepEqual(voicesHeardBy(lab, agent.callSid), ['My PIN does not work.']);
  assert.deepEqual(voicesHeardBy(lab, caller.callSid), ['Let me see.']);

  await caller.hangUp();
  await lab.carrier.settled();
  assert.deepEqual(lab.desk.events.at(-1)?.what, {
    ...{ kind: 'left', callId: caller.callSid, label: { role: 'caller', number: 1 } },
    reason: 'hung_up',
  });
  assert.equal((await lab.command({ kind: 'end_leg', callId: agent.callSid })).kind, 'done');
  assert.deepEqual(lab.desk.told.slice(3), ['left caller', 'left agent', 'ended']);
  assert.deepEqual(
    lab.desk.legs.map(({ handoff, label, state }) => [handoff, label.role, state]),
    ['live', 'live', 'completed'].map((state) => [HANDOFF, 'agent', state]),
  );
  assert.deepEqual(lab.desk.left, [], 'the desk is not asked where a caller goes who has hung up');
});

test('a caller taken out of the queue is still at their step, and their wait is not over for the call', async (t) => {
  const lab = await startConferenceLab(t);
  const caller = await waiting(lab);
  const before = await lab.world.knex('calls').select();
  await talking(lab, caller);
  const moved = caller.events.findIndex((event) => event.kind === 'left_queue');
  assert.deepEqual(caller.events[moved], { ...caller.events[moved], result: 'redirected' });
  const redirected = caller.exchanges.find(({ request }) => request.body.includes('QueueResult=redirected'));
  assert.ok(redirected?.outcome.kind === 'answered');
  assert.match(redirected.outcome.response.body, /<Response\/>$/);
  assert.deepEqual(await lab.world.knex('calls').select(), before);
  const tickets = await lab.world.knex('handoffs').select('state');
  assert.deepEqual(tickets, [{ state: 'waiting' }], 'the ticket is the desk’s to close');
});

test('a caller on hold hears words and pauses, is heard by nobody, and no other flag changes meanwhile', async (t) => {
  const { lab, caller, agent } = await talkOf(t);
  const conferenceId = lab.desk.events[0]?.conferenceId;
  assert.equal((await lab.command(holdCaller(caller.callSid, true))).kind, 'done');
  const before = heard(caller).length;
  caller.say('Are you there?');
  agent.say('They cannot hear us.');
  await lab.pass(40);
  assert.match(heardSince(caller, before - 1), /Please hold/);
  const words = heard(caller).filter((text) => text.includes('Please hold. Your adviser')).length;
  assert.ok(words >= 2, `said again ${words} times in 40 s`);
  assert.deepEqual(voicesHeardBy(lab, agent.callSid), []);
  assert.deepEqual(voicesHeardBy(lab, caller.callSid), []);
  assert.deepEqual(lab.carrier.faults, [], 'a hold document takes no Gather');

  assert.equal((await lab.command(holdCaller(caller.callSid, false, conferenceId))).kind, 'done');
  caller.say('Hello again.');
  assert.deepEqual(voicesHeardBy(lab, agent.callSid), ['Hello again.']);
  assert.deepEqual(lab.desk.told.slice(3), ['held caller', 'unheld caller']);
});

test('while a caller keys nobody is on the line and nothing is recorded; beside it a key is heard (invariant 52)', async (t) => {
  const { lab, caller, agent } = await talkOf(t, {
    beginKeying: async () => ({ kind: 'taken', body: keyingDocument() }),
  });
  assert.equal((await lab.command({ kind: 'record', conference: CONFERENCE, paused: true })).kind, 'done');
  assert.equal((await lab.command(keyCaller(caller.callSid))).kind, 'done');
  assert.deepEqual(lab.desk.events.at(-1)?.what, {
    ...{ kind: 'left', callId: caller.callSid, label: { role: 'caller', number: 1 } },
    reason: 'moved',
  });
  assert.deepEqual(lab.carrier.log.with(caller.callSid, lab.world.clock.now()), []);
  lab.desk.callerNumber = 2;
  lab.desk.after = lab.desk.conference();
  const heardBefore = agent.heard.length;
  await key(caller, `${DIGITS}#`);
  await caller.listen();
  await lab.carrier.settled();
  assert.equal(agent.heard.length, heardBefore, 'the agent hears silence');
  assert.equal((await lab.command({ kind: 'record', conference: CONFERENCE, paused: false })).kind, 'done');
  assert.equal(caller.state, 'connected', 'back with the same agent, under another label');
  assert.deepEqual(lab.carrier.log.overheardKeys(caller.callSid), []);
  assert.deepEqual(lab.desk.told.slice(3), ['left caller', 'joined caller']);
  const keyed = lab.carrier.log.sounds.filter(
    ({ from, what }) => from === caller.callSid && what.kind === 'tone',
  );
  assert.ok(keyed.length > DIGITS.length, 'the log has the keys');

  // The same keys in the conference are tones to the agent and to the recording: the log tells the difference.
  await caller.press('5');
  assert.deepEqual(
    lab.carrier.log.overheardKeys(caller.callSid).map(({ heardBy, recorded }) => [heardBy, recorded]),
    [[[agent.callSid], true]],
  );
  assert.deepEqual(agent.heard.at(-1), { kind: 'tone', from: 'caller-2', key: '5' });
});

test('a leg whose label is used falls through to the next verb, and comes in under another', async (t) => {
  const { lab, caller } = await talkOf(t);
  const second = await waiting(lab);
  lab.desk.after = { ...lab.desk.conference(), label: { role: 'caller', number: 2 } };
  assert.equal((await lab.command(joinCaller(second.callSid))).kind, 'done');
  await second.listen();
  assert.deepEqual(
    second.events.flatMap((event) => (event.kind === 'fault' ? [event.code] : [])),
    [16_025],
  );
  assert.deepEqual(
    lab.desk.left.map(({ caller: { callId, legNumber }, result }) => [callId, legNumber, result]),
    [[second.callSid, 1, 'not_joined']],
  );
  assert.equal(second.state, 'connected');
  assert.equal(lab.carrier.conferences.of(second.callSid)?.participants.size, 3);
  assert.equal(caller.state, 'connected');
});

test('a supervisor listens unheard, whispers to the agent alone, and speaks to all', async (t) => {
  const { lab, caller, agent } = await talkOf(t);
  assert.equal((await lab.command(callSupervisor(agent, 'listen'))).kind, 'done');
  await lab.pass(3);
  const boss = staffLeg(lab, SUPERVISOR_PHONE);
  const say = async (text: string) => {
    boss.say(text);
    caller.say(`${text}?`);
    await lab.carrier.settled();
  };
  await say('one');
  const voice = {
    kind: 'voice',
    conference: CONFERENCE,
    callId: boss.callSid,
    agentCall: agent.callSid,
  } as const;
  assert.equal((await lab.command({ ...voice, voice: 'whisper' })).kind, 'done');
  await say('two');
  assert.equal((await lab.command({ ...voice, voice: 'speak' })).kind, 'done');
  await say('three');
  assert.deepEqual(voicesHeardBy(lab, boss.callSid), ['one?', 'two?', 'three?']);
  assert.deepEqual(voicesHeardBy(lab, agent.callSid), ['one?', 'two', 'two?', 'three', 'three?']);
  assert.deepEqual(voicesHeardBy(lab, caller.callSid), ['three']);
  const changes = lab.desk.told.slice(4);
  assert.deepEqual(changes, ['unmuted supervisor', 'changed supervisor']);
  assert.equal((await lab.command({ ...voice, voice: 'listen' })).kind, 'done');
  await say('four');
  assert.deepEqual(voicesHeardBy(lab, agent.callSid).slice(5), ['four?']);
});

test('a supervisor who coaches a call that has left does not get in, and the agent’s end is told (error 13240)', async (t) => {
  const { lab, agent } = await talkOf(t);
  assert.equal((await lab.command(callSupervisor(agent, 'whisper'))).kind, 'done');
  agent.hangUp();
  await lab.pass(3);
  assert.deepEqual(
    lab.carrier.faults.map(({ code }) => code),
    [13_240],
  );
  assert.deepEqual(lab.desk.events.at(-1)?.what, {
    ...{ kind: 'left', callId: staffLeg(lab, SUPERVISOR_PHONE).callSid },
    ...{ label: { role: 'supervisor', number: 1 }, reason: 'failed' },
  });
});

for (const [does, state, seconds] of [
  [{ kind: 'refuses', afterSeconds: 3 }, 'busy', 4],
  [{ kind: 'rings_on' }, 'no-answer', 26],
  [{ kind: 'unreachable' }, 'failed', 1],
] as const)
  test(`a staff phone that is ${state}: reported, and the caller has not left the queue`, async (t) => {
    const lab = await startConferenceLab(t);
    const caller = await waiting(lab);
    lab.staffPhone(AGENT_PHONE, does);
    assert.equal((await lab.command(callAgent())).kind, 'done');
    await lab.pass(seconds);
    assert.equal(lab.desk.legs.at(-1)?.state, state);
    assert.deepEqual(lab.desk.told, ['left agent', 'ended']);
    assert.equal(caller.state, 'queued');
    // The next one is called by the same conference name, which is another conference by now.
    lab.staffPhone(AGENT_PHONE, { kind: 'answers', afterSeconds: 1 });
    assert.equal((await lab.command(callAgent(2))).kind, 'done');
    await lab.pass(2);
    assert.equal((await lab.command(joinCaller(caller.callSid))).kind, 'done');
    await caller.listen();
    assert.equal(caller.state, 'connected');
    assert.equal(new Set(lab.desk.events.map(({ conferenceId }) => conferenceId)).size, 2);
  });

test('an agent who hangs up leaves the caller alone in silence, which is logged and reported', async (t) => {
  const lab = await startConferenceLab(t);
  lab.staffPhone(AGENT_PHONE, { kind: 'answers', afterSeconds: 1, hangsUpAfterSeconds: 30 });
  const caller = await waiting(lab);
  const agent = await talking(lab, caller);
  await lab.pass(30);
  assert.equal(agent.status, 'completed');
  assert.equal(lab.desk.told.at(-1), 'left agent');
  assert.deepEqual(lab.carrier.log.heardBy(caller.callSid).at(-1)?.what, { kind: 'silence' });
  assert.equal(caller.state, 'connected');
  assert.equal((await lab.command(requeueCaller(caller.callSid))).kind, 'done');
  assert.deepEqual(lab.desk.told.slice(-2), ['left caller', 'ended']);
});

test('a closed browser is silent at once and reported 15 to 20 s later; the caller is then told to stay', async (t) => {
  const { lab, caller, agent } = await talkOf(t);
  lab.carrier.loseBrowser(agent);
  caller.say('Hello?');
  await lab.pass(14);
  assert.deepEqual(lab.desk.told.slice(3), [], 'nobody knows yet');
  assert.deepEqual(voicesHeardBy(lab, agent.callSid), []);
  await lab.pass(7);
  assert.deepEqual(lab.desk.told.slice(3), ['left agent']);
  assert.equal((await lab.command(requeueCaller(caller.callSid))).kind, 'done');
  assert.match(heard(caller).at(-1) ?? '', /Please stay on the line/);
  await caller.listen();
  assert.equal(caller.state, 'queued');
  await caller.pressAll('**');
  await caller.pass(2_000);
  await caller.listen();
  assert.match(heard(caller).slice(-3)[0] ?? '', /We have your request/);
  assert.equal(caller.queue, 'fraud');
});

test('a star of the caller ends the Dial, and they are asked: ** freezes, silence and other keys lead back', async (t) => {
  const { lab, caller, agent } = await talkOf(t);
  const asked = { kind: 'asked_to_freeze', language: 'en-US' } as const;
  const star = async () => {
    lab.desk.after = asked;
    await caller.press('*');
    await lab.carrier.settled();
    assert.deepEqual(lab.desk.left.at(-1)?.result, 'over');
    assert.match(heard(caller).at(-1) ?? '', /You pressed star/);
    lab.desk.callerNumber += 1;
    lab.desk.after = lab.desk.conference();
  };
  await star();
  await caller.staySilent();
  await caller.listen();
  assert.equal(lab.desk.left.at(-1)?.result, 'answered_star');
  assert.equal(caller.state, 'connected');
  await star();
  await key(caller, '*');
  await caller.staySilent();
  assert.match(heard(caller).at(-1) ?? '', /You pressed star/, 'one star is asked about once more');
  await key(caller, '55');
  await caller.listen();
  assert.equal(caller.state, 'connected');
  await star();
  await key(caller, '**');
  await caller.listen();
  assert.match(heard(caller).slice(-3)[0] ?? '', /We have your request/);
  assert.equal(caller.queue, 'fraud');
  assert.equal(agent.status, 'in-progress');
});

test('reports that come late, twice and in another order say by their numbers what was first', async (t) => {
  const lab = await startConferenceLab(t);
  const caller = await waiting(lab);
  lab.carrier.reports.fate = ({ to }) => (to.url.includes('/events') ? 'kept' : 'twice');
  await talking(lab, caller);
  assert.deepEqual(lab.desk.told, []);
  lab.carrier.reports.fate = () => 'sent';
  await lab.command(holdCaller(caller.callSid, true));
  lab.carrier.reports.sendKept((kept) => [...kept].reverse().flatMap((report) => [report, report]));
  await lab.carrier.settled();
  assert.deepEqual(lab.desk.told, [
    'held caller',
    ...['started', 'started', 'joined caller', 'joined caller', 'joined agent', 'joined agent'],
  ]);
  const inOrder = lab.desk.events.toSorted((one, other) => one.sequence - other.sequence);
  assert.deepEqual(
    inOrder.map(({ sequence }) => sequence),
    [1, 1, 2, 2, 3, 3, 4],
  );
  assert.deepEqual(
    lab.desk.legs.map(({ state }) => state),
    ['live', 'live', 'live', 'live'],
  );
});

test('a report that the desk cannot take is sent again', async (t) => {
  const lab = await startConferenceLab(t);
  let failures = 2;
  const taken = lab.desk.conferenceEvent.bind(lab.desk);
  lab.desk.conferenceEvent = async (event) => {
    if (failures-- > 0) throw new Error('the store is out');
    await taken(event);
  };
  const caller = await waiting(lab);
  await talking(lab, caller);
  assert.deepEqual(lab.desk.told, ['joined agent', 'joined caller', 'started']);
  assert.deepEqual(
    lab.carrier.reports.answers.filter((status) => status === 503),
    [503, 503],
  );
});

test('a call is moved out of a Gather, a queue and a conference; one that is over or unknown is gone', async (t) => {
  const { lab, caller, agent } = await talkOf(t);
  const menu = lab.world.phone(lab.phoneOptions);
  await menu.dial({ from: '+8613900009999', to: '+12025550143' });
  assert.equal(menu.step, 'menu.main');
  assert.equal((await lab.command(requeueCaller(menu.callSid))).kind, 'done');
  await menu.listen();
  assert.equal(menu.state, 'queued');
  assert.equal((await lab.command(requeueCaller(caller.callSid))).kind, 'done');
  await caller.listen();
  assert.equal(caller.state, 'queued');
  assert.deepEqual(lab.desk.events.at(-1)?.what.kind, 'left');
  await caller.hangUp();
  await menu.hangUp();
  const nobody = `CA${'f'.repeat(32)}`;
  const conferenceId = lab.desk.events[0]?.conferenceId ?? '';
  for (const command of [
    joinCaller(caller.callSid),
    { kind: 'end_leg', callId: caller.callSid },
    { kind: 'end_leg', callId: nobody },
    holdCaller(caller.callSid, true),
    holdCaller(caller.callSid, true, conferenceId),
    holdCaller(caller.callSid, true, `CF${'0'.repeat(32)}`),
    { kind: 'record', conference: conferenceName('another'), paused: true },
  ] as const)
    assert.deepEqual(await lab.command(command), { kind: 'gone' }, command.kind);
  assert.equal((await lab.command({ kind: 'end_leg', callId: agent.callSid })).kind, 'done');
});

test('commands that are sent twice call nobody twice', async (t) => {
  const lab = await startConferenceLab(t);
  const caller = await waiting(lab);
  const first = await lab.command(callAgent());
  assert.ok(first.kind === 'done' && first.callId !== undefined);
  // Its answer was lost while the phone still rings: the second leg is turned away at the door.
  await lab.command(callAgent());
  await lab.pass(4);
  assert.deepEqual(
    lab.carrier.staffLegs.map(({ status }) => status),
    ['in-progress', 'failed'],
  );
  assert.deepEqual(await lab.command(callAgent()), { kind: 'done' }, 'the label is used: it was sent before');
  assert.equal(lab.carrier.staffLegs.length, 2);
  for (let times = 0; times < 2; times++) await lab.command(joinCaller(caller.callSid));
  await caller.listen();
  assert.equal(caller.state, 'connected');
  for (let times = 0; times < 2; times++)
    assert.equal((await lab.command(holdCaller(caller.callSid, true))).kind, 'done');
  assert.equal(lab.desk.told.filter((one) => one === 'held caller').length, 1);
});

test('a leg of staff is never recorded by itself, its conference as the setting says, and nothing beeps', async (t) => {
  for (const [talksRecorded, word] of [
    [true, 'record-from-start'],
    [false, 'do-not-record'],
  ] as const) {
    const lab = await startConferenceLab(t, { talksRecorded });
    const caller = await waiting(lab);
    const agent = await talking(lab, caller);
    agent.say('Good morning.');
    assert.equal(lab.carrier.log.sounds.at(-1)?.recorded, talksRecorded);
    const forms = lab.api.received.map(({ form }) => form);
    assert.equal(forms[0]?.ConferenceRecord, word);
    assert.ok(forms.every((form) => !('Record' in form)));
    assert.ok(!lab.carrier.log.sounds.some(({ what }) => what.kind === 'beep'));
    if (!talksRecorded)
      assert.deepEqual(await lab.command({ kind: 'record', conference: CONFERENCE, paused: true }), {
        kind: 'gone',
      });
  }
});

/** One Gather as the real keying would answer it; where its keys go brings the caller back. */
function keyingDocument(): string {
  const back = `/voice/desk/left?h=${HANDOFF}&p=caller-1&l=en-US&from=not_joined`;
  return `<Response><Gather input="dtmf" action="${asideUrl(back).replaceAll('&', '&amp;')}" method="POST" numDigits="7" finishOnKey="#" actionOnEmptyResult="true"><Say language="en-US">Your PIN</Say></Gather></Response>`;
}
