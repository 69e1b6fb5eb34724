import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, type TestContext, test } from 'node:test';
import argon2 from 'argon2';
import fc from 'fast-check';
import { DEMO_CUSTOMERS, type DemoCustomer } from '../db/seeds/demo-customers.ts';
import type { Exchange } from '../phone-sim/carrier.client.ts';
import { Phone } from '../phone-sim/phone.ts';
import { DAY, HOUR, ManualClock, MINUTE, SECOND } from '../src/platform/clock.ts';
import { seededRandom } from '../src/platform/random.ts';
import { connect, type Knex } from '../src/storage/connect.ts';
import {
  actionIn,
  callerAtCode,
  calling,
  comparedAndWrong,
  expectStep,
  failuresOf,
  handoffReason,
  heard,
  heardSince,
  INTENT_KEYS,
  identifiedCaller,
  key,
  keyIdentity,
  newestCode,
  postTo,
  registeredNumber,
  sendAgain,
  strangersNumber,
  TIMELESS,
  until,
  verifiedCaller,
  wordsOf,
  worldOf,
  wrongCode,
  wrongPin,
} from './support/callers.ts';
import { stranger } from './support/oracle.ts';
import { demoCustomer, keysOf, lineOf, startWorld, type World } from './support/world.ts';

const lina = demoCustomer(({ id }) => id === 'demo-01');
const an = demoCustomer(({ id }) => id === 'demo-09');

/** Keys a wrong PIN up to three times in one call from this number; answers how many were compared. */
async function wrongPins(
  hotline: World,
  customer: DemoCustomer,
  count: number,
  from = registeredNumber(customer),
): Promise<number> {
  const before = await comparedAndWrong(hotline, customer, 'pin.transaction');
  const phone = await identifiedCaller(hotline, customer, { intent: 'transfer', from });
  for (let n = 0; n < count; n++) {
    if (phone.step === 'refused') await key(phone, '1');
    expectStep(phone, 'pin.entry');
    await key(phone, `${wrongPin(customer, n)}#`);
  }
  await phone.hangUp();
  return (await comparedAndWrong(hotline, customer, 'pin.transaction')) - before;
}

/** Has this many wrong PINs compared from the customer's own line, waiting out the locks of the ladder. */
async function failPins(hotline: World, customer: DemoCustomer, count: number): Promise<void> {
  for (let compared = 0; compared < count; ) {
    const before = compared;
    compared += await wrongPins(hotline, customer, Math.min(3, count - compared));
    if (compared === before) hotline.clock.advance(DAY);
  }
}

/** Makes the comparison of a PIN take this many passes; with the most there may be, 999, it takes long enough to be interrupted. */
async function slowDownPin(knex: Knex, customer: DemoCustomer, passes: number): Promise<string> {
  const where = { customer_id: customer.id, kind: 'transaction' };
  const row: { verifier: string } | undefined = await knex('pin_verifiers').where(where).first();
  assert.ok(row);
  const slow = row.verifier.replace(/m=\d+,t=\d+/, `m=65536,t=${passes}`);
  await knex('pin_verifiers').where(where).update({ verifier: slow });
  return row.verifier;
}

async function setVerifier(knex: Knex, customer: DemoCustomer, verifier: string): Promise<void> {
  await knex('pin_verifiers').where({ customer_id: customer.id, kind: 'transaction' }).update({ verifier });
}

const isReserved =
  (knex: Knex, count = 1) =>
  async () =>
    (await knex('attempts').where({ factor: 'pin.transaction', status: 'reserved' })).length === count;

