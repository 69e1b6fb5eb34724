import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Phone } from '../phone-sim/phone.ts';
import { calendarDay, HOUR } from '../src/platform/clock.ts';
import { expectStep, handoffReason, heard, heardSince, key, verifiedCaller } from './support/callers.ts';
import { demoCustomer, startWorld, type World, type WorldOptions } from './support/world.ts';

const lina = demoCustomer(({ id }) => id === 'demo-01');

/** A world where the customer's one loan stands like this. */
async function worldWith(
  t: TestContext,
  loan: { readonly due_minor?: number; readonly outstanding_minor?: number; readonly due_on?: string },
  options: WorldOptions = {},
): Promise<World> {
  const world = await startWorld(options);
  t.after(() => world.stop());
  await world.knex('bank_loans').where({ customer_id: lina.id }).update(loan);
  return world;
}

/** Everything that was said, once the last answer was heard to its end. */
async function allHeard(phone: Phone): Promise<string> {
  await phone.listen();
  return heard(phone).join('\n');
}

for (const outstanding_minor of [600, 12_000_000])
  test(`an amount due below the minimum is paid exactly, of ${outstanding_minor} owed (S6)`, async (t) => {
    const world = await worldWith(t, { due_minor: 600, outstanding_minor });
    const phone = await verifiedCaller(world, lina, { intent: 'repayment' });
    expectStep(phone, 'details.dueOrOther');
    await key(phone, '1');
    expectStep(phone, 'confirm.identity');
    await key(phone, '1');
    await key(phone, '1');
    const loan = await world.knex('bank_loans').where({ customer_id: lina.id }).first();
    assert.deepEqual([loan.due_minor, loan.outstanding_minor], [0, outstanding_minor - 600]);
    assert.match(heard(phone).join('\n'), /还款成功，金额人民币6元/);
    await phone.hangUp();
  });

/** Nothing below 50 yuan is taken. */
const changeRelease: WorldOptions['changeRelease'] = (release) => ({
  ...release,
  policy: {
    ...release.policy,
    amounts: { ...release.policy.amounts, minimum: { ...release.policy.amounts.minimum, CNY: 5_000 } },
  },
});

test('any other amount below the minimum is refused, and what is due is under every other limit', async (t) => {
  const world = await worldWith(t, { due_minor: 2_300 }, { changeRelease });
  const phone = await verifiedCaller(world, lina, { intent: 'repayment' });
  await key(phone, '2');
  await key(phone, '24#');
  assert.match(heard(phone).join('\n'), /低于电话办理的最低金额/);
  await key(phone, '2');
  await key(phone, '23#');
  expectStep(phone, 'confirm.identity');
  await phone.hangUp();

  await world.knex('bank_accounts').where({ customer_id: lina.id }).update({ balance_minor: 2_299 });
  const poor = await verifiedCaller(world, lina, { intent: 'repayment' });
  const before = heard(poor).length;
  await key(poor, '1');
  assert.match(heardSince(poor, before), /余额/);
  await poor.hangUp();
});

test('nothing due is not offered: it is said, and what is owed is offered in its place (S6)', async (t) => {
  const world = await worldWith(t, { due_minor: 0, outstanding_minor: 5_000_000 });
  const phone = await verifiedCaller(world, lina, { intent: 'repayment' });
  expectStep(phone, 'details.dueOrOther');
  const said = await allHeard(phone);
  assert.match(said, /目前没有到期应还的款项，欠款共人民币50000元。\n按这个金额还款，请按1/);
  assert.doesNotMatch(said, /本期应还/);
  await key(phone, '2');
  await key(phone, '100#');
  expectStep(phone, 'confirm.identity');
  await phone.hangUp();

  const listening = await verifiedCaller(world, lina, { intent: 'enquiry' });
  await key(listening, '1');
  assert.match(await allHeard(listening), /欠款人民币50000元，目前没有到期应还的款项/);
  await listening.hangUp();
});

