import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Phone } from '../phone-sim/phone.ts';
import { queueStands } from '../src/desk/desk-stand.ts';
import type { CallView, DeskView } from '../src/desk/desk-view.ts';
import type { CarrierCommand } from '../src/escalation/carrier-command.ts';
import { HOLD_MILLISECONDS } from '../src/escalation/handoff.ts';
import { entriesOf, entriesOfCall } from '../src/ledger/ledger.store.ts';
import { SECOND } from '../src/platform/clock.ts';
import { may } from '../src/staff/permissions.ts';
import type { StaffOnDuty } from '../src/staff/staff-member.ts';
import type { Takeover } from '../src/wire-desk.ts';
import {
  callerWhoFailed,
  handoffReason,
  identifiedCaller,
  key,
  verifiedCaller,
  worldOf,
  wrongPin,
} from './support/callers.ts';
import { problemsOfRecord } from './support/crash-checks.ts';
import { CANARIES, expectNoCanary } from './support/desk-canaries.ts';
import { demoCustomer, type World } from './support/world.ts';

const LINA = demoCustomer(({ id }) => id === 'demo-01');
const GRACE = demoCustomer(({ id }) => id === 'demo-07');

function person(id: string, role: StaffOnDuty['role'], tier: StaffOnDuty['tier']): StaffOnDuty {
  return {
    ...{ id, name: id, role, tier, phone: `sip:${id}@desk.example`, session: `session-${id}` },
    number: '4821',
    languages: ['zh-CN', 'vi-VN', 'en-US'],
    qualifiedUntil: Number.MAX_SAFE_INTEGER,
  };
}
const ANNA = person('anna', 'senior_agent', 2);
const BEN = person('ben', 'agent', 1);
const SUE = person('sue', 'supervisor', 3);
const ADA = person('ada', 'administrator', undefined);

/** The service with its desk; the carrier's part is played by the test, which reports what it likes. */
class Work {
  readonly world: World;
  readonly sent: CarrierCommand[];
  #legs = 0;

  constructor(world: World, sent: CarrierCommand[]) {
    this.world = world;
    this.sent = sent;
  }

  get desk(): Takeover {
    const { takeover: desk } = this.world;
    assert.ok(desk);
    return desk;
  }

  async view(by: StaffOnDuty): Promise<DeskView> {
    return this.desk.views.of(by);
  }

  async call(by: StaffOnDuty): Promise<CallView> {
    const { call } = await this.view(by);
    assert.ok(call, `${by.id} has a call`);
    return call;
  }

  /** Offered to somebody who has just become ready. */
  async offered(by: StaffOnDuty): Promise<string> {
    assert.deepEqual(await this.desk.shift.ready(by), { kind: 'done' });
    await this.desk.offering.round();
    const { offer } = await this.view(by);
    assert.ok(offer, `${by.id} is offered somebody`);
    return offer.handoffId;
  }

  /** Taken and talking: the carrier reports both legs. */
  async talks(by: StaffOnDuty): Promise<string> {
    const id = await this.offered(by);
    assert.deepEqual(await this.desk.work.take(by, id), { kind: 'done' });
    await this.joins(id, 'agent');
    await this.joins(id, 'caller');
    assert.equal((await this.call(by)).state, 'talking');
    return id;
  }

  async joins(id: string, role: 'agent' | 'caller'): Promise<void> {
    const handoff = await this.desk.handoffs.find(this.world.knex, id);
    assert.ok(handoff);
    const leg = role === 'caller' ? handoff.callerLeg : (handoff.successor?.leg ?? handoff.agent?.leg);
    assert.ok(leg);
    await this.desk.door.conferenceEvent({
      conference: `h-${id}`,
      conferenceId: 'CF1',
      sequence: ++this.#legs,
      what: {
        kind: 'joined',
        callId: role === 'caller' ? handoff.callId : `CAleg${this.#legs}`,
        label: { role, number: leg.number },
      },
    });
  }

  async entries(phone: Phone, type: string) {
    return (await entriesOfCall(this.world.knex, phone.callSid)).filter((entry) => entry.type === type);
  }
}

async function workOf(t: TestContext): Promise<Work> {
  const sent: CarrierCommand[] = [];
  const callControl = {
    carryOut: async (command: CarrierCommand) => {
      sent.push(command);
      return { kind: 'done' as const };
    },
  };
  return new Work(await worldOf(t, { desk: true, callControl }), sent);
}

const failed = ({ world }: Work) => callerWhoFailed(world, LINA, { intent: 'transfer' });