describe('invariant 1: 50 parallel calls with a wrong PIN get at most 5 comparisons', () => {
  for (const from of ['the own line', 'fifty strangers'] as const) {
    test(`from ${from}`, async (t) => {
      const hotline = await worldOf(t);
      const phones: Phone[] = [];
      for (let n = 0; n < 50; n++) {
        const number = from === 'the own line' ? registeredNumber(lina) : strangersNumber(n);
        phones.push(
          await identifiedCaller(hotline, lina, { intent: 'transfer', from: number, phone: TIMELESS }),
        );
      }
      for (const [n, phone] of phones.entries()) await key(phone, wrongPin(lina, n));
      await Promise.all(phones.map((phone) => key(phone, '#')));
      assert.equal(await comparedAndWrong(hotline, lina, 'pin.transaction'), 5);
      assert.equal(await failuresOf(hotline.knex, lina, 'pin.transaction'), 5);
      for (const phone of phones) expectStep(phone, 'refused');
      assert.equal(new Set(phones.map((phone) => wordsOf(phone.exchanges.at(-1)))).size, 1);
    });
  }

  test('with one attempt left, 50 parallel calls get one', async (t) => {
    const hotline = await worldOf(t);
    await failPins(hotline, lina, 4);
    const phones: Phone[] = [];
    for (let n = 0; n < 50; n++)
      phones.push(await identifiedCaller(hotline, lina, { intent: 'transfer', phone: TIMELESS }));
    for (const [n, phone] of phones.entries()) await key(phone, wrongPin(lina, n));
    await Promise.all(phones.map((phone) => key(phone, '#')));
    assert.equal(await comparedAndWrong(hotline, lina, 'pin.transaction'), 5);
  });
});

describe('invariant 3: an attempt is paid for before its secret is looked at', () => {
  let folder: string;
  let file: string;
  const unanswered = new Map<DemoCustomer, Exchange>();

  /** Two callers key a PIN, a wrong and a right one; the process is killed while it compares them. */
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'invariants-'));
    file = join(folder, 'killed.sqlite');
    const start = `const { startWorld } = await import(process.argv[1]);
      const world = await startWorld({ databaseFile: process.argv[2], seed: 'the process that is killed' });
      console.log(JSON.stringify({ url: world.url, token: world.config.webhookTokens[0] }));`;
    const child = spawn(
      process.execPath,
      ['--input-type=module', '-e', start, new URL('./support/world.ts', import.meta.url).href, file],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const exited = once(child, 'exit');
    const beside = connect({ kind: 'sqlite', file });
    try {
      const [line] = (await once(child.stdout, 'data')) as [Buffer];
      const { url, token } = JSON.parse(String(line)) as { url: string; token: string };
      const clock = new ManualClock();
      const callers: { customer: DemoCustomer; phone: Phone; sent: number; verifier: string }[] = [];
      for (const customer of [lina, an]) {
        const phone = new Phone({
          baseUrl: url,
          authToken: token,
          random: seededRandom(customer.id),
          stopwatch: clock,
          time: { pass: async (milliseconds) => clock.advance(milliseconds) },
        });
        await phone.dial({ from: registeredNumber(customer), to: lineOf('zh-CN') });
        await key(phone, INTENT_KEYS.transfer);
        await keyIdentity(phone, customer);
        const verifier = await slowDownPin(beside, customer, 999);
        callers.push({ customer, phone, verifier, sent: phone.exchanges.length });
      }
      const keyed = callers.map(({ customer, phone }) =>
        key(phone, `${customer === lina ? wrongPin(lina) : an.transactionPin}#`),
      );
      await until('the attempts', isReserved(beside, 2));
      child.kill('SIGKILL');
      await exited;
      await Promise.all(keyed);
      for (const { customer, phone, verifier, sent } of callers) {
        await setVerifier(beside, customer, verifier);
        const exchange = phone.exchanges[sent];
        assert.ok(exchange?.outcome.kind === 'unreachable', 'the carrier got no answer');
        unanswered.set(customer, exchange);
        assert.equal(await failuresOf(beside, customer, 'pin.transaction'), 1, 'paid, though never compared');
      }
    } finally {
      child.kill('SIGKILL');
      await beside.destroy();
    }
  });
  after(() => rm(folder, { recursive: true, force: true }));

  /** The next process, on what the killed one has left behind. */
  async function nextProcess(t: TestContext, customer: DemoCustomer): Promise<[World, Exchange]> {
    const copy = join(folder, `${t.name.length}-${customer.id}.sqlite`);
    await copyFile(file, copy);
    const hotline = await worldOf(t, { databaseFile: copy, seed: 'the next process' });
    const exchange = unanswered.get(customer);
    assert.ok(exchange);
    return [hotline, exchange];
  }

  test('a process killed in between has paid; the retry of the webhook is compared and pays no second time', async (t) => {
    const [hotline, turn] = await nextProcess(t, lina);
    const answer = await sendAgain(hotline, turn);
    assert.match(actionIn(answer), /step=refused/);
    assert.equal(await sendAgain(hotline, turn), answer);
    assert.equal(await failuresOf(hotline.knex, lina, 'pin.transaction'), 1);
    assert.equal(await comparedAndWrong(hotline, lina, 'pin.transaction'), 1);
  });

  test('the retry with the right PIN goes on', async (t) => {
    const [hotline, turn] = await nextProcess(t, an);
    assert.match(actionIn(await sendAgain(hotline, turn)), /step=details\.payee/);
    assert.equal(await failuresOf(hotline.knex, an, 'pin.transaction'), 0);
  });

  test('a caller who comes back by the fallback and keys another PIN is heard, and the first one stays paid', async (t) => {
    const [hotline, turn] = await nextProcess(t, lina);
    const parameters = [...new URLSearchParams(turn.request.body)].filter(
      ([name]) => !['Digits', 'FinishedOnKey', 'msg'].includes(name),
    );
    let answer = await postTo(hotline, `${hotline.url}/voice/fallback`, parameters);
    const entries: number[] = [];
    while (/step=pin\.entry/.test(actionIn(answer)) && entries.length < 3) {
      answer = await postTo(hotline, actionIn(answer), [...parameters, ['Digits', wrongPin(lina, 1)]]);
      entries.push(await failuresOf(hotline.knex, lina, 'pin.transaction'));
    }
    assert.match(actionIn(answer), /step=refused/);
    assert.deepEqual(entries, [1, 2]);
  });
});

