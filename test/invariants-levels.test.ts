import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { DemoCustomer } from '../db/seeds/demo-customers.ts';
import type { Phone } from '../phone-sim/phone.ts';
import type { ActionName } from '../src/actions/catalogue.ts';
import { type Order, orderBinding } from '../src/actions/order.ts';
import { currentLevel, type Proofs } from '../src/assurance/levels.ts';
import { DemoBank } from '../src/bank/demo-bank.store.ts';
import type { CallState } from '../src/calls/call.ts';
import { authoriseOrder, type GateAnswer } from '../src/orders/authorise-order.service.ts';
import { DAY, MINUTE, SECOND } from '../src/platform/clock.ts';
import { blindIndex, open } from '../src/platform/keyring.ts';
import { connect } from '../src/storage/connect.ts';
import {
  callerAtCode,
  callerAtLastKey,
  calling,
  carriedOut,
  confirmIdentity,
  expectStep,
  handoffReason,
  heard,
  heardSince,
  INTENT_KEYS,
  type Intent,
  identifiedCaller,
  key,
  keyIdentity,
  keyNewestCode,
  newestCode,
  orderTransfer,
  postTo,
  registeredNumber,
  rightPin,
  strangersNumber,
  transferred,
  verifiedCaller,
  wordsOf,
  worldOf,
  wrongCode,
  wrongPin,
} from './support/callers.ts';
import { demoCustomer, keysOf, type World } from './support/world.ts';

const lina = demoCustomer(({ id }) => id === 'demo-01');
const chen = demoCustomer(({ id }) => id === 'demo-02');
const an = demoCustomer(({ id }) => id === 'demo-09');
const grace = demoCustomer(({ id }) => id === 'demo-07');
const anh = demoCustomer(({ id }) => id === 'demo-13');

/** The call as it is stored, opened. */
async function stateOf(hotline: World, phone: Phone): Promise<CallState> {
  const id = phone.callSid;
  const { snapshot_sealed } = await hotline.knex('calls').where({ id }).first();
  return JSON.parse(open(hotline.config.keyring, `calls.snapshot:${id}`, snapshot_sealed)) as CallState;
}

async function freezeOf(hotline: World, customer: DemoCustomer): Promise<string> {
  return (await hotline.knex('customers').where({ id: customer.id }).first()).freeze;
}

/** Nothing was carried out for anybody: no receipt, no posting, no new contact number. */
async function expectNothingDone(hotline: World, why: string): Promise<void> {
  assert.deepEqual(await hotline.knex('carried_orders').select('action', 'customer_id'), [], why);
  assert.deepEqual(await hotline.knex('bank_postings').whereNot({ kind: 'refused' }), [], why);
  assert.deepEqual(await hotline.knex('customers').whereNotNull('contact_phone_sealed'), [], why);
}

type Protected = Exclude<Intent, 'freeze'> | 'large_loan';
const PROTECTED: readonly Protected[] = [
  'enquiry',
  'recent_transactions',
  'repayment',
  'transfer',
  'loan_application',
  'large_loan',
  'contact_change',
];
const intentOf = (wanted: Protected): Intent => (wanted === 'large_loan' ? 'loan_application' : wanted);
const isQuery = (wanted: Protected | ActionName) => ['enquiry', 'recent_transactions'].includes(wanted);
const needsCode = (wanted: Protected) => ['transfer', 'large_loan', 'contact_change'].includes(wanted);

/** Asks for the PIN once more where it was refused. */
async function sayAgain(phone: Phone): Promise<void> {
  if (phone.step === 'refused') await key(phone, '1');
}

/** Keys what exactly is wanted, up to the code or the confirmation. */
async function keyDetails(phone: Phone, wanted: Protected): Promise<void> {
  switch (wanted) {
    case 'enquiry':
    case 'recent_transactions': // of the only account
      return;
    case 'repayment':
      return key(phone, '1');
    case 'transfer':
      return orderTransfer(phone, { amount: 1_000 });
    case 'loan_application':
      return key(phone, '20000#');
    case 'large_loan':
      return key(phone, '50000#');
    case 'contact_change':
      return key(phone, '13900008888#');
  }
}

