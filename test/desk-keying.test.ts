import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Phone } from '../phone-sim/phone.ts';
import { newCall } from '../src/calls/call.ts';
import { decide } from '../src/calls/decide.ts';
import type { CallView } from '../src/desk/desk-view.ts';
import type { RungName } from '../src/desk/ladder.ts';
import type { KeyingKind } from '../src/escalation/handoff.ts';
import { newContext } from '../src/flow/context.ts';
import type { EntryData } from '../src/ledger/entry.ts';
import { entriesOfCall } from '../src/ledger/ledger.store.ts';
import type { StaffOnDuty } from '../src/staff/staff-member.ts';
import { expectStep, identifiedCaller, key, postTo, threeWrongPins, wrongPin } from './support/callers.ts';
import { problemsOfRecord } from './support/crash-checks.ts';
import { expectNoCanary } from './support/desk-canaries.ts';
import { releaseOf, shippedTexts } from './support/shipped.ts';
import { ANNA, GRACE, heardBy, said, type Takeover, takeoverOf } from './support/takeover.ts';
import { demoCustomer, keysOf } from './support/world.ts';

const MEMBER: StaffOnDuty = {
  ...{ ...ANNA, name: 'Anna', number: '4821', role: 'senior_agent', tier: 2, session: 'session' },
  languages: ['zh-CN', 'vi-VN', 'en-US'],
  qualifiedUntil: Number.MAX_SAFE_INTEGER,
};

/** A caller in a talk, and what their adviser can do. */
class Talk {
  readonly desk: Takeover;
  readonly caller: Phone;

  constructor(desk: Takeover, caller: Phone) {
    this.desk = desk;
    this.caller = caller;
  }

  async asks(what: KeyingKind) {
    const { id } = await this.desk.row();
    const answer = await this.desk.desk.work.askToKey(MEMBER, id, what);
    await this.desk.work();
    return answer;
  }

  /** The adviser asks, and the caller is at this step. */
  async keysAt(what: KeyingKind, step: string): Promise<void> {
    assert.deepEqual(await this.asks(what), { kind: 'done' });
    if (this.caller.state === 'speaking') await this.caller.listen();
    expectStep(this.caller, step);
    await this.desk.expect('keying');
  }

  /** Back with the same adviser, in the conference. */
  async isBack(): Promise<void> {
    if (this.caller.state === 'speaking') await this.caller.listen();
    for (let tries = 0; tries < 6 && this.caller.state !== 'connected'; tries++) await this.desk.pass(4);
    assert.equal(this.caller.state, 'connected');
    await this.desk.expect('talking');
  }

  async view(): Promise<CallView> {
    const { call } = await this.desk.desk.views.of(MEMBER);
    assert.ok(call);
    return call;
  }

  async rung(name: RungName): Promise<string | undefined> {
    return (await this.view()).ladder.find((one) => one.name === name)?.state;
  }

  async entries(type: string): Promise<readonly EntryData[]> {
    const all = await entriesOfCall(this.desk.lab.world.knex, this.caller.callSid);
    return all.filter((entry) => entry.type === type).map(({ data }) => data);
  }

  async outcomes(): Promise<readonly unknown[]> {
    return (await this.entries('handoff.keying')).map(({ outcome }) => outcome);
  }

  /** Nobody of ours heard a key, none was recorded, and what was keyed stands nowhere (15, 34, 52). */
  async heardByNobody(): Promise<void> {
    const { lab } = this.desk;
    assert.deepEqual(lab.carrier.log.overheardKeys(this.caller.callSid), []);
    for (const leg of lab.carrier.staffLegs) assert.ok(!leg.heard.some(({ kind }) => kind === 'tone'));
    expectNoCanary(JSON.stringify(await this.desk.desk.views.of(MEMBER)));
    expectNoCanary(JSON.stringify(await entriesOfCall(lab.world.knex, this.caller.callSid)));
    assert.deepEqual(await problemsOfRecord(lab.world, this.caller.callSid), []);
  }
}