test('invariant 3: when a PIN is compared, its attempt is taken and committed, as another connection sees it', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'invariants-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, 'committed.sqlite');
  const hotline = await worldOf(t, { databaseFile: file });
  const beside = connect({ kind: 'sqlite', file });
  t.after(() => beside.destroy());
  const phone = await identifiedCaller(hotline, lina, { intent: 'transfer' });
  await key(phone, lina.transactionPin.slice(0, -1));
  const seen: unknown[] = [];
  const { hash } = argon2;
  t.mock.method(argon2, 'hash', async (...given: Parameters<typeof hash>) => {
    const attempts = await beside('attempts').where({ factor: 'pin.transaction' }).select('status');
    seen.push([attempts, await failuresOf(beside, lina, 'pin.transaction')]);
    return hash(...given);
  });
  await key(phone, lina.transactionPin.slice(-1));
  expectStep(phone, 'details.payee');
  assert.deepEqual(seen, [[[{ status: 'reserved' }], 1]]);
});

describe('invariant 28: what could not be compared is not charged', () => {
  test('an outage in the comparison charges nothing, and a caller who keys another PIN afterwards is heard', async (t) => {
    const hotline = await worldOf(t);
    const phone = await identifiedCaller(hotline, lina, { intent: 'transfer' });
    const before: { verifier: string } = await hotline
      .knex('pin_verifiers')
      .where({ customer_id: lina.id, kind: 'transaction' })
      .first();
    await setVerifier(hotline.knex, lina, 'unreadable');
    const said = heard(phone).length;
    await key(phone, `${wrongPin(lina)}#`);
    await phone.listen();
    assert.match(heardSince(phone, said), /系统/, 'the caller hears the truth');
    assert.equal(phone.queue, 'verification');
    assert.equal(await failuresOf(hotline.knex, lina, 'pin.transaction'), 0);
    await setVerifier(hotline.knex, lina, before.verifier);
    await phone.leaveQueue('queue-full');
    expectStep(phone, 'pin.entry');
    await key(phone, `${lina.transactionPin}#`);
    expectStep(phone, 'details.payee');
  });

  test('an attempt that was given back is charged again when its webhook is retried', async (t) => {
    const hotline = await worldOf(t);
    const phone = await identifiedCaller(hotline, lina, { intent: 'transfer' });
    const row: { verifier: string } = await hotline
      .knex('pin_verifiers')
      .where({ customer_id: lina.id, kind: 'transaction' })
      .first();
    await setVerifier(hotline.knex, lina, 'unreadable');
    const sent = phone.exchanges.length;
    await key(phone, `${wrongPin(lina)}#`);
    const turn = phone.exchanges[sent];
    assert.ok(turn);
    assert.equal(
      (await hotline.knex('attempts').where({ factor: 'pin.transaction' }).first()).status,
      'refunded',
    );
    await setVerifier(hotline.knex, lina, row.verifier);
    assert.match(actionIn(await sendAgain(hotline, turn)), /step=refused/);
    assert.equal(await failuresOf(hotline.knex, lina, 'pin.transaction'), 1);
    assert.equal(await comparedAndWrong(hotline, lina, 'pin.transaction'), 1);
  });
});

