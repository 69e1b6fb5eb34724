import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { Inbox } from '../phone-sim/inbox.client.ts';
import { playScript } from '../phone-sim/script.service.ts';
import { readScript } from '../phone-sim/script.ts';
import { countLiveCalls, quietCalls } from '../src/calls/live-calls.store.ts';
import { listDemoCustomers } from '../src/cli/demo-customers.command.ts';
import { leaveForgotten, waitingAmong } from '../src/escalation/handoffs.store.ts';
import { claimLook, endUnseen, raiseOrKeep } from '../src/fraud/alarms.store.ts';
import {
  claimDueTellings,
  freezesSince,
  insertTelling,
  markAnswered,
  postpone,
  untoldSince,
} from '../src/freeze/freeze-tellings.store.ts';
import { LEDGER_ENTRIES } from '../src/ledger/ledger.entries.ts';
import { Ledger } from '../src/ledger/ledger.service.ts';
import { SYSTEM_STREAM } from '../src/ledger/stream.ts';
import { countAtPins, sourcesOfCalls } from '../src/lockout/sources.store.ts';
import { DAY, HOUR } from '../src/platform/clock.ts';
import { publishForDemo } from '../src/releases/activation.service.ts';
import { PublishedReleases } from '../src/releases/published-releases.service.ts';
import { insertHardCall } from '../src/staff/periods.store.ts';
import { endSessionsOf } from '../src/staff/sessions.store.ts';
import { SHIFT_STEPS } from '../src/staff/shift.service.ts';
import type { Knex } from '../src/storage/connect.ts';
import { postTo } from './support/callers.ts';
import { tablesOf } from './support/databases.ts';
import { DeskClient, demoStaff } from './support/desk.ts';
import { deskOnce } from './support/desk-statements.ts';
import { BIG_TABLES, countTables, fillTables } from './support/filling.ts';
import { keepStatements, plainIndexes, planOf, SMALL_TABLES, type Statement } from './support/plans.ts';
import { startPostgres, type TestPostgres } from './support/postgres.ts';
import { shippedTexts } from './support/shipped.ts';
import { startWorld, type World } from './support/world.ts';

/** Calls that together take every lane and most ways out of one; those that freeze a customer come last. */
const SCRIPTS = [
  'transactions-en',
  'new-number',
  'transfer-en',
  'transfer-vi',
  'enquiry-zh',
  'repayment-due-vi',
  'contact-change',
  'loan-large',
  'resend-older-code',
  'duplicate-webhooks',
  'hang-up',
  'person',
  'unknown-customer',
  'wrong-pin-three-times',
  'wrong-code-three-times',
  'freeze-in-code',
];
/** An address nobody has: asking for its messages waits until the outbox is empty. */
const NOBODY = '+8613800009999';
/** So few that PostgreSQL still prefers to scan where an index helps little; SQLite's planner does not ask how many there are. */
const ROWS = { SQLite: 500, PostgreSQL: 5_000 } as const;
type DatabaseName = keyof typeof ROWS;

/** What a search for an index must find wanting. */
const PLANTED: { readonly [what: string]: (knex: Knex) => Knex.QueryBuilder } = {
  'a condition no index has': (knex) => knex('attempts').where({ request_digest: 'x' }),
  'a sort of everything': (knex) => knex('ledger_entries').orderBy('at', 'desc').limit(5),
  'a count of everything': (knex) => knex('turns').count({ count: '*' }),
  'an update that searches': (knex) => knex('calls').where({ customer_id: 'x' }).update({ version: 1 }),
};

async function startPublished(postgresUrl: string | undefined): Promise<World> {
  const texts = await shippedTexts();
  return startWorld({
    desk: true,
    ...(postgresUrl === undefined ? {} : { postgresUrl }),
    releasesOf: async (knex, clock) => {
      await publishForDemo(knex, clock, texts);
      return new PublishedReleases({ knex, clock, failed: assert.ifError });
    },
  });
}

/** Plays the calls and what goes on around them; every statement the service sent meanwhile. */
async function statementsOf(world: World): Promise<ReadonlyMap<string, Statement>> {
  const { knex, clock, config, release } = world;
  const customers = await listDemoCustomers(knex, config.keyring, release.policy, clock.now());
  const kept = keepStatements(knex);
  for (const name of SCRIPTS) {
    const script = readScript(
      readFileSync(new URL(`../flows/scripts/${name}.call`, import.meta.url), 'utf8'),
    );
    assert.ok(script.kind !== 'refused');
    const { failures } = await playScript(script.instructions, {
      newPhone: (onEvent) => world.phone({ onEvent, duplicates: 'none' }),
      customers: async () => customers,
      openInbox: (number) => new Inbox(world.url, number),
      rest: async () => void (await world.messagesTo(NOBODY)),
    });
    assert.deepEqual(failures, [], name);
    // Nothing that was counted today limits the next one.
    clock.advance(2 * DAY);
  }
  kept.stop();
  const { provider_id } = await knex('outbox').where({ status: 'sent' }).first('provider_id');
  const around = keepStatements(knex);
  await postTo(world, `${world.url}/sms/status`, [
    ['MessageSid', provider_id],
    ['MessageStatus', 'delivered'],
  ]);
  assert.equal((await fetch(`${world.url}/readyz`)).status, 200);
  await countLiveCalls(knex);
  await watchOnce(knex, clock.now());
  await sweepOnce(knex, clock.now());
  await tellOnce(knex, clock.now());
  await appendTwice(knex, clock.now());
  await deskOnce(knex, clock.now());
  await workAtDesk(world);
  around.stop();
  return new Map([...kept.statements, ...around.statements]);
}

