import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { DEMO_CUSTOMERS } from '../db/seeds/demo-customers.ts';
import type { Phone } from '../phone-sim/phone.ts';
import { firstBrokenEntry, type LedgerEntry } from '../src/ledger/entry.ts';
import { entriesOfCall } from '../src/ledger/ledger.store.ts';
import { LANGUAGES } from '../src/locales/catalogue.ts';
import { calendarDay, SECOND } from '../src/platform/clock.ts';
import type { Intent } from './support/callers.ts';
import { playSteps, type RandomCall, steps } from './support/random-keys.ts';
import { startWorld, type World } from './support/world.ts';

/** Silence this often, from wherever the call is, ends at a person. */
const MOST_SILENT_TURNS = 12;
const SECONDS_IN_ALL = 25;

/** Every answer has words or a verb and a way on; none tells of an outage; the call is never dropped. */
function checkAnswers(world: World, line: RandomCall): void {
  const { phone } = line;
  const { prompts } = world.release;
  for (const { request, outcome } of phone.exchanges.slice(line.seen)) {
    assert.equal(outcome.kind, 'answered', 'every webhook is answered');
    if (outcome.kind !== 'answered') continue;
    const { status, body } = outcome.response;
    assert.equal(status, 200, body);
    for (const language of LANGUAGES)
      assert.equal(body.includes(prompts.text({ prompt: 'common.outage' }, language)), false, 'no outage');
    if (!request.url.endsWith('/voice/status')) assert.match(body, /<Gather|<Enqueue|<Hangup/, 'a way on');
  }
  line.seen = phone.exchanges.length;
  const fault = phone.events.find(({ kind }) => kind === 'fault');
  assert.equal(fault, undefined, JSON.stringify(fault));
  assert.notEqual(phone.endedBy, 'carrier', 'a document that ends drops the caller');
}

/** How many silent turns there are until the call is over or with a person. */
async function silentTurns(phone: Phone): Promise<number> {
  for (let turns = 0; ; turns++) {
    await phone.listen();
    if (phone.state === 'queued' || phone.state === 'ended') return turns;
    assert.equal(phone.state, 'collecting', 'a live call collects keys');
    assert.ok(turns < MOST_SILENT_TURNS, `still at ${phone.step} after ${turns} silent turns`);
    await phone.staySilent();
  }
}

/** The entries that must stand before an order that was carried out, in the same call and for the same customer. */
function checkCarried(entries: readonly LedgerEntry[], at: number, world: World): void {
  const carried = entries[at];
  assert.ok(carried);
  const { action, customerId, level, revision } = carried.data;
  const before = entries.slice(0, at);
  const lastVoid = before.findLastIndex(({ type }) => type === 'levels.voided');
  const since = before.slice(lastVoid + 1);
  const passed = (factor: string, from = 0) =>
    since
      .slice(from)
      .some(
        ({ type, data }) =>
          type === 'factor.outcome' &&
          data.factor === factor &&
          data.outcome === 'PASSED' &&
          data.customerId === customerId,
      );
  const rule = world.release.policy.actions[action as Intent];
  assert.ok(passed('identity'), `${action} without an identity`);
  assert.ok(passed(`pin.${rule.pin}`), `${action} without its PIN`);
  // What is proved for an order is proved after its last change.
  const changed = since.findLastIndex(({ type }) => type === 'order.changed');
  const lastChange = since[changed];
  if (lastChange) assert.ok((lastChange.data.revision ?? 0) <= (revision ?? 0));
  if (level === 'L3') assert.ok(passed('code', changed + 1), `${action} without a code`);
  assert.ok(rule.level !== 'L3' || level === 'L3', `${action} at ${level}`);
  // Who they are is confirmed once for all that is proved (ADR 35), the order after its last change.
  for (const [part, from] of [
    ['identity', 0],
    ...(rule.readBack ? [['order', changed + 1] as const] : []),
  ] as const)
    assert.ok(
      since
        .slice(from)
        .some(
          ({ type, data }) =>
            type === 'confirmation.given' && data.part === part && data.customerId === customerId,
        ),
      `${action} without a yes to ${part}`,
    );
}

interface Counts {
  orders: number;
  calls: number;
  turns: number;
  freezes: number;
  silentTurns: number;
}

async function checkAudit(world: World, counts: Counts): Promise<void> {
  const { knex } = world;
  const calls: { id: string; last_hash: string; entries: number }[] = await knex('calls').select();
  let carriedEntries = 0;
  for (const { id, last_hash, entries: count } of calls) {
    const entries = await entriesOfCall(knex, id);
    assert.equal(firstBrokenEntry(entries), undefined, 'the chain is intact');
    assert.equal(entries.length, count);
    assert.equal(entries.at(-1)?.hash, last_hash);
    for (const [at, { type, data }] of entries.entries()) {
      if (type === 'order.carried') {
        carriedEntries++;
        checkCarried(entries, at, world);
      }
      if (type === 'account.freeze' && data.matched) {
        counts.freezes++;
        const passed = (factor: string) =>
          entries
            .slice(0, at)
            .some(
              (entry) =>
                entry.type === 'factor.outcome' &&
                entry.data.factor === factor &&
                entry.data.outcome === 'PASSED' &&
                entry.data.customerId === data.customerId,
            );
        assert.ok(
          passed('identity') &&
            (data.freeze === 'provisional' || passed('pin.query') || passed('pin.transaction')),
          'a freeze has its proof',
        );
      }
    }
  }
  const orders: unknown[] = await knex('carried_orders');
  assert.equal(carriedEntries, orders.length, 'every order has its entry');
  counts.orders += orders.length;
  counts.calls += calls.length;
  counts.turns += (await knex('turns')).length;
}