test('invariant 4: the right PIN, while locked, is refused in the same words as a wrong one', async (t) => {
  const hotline = await worldOf(t);
  const fresh = demoCustomer(({ id }) => id === 'demo-02');
  await failPins(hotline, lina, 5);
  const answers: string[] = [];
  for (const [customer, pin] of [
    [lina, lina.transactionPin],
    [lina, wrongPin(lina)],
    [fresh, wrongPin(fresh)],
  ] as const) {
    const phone = await identifiedCaller(hotline, customer, { intent: 'transfer' });
    const webhooks = phone.exchanges.length;
    await key(phone, pin);
    assert.equal(phone.exchanges.length, webhooks + 1);
    expectStep(phone, 'refused');
    answers.push(wordsOf(phone.exchanges.at(-1)));
    await phone.hangUp();
  }
  assert.equal(new Set(answers).size, 1, 'one answer whatever the cause');
  assert.equal(
    await comparedAndWrong(hotline, lina, 'pin.transaction'),
    5,
    'while locked nothing is compared',
  );
  hotline.clock.advance(30 * MINUTE);
  const later = await identifiedCaller(hotline, lina, { intent: 'transfer' });
  await key(later, `${lina.transactionPin}#`);
  expectStep(later, 'details.payee');
});

describe('invariant 6: only a compared and wrong secret counts', () => {
  test('silence, short and malformed PINs do not', async (t) => {
    const hotline = await worldOf(t);
    const phone = await identifiedCaller(hotline, lina, { intent: 'transfer' });
    await phone.staySilent();
    for (const keys of ['12345#', '1234*5', '#']) {
      expectStep(phone, 'pin.entry');
      await key(phone, keys);
    }
    assert.equal(await failuresOf(hotline.knex, lina, 'pin.transaction'), 0);
    assert.equal((await hotline.knex('attempts').where({ factor: 'pin.transaction' })).length, 0);
  });

  test('an entry begun anew with the star counts as what it became', async (t) => {
    const hotline = await worldOf(t);
    const phone = await identifiedCaller(hotline, lina, { intent: 'transfer' });
    await key(phone, `${wrongPin(lina).slice(0, 3)}*12`);
    expectStep(phone, 'pin.entry');
    await key(phone, lina.transactionPin);
    expectStep(phone, 'details.payee');
    assert.equal((await hotline.knex('attempts').where({ factor: 'pin.transaction' })).length, 1);
  });

  test('a mistyped ID number costs neither an attempt nor a look-up', async (t) => {
    const hotline = await worldOf(t);
    const phone = await calling(hotline, lina);
    await key(phone, `${INTENT_KEYS.transfer}${keysOf(lina).phone}#`);
    await key(phone, `${keysOf(lina).id.slice(0, -1)}0#`);
    expectStep(phone, 'identity.id');
    assert.equal((await hotline.knex('attempts')).length, 0);
  });

  test('a busy line is not a failure, and is said to be none', async (t) => {
    const hotline = await worldOf(t, { environment: { ARGON2_CONCURRENCY: '1', ARGON2_QUEUE: '0' } });
    const [first, second] = [
      await identifiedCaller(hotline, an, { intent: 'transfer' }),
      await identifiedCaller(hotline, lina, { intent: 'transfer' }),
    ];
    const verifier = await slowDownPin(hotline.knex, an, 4);
    const comparing = key(first, `${an.transactionPin}#`);
    await until('the first comparison', isReserved(hotline.knex));
    const said = heard(second).length;
    await key(second, `${wrongPin(lina)}#`);
    expectStep(second, 'pin.entry');
    assert.match(heardSince(second, said), /不算您输错/);
    assert.equal(await failuresOf(hotline.knex, lina, 'pin.transaction'), 0);
    await comparing;
    await setVerifier(hotline.knex, an, verifier);
    await key(second, `${lina.transactionPin}#`);
    expectStep(second, 'details.payee');
  });

  test('a late code does not', async (t) => {
    const hotline = await worldOf(t);
    const phone = await callerAtCode(hotline, lina, { amount: 100 });
    const old = await newestCode(hotline, lina);
    hotline.clock.advance(60 * SECOND);
    await key(phone, '1#');
    expectStep(phone, 'code.entry');
    await key(phone, `${old}#`);
    expectStep(phone, 'code.entry');
    assert.equal(await failuresOf(hotline.knex, lina, 'code'), 0);
    assert.equal(await comparedAndWrong(hotline, lina, 'code'), 0);
  });
});