/** The watch over all callers, whose timer is too slow for a test. */
async function watchOnce(knex: Knex, now: number): Promise<void> {
  await claimLook(knex, 'spraying', now, 0);
  await freezesSince(knex, now - DAY);
  await sourcesOfCalls(knex, ['CA1', 'CA2']);
  const seen = await countAtPins(knex, now, 60);
  await raiseOrKeep(knex, 'spraying', { ...seen, windowSeconds: 60 }, now);
  await endUnseen(knex, 'spraying', now, now);
}

/** The look for calls and tickets that nobody has ended. */
async function sweepOnce(knex: Knex, now: number): Promise<void> {
  await quietCalls(knex, now - HOUR, '', 100);
  await waitingAmong(knex, ['CA1', 'CA2']);
  await leaveForgotten(knex, now - DAY, now);
}

/** A freeze that the core does not answer at first. */
async function tellOnce(knex: Knex, now: number): Promise<void> {
  const freeze = { id: 'telling', customerId: 'somebody', callId: 'call', askedAt: now };
  await insertTelling(knex, freeze, 'owed', false, now);
  for (const lease of [1, 2]) {
    const [claimed] = await claimDueTellings(knex, now, lease, 1);
    assert.ok(claimed);
    await untoldSince(knex, now);
    if (lease === 1) await knex.transaction((transaction) => postpone(transaction, claimed, now));
    else await knex.transaction((transaction) => markAnswered(transaction, claimed, now));
  }
}

/** What a command records outside calls: in a stream that is new, and in one that is there. */
async function appendTwice(knex: Knex, now: number): Promise<void> {
  const ledger = new Ledger(LEDGER_ENTRIES);
  const read = { type: 'record.read', rules: [], data: { person: 'somebody', stream: 'all' } } as const;
  for (let times = 0; times < 2; times++)
    await knex.transaction((transaction) => ledger.append(transaction, SYSTEM_STREAM, [read], now));
}

/** Somebody signs in twice, works and rests, and is signed out everywhere. */
async function workAtDesk(world: World): Promise<void> {
  const agent = demoStaff('agent');
  const [here, there] = [new DeskClient(world), new DeskClient(world)];
  await there.signIn(agent);
  await here.signIn(agent);
  for (const step of SHIFT_STEPS) await here.post('/desk/shift/step', { step });
  const page = await (await here.get('/desk/sessions')).text();
  const [, session = ''] = /name="session" value="([^"]+)"/.exec(page) ?? [];
  await here.post('/desk/sessions/end', { session });
  const now = world.clock.now();
  const call = { id: 'hard', staffId: agent.id, startedAt: now, endedAt: now };
  await insertHardCall(world.knex, call);
  assert.equal((await endSessionsOf(world.knex, agent.id, 'test', now)).length, 1);
}

/** Every problem of the statements, each with its statement, and the indexes they use. */
async function planAll(knex: Knex, statements: ReadonlyMap<string, Statement>) {
  const problems: string[] = [];
  const indexes = new Set<string>();
  for (const statement of statements.values()) {
    const plan = await planOf(knex, statement);
    for (const problem of plan.problems) problems.push(`${problem}: ${statement.sql}`);
    for (const index of plan.indexes) indexes.add(index);
  }
  return { problems, indexes };
}

const used = new Set<string>();
let existing: readonly string[] = [];

function plansOn(database: DatabaseName, open: () => Promise<World>): void {
  describe(`query plans on ${database}`, () => {
    let world: World;
    let statements: ReadonlyMap<string, Statement>;
    before(async () => {
      world = await open();
      statements = await statementsOf(world);
      await fillTables(world.knex, ROWS[database]);
      existing = await plainIndexes(world.knex);
    });
    after(() => world.stop());

    test('every table that grows is filled, and the calls have spoken of each', async () => {
      const tables = await tablesOf(world.knex);
      assert.deepEqual(
        tables.filter((table) => !SMALL_TABLES.has(table)),
        Object.keys(BIG_TABLES).sort(),
      );
      const spoken = [...statements.keys()].join('\n');
      assert.deepEqual(
        Object.keys(BIG_TABLES).filter((table) => !new RegExp(`["\`]${table}["\`]`).test(spoken)),
        [],
      );
    });

    test('no statement of a call, or of what goes on around it, scans or sorts a table that grows', async () => {
      // SQLite is never asked to count its tables; a query that does so must not make it worse.
      if (database === 'SQLite') assert.deepEqual((await planAll(world.knex, statements)).problems, []);
      await countTables(world.knex);
      const { problems, indexes } = await planAll(world.knex, statements);
      assert.deepEqual(problems, []);
      for (const index of indexes) used.add(index);
    });

    for (const [what, planted] of Object.entries(PLANTED))
      test(`${what} would be found`, async () => {
        const { sql, bindings } = planted(world.knex).toSQL();
        const { problems } = await planOf(world.knex, { sql, bindings: bindings as Knex.RawBinding[] });
        assert.notDeepEqual(problems, []);
      });
  });
}

let postgres: TestPostgres;
after(() => postgres.stop());

plansOn('SQLite', () => startPublished(undefined));
plansOn('PostgreSQL', async () => {
  postgres = await startPostgres({ withoutSyncing: true });
  return startPublished(await postgres.newDatabase());
});

test('every index that does not keep rows unique is used by one of these statements', () => {
  assert.deepEqual(
    existing.filter((index) => !used.has(index)),
    [],
  );
});