/** With tries left: one wrong PIN, and then a person. */
async function callerWhoAsked({ world }: Work): Promise<Phone> {
  const phone = await identifiedCaller(world, LINA, { intent: 'transfer' });
  await key(phone, `${wrongPin(LINA, 0)}#0`);
  assert.equal(await handoffReason(world, phone), 'caller_asked');
  return phone;
}

test('an offer says why they came and nothing personal; the call shows whom they claim to be, recorded before it is shown (57)', async (t) => {
  const work = await workOf(t);
  const phone = await failed(work);
  await work.offered(ANNA);
  const { offer, call } = await work.view(ANNA);
  assert.equal(call, undefined);
  assert.equal(offer?.why.reason, 'verification_exhausted');
  assert.deepEqual(offer?.why.rules, ['R5.2', 'Z3']);
  assert.ok(!JSON.stringify(offer).includes('李'), 'no name before somebody has taken the call');
  assert.equal((await work.entries(phone, 'desk.read')).length, 0);
  const id = offer?.handoffId ?? '';
  assert.deepEqual(await work.desk.work.take(ANNA, id), { kind: 'done' });
  const shown = await work.call(ANNA);
  assert.deepEqual(shown.claimed, {
    familyName: '李',
    addressed: '李女士',
    idLastFour: '0019',
    phoneLastFour: '1001',
    isFrozen: false,
  });
  await work.call(ANNA);
  const reads = await work.entries(phone, 'desk.read');
  assert.deepEqual(
    reads.map(({ data }) => [data.staffId, data.customerId, data.why]),
    [['anna', LINA.id, 'call']],
    'once for each person and call',
  );
  assert.deepEqual(await problemsOfRecord(work.world, phone.callSid), []);
});

test('the ladder says what is proved, what failed, and what one more rung would allow', async (t) => {
  const work = await workOf(t);
  await callerWhoAsked(work);
  await work.talks(ANNA);
  const shown = await work.call(ANNA);
  assert.equal(shown.level, 'L1');
  assert.deepEqual(
    shown.ladder.map(({ name, state }) => [name, state]),
    [
      ['identity', 'passed'],
      ['query_pin', 'open'],
      ['transaction_pin', 'failed'],
      ['code', 'open'],
      ['confirmation', 'open'],
    ],
  );
  assert.deepEqual(
    shown.nextLevels.map(({ level, actions }) => [level, actions]),
    [
      ['L2', ['enquiry', 'recent_transactions', 'repayment', 'loan_application']],
      ['L3', ['transfer', 'contact_change']],
    ],
  );
  const obstacle = (step: string) => shown.steps.find((one) => one.step === step)?.obstacle;
  assert.equal(obstacle('key.query_pin'), undefined);
  assert.equal(obstacle('key.transaction_pin'), undefined);
  // It may have been mistyped until a PIN shows whose it is.
  assert.equal(obstacle('key.identity'), undefined);
  assert.equal(obstacle('key.new_pin'), 'needs_approval');
  assert.equal(obstacle('key.code'), 'pin_first');
  assert.equal(obstacle('freeze'), undefined);
  assert.equal(obstacle('act.transfer'), 'needs_level');
  assert.equal(obstacle('never.set_pin'), 'never_by_telephone');
});

test('what was proved counts down, and what fell is shown as fallen', async (t) => {
  const work = await workOf(t);
  const phone = await verifiedCaller(work.world, LINA, { intent: 'transfer' });
  await key(phone, '0');
  const id = await work.talks(ANNA);
  const before = await work.call(ANNA);
  const pin = before.ladder.find(({ name }) => name === 'transaction_pin');
  assert.equal(pin?.state, 'passed');
  assert.ok(pin.at !== undefined && pin.until !== undefined && pin.until > pin.at);
  assert.equal(before.level, 'L2');
  await work.desk.work.hold(ANNA, id, true);
  work.world.clock.advance(HOLD_MILLISECONDS);
  await work.desk.offering.round();
  const after = await work.call(ANNA);
  assert.equal(after.level, 'L1');
  assert.equal(after.ladder.find(({ name }) => name === 'transaction_pin')?.state, 'fallen');
  assert.ok(after.claimed, 'whom they claim to be stays');
  assert.deepEqual(
    (await work.entries(phone, 'levels.lowered')).map(({ data }) => data.why),
    ['hold'],
  );
});