async function talk(t: TestContext, waits: (desk: Takeover) => Promise<Phone>): Promise<Talk> {
  const desk = await takeoverOf(t);
  const caller = await waits(desk);
  await desk.talks();
  return new Talk(desk, caller);
}

const whoAsked = (desk: Takeover) => desk.waits('0#');

test('a PIN that is keyed rightly: the adviser sees that it passed, and the level stands', async (t) => {
  const talked = await talk(t, whoAsked);
  const { caller, desk } = talked;
  assert.equal(await talked.rung('transaction_pin'), 'open');
  await talked.keysAt('transaction_pin', 'desk.pin');
  assert.match(said(caller).join(' '), /Your adviser asks you to verify yourself/);
  assert.deepEqual(desk.lab.carrier.log.with(caller.callSid, desk.lab.world.clock.now()), []);
  await key(caller, GRACE.transactionPin);
  await talked.isBack();
  assert.match(said(caller).at(-1) ?? '', /back to your adviser/);
  assert.deepEqual(await talked.outcomes(), ['begun', 'alone', 'passed']);
  assert.equal(await talked.rung('transaction_pin'), 'passed');
  assert.equal((await talked.view()).level, 'L2');
  caller.say('Done.');
  assert.deepEqual(heardBy(desk.legOf(ANNA)), ['Done.']);
  await talked.heardByNobody();
});

test('somebody who has keyed nothing yet keys who they are first, then the PIN', async (t) => {
  const talked = await talk(t, (desk) => desk.waitsUnknown());
  const { caller } = talked;
  await talked.keysAt('query_pin', 'desk.phone');
  const { phone, id } = keysOf(GRACE);
  await key(caller, `${phone}#`);
  expectStep(caller, 'desk.id');
  await key(caller, `${id}#`);
  expectStep(caller, 'desk.pin');
  await key(caller, GRACE.queryPin);
  await talked.isBack();
  assert.deepEqual([await talked.rung('identity'), await talked.rung('query_pin')], ['passed', 'passed']);
  assert.equal((await talked.view()).claimed?.idLastFour, GRACE.nationalId.slice(-4));
  await talked.heardByNobody();
});

test('a mistyped identity is keyed anew: the caller hears nothing of who is known, and the adviser sees both', async (t) => {
  const talked = await talk(t, (desk) => desk.waitsUnknown());
  const { caller } = talked;
  const { phone, id } = keysOf(GRACE);
  const other = keysOf(
    demoCustomer((one) => one.id !== GRACE.id && one.nationalId.length === GRACE.nationalId.length),
  );
  for (const [keyed, outcome] of [
    [other.id, 'failed'],
    [id, 'passed'],
  ] as const) {
    await talked.keysAt('identity', 'desk.phone');
    await key(caller, `${phone}#`);
    expectStep(caller, 'desk.id');
    const before = said(caller).length;
    await key(caller, `${keyed}#`);
    await talked.isBack();
    assert.match(said(caller).slice(before).join(' '), /back to your adviser/);
    assert.doesNotMatch(said(caller).slice(before).join(' '), /PIN/);
    assert.deepEqual((await talked.outcomes()).slice(-1), [outcome]);
    assert.equal(await talked.rung('identity'), outcome);
  }
  assert.equal((await talked.view()).claimed?.idLastFour, GRACE.nationalId.slice(-4));
  await talked.keysAt('query_pin', 'desk.pin');
  await key(caller, GRACE.queryPin);
  await talked.isBack();
  assert.equal((await talked.view()).level, 'L2');
  // The click drops all that was proved of the customer before: it lowers a level, and keeps none for another customer.
  await talked.keysAt('identity', 'desk.phone');
  assert.equal((await talked.view()).level, 'L0');
  await key(caller, '0#');
  await talked.isBack();
  assert.deepEqual(await talked.asks('identity'), { kind: 'refused', reason: 'attempts_spent' });
  await talked.heardByNobody();
});