describe('invariant 21: no action without everything it takes', () => {
  const MISSING = ['nothing', 'identity', 'pin', 'code', 'confirmation', 'read-back'] as const;

  for (const wanted of PROTECTED)
    for (const missing of MISSING) {
      if (missing === 'code' && !needsCode(wanted)) continue;
      if (missing === 'read-back' && isQuery(wanted)) continue;
      test(`${wanted} by telephone, with ${missing} missing`, async (t) => {
        const hotline = await worldOf(t);
        const phone = await calling(hotline, lina);
        await key(phone, INTENT_KEYS[intentOf(wanted)]);
        await key(phone, `${keysOf(lina).phone}#`);
        await key(phone, `${keysOf(missing === 'identity' ? chen : lina).id}#`);
        const pin = missing === 'pin' ? wrongPin(lina) : rightPin(lina, intentOf(wanted));
        for (let entries = 0; entries < 3 && phone.step === 'pin.entry'; entries++) {
          await key(phone, `${pin}#`);
          await sayAgain(phone);
        }
        if (missing === 'identity' || missing === 'pin') {
          assert.equal(phone.step, undefined, 'a person takes over');
          return expectNothingDone(hotline, missing);
        }
        await keyDetails(phone, wanted);
        if (needsCode(wanted)) {
          expectStep(phone, 'code.entry');
          const code = await newestCode(hotline, lina);
          for (let tries = 0; tries < 3 && phone.step === 'code.entry'; tries++)
            await key(phone, `${missing === 'code' ? wrongCode(code) : code}#`);
        }
        if (missing === 'code') {
          assert.equal(phone.step, undefined, 'a person takes over');
          return expectNothingDone(hotline, missing);
        }
        expectStep(phone, 'confirm.identity');
        if (missing === 'confirmation') {
          await key(phone, '2');
          expectStep(phone, 'identity.phone');
          assert.deepEqual((await stateOf(hotline, phone)).proofs, { pins: {} });
          return expectNothingDone(hotline, missing);
        }
        await key(phone, '1');
        if (missing === 'read-back') {
          await phone.listen();
          await key(phone, '2');
          return expectNothingDone(hotline, missing);
        }
        if (phone.state === 'speaking' || phone.isAside) await phone.listen();
        if (phone.step === 'confirm.order') await key(phone, '1');
        expectStep(phone, 'more');
        const level = needsCode(wanted) ? 'L3' : 'L2';
        const done = await carriedOut(hotline, lina);
        assert.deepEqual(
          done.map((one) => [one.action, one.level]),
          [[intentOf(wanted), level]],
        );
      });
    }

  test('the gate refuses every order as long as one of its proofs is missing, another’s, or too old', async (t) => {
    const hotline = await worldOf(t);
    const { policy } = hotline.release;
    const now = hotline.clock.now();
    const { keyring } = hotline.config;
    const bank = new DemoBank(keyring);
    const money = { accountId: 'demo-01-account-1', amountMinor: 100_000, currency: 'CNY' } as const;
    const orders: readonly Order[] = [
      { action: 'enquiry', revision: 1 },
      { action: 'recent_transactions', revision: 1, accountId: 'demo-01-account-1', currency: 'CNY' },
      { action: 'repayment', revision: 1, loanId: 'demo-01-loan-1', ...money },
      { action: 'transfer', revision: 1, payeeId: 'demo-01-payee-1', ...money },
      { action: 'loan_application', revision: 1, amountMinor: 4_999_999, currency: 'CNY' },
      { action: 'loan_application', revision: 1, amountMinor: 5_000_000, currency: 'CNY' },
      { action: 'contact_change', revision: 1, contactIndex: 'index' },
    ];
    const ask = (order: Order, proofs: Proofs): Promise<GateAnswer> =>
      hotline.knex.transaction((transaction) =>
        authoriseOrder(
          transaction,
          { bank, keyring },
          {
            ...{ callId: 'call', proofs, order, policy, now },
            ...{
              sourcePhoneIndex: blindIndex(keyring, 'phone', registeredNumber(lina)),
              setting: { accountCurrency: order.currency, dialled: 'CN' },
            },
          },
        ),
      );
    for (const order of orders) {
      const binding = orderBinding('call', lina.id, order);
      const high = ['transfer', 'contact_change'].includes(order.action) || order.amountMinor === 5_000_000;
      const pin = isQuery(order.action) ? 'query' : 'transaction';
      const otherPin = pin === 'query' ? 'transaction' : 'query';
      const full: Proofs = {
        customerId: lina.id,
        identifiedAt: now,
        pins: { [pin]: now },
        ...(high ? { code: { at: now, binding } } : {}),
        confirmation: { at: now, binding },
      };
      const { customerId: _customer, ...unidentified } = full;
      const { confirmation: _confirmation, ...unconfirmed } = full;
      const { code: _code, ...uncoded } = full;
      const another = orderBinding('call', lina.id, { ...order, revision: 2 });
      const lacking: readonly [string, Proofs][] = [
        ['not_identified', { pins: {} }],
        ['not_identified', unidentified],
        ['unknown_customer', { ...full, customerId: 'nobody' }],
        ['pin_missing', { ...full, pins: {} }],
        ['pin_missing', { ...full, pins: { [otherPin]: now } }],
        ['pin_too_old', { ...full, pins: { [pin]: now - 30 * MINUTE } }],
        ['confirmation_missing', unconfirmed],
        ['confirmation_for_another_order', { ...full, confirmation: { at: now, binding: another } }],
        [
          'confirmation_for_another_order',
          { ...full, confirmation: { at: now, binding: orderBinding('another call', lina.id, order) } },
        ],
      ];
      const withoutCode: readonly [string, Proofs][] = [
        ['code_missing', uncoded],
        ['code_for_another_order', { ...full, code: { at: now, binding: another } }],
        [
          'code_for_another_order',
          { ...full, code: { at: now, binding: orderBinding('call', chen.id, order) } },
        ],
        ['code_too_old', { ...full, code: { at: now - 180 * SECOND, binding } }],
      ];
      assert.equal((await ask(order, full)).kind, 'open', `${order.action} with all it takes`);
      for (const [reason, proofs] of [...lacking, ...(high ? withoutCode : [])])
        assert.deepEqual(await ask(order, proofs), { kind: 'refused', reason }, order.action);
      const inTime: Proofs = {
        ...full,
        pins: { [pin]: now - 30 * MINUTE + 1 },
        ...(high ? { code: { at: now - 180 * SECOND + 1, binding } } : {}),
      };
      assert.equal((await ask(order, inTime)).kind, 'open', 'a millisecond before its end');
    }
  });
});

