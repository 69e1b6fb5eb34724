import assert from 'node:assert/strict';
import { test } from 'node:test';
import { turnsOfCall } from '../src/calls/calls.store.ts';
import { SECOND } from '../src/platform/clock.ts';
import { until } from './support/callers.ts';
import { type DatabaseProxy, startDatabaseProxy } from './support/proxy.ts';
import { PostgresNode } from './support/standby.ts';
import {
  amountFor,
  bodyOf,
  type CallMade,
  callToTheEnd,
  expectAllWell,
  type Heard,
  moneyOf,
  outageAnswers,
  SOUND_CUSTOMERS,
  type SteadyCaller,
} from './support/steady-caller.ts';
import { startWorld, type World } from './support/world.ts';

/** Callers at the same time; each makes one call after another. */
const CALLERS = 6;
/** The load is under way, with calls at their last steps, when the primary is killed. */
const TURNS_BEFORE_THE_KILL = 60;
/** A number gets three codes in ten minutes; a caller who has had them enquires. */
const TRANSFERS_PER_CUSTOMER = 3;
/** Longer than a message that was being sent may stay claimed by a connection that is gone. */
const OUTAGE_MILLISECONDS = 31 * SECOND;

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

/** A step asked again without a turn carries one character more in its token: nothing was decided and nothing is stored. */
const ASKED_AGAIN = /[?&;]t=[A-Za-z0-9_-]{23}/;

/** The answers of turns that reached the carrier: each says that the turn is stored. */
function acknowledged(world: World, heard: readonly Heard[]): readonly Heard[] {
  const outage = outageAnswers(world);
  return heard.filter(({ exchange }) => {
    const body = bodyOf(exchange);
    const { pathname } = new URL(exchange.request.url);
    const isTurn = pathname === '/voice/answer' || pathname === '/voice/turn';
    return isTurn && body !== undefined && !outage.has(body) && !ASKED_AGAIN.test(body);
  });
}

/** The acknowledged answers that the database does not hold, by call and path. */
async function lost(world: World, answers: readonly Heard[]): Promise<readonly string[]> {
  const missing: string[] = [];
  for (const phone of new Set(answers.map((answer) => answer.phone))) {
    const turns = await turnsOfCall(world.knex, world.config.keyring, phone.callSid);
    const stored = new Set(turns.map(({ answer }) => answer));
    for (const { exchange } of answers.filter((answer) => answer.phone === phone))
      if (!stored.has(bodyOf(exchange) ?? '')) missing.push(`${phone.callSid} ${exchange.request.url}`);
  }
  return missing;
}

/** One caller: transfers as long as codes may be sent, enquiries between and after them, until one call after it is enough. */
async function keepCalling(caller: SteadyCaller, calls: CallMade[], enough: () => boolean): Promise<void> {
  for (let made = 0, last = false; !last; made++) {
    // The call that is under way when it becomes enough is not the last: one more begins on the promoted database.
    last = enough();
    const transfers = made % 2 === 0 && made < 2 * TRANSFERS_PER_CUSTOMER;
    calls.push(await callToTheEnd(caller, transfers ? amountFor(caller.customer, made) : undefined));
  }
}

test('the primary is killed under load and the standby promoted: no acknowledged turn is lost, no money moves twice, every call goes on (S2, R25, invariants 28, 35, 40)', async (t) => {
  const database = await startDatabase();
  t.after(() => database.stop());
  const { primary, standby, proxy } = database;
  const world = await startWorld({ postgresUrl: primary.urlOf('hotline', proxy.port) });
  t.after(() => world.stop());
  const before = await moneyOf(world);
  const outage = outageAnswers(world);
  const heard: Heard[] = [];
  const calls: CallMade[] = [];
  const back = Promise.withResolvers<void>();
  let isBack = false;
  const customers = SOUND_CUSTOMERS.slice(0, CALLERS);
  assert.equal(customers.length, CALLERS);
  const allCalls = Promise.all(
    customers.map((customer) =>
      keepCalling({ world, customer, heard, back: back.promise }, calls, () => isBack),
    ),
  );
  // Where a caller fails, nothing is waited for that then never comes.
  let failed = false;
  allCalls.catch(() => {
    failed = true;
    back.resolve();
  });
  const whileCalling = (what: string, holds: () => boolean) => until(what, async () => failed || holds());

  await whileCalling('the load', () => heard.length >= TURNS_BEFORE_THE_KILL);
  const killedAt = performance.now();
  await primary.kill();
  const outageHeard = () =>
    heard.filter(({ exchange, at }) => at > killedAt && outage.has(bodyOf(exchange) ?? ''));
  await whileCalling('callers hearing of the outage', () => outageHeard().length > 0);
  const promotedFrom = performance.now();
  await standby.promote();
  proxy.target = standby.port;
  const promotedAt = performance.now();
  world.clock.advance(OUTAGE_MILLISECONDS);
  isBack = true;
  back.resolve();
  await allCalls;

  const answers = acknowledged(world, heard);
  const served = answers.filter(({ at }) => at > promotedAt);
  assert.ok(outageHeard().length > 0, 'somebody heard of the outage');
  assert.ok(served.length > CALLERS, 'the promoted database serves');
  // A caller who listens hears words; only the report of a hang-up is refused, for the carrier to send it again.
  for (const { exchange } of heard.filter(({ exchange }) => !exchange.request.url.endsWith('/voice/status')))
    assert.equal(exchange.outcome.kind === 'answered' && exchange.outcome.response.status, 200);
  // S2: whatever the carrier was told is in the promoted database, byte for byte.
  assert.deepEqual(await lost(world, answers), []);
  await expectAllWell(world, calls, before);
  // And a loss would be seen: a turn that is taken out is missed.
  const [victim] = answers;
  await world.knex('turns').where({ call_id: victim?.phone.callSid, seq: 1 }).delete();
  assert.notDeepEqual(await lost(world, answers), []);

  const firstServed = Math.min(...served.map(({ at }) => at));
  const firstOutage = Math.min(...outageHeard().map(({ at }) => at));
  t.diagnostic(
    `${calls.length} calls, ${answers.length} acknowledged turns, 0 lost; ${outageHeard().length} outage answers; ` +
      `killed → first outage answer ${Math.round(firstOutage - killedAt)} ms; ` +
      `promotion ${Math.round(promotedAt - promotedFrom)} ms; ` +
      `killed → first served turn ${Math.round(firstServed - killedAt)} ms`,
  );
});
