import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import pg from 'pg';
import type { DemoCustomer } from '../db/seeds/demo-customers.ts';
import type { Phone } from '../phone-sim/phone.ts';
import { MINUTE, SECOND } from '../src/platform/clock.ts';
import { seededRandom } from '../src/platform/random.ts';
import { POSTGRES_CONNECTIONS } from '../src/storage/connect.ts';
import type { PostgresLimits } from '../src/storage/postgres-limits.ts';
import {
  callerAtLastKey,
  calling,
  expectStep,
  failuresOf,
  identifiedCaller,
  key,
  registeredNumber,
  strangersNumber,
  until,
} from './support/callers.ts';
import { type DatabaseProxy, type Fate, startDatabaseProxy } from './support/proxy.ts';
import { PostgresNode } from './support/standby.ts';
import {
  amountFor,
  bodyOf,
  type CallMade,
  callToTheEnd,
  expectAllWell,
  type Heard,
  minorOf,
  moneyOf,
  outageAnswers,
  SOUND_CUSTOMERS,
} from './support/steady-caller.ts';
import { demoCustomer, lineOf, startWorld, type World } from './support/world.ts';

const CUSTOMER = demoCustomer(({ id }) => id === 'demo-01');
/** Like the product's own, so small that a test may wait for them; in the same order. */
const SMALL_LIMITS: PostgresLimits = {
  connectMilliseconds: 300,
  lockMilliseconds: 200,
  statementMilliseconds: 300,
  silenceMilliseconds: 400,
  idleInTransactionMilliseconds: 500,
  waitMilliseconds: 400,
};
/** Less is no pool: some are held back for freezes and for reading. */
const FEW_CONNECTIONS = 6;
/** About one turn in two is hit. */
const STATEMENTS_PER_CUT = 40;
/** Longer than a message that was being sent may stay claimed by a connection that is gone. */
const OUTAGE_MILLISECONDS = 31 * SECOND;
/** With limits like these, a caller who waits longer has been left alone. */
const PATIENCE_MILLISECONDS = 5_000;

/** A number gets so many codes in ten minutes; each test begins with none of them. */
const CODES_WINDOW_MILLISECONDS = 11 * MINUTE;

/** The service on a database of its own, behind a proxy that does what a test says. */
interface Faulty {
  readonly world: World;
  readonly proxy: DatabaseProxy;
  /** The service's database, to be reached past the proxy. */
  readonly database: string;
}

let node: PostgresNode;
/** As the product is. */
let usual: Faulty;
/** With limits and a pool so small that a test reaches them. */
let small: Faulty;

async function faulty(
  database: string,
  settings: { readonly limits?: PostgresLimits; readonly connections?: number } = {},
): Promise<Faulty> {
  const proxy = await startDatabaseProxy(node.port);
  const world = await startWorld({
    seed: database,
    postgresUrl: node.urlOf(database, proxy.port),
    postgres: settings,
  });
  return { world, proxy, database };
}

before(async () => {
  // The kernel keeps what a killed server has written; nothing here loses power.
  node = await PostgresNode.create(['fsync=off']);
  await node.start();
  await node.query('CREATE DATABASE hotline');
  // Migrated and filled once; the second is a copy.
  const first = await startWorld({ postgresUrl: node.urlOf('hotline') });
  await first.stop();
  await node.query('CREATE DATABASE hotline_small TEMPLATE hotline STRATEGY file_copy');
  usual = await faulty('hotline');
  small = await faulty('hotline_small', { limits: SMALL_LIMITS, connections: FEW_CONNECTIONS });
});
after(async () => {
  for (const { world, proxy } of [usual, small]) {
    proxy.thaw();
    await world.stop();
    await proxy.stop();
  }
  await node.remove();
});
beforeEach(() => {
  for (const { world, proxy } of [usual, small]) {
    proxy.fate = () => 'pass';
    world.clock.advance(CODES_WINDOW_MILLISECONDS);
  }
});

