import assert from 'node:assert/strict';
import { after, before, type TestContext, test } from 'node:test';
import type { Phone } from '../phone-sim/phone.ts';
import { consumeCode } from '../src/factors/code/code.store.ts';
import { connect, type Knex } from '../src/storage/connect.ts';
import {
  callerAtCode,
  callerAtLastKey,
  calling,
  carriedOut,
  confirmIdentity,
  expectStep,
  failuresOf,
  handoffReason,
  identifiedCaller,
  key,
  newestCode,
  strangersNumber,
  TIMELESS,
  until,
  verifiedCaller,
  wordsOf,
  wrongPin,
} from './support/callers.ts';
import { startPostgres, type TestPostgres } from './support/postgres.ts';
import { demoCustomer, keysOf, startWorld, type World, type WorldOptions } from './support/world.ts';

// Real concurrency on PostgreSQL: two services on one database, each with connections of its own. That it also holds
// between operating-system processes is shown by test/processes.test.ts.

const lina = demoCustomer(({ id }) => id === 'demo-01');
let postgres: TestPostgres;

before(async () => {
  postgres = await startPostgres({ withoutSyncing: true });
});
after(() => postgres.stop());

/** Two services on a database of their own, and a connection beside them. */
async function twoServices(
  t: TestContext,
  options: WorldOptions = {},
): Promise<readonly [World, World, Knex]> {
  const postgresUrl = await postgres.newMigratedDatabase();
  const one = await startWorld({ ...options, postgresUrl, seed: 'one' });
  t.after(() => one.stop());
  const other = await startWorld({ ...options, postgresUrl, seed: 'other' });
  t.after(() => other.stop());
  const beside = connect({ kind: 'postgres', url: postgresUrl });
  t.after(() => beside.destroy());
  return [one, other, beside];
}

test('invariant 12: one code keyed 100 times at once, at two services, succeeds exactly once', async (t) => {
  const [one, other] = await twoServices(t);
  const phone = await callerAtCode(one, lina, { amount: 1_000 });
  const { pathname, search } = new URL(phone.actionUrl ?? '');
  const parameters = [
    ...Object.entries(phone.parameters()),
    ['Digits', await newestCode(one, lina)],
    ['msg', 'Gather End'],
  ] as const;
  const answers = await Promise.all(
    Array.from({ length: 100 }, (_, n) =>
      [one, other][n % 2]?.phone(TIMELESS).post({ url: `${pathname}${search}`, parameters }),
    ),
  );
  const passed = answers.filter((answer) => /step=confirm\.identity/.test(wordsOf(answer)));
  assert.ok(passed.length > 0);
  assert.equal(
    new Set(passed.map(wordsOf)).size,
    1,
    'every caller who hears that it passed hears the one answer',
  );
  const attempts: { status: string }[] = await one.knex('attempts').where({ factor: 'code' });
  assert.deepEqual(
    attempts.map(({ status }) => status),
    ['passed'],
  );
  const codes: { state: string }[] = await one.knex('codes');
  assert.deepEqual(
    codes.map(({ state }) => state),
    ['consumed'],
  );
  const entries = await one
    .knex('ledger_entries')
    .where({ stream_id: phone.callSid, type: 'factor.outcome', step: 'code.entry' });
  assert.equal(entries.length, 1);

  await callerAtCode(one, lina, { amount: 1_000 });
  const { id } = await one.knex('codes').where({ state: 'live' }).first();
  const consumed = await Promise.all(
    Array.from({ length: 100 }, (_, n) =>
      (n % 2 === 0 ? one : other).knex.transaction((transaction) =>
        consumeCode(transaction, id, one.clock.now()),
      ),
    ),
  );
  assert.equal(consumed.filter(Boolean).length, 1, 'also where nothing but the code stands in the way');
});

test('invariant 11: two right PINs at two services at once are never both failed, whatever is left of the budget', async (t) => {
  const [one, other] = await twoServices(t);
  for (const { customer, failed } of [
    { customer: lina, failed: 0 },
    { customer: demoCustomer(({ id }) => id === 'demo-02'), failed: 3 },
    { customer: demoCustomer(({ id }) => id === 'demo-09'), failed: 4 },
  ]) {
    for (let n = 0; n < failed; n++) {
      const failing = await identifiedCaller(one, customer, { intent: 'transfer', phone: TIMELESS });
      await key(failing, `${wrongPin(customer, n)}#`);
      await failing.hangUp();
    }
    const phones = [
      await identifiedCaller(one, customer, { intent: 'transfer', phone: TIMELESS }),
      await identifiedCaller(other, customer, { intent: 'transfer', phone: TIMELESS }),
    ];
    await Promise.all(phones.map((phone) => key(phone, `${customer.transactionPin}#`)));
    const passed = phones.filter((phone) => phone.step === 'details.payee').length;
    assert.ok(passed >= (failed < 4 ? 2 : 1), `${passed} passed after ${failed} failures`);
    assert.equal(await failuresOf(one.knex, customer, 'pin.transaction'), 0);
  }
});

