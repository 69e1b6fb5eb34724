import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import argon2 from 'argon2';
import type { DemoCustomer } from '../db/seeds/demo-customers.ts';
import { PIN_KINDS, type PinKind } from '../src/actions/requirement.ts';
import { PinVerifiers } from '../src/credentials/pin-verifier.service.ts';
import type { Keyring } from '../src/platform/keyring.ts';
import { seededRandom } from '../src/platform/random.ts';
import type { Knex } from '../src/storage/connect.ts';
import {
  expectStep,
  failuresOf,
  type Intent,
  identifiedCaller,
  key,
  verifiedCaller,
  wordsOf,
  worldOf,
} from './support/callers.ts';
import { demoCustomer, type World } from './support/world.ts';

const lina = demoCustomer(({ id }) => id === 'demo-01');
const chen = demoCustomer(({ id }) => id === 'demo-02');

const pinOf = (customer: DemoCustomer, kind: PinKind) =>
  kind === 'query' ? customer.queryPin : customer.transactionPin;

async function verifierOf(knex: Knex, customer: DemoCustomer, kind: PinKind): Promise<string> {
  const row: { verifier: string } | undefined = await knex('pin_verifiers')
    .where({ customer_id: customer.id, kind })
    .first();
  assert.ok(row, `${customer.id} has a ${kind} PIN`);
  return row.verifier;
}

async function setVerifier(knex: Knex, customer: DemoCustomer, kind: PinKind, verifier: string) {
  const changed = await knex('pin_verifiers').where({ customer_id: customer.id, kind }).update({ verifier });
  assert.equal(changed, 1);
}

/** Whether a caller gets past the PIN. */
async function passes(hotline: World, customer: DemoCustomer, intent: Intent, pin: string): Promise<boolean> {
  const phone = await identifiedCaller(hotline, customer, { intent });
  await key(phone, `${pin}#`);
  const passed = phone.step !== 'refused';
  await phone.hangUp();
  return passed;
}

const INTENT_OF: { readonly [kind in PinKind]: Intent } = { query: 'enquiry', transaction: 'transfer' };

describe('invariant 18: a database dump verifies no PIN', () => {
  test('not without the pepper, whatever else is known, and with it only for its owner and kind', async (t) => {
    const hotline = await worldOf(t);
    const { keyring } = hotline.config;
    const another: Keyring = { ...keyring, pepper: Buffer.alloc(32, 7) };
    const comparing = (held: Keyring) =>
      new PinVerifiers({
        keyring: held,
        random: seededRandom('dump'),
        parameters: hotline.release.policy.pin.argon2,
        concurrency: 2,
        queueLimit: 100,
      });
    for (const customer of [lina, chen])
      for (const kind of PIN_KINDS) {
        const verifier = await verifierOf(hotline.knex, customer, kind);
        const pin = pinOf(customer, kind);
        const boundData = Buffer.from(`hotline:pin:${kind}:${customer.id}`);
        const withData = (text: string) =>
          text.replace('p=1$', `p=1,data=${boundData.toString('base64').replaceAll('=', '')}$`);
        assert.equal(await argon2.verify(verifier, pin), false, 'the dump alone');
        assert.equal(await argon2.verify(withData(verifier), pin), false, 'with what it is bound to');
        const entry = { verifier, customerId: customer.id, kind, pin };
        assert.equal(await comparing(another).verify(entry), 'mismatch', 'another pepper');
        assert.equal(
          await comparing(keyring).verify(entry),
          'match',
          'the pepper, or these tests prove nothing',
        );
        const otherKind = kind === 'query' ? 'transaction' : 'query';
        assert.equal(await comparing(keyring).verify({ ...entry, kind: otherKind }), 'mismatch');
        assert.equal(await comparing(keyring).verify({ ...entry, customerId: 'demo-09' }), 'mismatch');
      }
  });

  test('swapping two customers’ rows, or the two PINs of one, verifies none of them', async (t) => {
    const hotline = await worldOf(t);
    const { knex } = hotline;
    for (const kind of PIN_KINDS) {
      const [hers, his] = [await verifierOf(knex, lina, kind), await verifierOf(knex, chen, kind)];
      await setVerifier(knex, lina, kind, his);
      await setVerifier(knex, chen, kind, hers);
      for (const customer of [lina, chen])
        for (const pin of [pinOf(lina, kind), pinOf(chen, kind)])
          assert.equal(await passes(hotline, customer, INTENT_OF[kind], pin), false);
      await setVerifier(knex, lina, kind, hers);
      await setVerifier(knex, chen, kind, his);
    }
    const [query, transaction] = [
      await verifierOf(knex, lina, 'query'),
      await verifierOf(knex, lina, 'transaction'),
    ];
    await setVerifier(knex, lina, 'query', transaction);
    await setVerifier(knex, lina, 'transaction', query);
    assert.equal(await passes(hotline, lina, 'enquiry', lina.transactionPin), false);
    assert.equal(await passes(hotline, lina, 'transfer', lina.queryPin), false);
  });
});