/** Fails unless, once everybody has been answered, no session is in a transaction or waits for a lock. */
async function expectNothingLeft(
  { database, world }: Faulty,
  connections = POSTGRES_CONNECTIONS,
): Promise<void> {
  await world.messagesTo(registeredNumber(CUSTOMER));
  await until('every transaction and lock being gone', async () => {
    const [left] = await node.query<{ open: number; waiting: number; sessions: number }>(
      `SELECT count(*) FILTER (WHERE state LIKE 'idle in transaction%')::int AS open,
              count(*) FILTER (WHERE wait_event_type = 'Lock')::int AS waiting,
              count(*)::int AS sessions
         FROM pg_stat_activity WHERE datname = '${database}'`,
    );
    assert.ok((left?.sessions ?? 0) <= connections, `${left?.sessions} sessions`);
    return left?.open === 0 && left.waiting === 0;
  });
}

/** A customer who may transfer; a different one for each index, so that nobody is sent too many codes. */
function sound(index: number): DemoCustomer {
  const customer = SOUND_CUSTOMERS[index];
  assert.ok(customer);
  return customer;
}

/** How often an order was carried out in this call. */
async function ordersOf(world: World, phone: Phone): Promise<number> {
  return (await world.knex('carried_orders').where({ call_id: phone.callSid })).length;
}

/** What the last webhook of a phone was answered with: words, whatever the database does. */
function lastAnswer(phone: Phone): string {
  const exchange = phone.exchanges.at(-1);
  assert.ok(exchange?.outcome.kind === 'answered', 'the carrier is answered');
  assert.equal(exchange.outcome.response.status, 200);
  return exchange.outcome.response.body;
}

function hearsOutage(world: World, phone: Phone): boolean {
  return outageAnswers(world).has(lastAnswer(phone));
}

/** Nobody comes to the queue of the outage; the carrier brings the caller back to the step the call stands at. */
async function comesBack(phone: Phone): Promise<void> {
  await phone.listen();
  assert.equal(phone.queue, 'verification');
  await phone.leaveQueue('queue-full');
}

/** Presses keys and answers how long the caller waited for the next words, in milliseconds. */
async function timed(press: () => Promise<void>): Promise<number> {
  const from = performance.now();
  await press();
  return performance.now() - from;
}

const isCommit = (sql: string) => /^COMMIT/i.test(sql);

/** Does something to one statement: the nth of those that match, counted from now. */
function injure(
  proxy: DatabaseProxy,
  fate: Fate,
  nth: number,
  matches: (sql: string) => boolean = () => true,
): { readonly done: boolean } {
  const injury = { done: false };
  let seen = 0;
  proxy.fate = (sql) => {
    if (injury.done || !matches(sql)) return 'pass';
    seen += 1;
    if (seen < nth) return 'pass';
    injury.done = true;
    return fate;
  };
  return injury;
}

describe('a connection that is lost at a commit is had anew, and the turn is taken once (invariants 35, 40)', () => {
  for (const [index, fate] of (['cut_before', 'cut_after', 'cut_within'] as const).entries()) {
    test(`${fate}: each commit of a PIN`, async () => {
      const { world, proxy } = usual;
      let injured = 0;
      for (let commit = 1; injured === commit - 1; commit++) {
        const phone = await identifiedCaller(world, CUSTOMER, { intent: 'enquiry' });
        await world.messagesTo(registeredNumber(CUSTOMER));
        const injury = injure(proxy, fate, commit, isCommit);
        await key(phone, `${CUSTOMER.queryPin}`);
        expectStep(phone, 'confirm.identity');
        if (injury.done) injured += 1;
        proxy.fate = () => 'pass';
        const again = await phone.repeatLast();
        assert.equal(bodyOf(again), lastAnswer(phone), 'a retry gets the first answer');
      }
      assert.ok(injured >= 1, 'a commit was lost');
      assert.deepEqual(await world.knex('attempts').whereNot({ status: 'passed' }), []);
      await expectNothingLeft(usual);
    });

    test(`${fate}: the commit of the order moves the money once`, async () => {
      const { world, proxy } = usual;
      const phone = await callerAtLastKey(world, sound(index), { amount: amountFor(sound(index), 0) });
      const money = await moneyOf(world);
      const injury = injure(proxy, fate, 1, isCommit);
      await key(phone, '1');
      assert.ok(injury.done, 'the commit was lost');
      expectStep(phone, 'more');
      assert.equal(bodyOf(await phone.repeatLast()), lastAnswer(phone), 'a retry gets the first answer');
      assert.equal(money - (await moneyOf(world)), minorOf(sound(index), amountFor(sound(index), 0)));
      assert.equal(await ordersOf(world, phone), 1);
      await expectNothingLeft(usual);
    });
  }
});