test('beyond the tier is refused and recorded: taking a restricted queue, listening in, an administrator on a call (R10.2)', async (t) => {
  const work = await workOf(t);
  const phone = await failed(work);
  const id = await work.offered(ANNA);
  assert.deepEqual(await work.desk.work.take(BEN, id), { kind: 'refused', reason: 'beyond_tier' });
  assert.deepEqual(await work.desk.work.take(ADA, id), { kind: 'refused', reason: 'duties_separated' });
  assert.deepEqual(await work.desk.work.take(ANNA, id), { kind: 'done' });
  assert.deepEqual(await work.desk.work.supervise(BEN, id, 'listen'), {
    kind: 'refused',
    reason: 'beyond_tier',
  });
  assert.deepEqual(await work.desk.work.hold(BEN, id, true), { kind: 'refused', reason: 'not_yours' });
  const refused = (await work.entries(phone, 'desk.refused')).map(({ data }) => [
    data.staffId,
    data.action,
    data.why,
  ]);
  assert.deepEqual(refused, [
    ['ben', 'call.take_restricted', 'beyond_tier'],
    ['ada', 'call.take_restricted', 'duties_separated'],
    ['ben', 'call.listen', 'beyond_tier'],
  ]);
});

test('a supervisor listens, whispers and speaks by three acts, and the agent sees which', async (t) => {
  const work = await workOf(t);
  await failed(work);
  const id = await work.talks(ANNA);
  assert.deepEqual(await work.desk.work.supervise(SUE, id, 'listen'), { kind: 'done' });
  assert.deepEqual((await work.call(ANNA)).supervisor, { id: 'sue', voice: 'listen' });
  assert.deepEqual(await work.desk.work.supervise(SUE, id, 'whisper'), {
    kind: 'refused',
    reason: 'not_now',
  });
  const handoff = await work.desk.handoffs.find(work.world.knex, id);
  await work.desk.handoffs.step(id, {
    ...{ kind: 'leg', what: 'joined', callId: 'CAsue', conferenceId: 'CF1', sequence: 99 },
    label: { role: 'supervisor', number: handoff?.supervisor?.leg.number ?? 0 },
  });
  assert.deepEqual(await work.desk.work.supervise(SUE, id, 'whisper'), { kind: 'done' });
  assert.deepEqual((await work.call(ANNA)).supervisor, { id: 'sue', voice: 'whisper' });
  assert.deepEqual(await work.desk.work.stopSupervising(SUE, id), { kind: 'done' });
  assert.equal((await work.call(ANNA)).supervisor, undefined);
});

test('a customer who is on nobody’s line and in no case of theirs opens for nobody, and the attempt is recorded (33)', async (t) => {
  const work = await workOf(t);
  await failed(work);
  const id = await work.offered(ANNA);
  const { customers } = work.desk;
  assert.equal((await customers.open(ANNA, LINA.id, 'zh-CN')).kind, 'refused', 'an offer opens nothing');
  assert.deepEqual(await customers.open(ANNA, GRACE.id, 'zh-CN'), {
    kind: 'refused',
    reason: 'not_your_customer',
  });
  assert.equal((await customers.open(ADA, LINA.id, 'zh-CN')).kind, 'refused');
  await work.desk.work.take(ANNA, id);
  const opened = await customers.open(ANNA, LINA.id, 'zh-CN');
  assert.equal(opened.kind, 'done');
  assert.equal((await customers.open(BEN, LINA.id, 'zh-CN')).kind, 'refused');
  const refused = await entriesOf(work.world.knex, { kind: 'session', id: ANNA.session });
  assert.deepEqual(
    refused.map(({ type, data }) => [type, data.why, data.customerId]),
    [
      ['desk.refused', 'not_your_customer', LINA.id],
      ['desk.refused', 'not_your_customer', GRACE.id],
    ],
  );
});

test('notes are saved over the version they were written on, sealed, and never hold six digits', async (t) => {
  const work = await workOf(t);
  const phone = await failed(work);
  const id = await work.talks(ANNA);
  const save = (body: string, version: number) => work.desk.work.saveNotes(ANNA, id, { body, version });
  assert.deepEqual(await save('wants the branch', 0), { kind: 'done', version: 1 });
  assert.deepEqual(await save('wants the branch', 0), { kind: 'done', version: 1 }, 'a save that came twice');
  assert.deepEqual(await save('something else', 0), { kind: 'refused', reason: 'notes_changed' });
  for (const secret of CANARIES) assert.equal((await save(`PIN ${secret}`, 1)).kind, 'refused');
  assert.deepEqual(await save('wants the branch in Hanoi', 1), { kind: 'done', version: 2 });
  await phone.hangUp();
  await work.desk.offering.round();
  assert.equal((await work.call(ANNA)).state, 'wrap_up');
  assert.deepEqual(
    await save('wants the branch in Hue', 2),
    { kind: 'done', version: 3 },
    'not lost in wrap-up',
  );
  assert.equal((await work.call(ANNA)).notes.body, 'wants the branch in Hue');
  const [row] = await work.world.knex('desk_notes');
  assert.ok(!row.body_sealed.includes('branch'));
  assert.deepEqual(await work.desk.work.wrapUp(ANNA, id, 'sent_to_branch'), { kind: 'done' });
  assert.deepEqual(await save('too late', 3), { kind: 'refused', reason: 'not_now' });
});