test('who goes on keying is not brought back; after the last key there are 90 seconds', async (t) => {
  const talked = await talk(t, (desk) => desk.waitsUnknown());
  const { caller, desk } = talked;
  const { phone, id } = keysOf(GRACE);
  await talked.keysAt('transaction_pin', 'desk.phone');
  const begun = desk.lab.world.clock.now();
  for (const pressed of ['9#', '9#', '9#', '9#', '9#', `${phone}#`, '9#', '9#', '9#', `${id}#`]) {
    await desk.pass(10);
    await key(caller, pressed);
    await desk.expect('keying');
  }
  assert.ok(desk.lab.world.clock.now() - begun > 90_000, 'the keys took longer than the watchdog waits');
  await key(caller, GRACE.transactionPin);
  await talked.isBack();
  assert.deepEqual((await talked.outcomes()).slice(-1), ['passed']);
});

test('three wrong PINs lead back with "failed"; the call has no try left, and the adviser is told so', async (t) => {
  const talked = await talk(t, whoAsked);
  await talked.keysAt('query_pin', 'desk.pin');
  for (const index of [0, 1, 2]) await key(talked.caller, wrongPin(GRACE, index));
  await talked.isBack();
  assert.deepEqual((await talked.outcomes()).slice(-1), ['failed']);
  assert.equal(
    (await talked.entries('factor.outcome')).filter(({ outcome }) => outcome === 'FAILED').length,
    3,
  );
  assert.deepEqual(await talked.asks('transaction_pin'), { kind: 'refused', reason: 'attempts_spent' });
  const step = (await talked.view()).steps.find((one) => one.step === 'key.transaction_pin');
  assert.equal(step?.obstacle, 'attempts_spent');
  await talked.heardByNobody();
});

test('a caller who failed the PIN before the talk has no further try with the adviser', async (t) => {
  const talked = await talk(t, (desk) => desk.waits());
  assert.deepEqual(await talked.asks('query_pin'), { kind: 'refused', reason: 'attempts_spent' });
  await talked.desk.expect('talking');
});

test('a locked PIN is compared with nothing, and the adviser learns that it is locked', async (t) => {
  const talked = await talk(t, whoAsked);
  const { caller } = talked;
  for (const _call of [1, 2]) {
    const other = await identifiedCaller(talked.desk.lab.world, GRACE, { intent: 'enquiry' });
    await key(other, threeWrongPins(GRACE));
  }
  assert.equal(await talked.rung('query_pin'), 'locked');
  await talked.keysAt('query_pin', 'desk.pin');
  for (const index of [0, 1, 2]) await key(caller, index === 0 ? GRACE.queryPin : wrongPin(GRACE, index));
  await talked.isBack();
  assert.deepEqual((await talked.outcomes()).slice(-1), ['locked']);
  assert.equal((await talked.view()).level, 'L1');
});

test('0 brings the caller back without a try', async (t) => {
  const talked = await talk(t, whoAsked);
  await talked.keysAt('query_pin', 'desk.pin');
  await key(talked.caller, '0#');
  await talked.isBack();
  assert.deepEqual((await talked.outcomes()).slice(-1), ['gave_up']);
  assert.deepEqual(
    await talked.entries('factor.outcome'),
    (await talked.entries('factor.outcome')).slice(0, 1),
  );
  await talked.keysAt('query_pin', 'desk.pin');
  await key(talked.caller, GRACE.queryPin);
  await talked.isBack();
  assert.equal(await talked.rung('query_pin'), 'passed');
});

test('star twice while keying freezes, and the adviser writes down what came of it (41)', async (t) => {
  const talked = await talk(t, whoAsked);
  const { caller, desk } = talked;
  const first = await desk.row();
  await talked.keysAt('query_pin', 'desk.pin');
  await key(caller, '**#');
  await caller.listen();
  const frozen = await desk.lab.world.knex('customers').where({ id: GRACE.id }).first();
  assert.notEqual(frozen.freeze, 'none');
  await desk.work();
  const before = await desk.lab.world.knex('desk_handoffs').where({ id: first.id }).first();
  assert.equal(before.state, 'wrap_up');
  const tickets = await desk.lab.world.knex('desk_handoffs').where({ call_id: caller.callSid });
  assert.deepEqual(tickets.map(({ queue }) => queue).sort(), ['fraud', before.queue].sort());
  await talked.heardByNobody();
});

