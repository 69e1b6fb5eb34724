import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEMO_CUSTOMERS, type DemoCustomer } from '../db/seeds/demo-customers.ts';
import { entriesOfCall } from '../src/audit/audit.store.ts';
import { firstBrokenEntry } from '../src/audit/entry.ts';
import { turnsOfCall } from '../src/calls/calls.store.ts';
import { SECOND } from '../src/platform/clock.ts';
import type { Exchange } from '../src/simulator/carrier.client.ts';
import type { Phone } from '../src/simulator/phone.ts';
import { createTwimlRenderer } from '../src/telephony/twiml.ts';
import { codesSentTo, key, registeredNumber, heard as spoken, until } from './support/callers.ts';
import { type DatabaseProxy, startDatabaseProxy } from './support/proxy.ts';
import { PostgresNode } from './support/standby.ts';
import { keysOf, lineOf, startWorld, type World } from './support/world.ts';

/** Callers at the same time; each makes one call after another. */
const CALLERS = 6;
/** The load is under way, with calls at every step, when the primary is killed. */
const TURNS_BEFORE_THE_KILL = 60;
/** Calls each caller makes once the database is back, beside the one that was interrupted. */
const CALLS_AFTERWARDS = 1;
/** A number gets three codes in ten minutes; whoever has had them enquires. */
const TRANSFERS_PER_CUSTOMER = 3;
/** A call takes about a dozen steps; one that wanders about for longer than this is lost. */
const MOST_STEPS = 80;
/** Longer than a message that was being sent may stay claimed by a connection that is gone. */
const OUTAGE_MILLISECONDS = 31 * SECOND;

const SOUND = DEMO_CUSTOMERS.filter(
  ({ payees, freeze, transactionPinVoid, simChangedHoursAgo, phone }) =>
    (payees[0]?.addedHoursAgo ?? 0) > 24 &&
    !freeze &&
    !transactionPinVoid &&
    simChangedHoursAgo === undefined &&
    (phone?.registeredHoursAgo ?? 0) > 24,
).slice(0, CALLERS);

/** A webhook's answer as it came in. */
interface Heard {
  readonly phone: Phone;
  readonly exchange: Exchange;
  /** Milliseconds since the test began. */
  readonly at: number;
}

/** The bank's database, its standby, and the one address the service knows. */
async function startDatabase(): Promise<{
  readonly primary: PostgresNode;
  readonly standby: PostgresNode;
  readonly proxy: DatabaseProxy;
  stop(): Promise<void>;
}> {
  const primary = await PostgresNode.create(['synchronous_standby_names=*']);
  const standby = await primary.copyAsStandby();
  await primary.start();
  await standby.start();
  await until('the standby being synchronous', async () => {
    const rows = await primary.query<{ sync_state: string }>('SELECT sync_state FROM pg_stat_replication');
    return rows[0]?.sync_state === 'sync';
  });
  await primary.query('CREATE DATABASE hotline');
  const proxy = await startDatabaseProxy(primary.port);
  return {
    primary,
    standby,
    proxy,
    stop: async () => {
      await proxy.stop();
      await Promise.all([primary.remove(), standby.remove()]);
    },
  };
}

/** What the service says in an outage, in every language. */
function outageAnswers({ release, config }: World): ReadonlySet<string> {
  const renderer = createTwimlRenderer({ publicUrl: config.publicUrl, prompts: release.prompts });
  return new Set((['zh-CN', 'vi-VN', 'en-US'] as const).map((language) => renderer.outageAnswer(language)));
}

function bodyOf({ outcome }: Exchange): string | undefined {
  return outcome.kind === 'answered' ? outcome.response.body : undefined;
}

/** A step asked again without a turn carries one character more in its token: nothing was decided, nothing is promised. */
const ASKED_AGAIN = /[?&;]t=[A-Za-z0-9_-]{23}/;

/** The answers of turns that reached the carrier: each is a promise that the turn is stored. */
function acknowledged(world: World, heard: readonly Heard[]): readonly Heard[] {
  const outage = outageAnswers(world);
  return heard.filter(({ exchange }) => {
    const body = bodyOf(exchange);
    const { pathname } = new URL(exchange.request.url);
    const spoken = pathname === '/voice/answer' || pathname === '/voice/turn';
    return spoken && body !== undefined && !outage.has(body) && !ASKED_AGAIN.test(body);
  });
}

/** The acknowledged answers that the database does not hold. */
async function lost(world: World, answers: readonly Heard[]): Promise<readonly Heard[]> {
  const missing: Heard[] = [];
  for (const phone of new Set(answers.map((answer) => answer.phone))) {
    const turns = await turnsOfCall(world.knex, world.config.keys, phone.callSid);
    const stored = new Set(turns.map(({ answer }) => answer));
    missing.push(...answers.filter((one) => one.phone === phone && !stored.has(bodyOf(one.exchange) ?? '')));
  }
  return missing;
}