describe('invariant 22: what lands between the last yes and the execution stops it', () => {
  /** Reasons that the caller hears, too (E3.2); the others are for staff. */
  const TOLD: { readonly [reason in string]?: RegExp } = {
    account_frozen: /没有办理.*冻结状态/s,
    cooling_off: /要等24小时/,
    biometric_required: /人脸或指纹/,
    day_total_reached: /今天转账和还款的总额/,
  };

  async function expectRefused(hotline: World, phone: Phone, reason: string): Promise<void> {
    expectStep(phone, 'confirm.order');
    const said = heard(phone).length;
    await key(phone, '1');
    await phone.listen();
    assert.match(heardSince(phone, said), TOLD[reason] ?? /没有办理/);
    const told = reason === 'day_total_reached' ? 'biometric_required' : reason;
    assert.equal(await handoffReason(hotline, phone), TOLD[reason] ? told : 'order_refused');
    await expectNothingDone(hotline, reason);
    const refused = await hotline
      .knex('ledger_entries')
      .where({ stream_id: phone.callSid, type: 'order.refused' })
      .first();
    assert.equal(JSON.parse(refused.data).reason, reason);
  }

  test('a freeze committed by another process', async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'invariants-'));
    t.after(() => rm(folder, { recursive: true, force: true }));
    const file = join(folder, 'hotline.sqlite');
    const hotline = await worldOf(t, { databaseFile: file });
    const phone = await callerAtLastKey(hotline, lina, { amount: 1_000 });
    const another = connect({ kind: 'sqlite', file });
    await another('customers').where({ id: lina.id }).update({ freeze: 'provisional' });
    await another.destroy();
    await expectRefused(hotline, phone, 'account_frozen');
  });

  test('a freeze by another caller who only knows phone and ID', async (t) => {
    const hotline = await worldOf(t);
    const phone = await callerAtLastKey(hotline, lina, { amount: 1_000 });
    await identifiedCaller(hotline, lina, { intent: 'freeze', from: strangersNumber(1) });
    assert.equal(await freezeOf(hotline, lina), 'provisional');
    await expectRefused(hotline, phone, 'account_frozen');
  });

  test('a lock of the PIN that was used', async (t) => {
    const hotline = await worldOf(t);
    const phone = await callerAtLastKey(hotline, lina, { amount: 1_000 });
    for (let n = 0; n < 5; n++) {
      const guessing = await identifiedCaller(hotline, lina, { intent: 'transfer' });
      await key(guessing, `${wrongPin(lina, n)}#`);
      await guessing.hangUp();
    }
    await expectRefused(hotline, phone, 'pin_locked');
  });

  test('a cooling-off that began', async (t) => {
    const hotline = await worldOf(t);
    const phone = await callerAtLastKey(hotline, lina, { amount: 1_000 });
    await hotline
      .knex('customers')
      .where({ id: lina.id })
      .update({ cooling_off_until: hotline.clock.now() + DAY });
    await expectRefused(hotline, phone, 'cooling_off');
  });

  test('money that has gone meanwhile', async (t) => {
    const hotline = await worldOf(t);
    const phone = await callerAtLastKey(hotline, lina, { amount: 1_000 });
    await hotline.knex('bank_accounts').where({ customer_id: lina.id }).update({ balance_minor: 99_999 });
    await expectRefused(hotline, phone, 'insufficient_funds');
  });
});

