import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Phone } from '../phone-sim/phone.ts';
import type { BankPort } from '../src/bank/bank.ts';
import { firstBrokenEntry, type LedgerEntry } from '../src/ledger/entry.ts';
import { entriesOf, entriesOfCall } from '../src/ledger/ledger.store.ts';
import { HOUR, type Instant, MINUTE, SECOND } from '../src/platform/clock.ts';
import { Fault } from '../src/platform/fault.ts';
import {
  callerAtCode,
  calling,
  expectStep,
  handoffReason,
  heard,
  heardSince,
  identifiedCaller,
  key,
  keyIdentity,
  keyNewestCode,
  registeredNumber,
  strangersNumber,
  TIMELESS,
  verifiedCaller,
} from './support/callers.ts';
import { demoCustomer, startWorld, type World, type WorldOptions } from './support/world.ts';

const lina = demoCustomer(({ id }) => id === 'demo-01');
const LINE = { line: 'en-US', phone: TIMELESS } as const;

/** A core that can be out: it then answers nobody, or does what it is asked and its answer is lost. */
class Core {
  state: 'up' | 'down' | 'answers lost' | 'says no' = 'up';
  freezes = 0;
  #embedded: BankPort | undefined;

  readonly of = (embedded: BankPort): BankPort => {
    this.#embedded = embedded;
    const out = async (): Promise<never> => {
      throw new Fault('bank_unavailable', 'the core of this test is out');
    };
    return withMethods(embedded, {
      freeze: async (request, transaction) => {
        this.freezes += 1;
        if (this.state === 'down') return out();
        if (this.state === 'says no') return { frozen: false };
        const answer = await embedded.freeze(request, transaction);
        return this.state === 'answers lost' ? out() : answer;
      },
      freezeState: (customerId, transaction) =>
        this.state === 'down' ? out() : embedded.freezeState(customerId, transaction),
    });
  };

