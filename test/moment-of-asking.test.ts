import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Phone } from '../phone-sim/phone.ts';
import { LANGUAGES, type Language } from '../src/locales/catalogue.ts';
import { SECOND } from '../src/platform/clock.ts';
import {
  calling,
  expectStep,
  heard,
  INTENT_KEYS,
  key,
  TIMELESS,
  verifiedCaller,
  wordsOf,
  worldOf,
} from './support/callers.ts';
import { demoCustomer, keysOf, type World } from './support/world.ts';

const lina = demoCustomer(({ id }) => id === 'demo-01');
const OTHER_ID = keysOf(demoCustomer(({ id }) => id === 'demo-02')).id;

/** 10:00 in Beijing, whose rules hold on the English line as well, is 09:00 in Hanoi. */
const ASKED: { readonly [language in Language]: RegExp } = {
  'zh-CN': /已收到您10点整的冻结请求/,
  'vi-VN': /đã ghi nhận yêu cầu khóa lúc 9 giờ\./,
  'en-US': /We have your request of 10:00 AM\./,
};

/** Freezes by identity alone, with the ID keyed a minute after asking; the answer as it was sent. */
async function freezesByIdentity(world: World, language: Language, id: string): Promise<Phone> {
  const phone = await calling(world, lina, { line: language, phone: TIMELESS });
  await key(phone, INTENT_KEYS.freeze);
  await key(phone, `${keysOf(lina).phone}#`);
  world.clock.advance(70 * SECOND);
  expectStep(phone, 'identity.id');
  await key(phone, `${id}#`);
  return phone;
}

for (const language of LANGUAGES)
  test(`the moment of asking is spoken before a PIN on the ${language} line, to every caller who asked (V8.2, Z3)`, async (t) => {
    const [one, other] = [await worldOf(t), await worldOf(t)];
    const known = await freezesByIdentity(one, language, keysOf(lina).id);
    const unknown = await freezesByIdentity(other, language, OTHER_ID);
    assert.match(heard(known).join('\n'), ASKED[language]);
    const last = (phone: Phone) => wordsOf(phone.exchanges.at(-1)).replaceAll(/127\.0\.0\.1:\d+/g, '');
    assert.equal(last(known), last(unknown), 'who is no customer hears the same');
    const { freeze } = await one.knex('customers').where({ id: lina.id }).first('freeze');
    assert.equal(freeze, 'provisional');
  });

test('the moment is told by the clock of the dialled line, which says nothing of the customer (Z3)', async (t) => {
  const world = await worldOf(t);
  const phone = await freezesByIdentity(world, 'vi-VN', keysOf(lina).id);
  assert.match(heard(phone).join('\n'), /lúc 9 giờ/, 'a Chinese customer on the Vietnamese line');
});

test('whom the caller denied to be is frozen from the moment of asking, and the caller hears it (V8.2)', async (t) => {
  const world = await worldOf(t);
  const phone = await verifiedCaller(world, lina, { intent: 'enquiry', line: 'en-US', phone: TIMELESS });
  await key(phone, '2');
  await key(phone, '*');
  await key(phone, '*#');
  assert.match(heard(phone).join('\n'), /verified in this call is frozen from 10:00 AM/);
});