describe('invariant 23: one gate, and one place behind it', () => {
  const source = new Map(
    globSync('src/**/*.ts', { cwd: join(import.meta.dirname, '..') })
      .filter((file) => !/\.(test|contract)\.ts$/.test(file))
      .map((file) => [file, readFileSync(join(import.meta.dirname, '..', file), 'utf8')]),
  );
  const filesWith = (pattern: RegExp) =>
    [...source].flatMap(([file, text]) => (pattern.test(text) ? [file] : [])).sort();

  test('the scan sees the source', () => assert.ok(source.size > 80, `${source.size} files`));

  test('only what stands behind the gate moves money, changes a contact number, or notes what was done', () => {
    const carryOut = 'src/orders/carry-out.service.ts';
    const store = 'src/orders/orders.store.ts';
    assert.deepEqual(filesWith(/(?<!\bcarryOut|\bcontrol)\.carryOut\(/), [
      'src/bank/guarded-bank.service.ts',
      carryOut,
    ]);
    assert.deepEqual(filesWith(/\bsetContactPhone\(/), ['src/customers/customers.store.ts', carryOut]);
    assert.deepEqual(filesWith(/contact_phone_sealed:/), ['src/customers/customers.store.ts']);
    assert.deepEqual(filesWith(/'carried_orders'\)\.(insert|update|delete)/), [store]);
    assert.deepEqual(filesWith(/\binsertCarriedOrder\(/), [carryOut, store]);
    assert.deepEqual(filesWith(/\bnew CarryOut\(/), ['src/orders/step-operations.service.ts']);
    const text = source.get(carryOut) ?? '';
    const gate = text.indexOf('await authoriseOrder(');
    for (const behind of ['.carryOut(', 'setContactPhone(transaction', 'insertCarriedOrder(transaction'])
      assert.equal(text.split(behind).length, 2, `${behind} once`);
    // What a refusal of the gate answers stands before the first thing that is done.
    const refused = text.indexOf("if (gate.kind === 'refused') return");
    const done = text.indexOf('this.#do(work)');
    assert.ok(
      gate > 0 && refused > gate && done > refused && text.indexOf('insertCarriedOrder(transaction') > done,
    );
    for (const inside of ['this.#do(', 'this.#askBank(', 'this.#changeContact('])
      assert.equal(text.split(inside).length, 2, `${inside} called once`);
    assert.ok(text.indexOf('this.#askBank(') > text.indexOf('async #do('));
    assert.ok(text.indexOf('this.#changeContact(') > text.indexOf('async #do('));
  });

  test('only the decision grants, and only from results of the factor service and keys of the caller', () => {
    assert.deepEqual(
      filesWith(/\bgrantFactor\(/).filter((file) => !file.startsWith('src/prover/')),
      ['src/assurance/grant.ts', 'src/calls/prove.ts'],
    );
    assert.deepEqual(
      filesWith(/type: 'PASSED'/).filter((file) => !/^src\/(prover|flow)\//.test(file)),
      ['src/calls/factor-event.service.ts', 'src/calls/settle-factor.service.ts'],
    );
  });

  test('only the bank itself writes balances, loans and postings', () => {
    assert.deepEqual(filesWith(/'bank_(accounts|loans|postings)'/), [
      'src/bank/demo-bank-freezes.store.ts',
      'src/bank/demo-bank-money.store.ts',
      'src/bank/demo-bank.store.ts',
    ]);
  });
});

describe('invariant 24: neither caller id nor attestation nor anything else of the network raises a level', () => {
  test('the own number with full attestation gets the same questions and answers as a stranger', async (t) => {
    const hotline = await worldOf(t);
    const heardBy: string[] = [];
    for (const options of [
      { from: registeredNumber(lina), attestation: 'A' as const },
      { from: strangersNumber(1) },
      { from: 'anonymous' },
    ]) {
      const phone = await calling(hotline, lina, options);
      await key(phone, INTENT_KEYS.enquiry);
      expectStep(phone, 'identity.phone');
      assert.equal(
        currentLevel((await stateOf(hotline, phone)).proofs, undefined, hotline.release.policy, 0),
        'L0',
      );
      await keyIdentity(phone, lina);
      await key(phone, `${wrongPin(lina)}#`);
      expectStep(phone, 'refused');
      heardBy.push(phone.exchanges.map(wordsOf).join('\n'));
      await key(phone, '0');
      const { level } = await hotline.knex('handoffs').where({ call_id: phone.callSid }).first();
      assert.equal(level, 'L1');
    }
    assert.equal(heardBy[0], heardBy[1]);
    // Who shows no number is not told of the key that stands for it; that is all the difference there is.
    const wordsFor = (prompt: string) => hotline.release.prompts.text({ prompt }, lina.locale);
    const [own, plain] = [wordsFor('identity.phoneOrOwn'), wordsFor('identity.phone')];
    assert.equal(heardBy[0]?.replace(own, plain), heardBy[2]);
    await expectNothingDone(hotline, 'caller id');
  });

  test('an attestation is recorded and changes no level', async (t) => {
    const hotline = await worldOf(t);
    const phone = await calling(hotline, lina, { attestation: 'A' });
    await key(phone, '0');
    const call = await hotline.knex('calls').where({ id: phone.callSid }).first();
    assert.equal(call.attestation, 'TN-Validation-Passed-A');
    const { level, customer_id } = await hotline.knex('handoffs').where({ call_id: phone.callSid }).first();
    assert.deepEqual([level, customer_id], ['L0', null]);
  });
});

describe('invariant 25: a hang-up ends every level and every code at once', () => {
  test('whatever was proved, the old call and its tokens are worth nothing', async (t) => {
    const hotline = await worldOf(t);
    for (const reach of [
      (customer: DemoCustomer) => verifiedCaller(hotline, customer, { intent: 'transfer' }),
      (customer: DemoCustomer) => callerAtCode(hotline, customer, { amount: 1_000 }),
      (customer: DemoCustomer) => callerAtLastKey(hotline, customer, { amount: 1_000 }),
    ]) {
      for (const customer of [lina, chen]) {
        const phone = await reach(customer).catch(() => undefined);
        if (!phone) continue;
        const { actionUrl } = phone;
        assert.ok(actionUrl);
        const parameters = Object.entries(phone.parameters());
        const codes = await hotline.knex('codes').where({ call_id: phone.callSid, state: 'live' });
        const digits = codes.length > 0 ? await newestCode(hotline, customer) : '1';
        await phone.hangUp();
        assert.deepEqual((await stateOf(hotline, phone)).proofs, { pins: {} });
        assert.equal(
          (await hotline.knex('codes').where({ call_id: phone.callSid, state: 'live' })).length,
          0,
        );
        for (const url of [actionUrl, `${hotline.url}/voice/fallback`, `${hotline.url}/voice/answer`]) {
          const answer = await postTo(hotline, url, [...parameters, ['Digits', digits]]);
          assert.doesNotMatch(answer, /<Gather/, 'nothing is asked any more');
          assert.match(answer, /<Hangup\/>/);
        }
        await expectNothingDone(hotline, 'after the hang-up');
      }
    }
  });

  test('the next call begins with nothing', async (t) => {
    const hotline = await worldOf(t);
    const before = await callerAtLastKey(hotline, lina, { amount: 1_000 });
    await before.hangUp();
    const phone = await identifiedCaller(hotline, lina, { intent: 'transfer' });
    expectStep(phone, 'pin.entry');
  });

  test('a goodbye ends them as well', async (t) => {
    const hotline = await worldOf(t);
    const phone = await transferred(hotline, lina, { amount: 1_000 });
    await key(phone, '2');
    assert.deepEqual((await stateOf(hotline, phone)).proofs, { pins: {} });
    assert.equal((await hotline.knex('calls').where({ id: phone.callSid }).first()).status, 'ended');
  });
});

describe('invariant 26: the Vietnamese lines (V1, V2, Z6, Z8)', () => {
  /** Orders a transfer; whether a code would do, or it takes biometrics and a person takes over. */
  async function takes(hotline: World, amount: number): Promise<'code' | 'biometrics'> {
    const phone = await verifiedCaller(hotline, an, { intent: 'transfer' });
    // Where even the least would be too much, it is told before a payee is asked for.
    if (phone.step === 'details.payee') await orderTransfer(phone, { amount });
    const taken = phone.step === 'code.entry' ? 'code' : 'biometrics';
    if (taken === 'biometrics') assert.equal(await handoffReason(hotline, phone), 'biometric_required');
    await phone.hangUp();
    return taken;
  }

  test('9,999,999 takes a code; 10,000,000 and 10,000,001 take biometrics, and no code is sent for them', async (t) => {
    const hotline = await worldOf(t);
    assert.equal(await takes(hotline, 9_999_999), 'code');
    assert.equal(await takes(hotline, 10_000_000), 'biometrics');
    assert.equal(await takes(hotline, 10_000_001), 'biometrics');
    assert.equal((await hotline.messagesTo(registeredNumber(an))).length, 1);
  });

  test('a day’s total of 19,999,999 takes a code; 20,000,000 and 20,000,001 take biometrics', async (t) => {
    const hotline = await worldOf(t);
    for (const amount of [9_999_999, 9_000_000]) await (await transferred(hotline, an, { amount })).hangUp();
    assert.equal(await takes(hotline, 20_000_001 - 18_999_999), 'biometrics');
    assert.equal(await takes(hotline, 20_000_000 - 18_999_999), 'biometrics');
    hotline.clock.advance(11 * MINUTE);
    assert.equal(await takes(hotline, 19_999_999 - 18_999_999), 'code');
  });

  test('what was moved today counts, also after the clock was put back', async (t) => {
    const hotline = await worldOf(t);
    for (const amount of [9_000_000, 9_000_000]) await (await transferred(hotline, an, { amount })).hangUp();
    hotline.clock.advance(-20 * MINUTE);
    assert.equal(await takes(hotline, 2_000_000), 'biometrics');
  });

  test('the day begins at midnight in Ho Chi Minh City, to the millisecond', async (t) => {
    const hotline = await worldOf(t);
    const midnight = Date.UTC(2026, 0, 15, 17);
    for (const amount of [9_999_999, 9_900_000]) await (await transferred(hotline, an, { amount })).hangUp();
    for (const { at, taken } of [
      { at: midnight - 1, taken: 'biometrics' },
      { at: midnight, taken: 'code' },
    ]) {
      hotline.clock.set(midnight - 60 * SECOND);
      const phone = await verifiedCaller(hotline, an, { intent: 'transfer' });
      expectStep(phone, 'details.payee');
      await key(phone, '1');
      await key(phone, '9000000');
      hotline.clock.set(at);
      await key(phone, '#');
      assert.equal(phone.step === 'code.entry' ? 'code' : 'biometrics', taken);
      await phone.hangUp();
    }
  });

  test('a transfer of the last millisecond counts to that day and not to the next', async (t) => {
    const hotline = await worldOf(t);
    const midnight = Date.UTC(2026, 0, 15, 17);
    hotline.clock.set(midnight - 10 * MINUTE);
    await (await transferred(hotline, an, { amount: 9_999_999 })).hangUp();
    hotline.clock.set(midnight - 90 * SECOND);
    const phone = await callerAtLastKey(hotline, an, { amount: 9_999_999 });
    hotline.clock.set(midnight - 1);
    await key(phone, '1');
    expectStep(phone, 'more');
    await phone.hangUp();
    assert.equal(await takes(hotline, 10_000), 'biometrics', 'still that day');
    hotline.clock.set(midnight);
    assert.equal(await takes(hotline, 9_999_999), 'code');
  });

  test('three parallel transfers of 8,000,000 at the last key: the third does not pass', async (t) => {
    const hotline = await worldOf(t);
    const phones: Phone[] = [];
    for (let n = 0; n < 3; n++) phones.push(await callerAtLastKey(hotline, an, { amount: 8_000_000 }));
    await Promise.all(phones.map((phone) => phone.press('1')));
    assert.deepEqual(phones.map((phone) => phone.step === 'more').sort(), [false, true, true]);
    assert.equal((await hotline.knex('bank_postings').where({ kind: 'transfer' })).length, 2);
  });

  test('a Chinese customer transfers more from a Chinese account by the Chinese line, with a code', async (t) => {
    const hotline = await worldOf(t);
    await transferred(hotline, lina, { amount: 100_000 });
  });

  // Grace has a Chinese ID and Anh a Vietnamese one, each with an account in yuan and one in dong.
  for (const { who, customer, yuan, dong } of [
    { who: 'a Chinese ID', customer: grace, yuan: 1, dong: 2 },
    { who: 'a Vietnamese ID', customer: anh, yuan: 2, dong: 1 },
  ])
    for (const line of ['zh-CN', 'vi-VN'] as const)
      test(`the account, the currency and the dialled line decide, not the ID: ${who} on the ${line} line`, async (t) => {
        const hotline = await worldOf(t);
        const asked = async (payee: number, amount: number) => {
          hotline.clock.advance(11 * MINUTE);
          const phone = await verifiedCaller(hotline, customer, { intent: 'transfer', line });
          await orderTransfer(phone, { amount, payee });
          const taken = phone.step === 'code.entry' ? 'code' : await handoffReason(hotline, phone);
          await phone.hangUp();
          return taken;
        };
        assert.equal(await asked(dong, 9_999_999), 'code');
        assert.equal(await asked(dong, 10_000_000), 'biometric_required');
        assert.equal(await asked(yuan, 2_499), 'code');
        assert.equal(await asked(yuan, 2_500), line === 'vi-VN' ? 'biometric_required' : 'code');
      });

  /** Pays back so many dong of the own loan. */
  async function repaid(hotline: World, amount: number): Promise<void> {
    const phone = await verifiedCaller(hotline, an, { intent: 'repayment' });
    await key(phone, `2${amount}#`);
    await confirmIdentity(phone);
    await phone.listen();
    await key(phone, '1');
    expectStep(phone, 'more');
    await phone.hangUp();
  }

  test('payments count in the day’s total: 20,000,000 of both together takes biometrics, 1 less a code (V1.2)', async (t) => {
    const hotline = await worldOf(t);
    await repaid(hotline, 12_000_000);
    assert.equal(await takes(hotline, 8_000_001), 'biometrics');
    assert.equal(await takes(hotline, 8_000_000), 'biometrics');
    assert.equal(await takes(hotline, 7_999_999), 'code');
  });

  test('a repayment goes on past the day’s total, and every later transfer takes biometrics (V2)', async (t) => {
    const hotline = await worldOf(t);
    await repaid(hotline, 19_000_000);
    await repaid(hotline, 2_000_000);
    const phone = await verifiedCaller(hotline, an, { intent: 'transfer' });
    // Even the least would be too much: nobody keys a payee and an amount to hear it (E3.2).
    assert.equal(await handoffReason(hotline, phone), 'biometric_required');
    assert.match(heard(phone).join('\n'), /tổng số tiền Quý khách chuyển và trả nợ hôm nay/);
  });

  test('a repayment between the code and the last key is seen by the gate', async (t) => {
    const hotline = await worldOf(t);
    const phone = await callerAtLastKey(hotline, an, { amount: 8_000_000 });
    await repaid(hotline, 12_000_000);
    await phone.press('1');
    assert.equal(await handoffReason(hotline, phone), 'biometric_required');
    assert.deepEqual(await hotline.knex('bank_postings').where({ kind: 'transfer' }), []);
  });
});

describe('a number never seen (V4, V4.2)', () => {
  const HIDDEN = 'anonymous';
  const stranger = strangersNumber(77);

  /** A repayment of 10 yuan asked for from this number: the step it comes to before the caller confirms. */
  async function repaying(hotline: World, from: string): Promise<Phone> {
    hotline.clock.advance(11 * MINUTE);
    const phone = await verifiedCaller(hotline, lina, { intent: 'repayment', from });
    await key(phone, '210#');
    return phone;
  }

  async function confirmed(hotline: World, phone: Phone): Promise<void> {
    if (phone.step === 'code.entry') await keyNewestCode(hotline, phone, lina);
    // Asked once a call.
    if (phone.step === 'confirm.identity') await key(phone, '1');
    await phone.listen();
    expectStep(phone, 'confirm.order');
    await key(phone, '1');
    expectStep(phone, 'more');
  }

  async function noticesOf(hotline: World): Promise<readonly string[]> {
    const messages = await hotline.messagesTo(registeredNumber(lina));
    return messages.map(({ body }) => body).filter((body) => /此前没有用过|隐藏了号码/.test(body));
  }

  async function enquired(hotline: World, from: string): Promise<void> {
    const phone = await verifiedCaller(hotline, lina, { intent: 'enquiry', from });
    await confirmIdentity(phone);
    await phone.hangUp();
  }

  test('a right PIN from there is told to the customer once, and from the registered phone never', async (t) => {
    const hotline = await worldOf(t);
    await enquired(hotline, registeredNumber(lina));
    assert.deepEqual(await noticesOf(hotline), []);
    await enquired(hotline, stranger);
    const [notice, ...others] = await noticesOf(hotline);
    assert.match(notice ?? '', new RegExp(`\\d+:\\d+.*尾号${stranger.slice(-4)}.*\\*`));
    assert.deepEqual(others, []);
    await enquired(hotline, stranger);
    assert.equal((await noticesOf(hotline)).length, 1);
    await enquired(hotline, strangersNumber(78));
    assert.equal((await noticesOf(hotline)).length, 2);
  });

  test('a wrong PIN from there is not told, and a hidden number is told in every call, once', async (t) => {
    const hotline = await worldOf(t);
    const guessing = await identifiedCaller(hotline, lina, { intent: 'enquiry', from: stranger });
    await key(guessing, `${wrongPin(lina)}#`);
    await guessing.hangUp();
    assert.deepEqual(await noticesOf(hotline), []);
    for (const calls of [1, 2]) {
      const phone = await verifiedCaller(hotline, lina, { intent: 'enquiry', from: HIDDEN });
      await confirmIdentity(phone);
      // The other PIN of the same call is no news.
      await key(phone, '121');
      await key(phone, `${lina.transactionPin}#`);
      await phone.hangUp();
      assert.equal((await noticesOf(hotline)).length, calls);
    }
    assert.match((await noticesOf(hotline)).at(-1) ?? '', /隐藏了号码/);
  });

  test('the first money order from there takes a code whatever its amount, and the next one none', async (t) => {
    const hotline = await worldOf(t);
    const known = await repaying(hotline, registeredNumber(lina));
    expectStep(known, 'confirm.identity');
    await known.hangUp();
    // An enquiry from there makes the number no safer for money.
    await enquired(hotline, stranger);
    const phone = await repaying(hotline, stranger);
    expectStep(phone, 'code.entry');
    await confirmed(hotline, phone);
    // In the same call, and in the next one.
    await key(phone, '121');
    await key(phone, '210#');
    await phone.listen();
    expectStep(phone, 'confirm.order');
    await confirmed(hotline, phone);
    await phone.hangUp();
    const next = await repaying(hotline, stranger);
    expectStep(next, 'confirm.identity');
    await confirmed(hotline, next);
    await next.hangUp();
    assert.deepEqual(
      (await carriedOut(hotline, lina)).map(({ level }) => level),
      ['L2', 'L3', 'L2', 'L2'],
      'the enquiry, then three repayments',
    );
    const other = await repaying(hotline, strangersNumber(79));
    expectStep(other, 'code.entry');
  });

  test('an order that is no money order does not make the number known, nor does a code alone', async (t) => {
    const hotline = await worldOf(t);
    const phone = await verifiedCaller(hotline, lina, { intent: 'contact_change', from: stranger });
    await key(phone, '13900008888#');
    await confirmed(hotline, phone);
    await phone.hangUp();
    const repayment = await repaying(hotline, stranger);
    await keyNewestCode(hotline, repayment, lina);
    expectStep(repayment, 'confirm.identity');
    await repayment.hangUp();
    expectStep(await repaying(hotline, stranger), 'code.entry');
  });

  test('a hidden number, or one of no shape, is never known', async (t) => {
    const hotline = await worldOf(t);
    for (const from of [HIDDEN, HIDDEN, '+266696687', 'sip:lina@example.com']) {
      hotline.clock.advance(DAY);
      const phone = await repaying(hotline, from);
      expectStep(phone, 'code.entry');
      await confirmed(hotline, phone);
      await phone.hangUp();
    }
  });

  test('the gate asks for the number again: without a code it carries out no money order from there', async (t) => {
    const hotline = await worldOf(t);
    const { keyring } = hotline.config;
    const now = hotline.clock.now();
    const order: Order = {
      ...{ action: 'repayment', revision: 1, loanId: 'demo-01-loan-1' },
      ...{ accountId: 'demo-01-account-1', amountMinor: 1_000, currency: 'CNY' },
    };
    const binding = orderBinding('call', lina.id, order);
    // What the call remembers says nothing of the number.
    const proofs: Proofs = {
      ...{ customerId: lina.id, identifiedAt: now, pins: { transaction: now } },
      confirmation: { at: now, binding },
    };
    const ask = (sourcePhoneIndex: string | undefined) =>
      hotline.knex.transaction((transaction) =>
        authoriseOrder(
          transaction,
          { bank: new DemoBank(keyring), keyring },
          {
            ...{ callId: 'call', proofs, order, sourcePhoneIndex, now },
            ...{ policy: hotline.release.policy, setting: { accountCurrency: 'CNY', dialled: 'CN' } },
          },
        ),
      );
    assert.equal((await ask(blindIndex(keyring, 'phone', registeredNumber(lina)))).kind, 'open');
    const refused = { kind: 'refused', reason: 'code_missing' };
    assert.deepEqual(await ask(undefined), refused);
    assert.deepEqual(await ask(blindIndex(keyring, 'phone', stranger)), refused);
  });
});

describe('invariant 27: money is whole minor units from the key to the books', () => {
  test('what is keyed in yuan or dong is moved to the fen or dong, neither more nor less', async (t) => {
    const hotline = await worldOf(t);
    const books = async (customer: DemoCustomer) => {
      const account = await hotline.knex('bank_accounts').where({ customer_id: customer.id }).first();
      const loan = await hotline.knex('bank_loans').where({ customer_id: customer.id }).first();
      return { balance: Number(account.balance_minor), outstanding: Number(loan.outstanding_minor) };
    };
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(lina, an),
        fc.integer({ min: 10, max: 3_000 }),
        fc.nat(999),
        fc.constantFrom('', '0', '000'),
        async (customer, large, small, zeros) => {
          const amount = customer === lina ? large : large * 1_000 + small;
          const minor = customer === lina ? amount * 100 : amount;
          const before = await books(customer);
          const phone = await verifiedCaller(hotline, customer, { intent: 'repayment' });
          await key(phone, `2${zeros}${amount}#`);
          await confirmIdentity(phone);
          await phone.listen();
          await key(phone, '1');
          expectStep(phone, 'more');
          await phone.hangUp();
          assert.deepEqual(await books(customer), {
            balance: before.balance - minor,
            outstanding: before.outstanding - minor,
          });
          assert.equal((await carriedOut(hotline, customer)).at(-1)?.amount_minor, minor);
        },
      ),
      { numRuns: 14 },
    );
    for (const [table, columns] of [
      ['bank_accounts', ['balance_minor', 'daily_limit_minor']],
      ['bank_loans', ['outstanding_minor', 'due_minor']],
      ['bank_postings', ['amount_minor']],
      ['carried_orders', ['amount_minor']],
    ] as const)
      for (const column of columns) {
        const rows: { kind: string }[] = await hotline
          .knex(table)
          .select(hotline.knex.raw('distinct typeof(??) as kind', [column]));
        assert.deepEqual(
          rows.map(({ kind }) => kind),
          ['integer'],
          `${table}.${column}`,
        );
      }
  });

  test('no amount that can be keyed breaks a call or moves what was not keyed', async (t) => {
    const hotline = await worldOf(t);
    for (const [keys, step] of [
      ['00#', 'details.amount'],
      ['0000000#', 'details.amount'],
      ['90071992547410#', 'details.amount'],
      ['9007199254740993#', 'details.amount'],
      ['99999999999999999999999999999999#', 'details.amount'],
    ] as const) {
      const phone = await verifiedCaller(hotline, lina, { intent: 'transfer' });
      await key(phone, `1${keys}`);
      expectStep(phone, step);
      await phone.hangUp();
    }
    await expectNothingDone(hotline, 'amounts');
  });
});

describe('invariant 30: freeze works at any moment', () => {
  async function notices(hotline: World): Promise<number> {
    return (await hotline.messagesTo(registeredNumber(lina))).filter(
      ({ body }) => body.includes('冻结') && !body.includes('密码'),
    ).length;
  }

  test('while the PINs are locked', async (t) => {
    const hotline = await worldOf(t);
    for (let n = 0; n < 5; n++) {
      const guessing = await identifiedCaller(hotline, lina, { intent: 'transfer' });
      await key(guessing, `${wrongPin(lina, n)}#`);
      await guessing.hangUp();
    }
    const phone = await identifiedCaller(hotline, lina, { intent: 'transfer' });
    await key(phone, `${lina.transactionPin}#`);
    expectStep(phone, 'refused');
    await key(phone, '*');
    await key(phone, '*');
    assert.equal(await freezeOf(hotline, lina), 'provisional');
    assert.equal(await handoffReason(hotline, phone), 'freeze_reported');
  });

  test('in the middle of a code, which is void then, and the order with it', async (t) => {
    const hotline = await worldOf(t);
    const phone = await callerAtCode(hotline, lina, { amount: 1_000 });
    const code = await newestCode(hotline, lina);
    await key(phone, `${code.slice(0, 3)}**#`);
    expectStep(phone, 'code.entry');
    assert.equal(await freezeOf(hotline, lina), 'none', 'a star may have bounced: asked first');
    await key(phone, '**#');
    expectStep(phone, 'more');
    assert.equal(await freezeOf(hotline, lina), 'full');
    assert.equal((await hotline.knex('codes').where({ state: 'live' })).length, 0);
    await expectNothingDone(hotline, 'frozen');
  });

  test('at the last key', async (t) => {
    const hotline = await worldOf(t);
    const phone = await callerAtLastKey(hotline, lina, { amount: 1_000 });
    await key(phone, '*');
    await key(phone, '*');
    expectStep(phone, 'more');
    assert.equal(await freezeOf(hotline, lina), 'full');
    await expectNothingDone(hotline, 'frozen');
  });

  test('twice, in the same words, with one SMS, and never back from full to provisional', async (t) => {
    const hotline = await worldOf(t);
    const said: string[] = [];
    for (const again of [false, true]) {
      const phone = await identifiedCaller(hotline, lina, { intent: 'freeze' });
      await phone.listen();
      said.push(wordsOf(phone.exchanges.findLast(({ request }) => request.url.includes('step=identity.id'))));
      assert.equal(await freezeOf(hotline, lina), 'provisional', String(again));
    }
    assert.equal(new Set(said).size, 1);
    assert.equal(await notices(hotline), 1);
    for (let times = 0; times < 2; times++) {
      const full = await verifiedCaller(hotline, lina, { intent: 'enquiry' });
      await key(full, '*');
      await key(full, '*');
      expectStep(full, 'more');
      assert.equal(await freezeOf(hotline, lina), 'full');
      await full.hangUp();
    }
    await identifiedCaller(hotline, lina, { intent: 'freeze' });
    assert.equal(await freezeOf(hotline, lina), 'full');
    assert.equal(await notices(hotline), 2, 'one for each change of the record');
  });

  test('when it is pressed by fifty callers at once', async (t) => {
    const hotline = await worldOf(t);
    const phones: Phone[] = [];
    for (let n = 0; n < 50; n++) {
      const phone = await calling(hotline, lina, { from: strangersNumber(n) });
      await key(phone, `4${keysOf(lina).phone}#${keysOf(lina).id}`);
      phones.push(phone);
    }
    await Promise.all(phones.map((phone) => phone.press('#')));
    for (const phone of phones) assert.equal(await handoffReason(hotline, phone), 'freeze_reported');
    assert.equal(await freezeOf(hotline, lina), 'provisional');
    assert.equal(await notices(hotline), 1);
  });
});

describe('a session has limits', () => {
  test('after more than 120 s without a key nothing is proved any more, and a person takes over', async (t) => {
    const hotline = await worldOf(t);
    for (const { idle, alive } of [
      { idle: 120 * SECOND, alive: true },
      { idle: 120 * SECOND + 1, alive: false },
    ]) {
      const phone = await callerAtLastKey(hotline, lina, { amount: 1_000 });
      // The time runs from the end of our own words.
      const { speaksUntil } = await stateOf(hotline, phone);
      assert.ok(speaksUntil !== undefined);
      hotline.clock.set(speaksUntil + idle);
      await key(phone, alive ? '81' : '1');
      if (alive) {
        if (phone.state === 'speaking' || phone.isAside) await phone.listen();
        expectStep(phone, 'confirm.order');
      } else {
        assert.equal(await handoffReason(hotline, phone), 'session_expired');
        const { level } = await hotline.knex('handoffs').where({ call_id: phone.callSid }).first();
        assert.equal(level, 'L0');
        assert.deepEqual((await stateOf(hotline, phone)).proofs, { pins: {} });
      }
      await phone.hangUp();
    }
    await expectNothingDone(hotline, 'idle');
  });

  /** Lets time pass with a key now and then, so that the call does not become idle. */
  async function passAlive(hotline: World, phone: Phone, until: number): Promise<void> {
    while (hotline.clock.now() < until) {
      hotline.clock.set(Math.min(until, hotline.clock.now() + 115 * SECOND));
      if (hotline.clock.now() < until) await key(phone, phone.collects === 'entry' ? '9#' : '9');
    }
  }

  test('a step-up is good for 180 s: at its end the order is refused', async (t) => {
    for (const { early, done } of [
      { early: 1, done: 1 },
      { early: 0, done: 0 },
    ]) {
      const hotline = await worldOf(t);
      const phone = await callerAtCode(hotline, lina, { amount: 1_000 });
      await keyNewestCode(hotline, phone, lina);
      const passed = hotline.clock.now();
      await passAlive(hotline, phone, passed + 100 * SECOND);
      await confirmIdentity(phone);
      while (phone.state === 'speaking' || phone.isAside) await phone.listen();
      hotline.clock.set(passed + 180 * SECOND - early);
      await key(phone, '1');
      assert.equal((await carriedOut(hotline, lina)).length, done);
      if (done === 0) assert.equal(await handoffReason(hotline, phone), 'order_refused');
    }
  });

  test('a PIN is good for 30 minutes: at their end the order is refused, and the next one asks for it anew', async (t) => {
    for (const { early, done } of [
      { early: 1, done: 1 },
      { early: 0, done: 0 },
    ]) {
      const hotline = await worldOf(t);
      const phone = await verifiedCaller(hotline, lina, { intent: 'repayment' });
      const proved = hotline.clock.now();
      await passAlive(hotline, phone, proved + 10 * MINUTE);
      await key(phone, '2');
      await passAlive(hotline, phone, proved + 20 * MINUTE);
      await key(phone, '1000#');
      await passAlive(hotline, phone, proved + 29 * MINUTE);
      await confirmIdentity(phone);
      while (phone.state === 'speaking' || phone.isAside) await phone.listen();
      expectStep(phone, 'confirm.order');
      hotline.clock.set(proved + 30 * MINUTE - early);
      await key(phone, '1');
      assert.equal((await carriedOut(hotline, lina)).length, done);
      if (done === 0) {
        assert.equal(await handoffReason(hotline, phone), 'order_refused');
        continue;
      }
      hotline.clock.set(proved + 30 * MINUTE);
      await key(phone, `1${INTENT_KEYS.transfer}`);
      expectStep(phone, 'pin.entry');
    }
  });
});

test('every action of the policy is either in this table or needs no more than being identified', async (t) => {
  const hotline = await worldOf(t);
  const known = new Set<ActionName>(PROTECTED.map(intentOf));
  for (const [action, rule] of Object.entries(hotline.release.policy.actions))
    assert.ok(known.has(action as ActionName) || rule.level === 'L1' || rule.level === 'L0', action);
});