test('invariant 7: success resets that factor of that customer, nothing else', async (t) => {
  const hotline = await worldOf(t);
  await wrongPins(hotline, lina, 2);
  await wrongPins(hotline, an, 2);
  const enquiring = await identifiedCaller(hotline, lina, { intent: 'enquiry' });
  await key(enquiring, `${wrongPin(lina)}#`);
  await enquiring.hangUp();
  const phone = await callerAtCode(hotline, lina, { amount: 100 });
  assert.equal(await failuresOf(hotline.knex, lina, 'pin.transaction'), 0, 'the right PIN has reset its own');
  await key(phone, `${wrongCode(await newestCode(hotline, lina))}#`);
  await phone.hangUp();
  await (await verifiedCaller(hotline, lina, { intent: 'transfer' })).hangUp();
  assert.equal(await failuresOf(hotline.knex, lina, 'pin.query'), 1);
  assert.equal(await failuresOf(hotline.knex, lina, 'code'), 1);
  assert.equal(await failuresOf(hotline.knex, an, 'pin.transaction'), 2);
});

describe('invariant 11: two right PINs at the same time are never both failed', () => {
  for (const failed of [0, 1, 2, 3, 4]) {
    test(`after ${failed} failures, with a wrong one beside them`, async (t) => {
      const hotline = await worldOf(t);
      await failPins(hotline, lina, failed);
      const phones = [];
      for (const pin of [lina.transactionPin, lina.transactionPin, wrongPin(lina)]) {
        const phone = await identifiedCaller(hotline, lina, { intent: 'transfer' });
        await key(phone, pin);
        phones.push(phone);
      }
      await Promise.all(phones.map((phone) => key(phone, '#')));
      const passed = phones.filter((phone) => phone.step === 'details.payee').length;
      assert.ok(passed >= 1, 'at least one right PIN passes');
      if (failed <= 2) assert.equal(passed, 2, 'with budget for all, both pass');
    });
  }
});

describe('invariant 10: strangers alone never shut out the own line', () => {
  test('however many numbers guess for however many days, the own line stays open', async (t) => {
    const hotline = await worldOf(t);
    let compared = 0;
    for (let n = 0; n < 12; n++) {
      compared += await wrongPins(hotline, lina, 3, strangersNumber(n));
      hotline.clock.advance(DAY);
    }
    assert.equal(compared, 7, 'the share of other lines');
    const own = await verifiedCaller(hotline, lina, { intent: 'transfer' });
    expectStep(own, 'details.payee');
  });

  test('one stranger has three tries a day, over both PINs', async (t) => {
    const hotline = await worldOf(t);
    const from = strangersNumber(1);
    assert.equal(await wrongPins(hotline, lina, 2, from), 2);
    const phone = await identifiedCaller(hotline, lina, { intent: 'enquiry', from });
    await key(phone, `${wrongPin(lina)}#`);
    await key(phone, '1');
    await key(phone, `${lina.queryPin}#`);
    expectStep(phone, 'refused');
    assert.equal(await comparedAndWrong(hotline, lina, 'pin.query'), 1);
    await phone.hangUp();
    const own = await verifiedCaller(hotline, lina, { intent: 'enquiry' });
    expectStep(own, 'confirm.identity');
  });
});