test('silence brings the caller back', async (t) => {
  const talked = await talk(t, whoAsked);
  await talked.keysAt('query_pin', 'desk.pin');
  await talked.desk.pass(96);
  await talked.isBack();
  assert.deepEqual((await talked.outcomes()).slice(-1), ['gave_up']);
});

test('"back to me": what is keyed after it moves nothing and takes no try (39)', async (t) => {
  const talked = await talk(t, whoAsked);
  const { caller, desk } = talked;
  await talked.keysAt('query_pin', 'desk.pin');
  const { id } = await desk.row();
  const { world } = desk.lab;
  const tries = await world.knex('attempts').count({ n: '*' }).first();
  const action = caller.actionUrl;
  assert.ok(action, 'the line collects keys');
  assert.deepEqual(await desk.desk.work.takeBack(MEMBER, id), { kind: 'done' });
  const steps = (await talked.entries('call.step')).length;
  await postTo(world, action, [
    ['CallSid', caller.callSid],
    ['From', caller.from],
    ['To', caller.to],
    ['CallStatus', 'in-progress'],
    ['Digits', GRACE.queryPin],
  ]);
  assert.deepEqual(await world.knex('attempts').count({ n: '*' }).first(), tries);
  assert.equal((await talked.entries('call.step')).length, steps);
  await desk.work();
  await talked.isBack();
  assert.deepEqual((await talked.outcomes()).slice(-1), ['taken_back']);
  assert.equal(await talked.rung('query_pin'), 'open');
  await talked.keysAt('query_pin', 'desk.pin');
  await key(caller, GRACE.queryPin);
  await talked.isBack();
  assert.equal(await talked.rung('query_pin'), 'passed');
  assert.deepEqual(await problemsOfRecord(world, caller.callSid), []);
});

test('a caller who hangs up while keying: levels end, and the adviser writes it up', async (t) => {
  const talked = await talk(t, whoAsked);
  await talked.keysAt('query_pin', 'desk.pin');
  await talked.caller.hangUp();
  await talked.desk.lab.carrier.settled();
  await talked.desk.work();
  await talked.desk.expect('wrap_up');
  assert.ok(talked.desk.legOf(ANNA).isOver);
});

test('what is not in the release of the call is refused with its reason', async (t) => {
  const talked = await talk(t, whoAsked);
  for (const what of ['code', 'new_pin'] as const)
    assert.deepEqual(await talked.asks(what), { kind: 'refused', reason: 'not_in_release' });
  await talked.desk.expect('talking');
});

test('a click sets the order aside with all it had proved, and no later order is taken for it (14)', async () => {
  const release = releaseOf(await shippedTexts());
  const at = 1_000;
  const order = { action: 'transfer', revision: 3, amountMinor: 5_000, currency: 'CNY' } as const;
  const code = { codeId: 'c', hint: '4', sentAt: at, expiresAt: at + 1 };
  const proofs = { customerId: 'x', identifiedAt: at, pins: { transaction: at }, code: { at, binding: 'b' } };
  const flow = { ...newContext('en-US'), identityKeyed: true, order, code } as const;
  const call = newCall('CA1', 'handoff', { language: 'en-US', currency: 'CNY' }, at);
  const click = { type: 'STAFF_QUERY_PIN', handoff: 'h', by: 'anna' } as const;
  const asked = decide(release, { ...call, queue: 'service', flow, proofs }, click, {}, at);
  assert.equal(asked.call.step, 'desk.pin');
  assert.deepEqual(
    [asked.call.flow.order, asked.call.flow.code, asked.call.proofs.code],
    [undefined, undefined, undefined],
  );
  assert.deepEqual(asked.call.proofs.pins, { transaction: at });
  assert.ok(asked.effects.some(({ kind }) => kind === 'void_codes'));
  const frozen = decide(release, asked.call, { type: 'FREEZE' }, {}, at);
  assert.equal(frozen.call.flow.order?.revision, 4);
});