interface CallerOptions {
  readonly world: World;
  readonly customer: DemoCustomer;
  /** Resolves when the database serves again. */
  readonly back: Promise<unknown>;
  readonly heard: Heard[];
  readonly now: () => number;
}

interface CallMade {
  readonly phone: Phone;
  readonly customer: DemoCustomer;
  /** Whole units; undefined for an enquiry. */
  readonly amount: number | undefined;
}

/** Makes one call from the greeting to the goodbye, whatever happens to the database on the way. */
async function makeCall(options: CallerOptions, amount: number | undefined): Promise<CallMade> {
  const { world, customer, heard, now } = options;
  const known = (await codesSentTo(world, registeredNumber(customer))).length;
  const phone: Phone = world.phone({
    // The callers' seconds do not add up: the clock stands still for all of them and moves for the outage alone.
    time: { pass: async () => {} },
    onEvent: (event) => {
      const exchange = event.kind === 'http' ? phone.exchanges[event.number - 1] : undefined;
      if (exchange) heard.push({ phone, exchange, at: now() });
    },
  });
  await phone.dial({ from: registeredNumber(customer), to: lineOf(customer.locale) });
  for (let steps = 0; phone.state !== 'ended'; steps++) {
    assert.ok(steps < MOST_STEPS, `a call goes nowhere at ${phone.step ?? phone.queue ?? phone.state}`);
    if (phone.state === 'speaking') await phone.listen();
    else if (phone.state === 'queued') await waitForAPerson(options, phone);
    else await key(phone, await keysFor(options, phone, amount, known));
  }
  const last = phone.exchanges.at(-1);
  if (last?.outcome.kind === 'answered' && last.outcome.response.status === 503) {
    await options.back;
    await phone.repeatLast();
  }
  return { phone, customer, amount };
}

/**
 * Sent to a person by the outage. Nobody answers; the carrier tries the webhook that failed once more, as `#rc=` has it
 * do, and then takes the caller back to the step the call stands at.
 */
async function waitForAPerson({ world, back, heard, now }: CallerOptions, phone: Phone): Promise<void> {
  const outage = outageAnswers(world);
  const failed = phone.exchanges.findLastIndex((exchange) => outage.has(bodyOf(exchange) ?? ''));
  assert.ok(
    failed >= 0,
    `only an outage sends these callers to a person; heard: ${spoken(phone).join(' | ')}`,
  );
  await back;
  const again = await phone.replay(failed + 1);
  heard.push({ phone, exchange: again, at: now() });
  await phone.leaveQueue('queue-full');
}

async function keysFor(
  { world, customer }: CallerOptions,
  phone: Phone,
  amount: number | undefined,
  known: number,
): Promise<string> {
  const { phone: number, id } = keysOf(customer);
  switch (phone.step) {
    case 'menu.main':
      return amount === undefined ? '1' : '2';
    case 'menu.money':
      return '2';
    case 'identity.phone':
      return `${number}#`;
    case 'identity.id':
      return `${id}#`;
    case 'pin.entry':
      return `${amount === undefined ? customer.queryPin : customer.transactionPin}#`;
    case 'details.payee':
    case 'details.account':
    case 'confirm.identity':
    case 'confirm.order':
      return '1';
    case 'details.amount':
      return `${amount}#`;
    case 'code.entry': {
      // Sent after the commit that asked for it; where that fell into the outage, once the message is due again.
      const number = registeredNumber(customer);
      await until('the code', async () => (await codesSentTo(world, number)).length > known);
      return `${(await codesSentTo(world, number)).at(-1)}#`;
    }
    case 'more':
      return '2';
    default:
      throw new Error(`no caller of this test comes to ${phone.step}`);
  }
}

/** One caller: transfers of amounts nobody else uses as long as codes may be sent, then enquiries, until told to stop. */
async function keepCalling(
  options: CallerOptions,
  index: number,
  calls: CallMade[],
  enough: () => boolean,
): Promise<void> {
  for (let made = 0, afterwards = 0; afterwards <= CALLS_AFTERWARDS; made++) {
    const transfers = made % 2 === 0 && made < 2 * TRANSFERS_PER_CUSTOMER;
    const amount = transfers ? (100 + index * 10 + made) * leastUnit(options.customer) : undefined;
    calls.push(await makeCall(options, amount));
    if (enough()) afterwards += 1;
  }
}

/** Above the least amount a telephone transfers, in either currency. */
function leastUnit({ payees }: DemoCustomer): number {
  return payees[0]?.currency === 'VND' ? 1_000 : 1;
}

async function balances(world: World): Promise<number> {
  const rows: { balance_minor: number }[] = await world.knex('bank_accounts').select('balance_minor');
  return rows.reduce((sum, row) => sum + Number(row.balance_minor), 0);
}

