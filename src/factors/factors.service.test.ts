import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { parse } from 'yaml';
import { storeTest, tablesOf } from '../../test/support/databases.ts';
import { type Order, orderBinding } from '../actions/order.ts';
import type { PinKind } from '../actions/requirement.ts';
import {
  hashPin,
  type PinComparison,
  type PinEntry,
  PinVerifiers,
} from '../credentials/pin-verifier.service.ts';
import { insertCustomer } from '../customers/customers.store.ts';
import { readCounter } from '../lockout/counters.store.ts';
import { DAY, HOUR, type Instant, MINUTE, SECOND } from '../platform/clock.ts';
import { Fault } from '../platform/fault.ts';
import { blindIndex, type Keyring } from '../platform/keyring.ts';
import { randomDigits, secureRandom, seededRandom } from '../platform/random.ts';
import { policySchema } from '../policy/policy.ts';
import type { Knex } from '../storage/connect.ts';
import type { AttemptContext } from './check.ts';
import type { KeyedFactor } from './checks.ts';
import { issueCode, voidCodes } from './code/code.store.ts';
import {
  type FactorResult,
  FactorService,
  type FactorSettlement,
  type ReservedFactor,
} from './factors.service.ts';

const policy = policySchema.parse(
  parse(readFileSync(new URL('../../flows/policy/default.yaml', import.meta.url), 'utf8')),
);
const NOW = Date.UTC(2026, 0, 15);
const PHONE = '+8613800138000';
const ID = '11010519491231002X';
const PIN = '730194';
const WRONG = '730195';
/** The least argon2 takes: these tests are about counting, and make hundreds of comparisons. */
const CHEAP = { memoryKib: 64, passes: 1, lanes: 1 };
const keyring: Keyring = {
  encryption: { currentId: 'a', byId: new Map([['a', Buffer.alloc(32, 1)]]) },
  index: Buffer.alloc(32, 2),
  pepper: Buffer.alloc(32, 3),
};
const random = seededRandom('factors');
const phoneIndex = blindIndex(keyring, 'phone', PHONE);

/** The real verifiers, watched: which comparisons were made, and which of them could have matched. */
class WatchedPins extends PinVerifiers {
  made = 0;
  againstTheSecret = 0;
  beforeEach: () => Promise<void> = async () => {};
  override async verify(entry: PinEntry): Promise<PinComparison> {
    this.made++;
    if (entry.verifier !== undefined) this.againstTheSecret++;
    await this.beforeEach();
    return super.verify(entry);
  }
}

let knex: Knex;
let pins: WatchedPins;
let service: FactorService;
let customer: string;
let serial = 0;

function watchedPins(concurrency = 3, queueLimit = 1000): WatchedPins {
  return new WatchedPins({ keyring, random, parameters: CHEAP, concurrency, queueLimit });
}

/** A promise about one customer who has just been enrolled, in a database of the test's own. */
function factorTest(promise: string, body: () => Promise<void>): void {
  storeTest(promise, async (database) => {
    knex = database;
    pins = watchedPins();
    service = new FactorService({ keyring, random, pins });
    customer = await enrol(`customer-${serial++}`, PHONE);
    await body();
  });
}

async function enrol(id: string, e164: string): Promise<string> {
  const verifier = (kind: PinKind) => hashPin(keyring, random, CHEAP, { customerId: id, kind }, PIN);
  await insertCustomer(
    knex,
    keyring,
    random,
    {
      id,
      locale: 'zh-CN',
      name: { full: '王小明', family: '王', title: 'mr' },
      nationalId: { kind: 'CN', id: ID },
      phone: { e164, since: NOW - 30 * DAY },
      verifiers: { query: await verifier('query'), transaction: await verifier('transaction') },
    },
    NOW,
  );
  return id;
}

function context(over: Partial<AttemptContext> = {}): AttemptContext {
  serial++;
  return {
    callId: `call-${serial}`,
    stepToken: `token-${serial}`,
    requestDigest: `digest-${serial}`,
    sourceIndex: 'own-source',
    sourcePhoneIndex: phoneIndex,
    policy,
    now: NOW,
    ...over,
  };
}

/** What was reserved for a result, for those who give it back. */
const reservedFor = new WeakMap<FactorResult, ReservedFactor>();