describe('invariants 5 and 8: no schedule lowers a counter or gets more than 10 comparisons between successes', () => {
  const FACTORS = ['pin.query', 'pin.transaction', 'code'] as const;
  type Counts = { readonly [factor in (typeof FACTORS)[number]]: number };

  async function counts(knex: Knex, customer: DemoCustomer): Promise<Counts> {
    const [query, transaction, code] = await Promise.all(
      FACTORS.map((factor) => failuresOf(knex, customer, factor)),
    );
    return { 'pin.query': query ?? 0, 'pin.transaction': transaction ?? 0, code: code ?? 0 };
  }

  async function successes(knex: Knex, customer: DemoCustomer): Promise<Counts> {
    const rows: { factor: (typeof FACTORS)[number] }[] = await knex('attempts').where({
      customer_id: customer.id,
      status: 'passed',
    });
    const of = (factor: string) => rows.filter((row) => row.factor === factor).length;
    return { 'pin.query': of('pin.query'), 'pin.transaction': of('pin.transaction'), code: of('code') };
  }

  /** Keys that make sense, or nearly, where the call is. */
  async function possibleKeys(hotline: World, phone: Phone): Promise<readonly string[]> {
    const wrong = `${wrongPin(lina)}#`;
    switch (phone.step) {
      case 'menu.main':
        return ['1', '22', '31', '8'];
      case 'identity.phone':
        return [`${keysOf(lina).phone}#`, `${keysOf(lina).phone}#`, '8#'];
      case 'identity.id':
        return [`${keysOf(lina).id}#`, `${keysOf(lina).id}#`, `${keysOf(lina).id}#`, `${keysOf(an).id}#`];
      case 'pin.entry':
        return [wrong, wrong, `${lina.transactionPin}#`, `${lina.queryPin}#`, '8#', '9#'];
      case 'refused':
        return ['1', '1', '2', '8'];
      case 'details.amount':
        return ['100#', '60000#'];
      case 'code.entry': {
        const code = await newestCode(hotline, lina);
        return [`${wrongCode(code)}#`, `${wrongCode(code)}#`, '1#', `${code}#`, '8#', '9#'];
      }
      case 'confirm.identity':
      case 'confirm.order':
        return ['1', '1', '2', '8'];
      default:
        return ['1', '2', '8'];
    }
  }

  test('no resend, new call, hang-up, language, way back or person lowers a counter', async () => {
    let most = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ choice: fc.nat(59), other: fc.nat(19) }), {
          minLength: 30,
          maxLength: 50,
          size: 'max',
        }),
        async (moves) => {
          const hotline = await startWorld();
          try {
            let phone: Phone | undefined;
            for (const { choice, other } of moves) {
              const [before, passedBefore] = [
                await counts(hotline.knex, lina),
                await successes(hotline.knex, lina),
              ];
              if (other === 0 && phone) await phone.hangUp();
              if (other === 1) hotline.clock.advance(61 * SECOND);
              if (other === 2 && phone?.step) await key(phone, phone.collects === 'one' ? '0' : '0#');
              if (phone?.step === undefined) {
                await phone?.hangUp();
                phone = await calling(hotline, lina);
              } else {
                const keys = await possibleKeys(hotline, phone);
                await key(phone, keys[choice % keys.length] ?? '8');
                if (phone.state === 'speaking' || phone.isAside) await phone.listen();
              }
              const [after, passed] = [await counts(hotline.knex, lina), await successes(hotline.knex, lina)];
              for (const factor of FACTORS) {
                most = Math.max(most, after[factor]);
                if (passed[factor] === passedBefore[factor])
                  assert.ok(after[factor] >= before[factor], `${factor} went down without a success`);
              }
            }
          } finally {
            await hotline.stop();
          }
        },
      ),
      { numRuns: 5 },
    );
    assert.ok(most >= 2, `the walks must fail factors to prove anything; at most ${most} were counted`);
  });

  test('between two successes at most 10 comparisons of a PIN, from any line and by any clock', async () => {
    let most = 0;
    const call = fc.record({
      from: fc.constantFrom('own', 'own', 'own', 'stranger 1', 'stranger 2', 'stranger 3'),
      entries: fc.array(fc.nat(19), { minLength: 1, maxLength: 3 }),
      jump: fc.constantFrom(0, 0, MINUTE, 31 * MINUTE, DAY, 2 * DAY, -HOUR, -DAY),
    });
    // Some schedule has to come to the limit, whatever the seed.
    const upToTheVoid = Array.from({ length: 6 }, () => ({
      from: 'own' as const,
      entries: [1, 2, 3],
      jump: 2 * DAY,
    }));
    await fc.assert(
      fc.asyncProperty(fc.array(call, { minLength: 12, maxLength: 18, size: 'max' }), async (calls) => {
        const hotline = await startWorld();
        try {
          for (const { from, entries, jump } of calls) {
            hotline.clock.advance(jump);
            const number =
              from === 'own' ? registeredNumber(lina) : strangersNumber(Number(from.split(' ')[1]));
            const phone = await identifiedCaller(hotline, lina, { intent: 'transfer', from: number });
            for (const entry of entries) {
              if (phone.step === 'refused') await key(phone, '1');
              if (phone.step !== 'pin.entry') break;
              await key(phone, entry === 0 ? `${lina.transactionPin}#` : `${wrongPin(lina, entry)}#`);
            }
            await phone.hangUp();
          }
          const compared: { status: string }[] = await hotline
            .knex('attempts')
            .where({ customer_id: lina.id, factor: 'pin.transaction' })
            .whereIn('status', ['failed', 'passed'])
            .orderByRaw('rowid');
          let since = 0;
          for (const { status } of compared) {
            since += 1;
            most = Math.max(most, since);
            assert.ok(since <= 10, `${since} comparisons without a success`);
            if (status === 'passed') since = 0;
          }
        } finally {
          await hotline.stop();
        }
      }),
      { numRuns: 4, examples: [[upToTheVoid]] },
    );
    assert.equal(most, 10, 'a schedule comes to the limit, or nothing is proved');
  });

  test('the tenth wrong PIN is the last that is compared, and the right one is then refused (V11)', async (t) => {
    const hotline = await worldOf(t);
    await failPins(hotline, lina, 10);
    for (const later of [0, DAY, 100 * DAY]) {
      hotline.clock.advance(later);
      const phone = await identifiedCaller(hotline, lina, { intent: 'transfer' });
      await key(phone, `${lina.transactionPin}#`);
      expectStep(phone, 'refused');
      await phone.hangUp();
    }
    assert.equal(await comparedAndWrong(hotline, lina, 'pin.transaction'), 10);
    const query = await verifiedCaller(hotline, lina, { intent: 'enquiry' });
    expectStep(query, 'confirm.identity');
  });
});

