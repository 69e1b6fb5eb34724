import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Phone } from '../phone-sim/phone.ts';
import { DAY, HOUR, MINUTE } from '../src/platform/clock.ts';
import {
  confirmIdentity,
  expectStep,
  handoffReason,
  INTENT_KEYS,
  key,
  verifiedCaller,
  worldOf,
} from './support/callers.ts';
import { demoCustomer, type World } from './support/world.ts';

const lina = demoCustomer(({ id }) => id === 'demo-01');

/** Applies for so many yuan; the call is then at the code, or at the confirmation of an order that takes none. */
async function applied(hotline: World, amount: number): Promise<Phone> {
  const phone = await verifiedCaller(hotline, lina, { intent: 'loan_application' });
  await key(phone, `${amount}#`);
  return phone;
}

/** Says yes to identity and order. */
async function confirmed(phone: Phone): Promise<void> {
  await confirmIdentity(phone);
  await phone.listen();
  await key(phone, '1');
}

const carried = ({ knex }: World): Promise<{ level: string; amount_minor: number }[]> =>
  knex('carried_orders').where({ action: 'loan_application' }).orderBy('at').select('level', 'amount_minor');

test('forty applications just below the line: one is taken without a code (invariant 50)', async (t) => {
  const hotline = await worldOf(t);
  const phone = await applied(hotline, 49_999);
  await confirmed(phone);
  expectStep(phone, 'more');
  // In the same call, with the PIN that is still good.
  await key(phone, `1${INTENT_KEYS.loan_application}`);
  expectStep(phone, 'details.amount');
  await key(phone, '49999#');
  expectStep(phone, 'code.entry');
  await phone.hangUp();
  for (let call = 0; call < 39; call++) {
    const next = await applied(hotline, 49_999);
    // After five codes in the day there is none to be had, and no application without one.
    assert.ok(next.step === 'code.entry' || (await handoffReason(hotline, next)) === 'code_unavailable');
    await next.hangUp();
    hotline.clock.advance(10 * MINUTE);
  }
  assert.deepEqual(await carried(hotline), [{ level: 'L2', amount_minor: 4_999_900 }]);
});

test('two applications at once, each half of a large one: the gate lets one through without a code', async (t) => {
  const hotline = await worldOf(t);
  const phones = [await applied(hotline, 30_000), await applied(hotline, 30_000)];
  for (const phone of phones) {
    await confirmIdentity(phone);
    await phone.listen();
  }
  await Promise.all(phones.map((phone) => phone.press('1')));
  assert.deepEqual(phones.map(({ step }) => step === 'more').sort(), [false, true]);
  const refused = phones.find(({ step }) => step !== 'more');
  assert.equal(refused && (await handoffReason(hotline, refused)), 'order_refused');
  assert.equal((await carried(hotline)).length, 1);
});

test('the next day begins anew, at midnight where the customer lives', async (t) => {
  const hotline = await worldOf(t);
  const shanghai = 8 * HOUR;
  const midnight = Math.ceil((hotline.clock.now() + shanghai) / DAY) * DAY - shanghai;
  hotline.clock.advance(midnight - hotline.clock.now() - 30 * MINUTE);
  const phone = await applied(hotline, 30_000);
  await confirmed(phone);
  expectStep(phone, 'more');
  await phone.hangUp();
  expectStep(await applied(hotline, 30_000), 'code.entry');
  hotline.clock.advance(midnight - hotline.clock.now());
  expectStep(await applied(hotline, 30_000), 'confirm.identity');
});

test('what is too much for the telephone in one application is too much in several', async (t) => {
  const hotline = await worldOf(t);
  const { maximum } = hotline.release.policy.amounts;
  await hotline.knex('carried_orders').insert({
    ...{ idempotency_key: 'k', receipt: '1', call_id: 'c', customer_id: lina.id, action: 'loan_application' },
    ...{ level: 'L3', order_sealed: '', amount_minor: maximum.CNY - 100_000, currency: 'CNY' },
    at: hotline.clock.now(),
  });
  const phone = await applied(hotline, 1_001);
  expectStep(phone, 'details.amount');
  await key(phone, '1000#');
  expectStep(phone, 'code.entry');
});