test('connections lost at random moments of whole calls: each comes to its end, its money moves once and nobody pays (invariants 28, 40)', async (t) => {
  const { world, proxy } = usual;
  const money = await moneyOf(world);
  const random = seededRandom(t.name);
  const fates: readonly Fate[] = ['cut_before', 'cut_after', 'cut_within'];
  let cuts = 0;
  proxy.fate = () => {
    if (random.integer(STATEMENTS_PER_CUT) > 0) return 'pass';
    cuts += 1;
    return fates[cuts % fates.length] ?? 'pass';
  };
  const heard: Heard[] = [];
  const calls = (
    await Promise.all(
      SOUND_CUSTOMERS.slice(0, 4).map(async (customer, index) => {
        const made: CallMade[] = [];
        for (const amount of [amountFor(customer, index), undefined])
          made.push(await callToTheEnd({ world, customer, heard }, amount));
        return made;
      }),
    )
  ).flat();
  proxy.fate = () => 'pass';
  const outage = outageAnswers(world);
  const told = heard.filter(({ exchange }) => outage.has(bodyOf(exchange) ?? '')).length;
  t.diagnostic(`${cuts} connections cut in ${heard.length} turns; ${told} answered with the outage words`);
  assert.ok(cuts > 10, 'connections were cut');
  await expectAllWell(world, calls, money);
  await expectNothingLeft(usual);
});

describe('what lost to another transaction is tried again and not heard; what goes on losing is told (invariant 28)', () => {
  const PLACES = [
    { table: 'attempts', what: 'taking the attempt' },
    { table: 'turns', what: 'the turn itself' },
  ] as const;
  for (const [index, code] of (['40001', '40P01'] as const).entries()) {
    for (const { table, what } of PLACES)
      test(`${code} in ${what}`, async () => {
        const { world } = usual;
        const phone = await identifiedCaller(world, CUSTOMER, { intent: 'enquiry' });
        await failing(usual, table, code, 2);
        await key(phone, `${CUSTOMER.queryPin}`);
        expectStep(phone, 'confirm.identity');
        await key(phone, '1');
        expectStep(phone, 'more');

        const other = await identifiedCaller(world, CUSTOMER, { intent: 'enquiry' });
        await failing(usual, table, code, Number.MAX_SAFE_INTEGER);
        await key(other, `${CUSTOMER.queryPin}`);
        assert.ok(hearsOutage(world, other));
        assert.deepEqual(
          await world
            .knex('attempts')
            .where({ call_id: other.callSid, factor: 'pin.query', status: 'reserved' }),
          [],
          'nobody pays for it',
        );
        assert.equal(await failuresOf(world.knex, CUSTOMER, 'pin.query'), 0);
        await failing(usual, table, code, 0);
        await comesBack(other);
        await key(other, `${CUSTOMER.queryPin}`);
        expectStep(other, 'confirm.identity');
        await expectNothingLeft(usual);
      });

    test(`${code} in the bank's own statements of a transfer, which moves once`, async () => {
      const { world } = usual;
      const phone = await callerAtLastKey(world, sound(3 + index), {
        amount: amountFor(sound(3 + index), 0),
      });
      await failing(usual, 'bank_postings', code, 2);
      await key(phone, '1');
      expectStep(phone, 'more');
      assert.equal(await ordersOf(world, phone), 1);
      await expectNothingLeft(usual);
    });
  }
});

test('a row that another session keeps is waited for within a limit, then the caller is told, and nobody pays (invariant 28)', async (t) => {
  const { world, database } = small;
  const other = new pg.Client({ connectionString: node.urlOf(database) });
  await other.connect();
  t.after(() => other.end());
  const phone = await identifiedCaller(world, CUSTOMER, { intent: 'enquiry' });
  const holds = [
    `INSERT INTO lock_counters (customer_id, factor) VALUES ('${CUSTOMER.id}', 'pin.query')`,
    `SELECT 1 FROM calls WHERE id = '${phone.callSid}' FOR UPDATE`,
  ];
  for (const hold of holds) {
    await other.query('BEGIN');
    await other.query(hold);
    const waited = await timed(() => key(phone, `${CUSTOMER.queryPin}`));
    assert.ok(hearsOutage(world, phone), `told, with ${hold}`);
    assert.ok(waited < PATIENCE_MILLISECONDS, `told after ${Math.round(waited)} ms`);
    await other.query('ROLLBACK');
    assert.deepEqual(await world.knex('attempts').where({ factor: 'pin.query', status: 'reserved' }), []);
    assert.equal(await failuresOf(world.knex, CUSTOMER, 'pin.query'), 0);
    await comesBack(phone);
  }
  await key(phone, `${CUSTOMER.queryPin}`);
  expectStep(phone, 'confirm.identity');
  await expectNothingLeft(small, FEW_CONNECTIONS);
});