/** Reserves, commits and compares, as a turn does; `conflict` where nothing was compared. */
async function check(made: AttemptContext, keyed: KeyedFactor): Promise<FactorResult | { kind: 'conflict' }> {
  const reserved = await knex.transaction((transaction) => service.reserve(transaction, made, keyed));
  if (reserved === 'conflict') return { kind: 'conflict' };
  const giveBack = () => knex.transaction((transaction) => service.refund(transaction, reserved, made.now));
  try {
    const result =
      reserved.kind === 'in_process'
        ? await service.compareInProcess(reserved)
        : await knex.transaction((transaction) => service.lookUp(transaction, reserved));
    reservedFor.set(result, reserved);
    return result;
  } catch (error) {
    await giveBack();
    throw error;
  }
}

async function release(result: FactorResult): Promise<void> {
  const reserved = reservedFor.get(result);
  assert.ok(reserved);
  await knex.transaction((transaction) => service.refund(transaction, reserved, NOW));
}

async function compared(made: AttemptContext, keyed: KeyedFactor): Promise<FactorResult> {
  const result = await check(made, keyed);
  assert.ok(result.kind !== 'conflict', 'the entry is compared');
  return result;
}

const checkPin = (made: AttemptContext, customerId: string | undefined, kind: PinKind, pin: string) =>
  compared(made, { factor: 'pin', customerId, kind, pin });
const checkIdentity = (made: AttemptContext, index: string, nationalId: string) =>
  compared(made, { factor: 'identity', phoneIndex: index, nationalId });
const checkCode = (made: AttemptContext, customerId: string, binding: string, digits: string) =>
  compared(made, { factor: 'code', customerId, binding, digits });

function settle(result: FactorResult, now = NOW): Promise<FactorSettlement> {
  return knex.transaction((transaction) => service.settle(transaction, result, now));
}

async function keyPin(pin: string, now = NOW, over: Partial<AttemptContext> = {}): Promise<FactorResult> {
  const result = await checkPin(context({ now, ...over }), customer, 'transaction', pin);
  await settle(result, now);
  return result;
}

const failures = async () => (await readCounter(knex, customer, 'pin.transaction')).own.failures;

async function issue(callId: string, binding: string, now: Instant = NOW) {
  const issued = await knex.transaction((transaction) =>
    issueCode(transaction, {
      customerId: customer,
      callId,
      binding,
      numberIndex: phoneIndex,
      now,
      policy,
      random,
      keyring,
    }),
  );
  assert.ok(issued.kind === 'issued', JSON.stringify(issued));
  return issued;
}

/** Digits that are none of these codes. */
function otherThan(...codes: string[]): string {
  return ['000000', '111111', '222222', '333333'].find((digits) => !codes.includes(digits)) ?? '444444';
}

factorTest('the right PIN passes and the wrong one fails, by kind and customer', async () => {
  const right = await checkPin(context(), customer, 'transaction', PIN);
  assert.ok(right.kind === 'passed');
  assert.deepEqual(right.passed, { factor: 'pin', customerId: customer, kind: 'transaction', at: NOW });
  assert.deepEqual(await settle(right), { kept: true });
  assert.equal((await keyPin(WRONG)).kind, 'failed');
  assert.equal(await failures(), 1);
});

factorTest(
  '50 parallel calls with a wrong PIN: at most 5 are compared with the secret (invariant 1)',
  async () => {
    const results = await Promise.all(
      Array.from({ length: 50 }, async () => {
        const result = await checkPin(context(), customer, 'transaction', WRONG);
        await settle(result);
        return result.kind;
      }),
    );
    assert.equal(pins.againstTheSecret, 5);
    assert.equal(pins.made, 50, 'the refused cost the same work');
    assert.deepEqual([...new Set(results)].sort(), ['failed', 'locked']);
  },
);

factorTest(
  'an attempt is committed before the secret is looked at, and a killed process still pays (invariant 3)',
  async () => {
    const seen: unknown[] = [];
    pins.beforeEach = async () => {
      // SQLite has one connection: this query would wait for ever if a transaction were still open.
      seen.push(await knex('attempts').where({ customer_id: customer }).first('status'), await failures());
    };
    await checkPin(context(), customer, 'transaction', PIN);
    assert.deepEqual(seen, [{ status: 'reserved' }, 1]);
    assert.equal(await failures(), 1, 'nobody settled it');
  },
);

