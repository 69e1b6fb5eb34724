import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { DemoCustomer } from '../db/seeds/demo-customers.ts';
import type { Phone } from '../phone-sim/phone.ts';
import { entriesOfCall } from '../src/ledger/ledger.store.ts';
import type { Language } from '../src/locales/catalogue.ts';
import {
  callerAtCode,
  calling,
  confirmIdentity,
  expectStep,
  heard,
  heardSince,
  INTENT_KEYS,
  identifiedCaller,
  key,
  keyIdentity,
  registeredNumber,
  rightPin,
  strangersNumber,
  TIMELESS,
  transferred,
  verifiedCaller,
  wordsOf,
  worldOf,
  wrongPin,
} from './support/callers.ts';
import { demoCustomer, type World } from './support/world.ts';

const lina = demoCustomer(({ id }) => id === 'demo-01');
const LANGUAGE_KEY: { readonly [language in Language]: string } = {
  'zh-CN': '1',
  'vi-VN': '2',
  'en-US': '3',
};
const HAN = /\p{Script=Han}/u;

/** Chooses a language where the call stands. */
async function choose(phone: Phone, language: Language): Promise<void> {
  await key(phone, phone.step === 'menu.main' || phone.step === 'confirm.identity' ? '8' : '8#');
  await key(phone, LANGUAGE_KEY[language]);
}

/** An enquiry in a language chosen at the menu, to the yes that it is the customer. */
async function enquiresIn(
  world: World,
  language: Language,
  options: { readonly from?: string; readonly customer?: DemoCustomer } = {},
): Promise<Phone> {
  const { customer = lina, from } = options;
  const phone = await calling(world, customer, { phone: TIMELESS, ...(from ? { from } : {}) });
  await choose(phone, language);
  await key(phone, INTENT_KEYS.enquiry);
  await keyIdentity(phone, customer);
  await key(phone, rightPin(customer, 'enquiry'));
  await confirmIdentity(phone);
  return phone;
}

const remembered = async ({ knex }: World, id = lina.id): Promise<string | null> =>
  (await knex('customers').where({ id }).first('chosen_language')).chosen_language;
const newestText = async (world: World) =>
  (await world.messagesTo(registeredNumber(lina))).at(-1)?.body ?? '';

async function entriesOf(world: World, phone: Phone, type: string) {
  return (await entriesOfCall(world.knex, phone.callSid)).filter((entry) => entry.type === type);
}

test('a language chosen by key is remembered once the caller has said who they are, and recorded', async (t) => {
  const world = await worldOf(t);
  const phone = await calling(world, lina, { phone: TIMELESS });
  await choose(phone, 'en-US');
  await key(phone, INTENT_KEYS.enquiry);
  await keyIdentity(phone, lina);
  await key(phone, rightPin(lina, 'enquiry'));
  assert.equal(await remembered(world), null, 'before the yes nobody counts as verified (R8)');
  await confirmIdentity(phone);
  assert.equal(await remembered(world), 'en-US');
  const [entry] = await entriesOf(world, phone, 'language.remembered');
  assert.deepEqual(entry?.data, { language: 'en-US', customerId: lina.id });
});

test('one chosen after the yes is remembered, too', async (t) => {
  const world = await worldOf(t);
  const phone = await verifiedCaller(world, lina, { intent: 'enquiry', phone: TIMELESS });
  await confirmIdentity(phone);
  await key(phone, '8');
  await key(phone, '2');
  assert.equal(await remembered(world), 'vi-VN');
});

test('messages, the next call after its PIN, and the ticket of a hand-off are in it', async (t) => {
  const world = await worldOf(t);
  await (await enquiresIn(world, 'en-US')).hangUp();
  const phone = await identifiedCaller(world, lina, { intent: 'transfer', phone: TIMELESS });
  assert.match(heard(phone).at(-1) ?? '', HAN, 'Chinese until the PIN');
  const before = heard(phone).length;
  await key(phone, rightPin(lina, 'transfer'));
  assert.doesNotMatch(heardSince(phone, before).replace('王强', ''), /请/, 'English from then on');
  await phone.hangUp();
  const again = await transferred(world, lina, { amount: 100, phone: TIMELESS });
  assert.match(await newestText(world), /transferred by phone/);
  await key(again, '0');
  const ticket = await world.knex('handoffs').where({ call_id: again.callSid }).first('language');
  assert.equal(ticket.language, 'en-US');
});