describe('two PINs, each for its own (R6.1)', () => {
  test('the query PIN moves no money and the transaction PIN tells nothing', async (t) => {
    const hotline = await worldOf(t);
    for (const intent of ['repayment', 'transfer', 'loan_application', 'contact_change'] as const) {
      assert.equal(await passes(hotline, lina, intent, lina.queryPin), false, intent);
      assert.equal(await passes(hotline, lina, intent, lina.transactionPin), true, intent);
    }
    assert.equal(await passes(hotline, lina, 'enquiry', lina.transactionPin), false);
    assert.equal(await passes(hotline, lina, 'enquiry', lina.queryPin), true);
  });

  test('who has proved the one is asked for the other', async (t) => {
    const hotline = await worldOf(t);
    const phone = await verifiedCaller(hotline, lina, { intent: 'enquiry' });
    await key(phone, '1');
    expectStep(phone, 'more');
    await key(phone, '121');
    expectStep(phone, 'pin.entry');
    await key(phone, `${lina.queryPin}#`);
    expectStep(phone, 'refused');
    await key(phone, `1${lina.transactionPin}#`);
    expectStep(phone, 'details.dueOrOther');
  });

  test('the void of the one leaves the other', async (t) => {
    const hotline = await worldOf(t);
    const zhao = demoCustomer(({ id }) => id === 'demo-03');
    assert.equal(await passes(hotline, zhao, 'transfer', zhao.transactionPin), false);
    assert.equal(await passes(hotline, zhao, 'enquiry', zhao.queryPin), true);
  });
});

test('an issued first PIN opens nothing and is refused in the words of a wrong one (V11)', async (t) => {
  const hotline = await worldOf(t);
  await hotline
    .knex('pin_verifiers')
    .where({ customer_id: lina.id, kind: 'transaction' })
    .update({ first_until: hotline.clock.now() + 86_400_000 });
  const answers: string[] = [];
  for (const [customer, pin] of [
    [lina, lina.transactionPin],
    [chen, lina.transactionPin],
  ] as const) {
    const phone = await identifiedCaller(hotline, customer, { intent: 'transfer' });
    await key(phone, `${pin}#`);
    answers.push(wordsOf(phone.exchanges.at(-1)));
  }
  assert.equal(new Set(answers).size, 1);
});

test('a customer without a registered phone, keyed with any number, is refused like a stranger', async (t) => {
  const hotline = await worldOf(t);
  const tuan = demoCustomer(({ id }) => id === 'demo-11');
  const phone = hotline.phone();
  await phone.dial({ from: '+84900009999', to: '+842873000001' });
  await key(phone, `22${'0900009999'}#${tuan.nationalId}#${tuan.transactionPin}#`);
  expectStep(phone, 'refused');
  assert.equal(await failuresOf(hotline.knex, tuan, 'pin.transaction'), 0);
});