  /** How the customer really stands there. */
  async stands({ knex }: World, customerId = lina.id) {
    assert.ok(this.#embedded);
    return this.#embedded.freezeState(customerId, knex);
  }
}

/** The bank with some of its methods in other hands. */
function withMethods(bank: BankPort, methods: Partial<BankPort>): BankPort {
  return new Proxy(bank, {
    get: (real, name: keyof BankPort) => methods[name] ?? real[name].bind(real),
  });
}

async function worldWith(t: TestContext, options: WorldOptions = {}): Promise<{ world: World; core: Core }> {
  const core = new Core();
  const world = await startWorld({ ...options, bankOf: core.of });
  t.after(() => world.stop());
  return { world, core };
}

const pendingOf = ({ knex }: World) => knex('freeze_tellings').whereNull('answered_at');
const textsTo = async (world: World) =>
  (await world.messagesTo(registeredNumber(lina))).map(({ body }) => body);

/** The caller freezes after a PIN; what was said then. */
async function freezesFully(world: World): Promise<{ phone: Phone; said: string; at: Instant }> {
  const phone = await verifiedCaller(world, lina, { intent: 'enquiry', ...LINE });
  const at = world.clock.now();
  const before = heard(phone).length;
  await key(phone, '*');
  await key(phone, '*');
  expectStep(phone, 'more');
  return { phone, said: heardSince(phone, before), at };
}

test('with the core answering, voice and message say at once that everything is stopped, and since when', async (t) => {
  const { world, core } = await worldWith(t);
  const { phone, said, at } = await freezesFully(world);
  assert.match(said, /Your account is frozen in every channel, from 10:00 AM/);
  assert.deepEqual(await core.stands(world), { frozen: true, since: at });
  const texts = await textsTo(world);
  assert.equal(texts.length, 1);
  assert.match(texts[0] ?? '', /1月15日10:00的来电请求冻结，各渠道均不能转出款项/);
  assert.deepEqual(await pendingOf(world), []);
  const entry = (await entriesOfCall(world.knex, phone.callSid)).find(
    ({ type }) => type === 'account.freeze',
  );
  assert.deepEqual([entry?.data.askedAt, entry?.data.core, entry?.data.freeze], [at, 'answered', 'full']);
});

test('while the core is silent the caller hears what is stopped, and a second message follows when it has answered', async (t) => {
  const { world, core } = await worldWith(t);
  core.state = 'down';
  const { phone, said, at } = await freezesFully(world);
  assert.match(said, /From 10:00 AM|Since 10:00 AM/);
  assert.match(said, /nothing can move by telephone/);
  assert.doesNotMatch(said, /every channel|everywhere/);
  assert.deepEqual((await textsTo(world)).length, 1);
  assert.match((await textsTo(world))[0] ?? '', /电话银行不能再转出款项。我们正在通知其他渠道/);
  assert.equal((await pendingOf(world)).length, 1);
  assert.deepEqual(await core.stands(world), { frozen: false });
  const entry = (await entriesOfCall(world.knex, phone.callSid)).find(
    ({ type }) => type === 'account.freeze',
  );
  assert.deepEqual([entry?.data.askedAt, entry?.data.core], [at, 'untold']);

  core.state = 'up';
  world.clock.advance(2 * MINUTE);
  await world.deliver();
  assert.deepEqual(await core.stands(world), { frozen: true, since: at });
  assert.deepEqual(await pendingOf(world), []);
  const texts = await textsTo(world);
  assert.equal(texts.length, 2);
  assert.match(texts[1] ?? '', /1月15日10:00请求的冻结现已在各渠道生效/);
  const told: readonly LedgerEntry[] = await entriesOf(world.knex, { kind: 'customer', id: lina.id });
  assert.equal(firstBrokenEntry(told), undefined);
  const last = told.at(-1);
  assert.deepEqual([last?.type, last?.data.askedAt, last?.rules], ['account.freeze_told', at, ['Z10', 'V8']]);
});

test('a core that is out for hours is asked again and again, alarms once, and has the freeze soon after it is back', async (t) => {
  const { world, core } = await worldWith(t);
  core.state = 'down';
  const { at } = await freezesFully(world);
  await world.deliver();
  assert.equal((await world.knex('alarms').where({ kind: 'freeze_untold' })).length, 0);
  for (let waited = 0; waited < 3 * HOUR; waited += MINUTE) {
    world.clock.advance(MINUTE);
    await world.deliver();
  }
  assert.ok(core.freezes > 170, `${core.freezes} tries in three hours: at least one a minute`);
  const [alarm, ...more] = await world.knex('alarms').where({ kind: 'freeze_untold' });
  assert.deepEqual([more, alarm.ended_at, alarm.customers], [[], null, 1]);
  assert.equal(await world.telemetry.count('hotline.alarms', { kind: 'freeze_untold' }), 1);
  core.state = 'up';
  world.clock.advance(MINUTE);
  await world.deliver();
  assert.deepEqual(await core.stands(world), { frozen: true, since: at });
  assert.ok((await world.knex('alarms').where({ kind: 'freeze_untold' }).first()).ended_at);
  assert.equal((await textsTo(world)).length, 2);
});

test('before a PIN nobody waits for the core: it is told after the turn, and the message says what it answered', async (t) => {
  const { world, core } = await worldWith(t);
  const phone = await identifiedCaller(world, lina, { intent: 'freeze', from: strangersNumber(1), ...LINE });
  assert.equal(await handoffReason(world, phone), 'freeze_reported');
  const texts = await textsTo(world);
  assert.equal(texts.length, 1);
  assert.match(texts[0] ?? '', /各渠道均不能转出款项/);
  assert.equal((await core.stands(world)).frozen, true);

  core.state = 'down';
  const asked = core.freezes;
  const { world: other, core: silent } = await worldWith(t);
  silent.state = 'down';
  const known = await identifiedCaller(other, lina, { intent: 'freeze', from: strangersNumber(1), ...LINE });
  assert.equal(core.freezes, asked);
  assert.deepEqual(heard(known), heard(phone), 'what the caller hears does not depend on the core');
  assert.match((await textsTo(other))[0] ?? '', /我们正在通知其他渠道/);
});

test('a process that dies after the freeze and before the core is told loses nothing (invariant 56)', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'core-freeze-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const databaseFile = join(folder, 'hotline.sqlite');
  const { world, core } = await worldWith(t, { databaseFile });
  core.state = 'down';
  const { at } = await freezesFully(world);
  await world.stop();
  const { world: next, core: back } = await worldWith(t, { databaseFile });
  next.clock.advance(MINUTE);
  await next.deliver();
  assert.deepEqual(await back.stands(next), { frozen: true, since: at });
  assert.deepEqual(await pendingOf(next), []);
});

test('an answer that is lost is found out, and twice told is once frozen', async (t) => {
  const { world, core } = await worldWith(t);
  core.state = 'answers lost';
  const { said, at } = await freezesFully(world);
  assert.match(said, /nothing can move by telephone/, 'what nobody answered is not said');
  await world.deliver();
  assert.deepEqual(await pendingOf(world), [], 'the core says itself how the customer stands');
  assert.deepEqual(await core.stands(world), { frozen: true, since: at });
  assert.equal((await world.knex('bank_freezes')).length, 1);
  assert.equal((await textsTo(world)).length, 1);
});

test('a core that answers "not frozen" has not frozen: the caller hears so, and it is asked again', async (t) => {
  const { world, core } = await worldWith(t);
  core.state = 'says no';
  const { said, at } = await freezesFully(world);
  assert.match(said, /nothing can move by telephone/);
  await world.deliver();
  assert.equal((await pendingOf(world)).length, 1);
  core.state = 'up';
  world.clock.advance(MINUTE);
  await world.deliver();
  assert.deepEqual(await core.stands(world), { frozen: true, since: at });
});

