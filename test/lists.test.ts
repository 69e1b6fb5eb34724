import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Phone } from '../phone-sim/phone.ts';
import type { BankPayee, BankPort } from '../src/bank/bank.ts';
import { LANGUAGES } from '../src/locales/catalogue.ts';
import { expectStep, handoffReason, heard, key, verifiedCaller } from './support/callers.ts';
import { demoCustomer, startWorld, type World, type WorldOptions } from './support/world.ts';

const chen = demoCustomer(({ id }) => id === 'demo-02');

/** A world where the customer has seven accounts and seven loans, all of what is owed due and little of it. */
async function worldOfSeven(t: TestContext, options: WorldOptions = {}): Promise<World> {
  const world = await startWorld(options);
  t.after(() => world.stop());
  const customer_id = chen.id;
  await world.knex('bank_accounts').insert(
    [3, 4, 5, 6, 7].map((n) => ({
      ...{ id: `demo-02-account-${n}`, customer_id, number: `620000000000020${n}`, currency: 'CNY' },
      ...{ balance_minor: 100_000 * n, daily_limit_minor: 50_000_000 },
    })),
  );
  await world.knex('bank_loans').insert(
    [1, 2, 3, 4, 5, 6, 7].map((n) => ({
      ...{ id: `demo-02-loan-${n}`, customer_id, number: `CL2024020${n}`, currency: 'CNY' },
      ...{ outstanding_minor: 500 + 100 * n, due_minor: 500 + 100 * n, due_on: `2026-12-0${n}` },
    })),
  );
  return world;
}

/** What is said from now on to the end of the answer to these keys. */
async function answerTo(phone: Phone, keys: string): Promise<string> {
  const before = heard(phone).length;
  await key(phone, keys);
  await phone.listen();
  return heard(phone).slice(before).join('\n');
}

/** The last digits that are named with these words before them, in the order they are said. */
function named(said: string, what: RegExp): readonly string[] {
  return [...said.matchAll(what)].map(([, last]) => last ?? '');
}
const ACCOUNTS = /尾号0 2 0 (\S+?)的账户，余额/g;
const LOANS = /尾号0 2 0 (\S+?)的贷款，欠款/g;
const SPOKEN = ['幺', '2', '3', '4', '5', '6', '7'];

test('seven accounts and seven loans are all told, five at a time, and the caller hears how many are left (S6)', async (t) => {
  const world = await worldOfSeven(t);
  const phone = await verifiedCaller(world, chen, { intent: 'enquiry' });
  const first = await answerTo(phone, '1');
  expectStep(phone, 'more');
  assert.match(first, /还有9项没有播报。\n收听其余内容，请按6/);
  const second = await answerTo(phone, '6');
  assert.match(second, /还有4项没有播报。\n收听其余内容，请按6/);
  const again = await answerTo(phone, '9');
  assert.equal(again, second, 'what was told last is told again, and what is left stays left');
  const third = await answerTo(phone, '6');
  assert.doesNotMatch(third, /没有播报|请按6/);
  assert.deepEqual(named([first, second, third].join('\n'), ACCOUNTS), SPOKEN);
  assert.deepEqual(named([first, second, third].join('\n'), LOANS), SPOKEN);
  const beyond = await answerTo(phone, '6');
  assert.match(beyond, /按键|输入/, 'a key that does nothing any more is said to be wrong');
  expectStep(phone, 'more');
  await phone.hangUp();
});

test('of seven loans each can be chosen and repaid, however little is due on it (S6)', async (t) => {
  const world = await worldOfSeven(t);
  for (const n of [1, 4, 5, 7]) {
    const phone = await verifiedCaller(world, chen, { intent: 'repayment' });
    expectStep(phone, 'details.loan');
    await phone.listen();
    assert.match(heard(phone).join('\n'), /一共7项，现在播报第1到第4项/);
    if (n > 4)
      assert.match(await answerTo(phone, '6'), /一共7项，现在播报第5到第7项[\s\S]*请按3[\s\S]*请按6/);
    await key(phone, String(n > 4 ? n - 4 : n));
    // The seventh account is on the second of two parts as well.
    expectStep(phone, 'details.account');
    await key(phone, '63');
    expectStep(phone, 'details.dueOrOther');
    await key(phone, '1');
    expectStep(phone, 'confirm.identity');
    await key(phone, '1');
    await phone.listen();
    assert.match(heard(phone).at(-3) ?? '', /0 2 0 7/, 'from the account that was chosen');
    await key(phone, '1');
    expectStep(phone, 'more');
    await phone.hangUp();
    const loan = await world
      .knex('bank_loans')
      .where({ id: `demo-02-loan-${n}` })
      .first();
    assert.equal(loan.outstanding_minor, 0);
    // Paid back, it is not listed any more; the others must keep their places in this test.
    await world.knex('bank_loans').where({ id: loan.id }).update({ outstanding_minor: 600, due_minor: 600 });
  }
});

