import assert from 'node:assert/strict';
import { type BankFixture, bankContract } from '../../test/contracts/bank.contract.ts';
import { databaseMark, openDatabase, storeTest } from '../../test/support/databases.ts';
import { HOUR, ManualClock } from '../platform/clock.ts';
import { type Keyring, seal } from '../platform/keyring.ts';
import { seededRandom } from '../platform/random.ts';
import type { Knex } from '../storage/connect.ts';
import { DemoBank } from './demo-bank.store.ts';
import { guardBank } from './guarded-bank.service.ts';

const random = seededRandom('demo bank');
const keyring: Keyring = {
  encryption: { currentId: 'k1', byId: new Map([['k1', Buffer.alloc(32, 1)]]) },
  index: Buffer.alloc(32, 2),
  pepper: Buffer.alloc(32, 3),
};

const ORDER = { action: 'transfer', revision: 1, accountId: 'a1', payeeId: 'p1', currency: 'VND' } as const;

async function demoBank(knex: Knex): Promise<Omit<BankFixture, 'close'>> {
  await knex('bank_accounts').insert([
    {
      id: 'a1',
      customer_id: 'c1',
      number: '6222000011112222',
      currency: 'VND',
      balance_minor: 50_000_000,
      daily_limit_minor: 30_000_000,
    },
    {
      id: 'a2',
      customer_id: 'c2',
      number: '6222000033334444',
      currency: 'VND',
      balance_minor: 50_000_000,
      daily_limit_minor: 30_000_000,
    },
  ]);
  await knex('bank_loans').insert(
    ['c1', 'c2'].map((customer, index) => ({
      id: `l${index + 1}`,
      customer_id: customer,
      number: `77000${index}`,
      currency: 'VND',
      outstanding_minor: 9_000_000,
      due_minor: 1_000_000,
      due_on: '2026-02-01',
    })),
  );
  await knex('bank_payees').insert(
    (
      [
        ['p1', 'c1', 'VND'],
        ['p2', 'c1', 'CNY'],
        ['p3', 'c2', 'VND'],
      ] as const
    ).map(([id, customer, currency]) => ({
      id,
      customer_id: customer,
      name_sealed: seal(keyring, random, `bank_payees.name:${id}`, `Payee ${id}`),
      account_number: `90001234${id.slice(1)}`,
      currency,
      added_at: 0,
    })),
  );
  return {
    bank: guardBank(new DemoBank(keyring)),
    knex,
    now: new ManualClock().now(),
    customerId: 'c1',
    account: { id: 'a1', currency: 'VND', dailyLimitMinor: 30_000_000 },
    loanId: 'l1',
    payeeId: 'p1',
    foreignPayeeId: 'p2',
    strangers: { accountId: 'a2', payeeId: 'p3', loanId: 'l2' },
  };
}

bankContract(`the embedded demo bank${databaseMark()}`, async () => {
  const { knex, close } = await openDatabase();
  return { ...(await demoBank(knex)), close };
});

storeTest(
  'payees come with their names opened, and a name moved to another row does not open',
  async (knex) => {
    const f = await demoBank(knex);
    const payees = await f.bank.payees('c1', f.knex);
    assert.deepEqual(
      payees.map(({ id, name }) => [id, name]),
      [
        ['p1', 'Payee p1'],
        ['p2', 'Payee p2'],
      ],
    );
    const moved = await f.knex('bank_payees').where({ id: 'p3' }).first();
    await f.knex('bank_payees').where({ id: 'p1' }).update({ name_sealed: moved.name_sealed });
    await assert.rejects(f.bank.payees('c1', f.knex), { kind: 'crypto_unavailable' });
  },
);

storeTest('the daily limit begins anew at midnight where the currency is', async (knex) => {
  const f = await demoBank(knex);
  const order = { ...ORDER, amountMinor: 20_000_000 };
  const midnightInHoChiMinh = Date.UTC(2026, 0, 15, 17);
  const carryOut = (idempotencyKey: string, at: number) =>
    f.knex.transaction((trx) => f.bank.carryOut({ idempotencyKey, customerId: 'c1', order, at }, trx));
  assert.equal((await carryOut('k1', midnightInHoChiMinh - 23 * HOUR)).kind, 'done');
  assert.deepEqual(await carryOut('k2', midnightInHoChiMinh - 1), { kind: 'refused', reason: 'over_limit' });
  assert.equal((await carryOut('k3', midnightInHoChiMinh)).kind, 'done');
});