factorTest(
  'the right PIN, while locked, is refused with the same work as a wrong one (invariant 4)',
  async () => {
    for (let n = 0; n < 5; n++) await keyPin(WRONG);
    const [made, compared] = [pins.made, pins.againstTheSecret];
    const right = await keyPin(PIN);
    assert.deepEqual([right.kind, right.attemptId], ['locked', undefined]);
    assert.equal(pins.made, made + 1);
    assert.equal(pins.againstTheSecret, compared, 'the secret itself is not touched');
    assert.equal((await keyPin(PIN, NOW + 30 * MINUTE)).kind, 'passed');
  },
);

factorTest('the right PIN is refused once the budget is spent, for ever', async () => {
  for (const at of [NOW, NOW + HOUR, NOW + 2 * DAY, NOW + 4 * DAY])
    for (let n = 0; n < 6; n++) await keyPin(WRONG, at);
  assert.equal(pins.againstTheSecret, 10);
  const late = await keyPin(PIN, NOW + 1000 * DAY);
  assert.deepEqual([late.kind, 'reason' in late && late.reason], ['locked', 'void']);
});

factorTest(
  'known and unknown, right, wrong, locked and without a PIN: the same one comparison each (invariant 20)',
  async () => {
    const work = async (
      over: Partial<AttemptContext>,
      who: string | undefined,
      kind: PinKind,
      pin: string,
    ) => {
      const [made, statements] = [pins.made, [] as string[]];
      const listen = (query: { sql: string }) => statements.push(query.sql);
      knex.on('query', listen);
      await checkPin(context(over), who, kind, pin);
      knex.off('query', listen);
      const outside = statements.filter((sql) => /from [`"](customers|pin_verifiers)[`"]/.test(sql));
      return { made: pins.made - made, outside };
    };
    const wrong = await work({}, customer, 'transaction', WRONG);
    assert.equal(wrong.made, 1);
    assert.equal(wrong.outside.length, 2);
    assert.deepEqual(await work({}, undefined, 'transaction', PIN), wrong);
    assert.deepEqual(await work({}, customer, 'transaction', PIN), wrong);
    for (let n = 0; n < 5; n++) await keyPin(WRONG);
    assert.deepEqual(await work({}, customer, 'transaction', PIN), wrong);
    await knex('pin_verifiers').where({ customer_id: customer, kind: 'query' }).delete();
    assert.deepEqual(await work({}, customer, 'query', PIN), wrong);
  },
);

factorTest('a PIN for nobody known always fails and is recorded against the source', async () => {
  for (let n = 0; n < 12; n++) {
    const result = await checkPin(context(), undefined, 'query', PIN);
    assert.equal(result.kind, 'failed');
    await settle(result);
  }
  assert.equal(
    (await knex('attempts').whereNull('customer_id').where({ source_index: 'own-source' })).length,
    12,
  );
});

factorTest('busy is neither right nor wrong and is not charged (invariant 6)', async () => {
  pins = watchedPins(1, 0);
  service = new FactorService({ keyring, random, pins });
  let open = () => {};
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  let waiting = 0;
  pins.beforeEach = async () => {
    if (++waiting === 3) open();
    await gate;
  };
  const all = [PIN, PIN, WRONG].map((pin) => checkPin(context(), customer, 'transaction', pin));
  const results = await Promise.all(all);
  const busy = results.filter((result) => result.kind === 'busy');
  assert.equal(busy.length, 2);
  for (const result of busy) assert.deepEqual(await settle(result), { kept: true });
  assert.equal(await failures(), 1, 'only the one that was compared is counted until it is settled');
});

factorTest('a fault while comparing gives the attempt back (invariants 6, 28)', async () => {
  await knex('pin_verifiers').where({ customer_id: customer }).update({ verifier: 'unreadable' });
  await assert.rejects(checkPin(context(), customer, 'transaction', PIN), Fault);
  assert.equal(await failures(), 0);
});

factorTest('a turn that cannot be finished gives its attempt back, once', async () => {
  const result = await checkPin(context(), customer, 'transaction', PIN);
  await release(result);
  await release(result);
  assert.equal(await failures(), 0);
  assert.deepEqual(await settle(result), { kept: false, again: true }, 'what was given back grants nothing');
});

factorTest('a result whose attempt a twin of its webhook gave back is charged before it counts', async () => {
  for (const pin of [WRONG, PIN]) {
    const same = context();
    const result = await checkPin(same, customer, 'transaction', pin);
    await release(result);
    assert.deepEqual(await settle(result), { kept: false, again: true });
    const again = await checkPin(same, customer, 'transaction', pin);
    assert.equal(await failures(), pin === WRONG ? 1 : 2, 'charged anew');
    assert.deepEqual(await settle(again), { kept: true });
  }
});

factorTest(
  'an attempt that a twin of its webhook may be comparing is given back by neither (invariants 3, 8)',
  async () => {
    for (const firstIsBusy of [true, false]) {
      const before = await failures();
      const same = context();
      const keyed: KeyedFactor = { factor: 'pin', customerId: customer, kind: 'transaction', pin: WRONG };
      const [first, twin] = await knex.transaction(async (transaction) => [
        await service.reserve(transaction, same, keyed),
        await service.reserve(transaction, same, keyed),
      ]);
      assert.ok(
        first !== 'conflict' &&
          first?.kind === 'in_process' &&
          twin !== 'conflict' &&
          twin?.kind === 'in_process',
      );
      assert.equal(await failures(), before + 1, 'the two are one attempt');
      const [busy, comparing] = firstIsBusy ? [first, twin] : [twin, first];
      if (firstIsBusy) {
        await service.compareInProcess(busy);

        assert.deepEqual(await settle({ ...busy.checked, kind: 'busy' }), {
          kept: false,
          again: true,
        });
      }
      await knex.transaction((transaction) => service.refund(transaction, busy, NOW));
      assert.equal(await failures(), before + 1, 'it stays charged');
      assert.deepEqual(await settle(await service.compareInProcess(comparing)), { kept: true });
      assert.equal(await failures(), before + 1);
    }
  },
);

factorTest('two right PINs at the same time both pass (invariant 11)', async () => {
  for (let n = 0; n < 3; n++) await keyPin(WRONG);
  const results = await Promise.all([1, 2].map(() => checkPin(context(), customer, 'transaction', PIN)));
  assert.deepEqual(await Promise.all(results.map((result) => settle(result))), [
    { kept: true },
    { kept: true },
  ]);
  assert.equal(await failures(), 0);
});

factorTest(
  'a repeated webhook is charged and settled once; another entry on its token is not compared',
  async () => {
    const keyed = context();
    const [first, again] = [
      await checkPin(keyed, customer, 'transaction', PIN),
      await checkPin(keyed, customer, 'transaction', PIN),
    ];
    assert.equal(await failures(), 1);
    const made = pins.made;
    const guess = await check(
      { ...keyed, requestDigest: 'other' },
      { factor: 'pin', customerId: customer, kind: 'transaction', pin: WRONG },
    );
    assert.equal(guess.kind, 'conflict');
    assert.equal(pins.made, made);
    assert.deepEqual(await settle(first), { kept: true });
    assert.deepEqual(await settle(again), { kept: false });
  },
);

factorTest('swapping two customers’ verifiers verifies none (invariant 18)', async () => {
  const other = await enrol(`customer-${serial++}`, '+8613900000009');
  const row = (id: string) => knex('pin_verifiers').where({ customer_id: id, kind: 'transaction' });
  const [mine, theirs] = [await row(customer).first('verifier'), await row(other).first('verifier')];
  await row(customer).update(theirs);
  await row(other).update(mine);
  for (const id of [customer, other])
    assert.equal((await checkPin(context(), id, 'transaction', PIN)).kind, 'failed');
});

factorTest('an issued first PIN opens nothing, in time or not (V11)', async () => {
  for (const until of [NOW + HOUR, NOW - HOUR]) {
    await knex('pin_verifiers').where({ customer_id: customer }).update({ first_until: until });
    assert.equal((await keyPin(PIN)).kind, 'failed');
  }
});

factorTest(
  'a stranger spends the strangers’ budget, never that of the registered line (invariant 10)',
  async () => {
    const stranger = (n: number) => ({ sourceIndex: `stranger-${n}`, sourcePhoneIndex: undefined });
    for (let n = 0; n < 20; n++) await keyPin(WRONG, NOW, stranger(n));
    const counter = await readCounter(knex, customer, 'pin.transaction');
    assert.deepEqual([counter.own.failures, counter.other.failures], [0, 5]);
    assert.equal((await keyPin(PIN, NOW, stranger(99))).kind, 'locked');
    assert.equal((await keyPin(PIN)).kind, 'passed');
  },
);

factorTest('identity takes phone and ID together, and tells nothing about which was wrong', async () => {
  const check = (index: string, id: string) => checkIdentity(context(), index, id);
  const passed = await check(phoneIndex, ID);
  assert.ok(passed.kind === 'passed');
  assert.deepEqual(passed.passed, { factor: 'identity', customerId: customer, at: NOW });
  await settle(passed);
  const row = await knex('attempts')
    .where({ id: passed.attemptId ?? '' })
    .first();
  assert.deepEqual([row.status, row.customer_id], ['passed', customer]);
  const plain = (result: FactorResult) => ({ ...result, attemptId: undefined });
  const [wrongPhone, wrongId] = [await check('nobody', ID), await check(phoneIndex, '110105194912310038')];
  assert.equal(wrongPhone.kind, 'failed');
  assert.deepEqual(plain(wrongPhone), plain(wrongId));
});

factorTest('a source that has failed too often is limited, and no customer is locked by it', async () => {
  for (let n = 0; n < policy.source.failedIdentificationsPerHour; n++)
    await settle(await checkIdentity(context(), 'nobody', ID));
  assert.equal((await checkIdentity(context(), phoneIndex, ID)).kind, 'limited');
  const elsewhere = await checkIdentity(context({ sourceIndex: 'elsewhere' }), phoneIndex, ID);
  assert.equal(elsewhere.kind, 'passed');
});

factorTest('one code keyed 100 times at once succeeds exactly once (invariant 12)', async () => {
  const { code } = await issue('call', 'order');
  const results = await Promise.all(
    Array.from({ length: 100 }, () => checkCode(context({ callId: 'call' }), customer, 'order', code)),
  );
  const settled = await Promise.all(
    results.map(async (result) => result.kind === 'passed' && (await settle(result)).kept),
  );
  assert.equal(settled.filter(Boolean).length, 1);
  assert.equal((await readCounter(knex, customer, 'code')).own.failures, 0, 'nobody pays for the right code');
});

factorTest('one code consumed 100 times at once is consumed exactly once (invariant 12)', async () => {
  const { code, codeId } = await issue('call', 'order');
  const passed = await checkCode(context({ callId: 'call' }), customer, 'order', code);
  assert.ok(passed.kind === 'passed' && passed.secretId === codeId);
  const kept = await Promise.all(Array.from({ length: 100 }, () => settle(passed)));
  assert.equal(kept.filter((one) => one.kept).length, 1);
});

factorTest(
  'a code is good until the last millisecond of its life and void at its end (invariant 13)',
  async () => {
    const { code, expiresAt } = await issue('call', 'order');
    assert.equal(expiresAt, NOW + policy.code.lifetimeSeconds * SECOND);
    const keyed = (now: Instant) => checkCode(context({ callId: 'call', now }), customer, 'order', code);
    assert.equal((await keyed(expiresAt)).kind, 'late');
    const inTime = await keyed(expiresAt - 1);
    assert.equal(inTime.kind, 'passed');
    assert.deepEqual(
      await settle(inTime, expiresAt),
      { kept: false },
      'it ended while the turn was on its way',
    );
  },
);

factorTest(
  'a code for one order fails for another that differs in any one field (invariant 14)',
  async () => {
    const order: Order = {
      action: 'transfer',
      revision: 1,
      accountId: 'a',
      payeeId: 'p',
      amountMinor: 100,
      currency: 'CNY',
    };
    const changes: fc.Arbitrary<Partial<Order> & { callId?: string; customerId?: string }> = fc.oneof(
      fc.record({ action: fc.constantFrom('repayment' as const, 'loan_application' as const) }),
      fc.record({ revision: fc.integer({ min: 2 }) }),
      fc.record({ accountId: fc.string().filter((id) => id !== 'a') }),
      fc.record({ payeeId: fc.string().filter((id) => id !== 'p') }),
      fc.record({ loanId: fc.string() }),
      fc.record({ contactIndex: fc.string() }),
      fc.record({ amountMinor: fc.nat().filter((amount) => amount !== 100) }),
      fc.record({ currency: fc.constant('VND' as const) }),
      fc.record({ callId: fc.string().filter((id) => id !== 'call') }),
      fc.record({ customerId: fc.string().filter((id) => id !== customer) }),
    );
    const binding = orderBinding('call', customer, order);
    const { code } = await issue('call', binding);
    await fc.assert(
      fc.asyncProperty(changes, async ({ callId = 'call', customerId = customer, ...change }) => {
        const other = orderBinding(callId, customerId, { ...order, ...change });
        const result = await checkCode(context({ callId: 'call' }), customer, other, code);
        assert.equal(result.kind, 'failed');
        await settle(result);
      }),
      { numRuns: 50 },
    );
    assert.equal((await checkCode(context({ callId: 'elsewhere' }), customer, binding, code)).kind, 'failed');
    assert.equal((await checkCode(context({ callId: 'call' }), customer, binding, code)).kind, 'passed');
  },
);

factorTest(
  'only the newest code is good; the older one is recognised as late and not charged (invariant 17)',
  async () => {
    const first = await issue('call', 'order');
    const second = await issue('call', 'order', NOW + MINUTE);
    const keyed = async (digits: string) => {
      const result = await checkCode(
        context({ callId: 'call', now: NOW + MINUTE }),
        customer,
        'order',
        digits,
      );
      return { kind: result.kind, kept: (await settle(result, NOW + MINUTE)).kept };
    };
    assert.equal((await knex('codes').where({ call_id: 'call', state: 'live' })).length, 1);
    for (let n = 0; n < 10; n++) assert.equal((await keyed(first.code)).kind, 'late');
    assert.equal((await readCounter(knex, customer, 'code')).own.failures, 0);
    assert.deepEqual(await keyed(second.code), { kind: 'passed', kept: true });
    assert.equal((await keyed(second.code)).kind, 'late', 'a used code is an old code');
    assert.equal(second.hint, second.code[0]);
  },
);

factorTest(
  'a code takes three tries, and a resend gives a fresh code but not a fresh count (invariant 5)',
  async () => {
    const first = await issue('call', 'order');
    const wrong = otherThan(first.code);
    const keyed = async (digits: string, now: Instant) => {
      const result = await checkCode(context({ callId: 'call', now }), customer, 'order', digits);
      await settle(result, now);
      return [result.kind, 'reason' in result ? result.reason : undefined];
    };
    for (let n = 0; n < 3; n++) assert.deepEqual(await keyed(wrong, NOW), ['failed', undefined]);
    assert.deepEqual(await keyed(first.code, NOW), ['locked', 'code_tries_spent']);
    const second = await issue('call', 'order', NOW + MINUTE);
    assert.equal((await readCounter(knex, customer, 'code')).own.failures, 3);
    const alsoWrong = otherThan(first.code, second.code);
    for (let n = 0; n < 2; n++) await keyed(alsoWrong, NOW + MINUTE);
    assert.deepEqual(await keyed(second.code, NOW + MINUTE), ['locked', 'locked'], 'five wrong in a row');
  },
);

factorTest(
  'without any code for the order nothing is compared and nothing is charged (invariant 6)',
  async () => {
    const result = await checkCode(context({ callId: 'call' }), customer, 'order', '123456');
    assert.deepEqual([result.kind, 'reason' in result && result.reason], ['failed', 'nothing_to_compare']);
    assert.deepEqual(await settle(result), { kept: true });
    assert.equal((await readCounter(knex, customer, 'code')).own.failures, 0);
  },
);

factorTest('after the call ended its codes are worth nothing (invariant 25)', async () => {
  const { code } = await issue('call', 'order');
  await knex.transaction((transaction) => voidCodes(transaction, 'call'));
  assert.equal((await checkCode(context({ callId: 'call' }), customer, 'order', code)).kind, 'late');
});

factorTest('sends are limited per resend, per number and per customer, 50 at once too', async () => {
  const request = {
    customerId: customer,
    callId: 'call',
    binding: 'order',
    numberIndex: phoneIndex,
    policy,
    random,
    keyring,
  };
  const send = (over: { now: Instant; callId?: string; numberIndex?: string; binding?: string }) =>
    knex.transaction((transaction) => issueCode(transaction, { ...request, ...over }));
  const reason = async (over: Parameters<typeof send>[0]) => {
    const issued = await send(over);
    return issued.kind === 'limited' ? issued.reason : issued.kind;
  };
  assert.equal(await reason({ now: NOW }), 'issued');
  assert.equal(await reason({ now: NOW + 59 * SECOND }), 'resend_too_soon');
  assert.equal(await reason({ now: NOW + 60 * SECOND }), 'issued');
  assert.equal(await reason({ now: NOW + 120 * SECOND }), 'issued');
  assert.equal(await reason({ now: NOW + 180 * SECOND }), 'resends_spent');
  assert.equal(await reason({ now: NOW + 180 * SECOND, binding: 'changed' }), 'sends_per_number');
  const all = await Promise.all(
    Array.from({ length: 50 }, (_, n) => reason({ now: NOW + 20 * MINUTE, callId: `call-${n}` })),
  );
  assert.equal(all.filter((one) => one === 'issued').length, 2);
  assert.equal(await reason({ now: NOW + 40 * MINUTE, callId: 'later' }), 'sends_per_customer');
  assert.equal(await reason({ now: NOW + DAY + HOUR, callId: 'tomorrow' }), 'issued');
});

test('codes are uniform, leading zeros included (invariant 16)', async () => {
  const codes = Array.from({ length: 20_000 }, () => randomDigits(secureRandom, policy.code.length));
  for (let position = 0; position < policy.code.length; position++) {
    const counts = new Map<string, number>();
    for (const code of codes) counts.set(code.charAt(position), (counts.get(code.charAt(position)) ?? 0) + 1);
    // Chi-square with 9 degrees of freedom: above 50 comes about once in ten million runs.
    const chiSquare = [...counts.values()].reduce((sum, count) => sum + (count - 2000) ** 2 / 2000, 0);
    assert.ok(counts.size === 10 && chiSquare < 50, `digit ${position}: ${chiSquare}`);
  }
  assert.ok(codes.every((code) => /^\d{6}$/.test(code)));
});

test('no Math.random is on the way to a code, a token or anything else (invariant 16)', () => {
  const root = new URL('../', import.meta.url);
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('.ts') && !file.endsWith('.test.ts'),
  );
  assert.ok(files.length > 40);
  for (const file of files) {
    const code = readFileSync(new URL(file, root), 'utf8').replace(/\/\*[\s\S]*?\*\//g, '');
    assert.ok(!/Math\.random/.test(code), file);
  }
});

factorTest(
  'no PIN, code or ID that was keyed is anywhere in the database or in an error (invariant 15)',
  async () => {
    const { code } = await issue('call', 'order');
    await keyPin(PIN);
    await keyPin(WRONG);
    await settle(await checkCode(context({ callId: 'call' }), customer, 'order', code));
    await settle(await checkIdentity(context(), phoneIndex, ID));
    await knex('pin_verifiers').where({ customer_id: customer }).update({ verifier: 'unreadable' });
    const error = await checkPin(context(), customer, 'query', PIN).catch((thrown: Error) => thrown);
    assert.ok(error instanceof Fault);
    const dump = [JSON.stringify(error), error.message, error.stack];
    for (const name of await tablesOf(knex)) dump.push(JSON.stringify(await knex(name)));
    // Digests and sealed text hold digits too; a secret of six would show as a value or a word of its own.
    for (const secret of [PIN, WRONG, code, ID, PHONE])
      for (const text of dump)
        assert.ok(
          !new RegExp(`(?<![0-9A-Za-z_-])${secret.replace('+', '\\+')}(?![0-9A-Za-z_-])`).test(text ?? ''),
        );
  },
);