/** Nothing is made or lost: what left the accounts is what was posted, what was posted is what was carried out. */
async function checkMoney(world: World): Promise<void> {
  const { knex } = world;
  const postings: {
    idempotency_key: string;
    kind: string;
    customer_id: string;
    account_id: string | null;
    counterparty_id: string | null;
    amount_minor: number;
    currency: string;
    at: number;
  }[] = await knex('bank_postings').select();
  const done = postings.filter(({ kind }) => kind !== 'refused');
  const sum = (of: typeof postings) => of.reduce((total, { amount_minor }) => total + amount_minor, 0);
  for (const customer of DEMO_CUSTOMERS) {
    for (const [index, { balanceMinor }] of customer.accounts.entries()) {
      const id = `${customer.id}-account-${index + 1}`;
      const row = await knex('bank_accounts').where({ id }).first();
      const left = done.filter(({ account_id, kind }) => account_id === id && kind !== 'loan_application');
      assert.equal(row.balance_minor, balanceMinor - sum(left), `money of ${id}`);
      assert.ok(row.balance_minor >= 0);
    }
    for (const [index, { outstandingMinor }] of customer.loans.entries()) {
      const id = `${customer.id}-loan-${index + 1}`;
      const row = await knex('bank_loans').where({ id }).first();
      const repaid = done.filter(
        ({ counterparty_id, kind }) => counterparty_id === id && kind === 'repayment',
      );
      assert.equal(row.outstanding_minor, outstandingMinor - sum(repaid), `what is owed on ${id}`);
    }
  }
  const orders: { idempotency_key: string; action: string; amount_minor: number }[] = await knex(
    'carried_orders',
  )
    .whereIn('action', ['transfer', 'repayment', 'loan_application'])
    .select();
  assert.deepEqual(
    done.map((posting) => [posting.idempotency_key, posting.kind, posting.amount_minor]).sort(),
    orders.map((order) => [order.idempotency_key, order.action, order.amount_minor]).sort(),
  );
  // V1, V2: above either line a telephone may not.
  const days = new Map<string, number>();
  for (const { kind, currency, customer_id, amount_minor, at } of done) {
    if (kind !== 'transfer' || currency !== 'VND') continue;
    const { jurisdiction } = await knex('customers').where({ id: customer_id }).first('jurisdiction');
    if (jurisdiction !== 'VN') continue;
    assert.ok(amount_minor < 10_000_000);
    const day = `${customer_id} ${calendarDay(at, 'Asia/Ho_Chi_Minh')}`;
    const total = (days.get(day) ?? 0) + amount_minor;
    assert.ok(total < 20_000_000);
    days.set(day, total);
  }
}

async function checkBudgets(world: World): Promise<void> {
  const { knex, release } = world;
  const { pin, identification, code } = release.policy;
  const attempts: { call_id: string; factor: string; status: string }[] = await knex('attempts').select();
  assert.equal(attempts.filter(({ status }) => status === 'reserved').length, 0, 'every attempt is settled');
  const perCall = new Map<string, number>();
  for (const { call_id, factor, status } of attempts) {
    if (status !== 'failed') continue;
    const name = `${call_id} ${factor.split('.')[0]}`;
    perCall.set(name, (perCall.get(name) ?? 0) + 1);
  }
  for (const [name, count] of perCall) {
    if (name.endsWith('pin')) assert.ok(count <= pin.wrongPerCall, `${count} wrong PINs in a call`);
    if (name.endsWith('identity'))
      assert.ok(count <= identification.wrongPerCall, `${count} wrong IDs in a call`);
  }
  const last = Math.max(...pin.ladder.map(({ failures }) => failures));
  for (const { own_failures, other_failures, factor } of await knex('lock_counters').select())
    if (factor !== 'code') assert.ok(own_failures + other_failures <= last, 'no more than the ladder has');
  for (const { tries } of await knex('codes').select()) assert.ok(tries <= code.triesPerCode);
  const alive: unknown[] = await knex('codes')
    .join('calls', 'calls.id', 'codes.call_id')
    .where({ 'codes.state': 'live', 'calls.status': 'ended' });
  assert.equal(alive.length, 0, 'a code does not outlive its call');
}

test('whatever is keyed, nobody is dropped, left in silence, let through or made poorer', async (t) => {
  const counts: Counts = { orders: 0, calls: 0, turns: 0, freezes: 0, silentTurns: 0 };
  const property = fc.asyncProperty(steps, fc.nat(), async (script, seed) => {
    const world = await startWorld({ seed: `keys ${seed}` });
    try {
      const lines = await playSteps(world, script, seed, (line) => checkAnswers(world, line));
      for (const line of lines) {
        counts.silentTurns = Math.max(counts.silentTurns, await silentTurns(line.phone));
        checkAnswers(world, line);
        await line.phone.hangUp();
        checkAnswers(world, line);
      }
      await checkAudit(world, counts);
      await checkMoney(world);
      await checkBudgets(world);
    } finally {
      await world.stop();
    }
  });
  const details = await fc.check(property, {
    numRuns: 400,
    interruptAfterTimeLimit: SECONDS_IN_ALL * SECOND,
    markInterruptAsFailure: false,
  });
  t.diagnostic(
    `seed ${details.seed}: ${details.numRuns} scripts, ${counts.calls} calls, ${counts.turns} turns, ${counts.orders} orders and ${counts.freezes} freezes carried out, at most ${counts.silentTurns} silent turns to a person`,
  );
  if (details.failed) assert.fail(fc.defaultReportMessage(details));
  assert.ok(details.numRuns >= 3, 'some scripts were played');
  assert.ok(counts.orders > 0, 'some of them got something done');
});
