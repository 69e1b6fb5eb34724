import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { DEMO_CUSTOMERS, type DemoCustomer } from '../db/seeds/demo-customers.ts';
import type { Phone } from '../phone-sim/phone.ts';
import { type AuditEntry, firstBrokenEntry } from '../src/ledger/entry.ts';
import { entriesOfCall } from '../src/ledger/ledger.store.ts';
import { calendarDay, SECOND } from '../src/platform/clock.ts';
import { LANGUAGES } from '../src/speech/reply.ts';
import { codesSentTo, INTENT_KEYS, type Intent, key, rightPin, strangersNumber } from './support/callers.ts';
import { demoCustomer, keysOf, lineOf, startWorld, type World } from './support/world.ts';

/** Callers of every kind: both countries, several accounts, frozen, void, nothing to choose from, no phone. */
const CALLERS = ['01', '02', '03', '04', '07', '09', '10', '11', '13', '15', '16'].map((number) =>
  demoCustomer(({ id }) => id === `demo-${number}`),
);
const INTENTS = Object.keys(INTENT_KEYS) as Intent[];
const LINES = 2;
/** Silence this often, from wherever the call is, ends at a person. */
const MOST_SILENT_TURNS = 12;
const SECONDS_IN_ALL = 25;

/** What a caller does next. `step` acts on one of several telephones, all of them to the one service. */
type Action =
  | {
      readonly do: 'dial';
      readonly who: number;
      readonly line: number;
      readonly from: 'own' | 'other' | 'hidden';
      readonly intent: number;
    }
  | { readonly do: 'want'; readonly intent: number }
  /** The right thing at each step, this often. */
  | { readonly do: 'go on'; readonly steps: number; readonly choice: number }
  | { readonly do: 'err'; readonly how: number }
  | { readonly do: 'key'; readonly keys: string }
  | { readonly do: 'stay silent' }
  | { readonly do: 'wait'; readonly seconds: number }
  | { readonly do: 'listen' }
  | { readonly do: 'hang up' }
  | { readonly do: 'send again'; readonly which: number }
  | { readonly do: 'leave the queue'; readonly result: 'bridged' | 'queue-full' | 'error' | 'leave' };
type Step = { readonly phone: number } & Action;

const keypad = fc.constantFrom(...'0123456789*#');
const action: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('dial' as const),
      who: fc.nat(CALLERS.length - 1),
      line: fc.nat(LANGUAGES.length - 1),
      from: fc.constantFrom('own', 'own', 'other', 'hidden'),
      intent: fc.nat(INTENTS.length - 1),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('want' as const), intent: fc.nat(INTENTS.length - 1) }),
  },
  {
    weight: 12,
    arbitrary: fc.record({
      do: fc.constant('go on' as const),
      steps: fc.integer({ min: 1, max: 16 }),
      choice: fc.nat(7),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('err' as const), how: fc.nat(9) }) },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('key' as const),
      keys: fc.array(keypad, { minLength: 1, maxLength: 20 }).map((keys) => keys.join('')),
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('key' as const), keys: keypad }) },
  { weight: 2, arbitrary: fc.constant({ do: 'key' as const, keys: '8#' }) },
  { weight: 3, arbitrary: fc.constant({ do: 'stay silent' as const }) },
  { weight: 1, arbitrary: fc.constant({ do: 'listen' as const }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('wait' as const),
      seconds: fc.constantFrom(1, 20, 30, 59, 61, 119, 121, 181, 1_801, 86_401),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ do: 'hang up' as const }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('send again' as const), which: fc.nat(60) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('leave the queue' as const),
      result: fc.constantFrom('bridged', 'queue-full', 'error', 'leave'),
    }),
  },
);
const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.tuple(fc.nat(LINES - 1), action).map(([phone, what]): Step => ({ phone, ...what })),
  { minLength: 10, maxLength: 45, size: 'max' },
);

interface RandomCall {
  readonly phone: Phone;
  readonly customer: DemoCustomer;
  intent: Intent;
  /** Answers looked at so far. */
  seen: number;
}

const AMOUNTS = {
  CNY: ['100', '4999', '50000', '5000001', '12', '100000', '1500', '7'],
  VND: ['50000', '9999999', '10000000', '4000000', '9', '8000000', '100000000', '500000'],
} as const;
const CURRENCY_OF_LINE = (customer: DemoCustomer) => customer.accounts[0]?.currency ?? 'CNY';

