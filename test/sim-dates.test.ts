import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { DemoCustomer } from '../db/seeds/demo-customers.ts';
import type { Phone } from '../phone-sim/phone.ts';
import { findCall, turnsOfCall } from '../src/calls/calls.store.ts';
import { recordedCall, replayCall } from '../src/calls/replay.ts';
import { createTwimlRenderer } from '../src/carriers/twilio/twiml.ts';
import type { SimAnswer } from '../src/customers/sim/sim-dates.ts';
import { DAY, HOUR, SECOND } from '../src/platform/clock.ts';
import {
  heard,
  heardSince,
  identifiedCaller,
  key,
  orderTransfer,
  strangersNumber,
  verifiedCaller,
  worldOf,
} from './support/callers.ts';
import { demoCustomer, startWorld, type World, type WorldOptions } from './support/world.ts';

const lina = demoCustomer(({ id }) => id === 'demo-01');
const grace = demoCustomer(({ id }) => id === 'demo-07');
const hung = demoCustomer(({ id }) => id === 'demo-09');
const QUIET = 72 * HOUR;

const CHANGED = {
  'zh-CN': /近期换过SIM卡.*网点/s,
  'vi-VN': /mới được thay gần đây.*chi nhánh/s,
  'en-US': /was changed recently.*branch/s,
};
const UNKNOWN = {
  'zh-CN': /无法确认.*SIM卡.*网点/s,
  'vi-VN': /không thể xác nhận SIM.*chi nhánh/s,
  'en-US': /cannot confirm.*SIM card.*branch/s,
};

type Answer = (now: number) => SimAnswer | Promise<SimAnswer>;

/** A world whose operator answers so, and how often it was asked. */
async function worldWith(t: TestContext, answer: Answer, options: WorldOptions = {}) {
  let asked = 0;
  const clock = { now: () => 0 };
  const world = await worldOf(t, {
    ...options,
    simDates: {
      lastChange: async () => {
        asked++;
        return answer(clock.now());
      },
    },
  });
  clock.now = () => world.clock.now();
  return { world, times: () => asked };
}

/** A world without a feed, whose policy says this of unknown SIMs, and what the record says of a customer. */
async function recordOnly(
  t: TestContext,
  simUnknown: 'tolerated' | 'refused',
  sim: (now: number) => { readonly sim_changed_at: number | null; readonly sim_known_at: number | null },
): Promise<World> {
  const world = await worldOf(t, {
    environment: { SIM_DATES_ADAPTER: 'none' },
    changeRelease: (release) => ({
      ...release,
      policy: { ...release.policy, code: { ...release.policy.code, simUnknown } },
    }),
  });
  await world.knex('customers').where({ id: lina.id }).update(sim(world.clock.now()));
  return world;
}

async function transfer(world: World, customer: DemoCustomer = lina, from?: string): Promise<Phone> {
  const phone = await verifiedCaller(world, customer, { intent: 'transfer', ...(from && { from }) });
  if (phone.step === 'details.payee')
    await orderTransfer(phone, { amount: customer.locale === 'vi-VN' ? 100_000 : 1_000 });
  return phone;
}

async function entries(
  world: World,
  phone: Phone,
  type: string,
): Promise<readonly Record<string, unknown>[]> {
  const rows = await world
    .knex('ledger_entries')
    .where({ stream_id: phone.callSid, type })
    .orderBy('seq')
    .select('data');
  return rows.map(({ data }) => JSON.parse(data));
}

/** No code was issued or sent, and the person who takes over knows why. */
async function expectRefused(world: World, phone: Phone, reason: 'sim_changed' | 'sim_unknown') {
  const ticket = await world.knex('handoffs').where({ call_id: phone.callSid }).first();
  assert.deepEqual([ticket?.reason, ticket?.queue], [reason, 'verification']);
  assert.deepEqual(await world.knex('codes').where({ call_id: phone.callSid }), []);
  assert.deepEqual(await world.knex('outbox').where({ call_id: phone.callSid, purpose: 'code' }), []);
  assert.deepEqual(
    (await entries(world, phone, 'code.not_sent')).map((one) => one.reason),
    [reason],
  );
}

for (const customer of [lina, hung, grace])
  test(`no code goes to a changed SIM, and the verified caller hears why and the way out (${customer.locale})`, async (t) => {
    const { world } = await worldWith(t, (now) => ({ kind: 'changed', at: now - HOUR }));
    const phone = await transfer(world, customer);
    await phone.listen();
    assert.match(heard(phone).join('\n'), CHANGED[customer.locale]);
    await expectRefused(world, phone, 'sim_changed');
    const unsure = await worldWith(t, () => ({ kind: 'unknown' }));
    const other = await transfer(unsure.world, customer);
    await other.listen();
    assert.match(heard(other).join('\n'), UNKNOWN[customer.locale]);
    await expectRefused(unsure.world, other, 'sim_unknown');
  });