test('more turns at once than there are connections: all are served, on no more connections than allowed', async () => {
  const { world } = small;
  const phones = await Promise.all(
    Array.from({ length: 40 }, async (_, index) => {
      const phone = world.phone();
      await phone.dial({ from: strangersNumber(index), to: lineOf('en-US') });
      return phone;
    }),
  );
  for (const phone of phones) expectStep(phone, 'menu.main');
  await Promise.all(phones.map((phone) => key(phone, '2')));
  for (const phone of phones) expectStep(phone, 'menu.money');
  await expectNothingLeft(small, FEW_CONNECTIONS);
});

test('a database in which everything is held up: every caller is told in time, and all are served afterwards (invariant 28)', async (t) => {
  const { world, database } = small;
  const phones = await Promise.all(
    Array.from({ length: 20 }, (_, index) =>
      // The seconds of callers at the same time do not add up.
      calling(world, CUSTOMER, { from: strangersNumber(index), phone: { time: { pass: async () => {} } } }),
    ),
  );
  const other = new pg.Client({ connectionString: node.urlOf(database) });
  await other.connect();
  t.after(() => other.end());
  await other.query('BEGIN; LOCK TABLE calls IN ACCESS EXCLUSIVE MODE');
  const waits = await Promise.all(phones.map((phone) => timed(() => key(phone, '2'))));
  for (const phone of phones) assert.ok(hearsOutage(world, phone));
  assert.ok(Math.max(...waits) < PATIENCE_MILLISECONDS, `told after ${Math.round(Math.max(...waits))} ms`);
  await other.query('ROLLBACK');
  await Promise.all(
    phones.map(async (phone) => {
      await comesBack(phone);
      await key(phone, '2');
      expectStep(phone, 'menu.money');
    }),
  );
  await expectNothingLeft(small, FEW_CONNECTIONS);
});

test('a database that takes connections and answers nothing is given up in time, and served again by itself (R12.1, invariant 28)', async () => {
  const { world, proxy } = small;
  const phone = await identifiedCaller(world, CUSTOMER, { intent: 'enquiry' });
  proxy.freeze();
  const newcomer = world.phone();
  const waits = await Promise.all([
    timed(() => key(phone, `${CUSTOMER.queryPin}`)),
    timed(() => newcomer.dial({ from: strangersNumber(1), to: lineOf('en-US') })),
  ]);
  assert.ok(hearsOutage(world, phone));
  assert.ok(hearsOutage(world, newcomer));
  assert.ok(Math.max(...waits) < PATIENCE_MILLISECONDS, `told after ${Math.round(Math.max(...waits))} ms`);
  proxy.thaw();
  await comesBack(phone);
  await key(phone, `${CUSTOMER.queryPin}`);
  expectStep(phone, 'confirm.identity');
  await comesBack(newcomer);
  expectStep(newcomer, 'menu.main');
  assert.equal(await failuresOf(world.knex, CUSTOMER, 'pin.query'), 0);
  await expectNothingLeft(small, FEW_CONNECTIONS);
});

