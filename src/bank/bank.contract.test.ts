import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Knex } from 'knex';
import { connect } from '../persistence/connect.ts';
import { migrate } from '../persistence/migrate.ts';
import { HOUR, ManualClock } from '../platform/clock.ts';
import { type Keys, seal } from '../platform/keys.ts';
import { seededRandom } from '../platform/random.ts';
import { type BankFixture, bankContract } from './bank.contract.ts';
import { DemoBank } from './demo-bank.store.ts';
import { guardBank } from './guarded-bank.ts';

const random = seededRandom('demo bank');
const keys: Keys = {
  encryption: { currentId: 'k1', byId: new Map([['k1', Buffer.alloc(32, 1)]]) },
  index: Buffer.alloc(32, 2),
  pepper: Buffer.alloc(32, 3),
};

async function demoBank(knex: Knex): Promise<BankFixture> {
  await migrate(knex);
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
      name_sealed: seal(keys, random, `bank_payees.name:${id}`, `Payee ${id}`),
      account_number: `90001234${id.slice(1)}`,
      currency,
      added_at: 0,
    })),
  );
  return {
    bank: guardBank(new DemoBank(keys)),
    knex,
    now: new ManualClock().now(),
    customerId: 'c1',
    account: { id: 'a1', currency: 'VND', dailyLimitMinor: 30_000_000 },
    loanId: 'l1',
    payeeId: 'p1',
    foreignPayeeId: 'p2',
    strangers: { accountId: 'a2', payeeId: 'p3', loanId: 'l2' },
    close: () => knex.destroy(),
  };
}

const embedded = () => demoBank(connect({ kind: 'sqlite', file: ':memory:' }));

bankContract('the embedded demo bank', embedded);

test('payees come with their names opened, and a name moved to another row does not open', async (t) => {
  const f = await embedded();
  t.after(() => f.close());
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
});

test('the daily limit begins anew at midnight where the currency is', async (t) => {
  const f = await embedded();
  t.after(() => f.close());
  const order = {
    action: 'transfer',
    revision: 1,
    accountId: 'a1',
    payeeId: 'p1',
    amountMinor: 20_000_000,
    currency: 'VND',
  } as const;
  const midnightInHoChiMinh = Date.UTC(2026, 0, 15, 17);
  const carryOut = (idempotencyKey: string, at: number) =>
    f.knex.transaction((trx) => f.bank.carryOut({ idempotencyKey, customerId: 'c1', order, at }, trx));
  assert.equal((await carryOut('k1', midnightInHoChiMinh - 23 * HOUR)).kind, 'done');
  assert.deepEqual(await carryOut('k2', midnightInHoChiMinh - 1), { kind: 'refused', reason: 'over_limit' });
  assert.equal((await carryOut('k3', midnightInHoChiMinh)).kind, 'done');
});

test('a transaction that is rolled back leaves no trace of its order, and the key can be used', async (t) => {
  const f = await embedded();
  t.after(() => f.close());
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
});

test('a database that is gone is an outage of the bank, told without values of the statement', async () => {
  const f = await embedded();
  await f.knex.schema.dropTable('bank_accounts');
  await assert.rejects(f.bank.accounts('customer-secret', f.knex), (error: Error) => {
    assert.equal((error as { kind?: string }).kind, 'bank_unavailable');
    assert.doesNotMatch(`${error.message} ${String(error.cause)}`, /customer-secret/);
    return true;
  });
  await f.close();
});