test('three wrong PINs in one call lead to a person, the fourth is never asked for', async (t) => {
  const hotline = await worldOf(t);
  const phone = await identifiedCaller(hotline, lina, { intent: 'transfer' });
  for (let n = 0; n < 3; n++) {
    if (n > 0) await key(phone, '1');
    await key(phone, `${wrongPin(lina, n)}#`);
  }
  assert.equal(phone.step, undefined);
  assert.equal(await handoffReason(hotline, phone), 'verification_exhausted');
});

test('the customer is told of every lock by one SMS, of the void by another, and not again (V11)', async (t) => {
  const hotline = await worldOf(t);
  const told = async () =>
    (await hotline.messagesTo(registeredNumber(lina))).filter(({ body }) => body.includes('交易密码')).length;
  const steps = [
    { until: 4, notices: 0 },
    { until: 5, notices: 1 },
    { until: 6, notices: 1 },
    { until: 7, notices: 2 },
    { until: 9, notices: 2 },
    { until: 10, notices: 3 },
  ];
  let compared = 0;
  for (const step of steps) {
    await failPins(hotline, lina, step.until - compared);
    compared = step.until;
    assert.equal(await told(), step.notices, `after ${step.until} wrong PINs`);
    await wrongPins(hotline, lina, 1).then((more) => {
      compared += more;
    });
    if (compared > step.until) {
      // The entry after the last of this step was not locked: it has used up the first of the next.
      assert.ok(![5, 7, 10].includes(step.until), 'after a lock nothing more is compared');
      assert.ok(![5, 7, 10].includes(compared) || (await told()) === step.notices + 1);
    } else assert.equal(await told(), step.notices, 'an attempt while locked sends nothing');
  }
});