test('an agent freezes whom the line has identified, through the door that records it', async (t) => {
  const work = await workOf(t);
  const phone = await failed(work);
  const id = await work.talks(ANNA);
  assert.deepEqual(await work.desk.work.freeze(BEN, id), { kind: 'refused', reason: 'not_yours' });
  assert.deepEqual(await work.desk.work.freeze(ANNA, id), { kind: 'done', outcome: 'frozen' });
  assert.equal((await work.call(ANNA)).claimed?.isFrozen, true);
  assert.equal((await work.entries(phone, 'account.freeze')).length, 1);
  assert.deepEqual(await problemsOfRecord(work.world, phone.callSid), []);
});

test('a transfer to a person needs one who is ready and serves the caller; the level falls when they are in', async (t) => {
  const work = await workOf(t);
  const phone = await failed(work);
  const id = await work.talks(ANNA);
  const to = (member: string) => work.desk.work.transferToPerson(ANNA, id, member);
  assert.deepEqual(await to('nobody'), { kind: 'refused', reason: 'unknown_person' });
  await work.desk.shift.ready(BEN);
  assert.deepEqual(await to('ben'), { kind: 'refused', reason: 'person_cannot_serve' });
  const eve = person('eve', 'senior_agent', 2);
  await work.desk.shift.ready(eve);
  work.world.clock.advance(60 * SECOND);
  assert.deepEqual(
    await to('eve'),
    { kind: 'refused', reason: 'person_not_ready' },
    'no page of theirs is open',
  );
  await work.desk.shift.seen('eve');
  assert.deepEqual(await to('eve'), { kind: 'done' });
  assert.equal((await work.call(ANNA)).state, 'talking');
  await work.joins(id, 'agent');
  assert.equal((await work.view(ANNA)).call, undefined);
  assert.equal((await work.call(eve)).ticket, 2);
  assert.deepEqual(
    (await work.entries(phone, 'levels.lowered')).map(({ data }) => data.why),
    ['transfer'],
  );
});

test('while the caller keys no command but the pause of the recording and the way out is sent, and the same agent goes on (52)', async (t) => {
  const work = await workOf(t);
  const phone = await callerWhoAsked(work);
  const id = await work.talks(ANNA);
  await work.desk.sender.round();
  work.sent.length = 0;
  assert.deepEqual(await work.desk.work.askToKey(ANNA, id, 'query_pin'), { kind: 'done' });
  await work.desk.sender.round();
  await work.desk.handoffs.step(id, { kind: 'caller_at_keys' });
  assert.deepEqual(
    work.sent.map(({ kind }) => kind),
    ['record', 'key_caller'],
  );
  assert.deepEqual((await work.call(ANNA)).controls, ['take_back', 'freeze', 'save_notes']);
  assert.deepEqual(await work.desk.work.supervise(SUE, id, 'speak'), { kind: 'refused', reason: 'not_now' });
  await work.desk.handoffs.step(id, { kind: 'keying_result', result: 'passed' });
  await work.joins(id, 'caller');
  assert.equal((await work.call(ANNA)).state, 'talking');
  const outcomes = (await work.entries(phone, 'handoff.keying')).map(({ data }) => data.outcome);
  assert.deepEqual(outcomes, ['begun', 'passed']);
  expectNoCanary(JSON.stringify(await work.view(ANNA)));
});

test('ready, away, home and back', async (t) => {
  const work = await workOf(t);
  await work.desk.shift.ready(BEN);
  assert.deepEqual(await work.desk.shift.pause(BEN), { kind: 'done' });
  assert.equal((await work.view(BEN)).presence?.state, 'away');
  assert.deepEqual(await work.desk.shift.off(BEN), { kind: 'done' });
  assert.deepEqual(await work.desk.shift.off(BEN), { kind: 'refused', reason: 'not_now' });
  assert.deepEqual(await work.desk.shift.ready(ADA), { kind: 'refused', reason: 'duties_separated' });
  assert.deepEqual(await work.desk.shift.ready(SUE), { kind: 'refused', reason: 'duties_separated' });
  await work.desk.shift.ready(BEN);
  assert.equal((await work.view(BEN)).presence?.state, 'ready');
});