test('after the last ones the key that goes on begins again, and only so often', async (t) => {
  const world = await worldOfSeven(t);
  const phone = await verifiedCaller(world, chen, { intent: 'repayment' });
  expectStep(phone, 'details.loan');
  assert.match(await answerTo(phone, '6'), /第5到第7项/);
  assert.match(await answerTo(phone, '6'), /第1到第4项/);
  assert.match(await answerTo(phone, '9'), /第1到第4项/);
  assert.match(await answerTo(phone, '5'), /输入有误|没有/, 'the fifth is no option of this part');
  for (let keys = 0; keys < 20 && phone.step === 'details.loan'; keys++) await key(phone, '6');
  assert.equal(await handoffReason(world, phone), 'too_many_invalid_keys');
  await phone.hangUp();
});

test('five are heard at once, with no key that goes on', async (t) => {
  const world = await worldOfSeven(t);
  await world.knex('bank_loans').whereIn('id', ['demo-02-loan-6', 'demo-02-loan-7']).delete();
  const five = await verifiedCaller(world, chen, { intent: 'repayment' });
  await five.listen();
  assert.match(heard(five).join('\n'), /请按5/);
  assert.doesNotMatch(heard(five).join('\n'), /一共|请按6/);
  assert.match(await answerTo(five, '6'), /输入有误|没有/);
  await five.hangUp();
});

/** A core that lists so many payees, and everything else as it has it. */
function withPayees(count: number): WorldOptions {
  const payees = Array.from(
    { length: count },
    (_, index): BankPayee => ({
      ...{ id: `payee-${index}`, name: '张伟', currency: 'CNY', addedAt: 0 },
      accountNumber: `62000000000${String(index + 1).padStart(4, '0')}`,
    }),
  );
  return { bankOf: (embedded) => overridden(embedded, { payees: async () => payees }) };
}

/** The embedded bank with some of its answers exchanged. */
function overridden(embedded: BankPort, other: Partial<BankPort>): BankPort {
  return {
    accounts: (...asked) => embedded.accounts(...asked),
    loans: (...asked) => embedded.loans(...asked),
    payees: (...asked) => embedded.payees(...asked),
    transactions: (...asked) => embedded.transactions(...asked),
    paidOutMinor: (...asked) => embedded.paidOutMinor(...asked),
    preview: (...asked) => embedded.preview(...asked),
    carryOut: (...asked) => embedded.carryOut(...asked),
    freeze: (...asked) => embedded.freeze(...asked),
    unfreeze: (...asked) => embedded.unfreeze(...asked),
    freezeState: (...asked) => embedded.freezeState(...asked),
    ...other,
  };
}

for (const line of LANGUAGES)
  test(`nine payees are heard three at a time, and somebody else stays a key away, in ${line}`, async (t) => {
    const world = await worldOfSeven(t, withPayees(9));
    const phone = await verifiedCaller(world, chen, { intent: 'transfer', line });
    expectStep(phone, 'details.payee');
    await phone.listen();
    const parts = [heard(phone).join('\n'), await answerTo(phone, '6'), await answerTo(phone, '6')];
    for (const [index, part] of parts.entries()) {
      for (const key of ['1', '2', '3', '5', '6'])
        assert.match(part, new RegExp(`(请按|phím |press )${key}`), `part ${index + 1} names key ${key}`);
      assert.match(part, new RegExp(`0 0 0 ${index === 0 ? '(1|幺)' : index * 3 + 1}`));
    }
    assert.match(await answerTo(phone, '4'), /./, 'a key between them is no option');
    expectStep(phone, 'details.payee');
    await key(phone, '3');
    expectStep(phone, 'details.account');
    await phone.hangUp();

    const other = await verifiedCaller(world, chen, { intent: 'transfer', line });
    await key(other, '65');
    assert.equal(await handoffReason(world, other), 'payee_not_listed');
    await other.hangUp();
  });

test('of four payees all are heard beside somebody else, and of five none is left out', async (t) => {
  for (const [count, goesOn] of [
    [4, false],
    [5, true],
  ] as const) {
    const world = await worldOfSeven(t, withPayees(count));
    const phone = await verifiedCaller(world, chen, { intent: 'transfer' });
    await phone.listen();
    const said = heard(phone).join('\n');
    assert.equal(/一共5项，现在播报第1到第3项/.test(said), goesOn);
    assert.equal(/请按4/.test(said), !goesOn);
    assert.equal(/请按6/.test(said), goesOn);
    await phone.hangUp();
  }
});

test('a core that lists more than a telephone can say is refused in words: nothing is left out silently', async (t) => {
  for (const [count, listed] of [
    [100, true],
    [101, false],
    [10_000, false],
  ] as const) {
    const world = await worldOfSeven(t, withPayees(count));
    const phone = await verifiedCaller(world, chen, { intent: 'transfer' });
    if (listed) {
      expectStep(phone, 'details.payee');
      assert.match(await answerTo(phone, ''), /一共100项/);
    } else {
      await phone.listen();
      assert.match(heard(phone).join('\n'), /系统出现故障/);
      assert.equal(await handoffReason(world, phone), 'outage');
    }
    await phone.hangUp();
  }
});