test('before the PIN nothing tells that a language is remembered: the answers are byte for byte the same (Z3)', async (t) => {
  const answersOf = async (isRemembered: boolean) => {
    const world = await worldOf(t, { seed: 'the same' });
    if (isRemembered)
      await world.knex('customers').where({ id: lina.id }).update({ chosen_language: 'vi-VN' });
    const phone = await identifiedCaller(world, lina, { intent: 'enquiry', phone: TIMELESS });
    for (const index of [0, 1]) {
      await key(phone, wrongPin(lina, index));
      expectStep(phone, 'refused');
      await key(phone, '1');
    }
    await key(phone, '0#');
    return phone.exchanges.map((exchange) => wordsOf(exchange).replaceAll(/127\.0\.0\.1:\d+/g, ''));
  };
  assert.deepEqual(await answersOf(true), await answersOf(false));
});

test('a key beats what is remembered, and is remembered in its place', async (t) => {
  const world = await worldOf(t);
  await (await enquiresIn(world, 'en-US')).hangUp();
  const phone = await enquiresIn(world, 'vi-VN');
  assert.match(heard(phone).at(-1) ?? '', /Tài khoản có bốn số cuối/);
  assert.equal(await remembered(world), 'vi-VN');
});

test('from a number never seen nothing is remembered: the warning comes in the language it came in before (V4)', async (t) => {
  const world = await worldOf(t);
  const phone = await enquiresIn(world, 'vi-VN', { from: strangersNumber(7) });
  expectStep(phone, 'more');
  assert.equal(await remembered(world), null);
  assert.match(await newestText(world), /此前没有用过/);
  assert.deepEqual(await entriesOf(world, phone, 'language.remembered'), []);
});

for (const [what, ends] of [
  ['a wrong PIN', async (phone: Phone) => key(phone, wrongPin(lina))],
  [
    '"that is not me"',
    async (phone: Phone) => {
      await key(phone, rightPin(lina, 'enquiry'));
      await key(phone, '2');
    },
  ],
] as const)
  test(`after ${what} nothing is remembered`, async (t: TestContext) => {
    const world = await worldOf(t);
    const phone = await calling(world, lina, { phone: TIMELESS });
    await choose(phone, 'vi-VN');
    await key(phone, INTENT_KEYS.enquiry);
    await keyIdentity(phone, lina);
    await ends(phone);
    assert.equal(await remembered(world), null);
  });

test('the language of the line alone, without a key, is nothing to remember', async (t) => {
  const world = await worldOf(t);
  await confirmIdentity(
    await verifiedCaller(world, lina, { intent: 'enquiry', line: 'en-US', phone: TIMELESS }),
  );
  assert.equal(await remembered(world), null);
});

test('a freeze by identity alone is written in the language that was chosen (V8.2)', async (t) => {
  const world = await worldOf(t);
  await world.knex('customers').where({ id: lina.id }).update({ chosen_language: 'vi-VN' });
  const phone = await identifiedCaller(world, lina, { intent: 'freeze', phone: TIMELESS });
  assert.match(heard(phone).join('\n'), /已收到您/, 'the call itself stays in the language of the line');
  assert.match(await newestText(world), /theo yêu cầu lúc/);
});

test('the code comes in it as well', async (t) => {
  const world = await worldOf(t);
  await world.knex('customers').where({ id: lina.id }).update({ chosen_language: 'en-US' });
  await callerAtCode(world, lina, { amount: 100, phone: TIMELESS });
  assert.match(await newestText(world), /transfer .* Code \d{6}/);
});