test('a connection that falls silent within a transaction does not keep what it held: the database lets go of it (invariant 40)', async () => {
  const { world, proxy, database } = small;
  const phone = await identifiedCaller(world, CUSTOMER, { intent: 'enquiry' });
  await world.messagesTo(registeredNumber(CUSTOMER));
  // Everything of the turn is written and held, and its commit never arrives.
  const injury = injure(proxy, 'hang', 2, isCommit);
  const waited = await timed(() => key(phone, `${CUSTOMER.queryPin}`));
  assert.ok(injury.done);
  assert.ok(waited < PATIENCE_MILLISECONDS, `answered after ${Math.round(waited)} ms`);
  await until('the database letting go', async () => {
    const rows = await node.query(
      `SELECT 1 FROM pg_stat_activity WHERE datname = '${database}' AND state LIKE 'idle in transaction%'`,
    );
    return rows.length === 0;
  });
  if (hearsOutage(world, phone)) {
    await comesBack(phone);
    await key(phone, `${CUSTOMER.queryPin}`);
  }
  expectStep(phone, 'confirm.identity');
  assert.equal(await failuresOf(world.knex, CUSTOMER, 'pin.query'), 0);
  await expectNothingLeft(small, FEW_CONNECTIONS);
});

test('a commit that waits for a standby that does not answer is in doubt: the caller is told, and the turn is found taken once (S2, invariant 40)', async (t) => {
  const { world } = small;
  const phone = await callerAtLastKey(world, CUSTOMER, { amount: 500 });
  await world.messagesTo(registeredNumber(CUSTOMER));
  const standbys = async (names: string) => {
    await node.query(`ALTER SYSTEM SET synchronous_standby_names = '${names}'`);
    await node.query('SELECT pg_reload_conf()');
    await until('the setting', async () => {
      const [row] = await node.query<{ synchronous_standby_names: string }>('SHOW synchronous_standby_names');
      return row?.synchronous_standby_names === names;
    });
  };
  await standbys('nobody');
  t.after(() => standbys(''));
  const waited = await timed(() => key(phone, '1'));
  assert.ok(hearsOutage(world, phone), 'what is not with the standby is not acknowledged');
  assert.ok(waited < PATIENCE_MILLISECONDS, `told after ${Math.round(waited)} ms`);
  const asked = phone.exchanges.length;
  await standbys('');
  await until('the order', async () => (await ordersOf(world, phone)) > 0);
  // The carrier tries it once more and gets the answer that was stored; the caller goes on behind it.
  const again = await phone.replay(asked);
  assert.match(bodyOf(again) ?? '', /step=more/);
  await comesBack(phone);
  expectStep(phone, 'more');
  assert.equal(await ordersOf(world, phone), 1);
  await expectNothingLeft(small, FEW_CONNECTIONS);
});

test('a database that is restarted under load: callers hear words, /readyz says no, and everybody goes on without a restart of ours (R25, invariants 28, 40)', async () => {
  const { world } = usual;
  const money = await moneyOf(world);
  const back = Promise.withResolvers<void>();
  const heard: Heard[] = [];
  const calls: CallMade[] = [];
  const callers = Promise.all(
    SOUND_CUSTOMERS.slice(4, 8).map(async (customer, index) => {
      const caller = { world, customer, heard, back: back.promise };
      calls.push(await callToTheEnd(caller, amountFor(customer, index)));
    }),
  );
  let failed = false;
  callers.catch(() => {
    failed = true;
    back.resolve();
  });
  await until('the load', async () => failed || heard.length >= 24);
  await node.stop();
  const outage = outageAnswers(world);
  await until(
    'the outage',
    async () => failed || heard.some(({ exchange }) => outage.has(bodyOf(exchange) ?? '')),
  );
  assert.equal((await fetch(`${world.url}/readyz`)).status, 503);
  await node.start();
  world.clock.advance(OUTAGE_MILLISECONDS);
  back.resolve();
  await callers;
  assert.equal((await fetch(`${world.url}/readyz`)).status, 200);
  await expectAllWell(world, calls, money);
  await expectNothingLeft(usual);
});

/** Makes the next so many inserts into a table fail with this SQLSTATE; those that are undone count as well. */
async function failing({ database }: Faulty, table: string, code: string, times: number): Promise<void> {
  await node.query(
    `CREATE SEQUENCE IF NOT EXISTS failures;
     SELECT setval('failures', 1, false);
     CREATE OR REPLACE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
       IF nextval('failures') <= ${times} THEN RAISE EXCEPTION 'provoked' USING ERRCODE = '${code}'; END IF;
       RETURN NEW;
     END $$;
     CREATE OR REPLACE TRIGGER fail BEFORE INSERT ON ${table} FOR EACH ROW EXECUTE FUNCTION fail()`,
    database,
  );
}