test('a case is taken, opens its customer for its owner alone, and is closed with what came of it (R12.2, 33)', async (t) => {
  const work = await workOf(t);
  const phone = await failed(work);
  await work.desk.offering.round();
  work.world.clock.advance(61 * SECOND);
  await work.desk.waiting.waitingWords({ callId: phone.callSid, dialled: '', keyed: undefined });
  await phone.hangUp();
  const { cases, customers } = work.desk;
  const listed = await cases.list(ANNA);
  assert.ok(listed.kind === 'done');
  const [one] = listed.cases;
  assert.ok(one?.callsBack);
  assert.ok(!JSON.stringify(listed).includes(LINA.id), 'whom it is about is its owner’s to see');
  assert.equal((await customers.open(ANNA, LINA.id, 'zh-CN')).kind, 'refused');
  assert.deepEqual(await cases.own(ANNA, one.id), { kind: 'done' });
  assert.deepEqual(await cases.own(BEN, one.id), { kind: 'refused', reason: 'not_yours' });
  assert.equal((await customers.open(ANNA, LINA.id, 'zh-CN')).kind, 'done');
  assert.deepEqual(await cases.close(BEN, one.id, 'needless'), { kind: 'refused', reason: 'not_yours' });
  assert.deepEqual(await cases.close(ANNA, one.id, 'called_back'), { kind: 'done' });
  assert.deepEqual(await cases.close(ANNA, one.id, 'called_back'), { kind: 'refused', reason: 'not_now' });
  assert.equal((await customers.open(ANNA, LINA.id, 'zh-CN')).kind, 'refused');
  assert.deepEqual(await cases.own(ANNA, 'none'), { kind: 'refused', reason: 'unknown_case' });
  assert.deepEqual(
    (await work.entries(phone, 'case.changed')).map(({ data }) => data.outcome),
    ['own', 'called_back'],
  );
  assert.deepEqual(await problemsOfRecord(work.world, phone.callSid), []);
});

test('the board shows a supervisor who waits, who talks and who is there, and nothing of any customer', async (t) => {
  const work = await workOf(t);
  await failed(work);
  const { pulse } = work.desk;
  assert.deepEqual(may(BEN, 'board.see', 0), { kind: 'refused', reason: 'beyond_tier' });
  assert.deepEqual(may(SUE, 'board.see', 0), { kind: 'allowed' });
  await work.desk.offering.round();
  const before = queueStands(await pulse.look([]));
  assert.equal(before.find(({ queue }) => queue === 'verification')?.waiting, 1);
  const id = await work.talks(ANNA);
  const after = await pulse.look([]);
  assert.deepEqual(
    after.handoffs.map((handoff) => [handoff.id, handoff.agentId, handoff.state]),
    [[id, 'anna', 'talking']],
  );
  assert.deepEqual(
    after.presences.map(({ staffId, state }) => [staffId, state]),
    [['anna', 'busy']],
  );
  const handoffs = after.handoffs.map(({ callId: _random, ...shown }) => shown);
  assert.ok(!/李|0019|1001/.test(JSON.stringify([handoffs, after.presences])));
});

test('the stamp of a desk differs with what it shows, and stays while it does', async (t) => {
  const work = await workOf(t);
  const phone = await failed(work);
  const seen: string[] = [];
  const differs = async (what: string) => {
    const stamp = await work.desk.views.stamp(ANNA);
    assert.ok(!seen.includes(stamp), what);
    seen.push(stamp);
    assert.equal(await work.desk.views.stamp(ANNA), stamp);
  };
  await differs('nobody');
  const id = await work.offered(ANNA);
  await differs('an offer');
  await work.desk.work.take(ANNA, id);
  await differs('a call');
  await work.joins(id, 'agent');
  await work.joins(id, 'caller');
  await work.call(ANNA);
  await differs('a talk');
  await work.desk.work.saveNotes(ANNA, id, { body: 'a note', version: 0 });
  await differs('a note');
  await work.desk.work.freeze(ANNA, id);
  await differs('a freeze');
  await phone.hangUp();
  await work.desk.offering.round();
  await differs('the end');
});