test('the primary is killed under load and the standby promoted: no acknowledged turn is lost, no money moves twice, every call goes on (S2, R25, invariants 28, 35, 40)', async (t) => {
  const started = performance.now();
  const now = () => performance.now() - started;
  const database = await startDatabase();
  t.after(() => database.stop());
  const { primary, standby, proxy } = database;
  const world = await startWorld({ postgresUrl: primary.urlOf('hotline', proxy.port) });
  t.after(() => world.stop());
  const before = await balances(world);
  const heard: Heard[] = [];
  const calls: CallMade[] = [];
  const back = Promise.withResolvers<void>();
  let isBack = false;
  assert.equal(SOUND.length, CALLERS);
  const callers = SOUND.map((customer, index) =>
    keepCalling({ world, customer, back: back.promise, heard, now }, index, calls, () => isBack),
  );
  const allCalls = Promise.all(callers);
  // Where a caller fails, nothing is waited for that then never comes.
  let failed = false;
  allCalls.catch(() => {
    failed = true;
    back.resolve();
  });
  const whileCalling = (what: string, holds: () => boolean) => until(what, async () => failed || holds());

  await whileCalling('the load', () => heard.length >= TURNS_BEFORE_THE_KILL);
  const killedAt = now();
  await primary.kill();
  const outage = outageAnswers(world);
  await whileCalling('callers hearing of the outage', () =>
    heard.some(({ exchange, at }) => at > killedAt && outage.has(bodyOf(exchange) ?? '')),
  );
  const promotedFrom = now();
  await standby.promote();
  const promotedAt = now();
  proxy.target = standby.port;
  world.clock.advance(OUTAGE_MILLISECONDS);
  isBack = true;
  back.resolve();
  await allCalls;

  const answers = acknowledged(world, heard);
  const served = answers.filter(({ at }) => at > promotedAt);
  const inOutage = heard.filter(({ exchange }) => outage.has(bodyOf(exchange) ?? ''));
  // The outage was one for callers, and it ended.
  assert.ok(inOutage.length > 0, 'somebody heard of the outage');
  assert.ok(served.length > CALLERS, 'the promoted database serves');
  // Whoever listens hears words; only the report of a hang-up is refused, for the carrier to send it again.
  for (const { exchange } of heard.filter(({ exchange }) => !exchange.request.url.endsWith('/voice/status')))
    assert.equal(exchange.outcome.kind === 'answered' && exchange.outcome.response.status, 200);

  // S2: whatever the carrier was told is in the promoted database, byte for byte.
  assert.deepEqual(await lost(world, answers), []);
  // And this check would see it: a turn that is taken out is missed.
  const [victim] = answers;
  assert.ok(victim);
  await world.knex.transaction(async (transaction) => {
    await transaction('turns').where({ call_id: victim.phone.callSid, seq: 1 }).delete();
    const inside = { ...world, knex: transaction };
    assert.ok((await lost(inside, answers)).length > 0, 'a lost turn is noticed');
    await transaction.rollback();
  });

  // Every call came to its end, and its record is whole.
  for (const { phone } of calls) {
    assert.equal(firstBrokenEntry(await entriesOfCall(world.knex, phone.callSid)), undefined);
    assert.equal((await world.knex('calls').where({ id: phone.callSid }).first()).status, 'ended');
  }
  // Each transfer moved its money once; nothing else moved any.
  const transfers = calls.filter(({ amount }) => amount !== undefined);
  const minorOf = ({ customer, amount }: CallMade) =>
    (amount ?? 0) * (customer.payees[0]?.currency === 'VND' ? 1 : 100);
  assert.equal(
    before - (await balances(world)),
    transfers.reduce((sum, call) => sum + minorOf(call), 0),
  );
  const orders: { call_id: string }[] = await world.knex('carried_orders').where({ action: 'transfer' });
  assert.deepEqual(
    orders.map(({ call_id }) => call_id).sort(),
    transfers.map(({ phone }) => phone.callSid).sort(),
  );
  // Nobody paid an attempt for the outage (R12.1, invariant 28).
  assert.deepEqual(await world.knex('attempts').whereNotIn('status', ['passed', 'released']), []);
  const firstServed = Math.min(...served.map(({ at }) => at));
  t.diagnostic(
    `${calls.length} calls, ${answers.length} acknowledged turns, 0 lost; ${inOutage.length} outage answers; ` +
      `killed → first outage answer ${Math.round((inOutage[0]?.at ?? 0) - killedAt)} ms; ` +
      `promotion ${Math.round(promotedAt - promotedFrom)} ms; ` +
      `killed → first served turn ${Math.round(firstServed - killedAt)} ms; ` +
      `whole test ${Math.round(now() / SECOND)} s`,
  );
});
