import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DemoCustomer } from '../db/seeds/demo-customers.ts';
import { DAY } from '../src/platform/clock.ts';
import {
  expectStep,
  handoffReason,
  heardSince,
  type Intent,
  key,
  strangersNumber,
  verifiedCaller,
  worldOf,
} from './support/callers.ts';
import { demoCustomer, type World } from './support/world.ts';

const lina = demoCustomer(({ id }) => id === 'demo-01');
const GRACE = demoCustomer(({ id }) => id === 'demo-07');

/** A call whose PIN was right, in English: where it is, why with a person, and all that was said. */
async function afterPin(world: World, customer: DemoCustomer, intent: Intent, from?: string) {
  const phone = await verifiedCaller(world, customer, {
    ...{ intent, line: 'en-US' },
    ...(from === undefined ? {} : { from }),
  });
  await phone.listen();
  const reason = phone.step === undefined ? await handoffReason(world, phone) : undefined;
  return { phone, reason, said: heardSince(phone, 0) };
}

const change = (world: World, columns: { readonly [column: string]: unknown }, { id } = lina) =>
  world.knex('customers').where({ id }).update(columns);

test('who cannot be sent a code hears it before keying an order that takes one, and only of such an order (E3.2)', async (t) => {
  const world = await worldOf(t);
  await change(world, { sim_changed_at: world.clock.now() - DAY });
  for (const intent of ['transfer', 'contact_change'] as const) {
    const { phone, reason, said } = await afterPin(world, lina, intent);
    assert.match(
      said,
      /SIM card of your registered phone was changed recently.*use our app or visit a branch/s,
      intent,
    );
    assert.equal(reason, 'sim_changed', intent);
    await phone.hangUp();
  }
  for (const intent of ['enquiry', 'repayment', 'loan_application'] as const) {
    const { phone, said } = await afterPin(world, lina, intent);
    assert.doesNotMatch(said, /SIM/, intent);
    assert.notEqual(phone.step, undefined, intent);
    await phone.hangUp();
  }
  // From a number that is not known a repayment takes a code as well (V4.2).
  const { reason } = await afterPin(world, lina, 'repayment', strangersNumber(1));
  assert.equal(reason, 'sim_changed');
});

test('a cooling-off is told before a new contact number is keyed, and a loan below the line goes on', async (t) => {
  const world = await worldOf(t);
  await change(world, { cooling_off_until: world.clock.now() + DAY });
  assert.equal((await afterPin(world, lina, 'contact_change')).reason, 'cooling_off');
  expectStep((await afterPin(world, lina, 'loan_application')).phone, 'details.amount');
});

test('a freeze of another channel is told before a payee is chosen, and the own loan is repaid all the same (Z10)', async (t) => {
  const world = await worldOf(t);
  const frozen = { request_id: 'branch', customer_id: lina.id, kind: 'freeze', asked_at: world.clock.now() };
  await world.knex('bank_freezes').insert(frozen);
  const { reason, said } = await afterPin(world, lina, 'transfer');
  assert.match(said, /Your account is frozen, so this cannot be done/);
  assert.equal(reason, 'account_frozen');
  assert.equal((await afterPin(world, lina, 'repayment')).reason, undefined);
});

test('a full day is told at once where it is full for every payee, and otherwise as soon as the payee is chosen (V2)', async (t) => {
  const world = await worldOf(t);
  // By this line a transfer in dong is under the Vietnamese day's total, one in yuan from a Chinese account is not.
  const paid = {
    idempotency_key: 'earlier',
    kind: 'transfer',
    customer_id: GRACE.id,
    account_id: `${GRACE.id}-account-2`,
  };
  await world.knex('bank_postings').insert({
    ...paid,
    ...{ amount_minor: 19_999_999, currency: 'VND', at: world.clock.now() },
    ...{ request_digest: 'digest', result: '{}' },
  });
  const { phone } = await afterPin(world, GRACE, 'transfer');
  expectStep(phone, 'details.payee');
  await key(phone, '2');
  assert.equal(await handoffReason(world, phone), 'biometric_required');
});