test('invariant 22: a freeze that is being written while the last key is pressed stops the order', async (t) => {
  const [one, , beside] = await twoServices(t);
  const phone = await callerAtLastKey(one, lina, { amount: 1_000 });
  const freezing = await beside.transaction();
  await freezing('customers').where({ id: lina.id }).update({ freeze: 'provisional' });
  const pressed = key(phone, '1');
  await until('the order waits for the freeze', async () => (await waiting(beside)) > 0);
  await freezing.commit();
  await pressed;
  assert.equal(await handoffReason(one, phone), 'account_frozen');
  assert.deepEqual(await carriedOut(one, lina), []);
});

test('invariant 22: a lock that is being written while the last key is pressed stops the order', async (t) => {
  const [one, , beside] = await twoServices(t);
  const phone = await callerAtLastKey(one, lina, { amount: 1_000 });
  const locking = await beside.transaction();
  await locking('lock_counters')
    .where({ customer_id: lina.id, factor: 'pin.transaction' })
    .update({ void_at: one.clock.now() });
  const pressed = key(phone, '1');
  await until('the order waits for the lock', async () => (await waiting(beside)) > 0);
  await locking.commit();
  await pressed;
  assert.equal(await handoffReason(one, phone), 'order_refused');
  assert.deepEqual(await carriedOut(one, lina), []);
});

/** Statements that wait for somebody's lock. */
async function waiting(beside: Knex): Promise<number> {
  const rows: { count: number | string }[] = await beside('pg_locks')
    .where({ granted: false })
    .count({ count: '*' });
  return Number(rows[0]?.count ?? 0);
}

test('invariant 29: once a freeze is acknowledged no debit commits, though many are in flight', async (t) => {
  // Repayments need no code, so that many can be one key from their end; here they do not go on while frozen.
  const [one, other, beside] = await twoServices(t, {
    changeRelease: ({ policy, ...release }) => {
      const repayment = { ...policy.actions.repayment, whileFrozen: false };
      return { ...release, policy: { ...policy, actions: { ...policy.actions, repayment } } };
    },
  });
  // Each debit stays in flight for a while after it passed the gate: a freeze that did not wait would overtake it.
  await beside.raw(
    `CREATE FUNCTION take_a_while() RETURNS trigger LANGUAGE plpgsql AS
     $$ BEGIN PERFORM pg_sleep(0.05); RETURN NEW; END $$`,
  );
  await beside.raw(
    'CREATE TRIGGER slow BEFORE INSERT ON carried_orders FOR EACH ROW EXECUTE FUNCTION take_a_while()',
  );
  const debitors: Phone[] = [];
  for (let n = 0; n < 12; n++) {
    const world = n % 2 === 0 ? one : other;
    const phone = await verifiedCaller(world, lina, { intent: 'repayment', phone: TIMELESS });
    await key(phone, `2${100 + n}#`);
    await confirmIdentity(phone);
    await phone.listen();
    expectStep(phone, 'confirm.order');
    debitors.push(phone);
  }
  const freezer = await calling(other, lina, { from: strangersNumber(1), phone: TIMELESS });
  await key(freezer, `4${keysOf(lina).phone}#${keysOf(lina).id}`);
  const debits = async () => ({
    orders: (await beside('carried_orders')).length,
    postings: (await beside('bank_postings').whereNot({ kind: 'refused' })).length,
    balance: (await beside('bank_accounts').where({ customer_id: lina.id }).first()).balance_minor,
  });

  const early = debitors.slice(0, 6).map((phone) => key(phone, '1'));
  await Promise.race(early);
  const acknowledged = key(freezer, '#').then(debits);
  const late = debitors.slice(6).map((phone) => key(phone, '1'));
  const atAcknowledgement = await acknowledged;
  await Promise.all([...early, ...late]);
  assert.equal(await handoffReason(other, freezer), 'freeze_reported');
  assert.deepEqual(await debits(), atAcknowledgement, 'nothing moved afterwards');
  const done = debitors.filter((phone) => phone.step === 'more').length;
  assert.equal(done, atAcknowledgement.orders, 'a caller who heard that it was done had it done before');
  assert.ok(done > 0 && done < debitors.length, `the freeze landed in the middle: ${done} were done`);
  for (const phone of debitors)
    if (phone.step !== 'more') assert.equal(await handoffReason(one, phone), 'account_frozen');
});