test('a stranger’s wrong PIN while the own line is locked sends no second notice of that lock', async (t) => {
  const hotline = await worldOf(t);
  await failPins(hotline, lina, 5);
  assert.equal(await wrongPins(hotline, lina, 1, strangersNumber(1)), 1);
  const notices = (await hotline.messagesTo(registeredNumber(lina))).filter(({ body }) =>
    body.includes('已锁定'),
  );
  assert.equal(notices.length, 1);
});

test('strangers who lock themselves out have the customer told once, and the own line stays open', async (t) => {
  const hotline = await worldOf(t);
  for (let n = 0; n < 4; n++) await wrongPins(hotline, lina, 3, strangersNumber(n));
  const notices = (await hotline.messagesTo(registeredNumber(lina))).filter(({ body }) =>
    body.includes('已锁定'),
  );
  assert.equal(notices.length, 1);
  expectStep(await verifiedCaller(hotline, lina, { intent: 'transfer' }), 'details.payee');
});

describe('a number from which nobody proves who they say they are is slowed, then led to a person', () => {
  const from = strangersNumber(7);

  /** Names somebody who is no customer; a different person for each index. */
  async function nameSomebody(hotline: World, index: number, source = from): Promise<Phone> {
    const phone = await calling(hotline, lina, { from: source });
    const { phone: number, id } = stranger(index);
    await key(phone, `${INTENT_KEYS.enquiry}${number}#`);
    if (phone.state === 'speaking' || phone.isAside) await phone.listen();
    await key(phone, `${id}#`);
    return phone;
  }

  const isSlowed = (phone: Phone) => /<Response><Pause length="3"\/>/.test(wordsOf(phone.exchanges.at(-1)));

  test('from the fifth person every prompt comes 3 s later, after the tenth a person takes over; nobody is locked', async (t) => {
    const hotline = await worldOf(t);
    for (let named = 1; named <= 10; named++) {
      const phone = await nameSomebody(hotline, named);
      assert.equal(isSlowed(phone), named >= 5, `after ${named} people`);
      await phone.hangUp();
    }
    const eleventh = await nameSomebody(hotline, 11);
    assert.equal(eleventh.step, undefined);
    assert.equal(await handoffReason(hotline, eleventh), 'identity_limited');
    for (const customer of [lina, an]) assert.equal(await failuresOf(hotline.knex, customer, 'pin.query'), 0);
    expectStep(await verifiedCaller(hotline, lina, { intent: 'transfer' }), 'details.payee');
    hotline.clock.advance(HOUR);
    expectStep(await nameSomebody(hotline, 12), 'pin.entry');
  });

  test('a number that many customers share is neither slowed nor limited where they prove who they are', async (t) => {
    const hotline = await worldOf(t);
    const colleagues = DEMO_CUSTOMERS.filter(({ phone, freeze }) => phone && !freeze).slice(0, 14);
    assert.equal(colleagues.length, 14);
    for (const customer of colleagues) {
      const phone = await identifiedCaller(hotline, customer, { intent: 'enquiry', from });
      expectStep(phone, 'pin.entry');
      assert.equal(isSlowed(phone), false, customer.id);
      await key(phone, `${customer.queryPin}#`);
      expectStep(phone, 'confirm.identity');
      await phone.hangUp();
    }
  });

  for (const hidden of [
    'anonymous',
    '+266696687',
    'unavailable',
    'client:app',
    'sip:1001@pbx.example',
    '+12',
    '02',
  ])
    test(`callers from ${hidden} have nothing in common`, async (t) => {
      const hotline = await worldOf(t);
      for (let named = 1; named <= 12; named++) {
        const phone = await nameSomebody(hotline, named, hidden);
        expectStep(phone, 'pin.entry');
        assert.equal(isSlowed(phone), false, `after ${named} people`);
        await phone.hangUp();
      }
      // One who guesses shuts no other out who hides their number, too.
      assert.equal(await wrongPins(hotline, lina, 3, hidden), 3);
      expectStep(await verifiedCaller(hotline, lina, { intent: 'transfer', from: hidden }), 'details.payee');
    });
});