test('exactly 72 hours is too soon, a millisecond longer is not, and a moment to come is too soon (Z8)', async (t) => {
  for (const [age, step] of [
    [QUIET, undefined],
    [QUIET + 1, 'code.entry'],
    [-5 * DAY, undefined],
  ] as const) {
    const { world } = await worldWith(t, (now) => ({ kind: 'changed', at: now - age }));
    const phone = await transfer(world);
    assert.equal(phone.step, step, `${age} ms`);
  }
});

/** Orders that take a code, each up to where it would be sent. */
const ORDERS: { readonly [order: string]: (world: World) => Promise<Phone> } = {
  'a transfer': (world) => transfer(world),
  'a large loan': async (world) => {
    const phone = await verifiedCaller(world, lina, { intent: 'loan_application' });
    await key(phone, '60000#');
    return phone;
  },
  'a change of contact': async (world) => {
    const phone = await verifiedCaller(world, lina, { intent: 'contact_change' });
    await key(phone, '13912345678#');
    return phone;
  },
  'a repayment from a number never seen (V4.2)': async (world) => {
    const phone = await verifiedCaller(world, lina, { intent: 'repayment', from: strangersNumber(7) });
    await key(phone, '1');
    return phone;
  },
};
for (const [what, order] of Object.entries(ORDERS))
  test(`${what} takes no code to a changed SIM`, async (t) => {
    const { world } = await worldWith(t, (now) => ({ kind: 'changed', at: now }));
    await expectRefused(world, await order(world), 'sim_changed');
    const good = await worldWith(t, () => ({ kind: 'unchanged', since: 0 }));
    assert.equal((await order(good.world)).step, 'code.entry');
  });

test('the operator is asked only where a code would go, once for each, and nothing is said of the SIM before the PIN', async (t) => {
  const { world, times } = await worldWith(t, (now) => ({ kind: 'changed', at: now }));
  const looking = await verifiedCaller(world, lina, { intent: 'enquiry' });
  await key(looking, '1');
  await looking.hangUp();
  const small = await verifiedCaller(world, lina, { intent: 'loan_application' });
  await key(small, '1000#');
  assert.equal(small.step, 'confirm.identity');
  await small.hangUp();
  assert.equal(times(), 0);
  const phone = await identifiedCaller(world, lina, { intent: 'transfer' });
  assert.doesNotMatch(heard(phone).join('\n'), /SIM/);
  const wrong = heard(phone).length;
  await key(phone, '907180');
  assert.doesNotMatch(heardSince(phone, wrong), /SIM/);
  assert.equal(times(), 0);
  await phone.hangUp();
  await transfer(world);
  assert.equal(times(), 1);
});

test('a freeze asks nobody and is done, whatever the SIM; also after the refusal, from the wait for a person', async (t) => {
  const { world, times } = await worldWith(t, () => {
    throw new Error('the feed is down');
  });
  const frozen = async (id: string) => (await world.knex('customers').where({ id }).first('freeze')).freeze;
  const direct = await identifiedCaller(world, grace, { intent: 'freeze' });
  assert.notEqual(await frozen(grace.id), 'none');
  await direct.hangUp();
  assert.equal(times(), 0);
  const phone = await transfer(world);
  assert.equal(times(), 1);
  await expectRefused(world, phone, 'sim_unknown');
  await phone.listen();
  assert.equal(phone.queue, 'verification');
  await phone.pressAll('**');
  while (phone.queue !== undefined) await phone.pass(SECOND);
  assert.equal(await frozen(lina.id), 'full');
});

test('a feed that fails, is late or answers oddly does not know: refused, said, recorded with why', async (t) => {
  for (const [failure, answer] of [
    ['failed', () => Promise.reject(new Error('6222000011112222'))],
    ['odd_answer', async () => ({ kind: 'changed', at: 'yesterday' }) as unknown as SimAnswer],
    ['late', () => new Promise<never>(() => {})],
  ] as const) {
    const { world } = await worldWith(t, answer);
    const phone = await transfer(world);
    await phone.listen();
    assert.match(heard(phone).join('\n'), UNKNOWN['zh-CN']);
    await expectRefused(world, phone, 'sim_unknown');
    const asked = (await entries(world, phone, 'sim.checked')).at(-1);
    assert.deepEqual(asked, {
      ...{ factor: 'code', outcome: 'unknown', source: 'feed', reason: failure, customerId: lina.id },
    });
  }
});

test('a change that the record tells of is believed without asking the operator', async (t) => {
  const { world, times } = await worldWith(t, () => ({ kind: 'unchanged', since: 0 }));
  await world
    .knex('customers')
    .where({ id: lina.id })
    .update({ sim_changed_at: world.clock.now() - DAY });
  await expectRefused(world, await transfer(world), 'sim_changed');
  assert.equal(times(), 0);
  await world
    .knex('customers')
    .where({ id: lina.id })
    .update({ sim_changed_at: world.clock.now() - 9 * DAY });
  assert.equal((await transfer(world)).step, 'code.entry');
  assert.equal(times(), 1);
});