storeTest(
  'a transaction that is rolled back leaves no trace of its order, and the key can be used',
  async (knex) => {
    const f = await demoBank(knex);
    const request = {
      idempotencyKey: 'k1',
      customerId: 'c1',
      order: {
        action: 'repayment',
        revision: 1,
        accountId: 'a1',
        loanId: 'l1',
        amountMinor: 5,
        currency: 'VND',
      },
      at: f.now,
    } as const;
    await assert.rejects(
      f.knex.transaction(async (trx) => {
        await f.bank.carryOut(request, trx);
        throw new Error('the turn failed');
      }),
    );
    assert.equal((await f.bank.accounts('c1', f.knex))[0]?.balanceMinor, 50_000_000);
    assert.deepEqual(await f.knex.transaction((trx) => f.bank.carryOut(request, trx)), {
      kind: 'done',
      balanceMinor: 49_999_995,
      outstandingMinor: 8_999_995,
    });
  },
);

storeTest(
  'a database that is gone is an outage of the bank, told without values of the statement',
  async (knex) => {
    const f = await demoBank(knex);
    await f.knex.schema.dropTable('bank_accounts');
    await assert.rejects(f.bank.accounts('customer-secret', f.knex), (error: Error) => {
      assert.equal((error as { kind?: string }).kind, 'bank_unavailable');
      assert.doesNotMatch(`${error.message} ${String(error.cause)}`, /customer-secret/);
      return true;
    });
  },
);

storeTest('money beyond 32 bits is counted to the last unit (invariant 27)', async (knex) => {
  const f = await demoBank(knex);
  const much = 2 ** 40 + 1;
  await knex('bank_accounts')
    .where({ id: 'a1' })
    .update({ balance_minor: 2 * much, daily_limit_minor: 2 * much });
  for (const idempotencyKey of ['k1', 'k2'])
    assert.equal(
      (
        await knex.transaction((trx) =>
          f.bank.carryOut(
            { idempotencyKey, customerId: 'c1', order: { ...ORDER, amountMinor: much }, at: f.now },
            trx,
          ),
        )
      ).kind,
      'done',
    );
  assert.equal((await f.bank.accounts('c1', knex))[0]?.balanceMinor, 0);
  assert.equal(await f.bank.paidOutMinor('c1', 'VND', f.now, f.now + 1, knex), 2 * much);
});

storeTest(
  'a key that two keyed at once gives both the first result, also when that was refused',
  async (knex) => {
    const f = await demoBank(knex);
    const carryOut = (idempotencyKey: string, amountMinor: number) =>
      knex.transaction((trx) =>
        f.bank.carryOut(
          { idempotencyKey, customerId: 'c1', order: { ...ORDER, amountMinor }, at: f.now },
          trx,
        ),
      );
    const done = await Promise.all(Array.from({ length: 10 }, () => carryOut('k1', 20_000_000)));
    for (const result of done) assert.deepEqual(result, { kind: 'done', balanceMinor: 30_000_000 });
    const refused = await Promise.all(Array.from({ length: 10 }, () => carryOut('k2', 20_000_000)));
    for (const result of refused) assert.deepEqual(result, { kind: 'refused', reason: 'over_limit' });
  },
);

storeTest('an order that waits for another of the account sees what that one left', async (knex) => {
  const f = await demoBank(knex);
  await knex('bank_accounts').where({ id: 'a1' }).update({ daily_limit_minor: 50_000_000 });
  const results = await Promise.all(
    Array.from({ length: 10 }, (_, n) =>
      knex.transaction((trx) =>
        f.bank.carryOut(
          {
            idempotencyKey: `k${n}`,
            customerId: 'c1',
            order: { ...ORDER, amountMinor: 20_000_000 },
            at: f.now,
          },
          trx,
        ),
      ),
    ),
  );
  const left = results.flatMap((result) => (result.kind === 'done' ? [result.balanceMinor] : [])).sort();
  assert.deepEqual(left, [10_000_000, 30_000_000]);
  assert.equal((await f.bank.accounts('c1', knex))[0]?.balanceMinor, 10_000_000);
});

storeTest('a freeze waits for the debits under way (invariant 43)', async (knex) => {
  const f = await demoBank(knex);
  let frozen = false;
  let freezing: Promise<void> | undefined;
  await knex.transaction(async (trx) => {
    const order = { ...ORDER, amountMinor: 5_000 };
    const request = { idempotencyKey: 'k1', customerId: 'c1', order, at: f.now };
    assert.equal((await f.bank.carryOut(request, trx)).kind, 'done');
    freezing = f.bank.freeze({ requestId: 'f1', customerId: 'c1', askedAt: f.now }, knex).then(() => {
      frozen = true;
    });
    for (let looks = 0; looks < 20; looks++) await f.bank.accounts('c1', trx);
    assert.equal(frozen, false, 'it would answer before the debit commits');
  });
  await freezing;
  assert.equal((await f.bank.accounts('c1', knex))[0]?.balanceMinor, 49_995_000);
});