test('nothing owed on any loan is said, and the call goes on; no loan at all is a person’s to look for', async (t) => {
  const world = await worldWith(t, { due_minor: 0, outstanding_minor: 0 });
  const phone = await verifiedCaller(world, lina, { intent: 'repayment' });
  expectStep(phone, 'more');
  assert.match(await allHeard(phone), /贷款已全部还清，没有欠款/);
  const before = heard(phone).length;
  await key(phone, '9');
  await phone.listen();
  assert.match(heardSince(phone, before), /贷款已全部还清，没有欠款/);
  await phone.hangUp();

  await world.knex('bank_loans').where({ customer_id: lina.id }).delete();
  const without = await verifiedCaller(world, lina, { intent: 'repayment' });
  assert.equal(await handoffReason(world, without), 'loan_not_found');
  await without.hangUp();
});

/** What is said of a loan with this due date, of the amount to repay and in the enquiry, in each language. */
const OVERDUE = [
  ['zh-CN', '2025-12-01', /已逾期，应于2025年12月1日还款/],
  ['vi-VN', '2025-12-01', /đã quá hạn từ ngày 1 tháng 12 năm 2025/],
  ['en-US', '2025-12-01', /overdue since December 1, 2025/],
] as const;

for (const [line, due_on, words] of OVERDUE)
  test(`a year overdue is said as overdue, with its year, in ${line}`, async (t) => {
    const world = await worldWith(t, { due_minor: 365_080, due_on });
    const phone = await verifiedCaller(world, lina, { intent: 'repayment', line });
    expectStep(phone, 'details.dueOrOther');
    assert.match(await allHeard(phone), words);
    await phone.hangUp();
    const listening = await verifiedCaller(world, lina, { intent: 'enquiry', line });
    await key(listening, '1');
    assert.match(await allHeard(listening), words);
    await listening.hangUp();
  });

test('what is due today is not overdue, by the day where the customer is', async (t) => {
  const world = await worldWith(t, { due_minor: 365_080 });
  const today = calendarDay(world.clock.now(), 'Asia/Shanghai');
  for (const [due_on, overdue] of [
    [today, false],
    [calendarDay(world.clock.now() - 24 * HOUR, 'Asia/Shanghai'), true],
  ] as const) {
    await world.knex('bank_loans').where({ customer_id: lina.id }).update({ due_on });
    const phone = await verifiedCaller(world, lina, { intent: 'repayment' });
    assert.equal(/已逾期/.test(await allHeard(phone)), overdue, due_on);
    await phone.hangUp();
  }
});

test('a whole rest below the minimum that is not due is offered and repaid, in cents as well', async (t) => {
  const world = await worldWith(t, { due_minor: 0, outstanding_minor: 2_650 }, { changeRelease });
  const phone = await verifiedCaller(world, lina, { intent: 'repayment' });
  expectStep(phone, 'details.dueOrOther');
  await key(phone, '2');
  await key(phone, '26#');
  assert.match(await allHeard(phone), /低于电话办理的最低金额/, 'a part of it is not exempt');
  expectStep(phone, 'details.dueOrOther');
  await key(phone, '1');
  for (const step of ['confirm.identity', 'confirm.order']) {
    expectStep(phone, step);
    await key(phone, '1');
  }
  expectStep(phone, 'more');
  const loan = await world.knex('bank_loans').where({ customer_id: lina.id }).first();
  assert.deepEqual([loan.due_minor, loan.outstanding_minor], [0, 0]);
  await phone.hangUp();
});

/** In fen; above the shipped maximum of 5,000,000 yuan. */
const TOO_MUCH = 500_000_001;

test('what the maximum forbids is said and not offered', async (t) => {
  for (const [due_minor, words] of [
    [TOO_MUCH, /超过了电话一次可以办理的最高金额/],
    [0, /目前没有到期应还的款项/],
  ] as const) {
    const world = await worldWith(t, { due_minor, outstanding_minor: TOO_MUCH });
    const phone = await verifiedCaller(world, lina, { intent: 'repayment' });
    expectStep(phone, 'details.amount');
    assert.match(await allHeard(phone), words);
    assert.doesNotMatch(await allHeard(phone), /按这个金额还款/);
    await key(phone, '1000#');
    expectStep(phone, 'confirm.identity');
    await phone.hangUp();
  }
});