test('without a feed the record decides: a fresh date is enough, an old or no date is refused or tolerated as the policy says', async (t) => {
  const old = (now: number) => ({ sim_changed_at: now - 90 * DAY, sim_known_at: now - DAY - 1 });
  const fresh = (now: number) => ({ sim_changed_at: now - 90 * DAY, sim_known_at: now - DAY + HOUR });
  const none = () => ({ sim_changed_at: null, sim_known_at: null });
  assert.equal((await transfer(await recordOnly(t, 'refused', fresh))).step, 'code.entry');
  for (const sim of [old, none]) {
    const world = await recordOnly(t, 'refused', sim);
    await expectRefused(world, await transfer(world), 'sim_unknown');
    assert.equal((await transfer(await recordOnly(t, 'tolerated', sim))).step, 'code.entry');
  }
  const changed = await recordOnly(t, 'tolerated', (now) => ({ sim_changed_at: now, sim_known_at: now }));
  await expectRefused(changed, await transfer(changed), 'sim_changed');
});

test('a feed beside a policy for a line without one does not start', async () => {
  await assert.rejects(
    startWorld({
      simDates: { lastChange: async () => ({ kind: 'unknown' }) },
      changeRelease: (release) => ({
        ...release,
        policy: { ...release.policy, code: { ...release.policy.code, simUnknown: 'tolerated' } },
      }),
    }),
    /SIM_DATES_ADAPTER .*code\.simUnknown: tolerated/,
  );
});

test('every authentication leaves calling number, attestation and the date of the SIM in the record (V3.2)', async (t) => {
  const { world } = await worldWith(t, (now) => ({ kind: 'changed', at: now - 30 * DAY }));
  const [changedAt, knownAt] = [world.clock.now() - 40 * DAY, world.clock.now() - HOUR];
  await world
    .knex('customers')
    .where({ id: lina.id })
    .update({ sim_changed_at: changedAt, sim_known_at: knownAt });
  const from = strangersNumber(3);
  const phone = await verifiedCaller(world, lina, { intent: 'transfer', from, attestation: 'A' });
  await orderTransfer(phone, { amount: 1_000 });
  const checked = await entries(world, phone, 'sim.checked');
  assert.deepEqual(checked[0], {
    ...{ factor: 'pin.transaction', outcome: 'unchanged', source: 'customer_record', customerId: lina.id },
    ...{ simChangedAt: changedAt, simKnownAt: knownAt },
  });
  const { simChangedAt, ...code } = checked[1] ?? {};
  assert.deepEqual(code, { factor: 'code', outcome: 'unchanged', source: 'feed', customerId: lina.id });
  assert.ok(Math.abs(Number(simChangedAt) - (world.clock.now() - 30 * DAY)) < HOUR);
  const [started] = await entries(world, phone, 'call.started');
  assert.equal(started?.attestation, 'TN-Validation-Passed-A');
  const call = await findCall(world.knex, world.config.keyring, phone.callSid);
  assert.equal(call?.source, from);
  const row = await world.knex('calls').where({ id: phone.callSid }).first();
  assert.ok(!JSON.stringify(row).includes(from), 'the calling number is sealed');
  const everything = await world.knex('ledger_entries').select('data');
  assert.ok(!JSON.stringify(everything).includes(from.slice(1)));
});

test('a refused call, decided again under its release, gives every answer byte for byte', async (t) => {
  const { world } = await worldWith(t, () => ({ kind: 'unknown' }));
  const phone = await transfer(world);
  await phone.hangUp();
  const stored = await findCall(world.knex, world.config.keyring, phone.callSid);
  assert.ok(stored);
  const call = recordedCall(stored, await turnsOfCall(world.knex, world.config.keyring, phone.callSid));
  const renderer = createTwimlRenderer({ publicUrl: world.url, prompts: world.release.prompts });
  assert.deepEqual(replayCall(call, world.release, renderer), { kind: 'same', turns: call.turns.length });
});

test('a release from before the words of SIMs refuses a changed one in its own words', async (t) => {
  const { world } = await worldWith(t, (now) => ({ kind: 'changed', at: now }), {
    changeRelease: (release) => {
      const { states } = release.flow;
      const send = states.get('code.send');
      assert.ok(send);
      const on = new Map(send.on);
      on.set('UNAVAILABLE', (on.get('UNAVAILABLE') ?? []).map((list) => list.slice(-1)) as never);
      return {
        ...release,
        flow: { ...release.flow, states: new Map(states).set('code.send', { ...send, on }) },
      };
    },
  });
  const phone = await transfer(world);
  assert.match(heard(phone).join('\n'), /现在不能发送验证码/);
  const ticket = await world.knex('handoffs').where({ call_id: phone.callSid }).first();
  assert.equal(ticket.reason, 'code_unavailable');
  assert.deepEqual(await world.knex('codes'), []);
});