test('a silent core is waited for by one caller, and asked again by a turn once it may be back', async (t) => {
  const { world, core } = await worldWith(t);
  core.state = 'down';
  await freezesFully(world);
  await world.deliver();
  const asked = core.freezes;
  core.state = 'up';
  const { said } = await freezesFully(world);
  assert.match(said, /nothing can move by telephone/);
  assert.ok(core.freezes <= asked + 2, 'the turn left the core alone; the worker told it');
  world.clock.advance(31 * SECOND);
  const third = await freezesFully(world);
  assert.match(third.said, /every channel, from 10:00 AM/, 'since the first that was asked for');
});

test('the moment of asking is when the freeze lane was entered, however long the caller keys (V8.2)', async (t) => {
  const { world, core } = await worldWith(t);
  const phone = await calling(world, lina, LINE);
  const asked = world.clock.now();
  await key(phone, '4');
  world.clock.advance(70 * SECOND);
  await keyIdentity(phone, lina);
  const entry = (await entriesOfCall(world.knex, phone.callSid)).find(
    ({ type }) => type === 'account.freeze',
  );
  assert.equal(entry?.data.askedAt, asked);
  assert.ok((entry?.at ?? 0) >= asked + 70 * SECOND);
  await world.deliver();
  assert.deepEqual(await core.stands(world), { frozen: true, since: asked });
  assert.match((await textsTo(world))[0] ?? '', /10:00/);
});

test('a freeze from the journal of an outage reaches the core with the moment it was keyed', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'core-freeze-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const { world, core } = await worldWith(t, { environment: { FREEZE_JOURNAL: folder } });
  const phone = await identifiedCaller(world, lina, { intent: 'enquiry', ...LINE });
  await world.knex.schema.renameTable('calls', 'calls_out_of_reach');
  const asked = world.clock.now();
  await key(phone, '**#');
  await world.knex.schema.renameTable('calls_out_of_reach', 'calls');
  world.clock.advance(2 * HOUR);
  await world.carryOutFreezes();
  await world.deliver();
  assert.deepEqual(await core.stands(world), { frozen: true, since: asked });
  assert.equal((await textsTo(world)).length, 1);
});

test('a frozen customer repays their own loan, and hears the reason and the way out for the rest', async (t) => {
  const { world, core } = await worldWith(t);
  await identifiedCaller(world, lina, { intent: 'freeze', from: strangersNumber(1), phone: TIMELESS });
  await world.deliver();
  assert.equal((await core.stands(world)).frozen, true);
  const repaying = await verifiedCaller(world, lina, { intent: 'repayment', ...LINE });
  while (repaying.step !== 'confirm.identity') await key(repaying, '1');
  await key(repaying, '11');
  expectStep(repaying, 'more');
  const [posting] = await world.knex('bank_postings').where({ customer_id: lina.id, kind: 'repayment' });
  assert.ok(posting, 'the core let it through as well');

  const transferring = await verifiedCaller(world, lina, { intent: 'transfer', ...LINE });
  await key(transferring, '1');
  if (transferring.step === 'details.account') await key(transferring, '1');
  await key(transferring, '1000#');
  const said = heard(transferring).join('\n');
  assert.match(said, /Your account is frozen, so this cannot be done\. To unfreeze it, come to a branch/);
  assert.equal(await handoffReason(world, transferring), 'account_frozen');
});

test('a freeze of another channel refuses what the hotline itself would do, in the same words', async (t) => {
  const { world, core } = await worldWith(t);
  const phone = await callerAtCode(world, lina, { amount: 1_000, ...LINE });
  await world.knex('bank_freezes').insert({
    request_id: 'branch',
    customer_id: lina.id,
    kind: 'freeze',
    asked_at: world.clock.now(),
  });
  assert.equal((await core.stands(world)).frozen, true);
  await keyNewestCode(world, phone, lina);
  await key(phone, '11');
  assert.equal((await world.knex('bank_postings').where({ kind: 'transfer' })).length, 0);
  assert.equal(await handoffReason(world, phone), 'account_frozen');
});

test('a transfer and a freeze at once: one is before the other, and nothing leaves after the core has answered (invariant 43)', async (t) => {
  const { world, core } = await worldWith(t);
  const paying = await callerAtCode(world, lina, { amount: 1_000, ...LINE });
  await keyNewestCode(world, paying, lina);
  await key(paying, '1');
  const freezing = await verifiedCaller(world, lina, { intent: 'enquiry', ...LINE });
  await key(freezing, '*');
  await Promise.all([key(paying, '1'), key(freezing, '*')]);
  assert.equal((await core.stands(world)).frozen, true);
  const transfers = () => world.knex('bank_postings').where({ customer_id: lina.id, kind: 'transfer' });
  const paid = await transfers();
  assert.equal(paid.length, paying.step === 'more' ? 1 : 0, 'what the caller heard is what happened');
  const late = await verifiedCaller(world, lina, { intent: 'transfer', ...LINE });
  await key(late, '1');
  if (late.step === 'details.account') await key(late, '1');
  await key(late, '1000#');
  assert.equal(await handoffReason(world, late), 'account_frozen');
  assert.deepEqual(await transfers(), paid);
});