/** What somebody who wants to get on would key at this step. */
async function rightKeys(world: World, line: RandomCall, choice: number): Promise<string> {
  const { phone, customer, intent } = line;
  const pick = choice === 3 ? '2' : '1';
  const { phone: number, id } = keysOf(customer);
  switch (phone.step) {
    case 'menu.main':
      return INTENT_KEYS[intent].slice(0, 1);
    case 'menu.money':
    case 'menu.services':
      return INTENT_KEYS[intent].slice(1) || '7';
    case 'menu.other':
      return String((choice % 3) + 1);
    case 'identity.phone':
      return `${number || '0900001011'}#`;
    case 'identity.id':
      return `${id}#`;
    case 'pin.entry':
      return `${rightPin(customer, intent)}#`;
    case 'details.amount':
      return `${AMOUNTS[CURRENCY_OF_LINE(customer)][choice]}#`;
    case 'details.contact':
      return choice % 2 ? '13912348765#' : '0912345678#';
    case 'code.entry': {
      const codes = customer.phone ? await codesSentTo(world, customer.phone.e164) : [];
      return `${codes.at(-1) ?? '111111'}#`;
    }
    case 'more':
      return choice % 4 ? '1' : '2';
    case 'confirm.identity':
    case 'confirm.order':
    case 'refused':
      return choice === 7 ? '2' : '1';
    default:
      return pick;
  }
}

/** What looks right at this step and is not. */
function wrongKeys(line: RandomCall, how: number): string {
  const { phone, customer } = line;
  const other = CALLERS[how % CALLERS.length] ?? customer;
  switch (phone.step) {
    case 'identity.phone':
      return `${keysOf(other).phone || '13700000000'}#`;
    case 'identity.id':
      return `${keysOf(other).id}#`;
    case 'pin.entry':
      return `${how % 2 ? other.queryPin : `90718${how}`}#`;
    case 'code.entry':
      return `${String(111_111 * (how + 1)).slice(0, 6)}#`;
    case 'details.amount':
      return '999999999999#';
    default:
      return phone.collects === 'entry' ? `${how}${how}#` : String(how);
  }
}

async function act(
  world: World,
  lines: (RandomCall | undefined)[],
  step: Step,
  calls: number,
): Promise<void> {
  const line = lines[step.phone];
  if (step.do === 'dial') {
    if (line) await line.phone.hangUp();
    if (line) checkAnswers(world, line);
    const customer = CALLERS[step.who];
    const language = LANGUAGES[step.line];
    assert.ok(customer && language);
    const phone = world.phone();
    const from =
      step.from === 'own' && customer.phone
        ? customer.phone.e164
        : step.from === 'hidden'
          ? 'anonymous'
          : strangersNumber(calls);
    lines[step.phone] = { phone, customer, intent: INTENTS[step.intent] ?? 'transfer', seen: 0 };
    await phone.dial({ from, to: lineOf(language) });
    return;
  }
  if (step.do === 'wait') {
    world.clock.advance(step.seconds * SECOND);
    return;
  }
  if (!line) return;
  const { phone } = line;
  switch (step.do) {
    case 'want':
      line.intent = INTENTS[step.intent] ?? 'enquiry';
      break;
    case 'go on':
      for (let n = 0; n < step.steps; n++) {
        await phone.listen();
        if (phone.state !== 'collecting') break;
        await key(phone, await rightKeys(world, line, step.choice));
      }
      break;
    case 'err':
      await phone.listen();
      if (phone.state === 'collecting') await key(phone, wrongKeys(line, step.how));
      break;
    case 'key':
      await key(phone, step.keys);
      break;
    case 'stay silent':
      await phone.staySilent();
      break;
    case 'listen':
      await phone.listen();
      break;
    case 'hang up':
      await phone.hangUp();
      break;
    case 'send again':
      if (phone.exchanges.length > 0) {
        const again = await phone.replay((step.which % phone.exchanges.length) + 1);
        assert.equal(again.outcome.kind === 'answered' && again.outcome.response.status, 200);
      }
      break;
    case 'leave the queue':
      await phone.listen();
      if (phone.state === 'queued') await phone.leaveQueue(step.result);
      break;
  }
}

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
function checkCarried(entries: readonly AuditEntry[], at: number, world: World): void {
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
  for (const part of rule.readBack ? ['identity', 'order'] : ['identity'])
    assert.ok(
      since
        .slice(changed + 1)
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
      const lines: (RandomCall | undefined)[] = [];
      const first = Array.from({ length: LINES }, (_, phone): Step => {
        const n = seed + phone * 4;
        return {
          phone,
          do: 'dial',
          who: n % CALLERS.length,
          line: n % LANGUAGES.length,
          from: 'own',
          intent: n % 5,
        };
      });
      for (const [index, step] of [...first, ...script].entries()) {
        await act(world, lines, step, index + 1);
        for (const line of lines) if (line) checkAnswers(world, line);
      }
      for (const line of lines) {
        if (!line) continue;
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
