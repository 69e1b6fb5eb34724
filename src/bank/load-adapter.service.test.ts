import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { connect } from '../storage/connect.ts';
import { type BankPort, MOST_LISTED } from './bank.ts';
import { guardBank } from './guarded-bank.service.ts';
import { loadBankAdapter } from './load-adapter.service.ts';

const STUB = `const none = async () => [];
export const createBank = () => ({ accounts: none, loans: none, payees: none,
  transactions: none, paidOutMinor: async () => 0, preview: async () => undefined, carryOut: async () => ({ kind: 'done' }),
  freeze: none, unfreeze: none, freezeState: none });`;

test('an adapter is loaded, and one without the shape is refused with what to mend', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'bank-adapter-'));
  t.after(() => rm(folder, { recursive: true }));
  const file = async (name: string, text: string) => {
    await writeFile(join(folder, name), text);
    return name;
  };
  const knex = connect({ kind: 'sqlite', file: ':memory:' });
  t.after(() => knex.destroy());
  const bank = await loadBankAdapter(await file('good.mjs', STUB), folder);
  assert.deepEqual(await bank.accounts('c1', knex), []);

  const refusals = [
    ['nowhere.mjs', /BANK_ADAPTER nowhere\.mjs: the module cannot be loaded/],
    [await file('empty.mjs', ''), /must export a function createBank\(\)/],
    [
      await file('throws.mjs', 'export function createBank() { throw new Error("no certificate"); }'),
      /no certificate/,
    ],
    [
      await file('nothing.mjs', 'export const createBank = () => null;'),
      /must answer a bank with accounts, loans/,
    ],
    [
      await file(
        'part.mjs',
        'export const createBank = () => ({ accounts() {}, loans() {}, payees() {}, preview() {} });',
      ),
      /must answer a bank with transactions, paidOutMinor, carryOut, freeze, unfreeze, freezeState/,
    ],
  ] as const;
  for (const [path, message] of refusals) await assert.rejects(loadBankAdapter(path, folder), message);
});

test('an adapter that fails, is late or answers another shape is an outage, told without its words', async (t) => {
  const knex = connect({ kind: 'sqlite', file: ':memory:' });
  t.after(() => knex.destroy());
  const never = new Promise<never>(() => {});
  const guarded = (accounts: () => Promise<unknown>) => guardBank({ accounts } as unknown as BankPort, 20);
  const account = { id: 'a', number: '1', currency: 'CNY', balanceMinor: 1 };
  for (const answer of [
    () => never,
    () => Promise.reject(new Error('account 6222000011112222')),
    async () => [{ ...account, balanceMinor: 0.5 }],
    async () => [{ ...account, currency: 'USD' }],
    async () => undefined,
  ]) {
    await assert.rejects(guarded(answer).accounts('c1', knex), (error: Error) => {
      assert.equal((error as { kind?: string }).kind, 'bank_unavailable');
      assert.doesNotMatch(error.message, /6222/);
      return true;
    });
  }
  assert.deepEqual(await guarded(async () => [{ ...account, extra: 1 }]).accounts('c1', knex), [account]);
});

test('a list longer than a telephone can say is an outage that says so, and is never cut short', async (t) => {
  const knex = connect({ kind: 'sqlite', file: ':memory:' });
  t.after(() => knex.destroy());
  const one = { id: 'a', number: '1', accountNumber: '1', currency: 'CNY', name: 'N', dueOn: '2026-01-31' };
  const amounts = { balanceMinor: 1, outstandingMinor: 1, dueMinor: 1, addedAt: 1 };
  const list = (length: number) => async () => Array.from({ length }, () => ({ ...one, ...amounts }));
  for (const method of ['accounts', 'loans', 'payees'] as const) {
    const guarded = (length: number) =>
      guardBank({ [method]: list(length) } as unknown as BankPort)[method]('c1', knex);
    assert.equal((await guarded(MOST_LISTED)).length, MOST_LISTED);
    for (const length of [MOST_LISTED + 1, 10_000])
      await assert.rejects(guarded(length), {
        kind: 'bank_unavailable',
        message: `the core's answer to ${method} is not of the port's shape at (the answer) (more than 100 in one answer)`,
      });
  }
});

test('transactions that are none of an account are an outage: money, order, number, currency, digits', async (t) => {
  const knex = connect({ kind: 'sqlite', file: ':memory:' });
  t.after(() => knex.destroy());
  const ask = (told: readonly object[]) =>
    guardBank({ transactions: async () => told } as unknown as BankPort).transactions('c1', 'a1', 2, knex);
  const line = {
    id: 't1',
    at: 2,
    direction: 'in',
    amountMinor: 1,
    currency: 'VND',
    counterpartyLastFour: '001X',
  };
  const { counterpartyLastFour: _unknown, ...cash } = line;
  const good = [line, { ...cash, id: 't2', at: 1, direction: 'out' }];
  assert.deepEqual(await ask(good), good);
  assert.deepEqual(await ask([]), []);
  for (const told of [
    [{ ...line, amountMinor: 0 }],
    [{ ...line, amountMinor: -1 }],
    [{ ...line, amountMinor: 0.5 }],
    [{ ...line, direction: 'fee' }],
    [{ ...line, currency: 'USD' }],
    [{ ...line, at: Number.NaN }],
    [{ ...line, counterpartyLastFour: '6222000011112222' }],
    [{ ...line, counterpartyLastFour: '' }],
    [line, { ...line, currency: 'CNY' }],
    [line, { ...line, at: 3 }],
    [line, line, line],
  ])
    await assert.rejects(ask(told), { kind: 'bank_unavailable' }, JSON.stringify(told));
});

test('what a core says of a freeze is yes with a moment or no, for each question', async (t) => {
  const knex = connect({ kind: 'sqlite', file: ':memory:' });
  t.after(() => knex.destroy());
  const request = { requestId: 'f1', customerId: 'c1', askedAt: 5 };
  const answers = async (told: unknown) => {
    const bank = guardBank({
      freeze: async () => told,
      unfreeze: async () => told,
      freezeState: async () => told,
    } as unknown as BankPort);
    return Promise.allSettled([
      bank.freeze(request, knex),
      bank.unfreeze(request, knex),
      bank.freezeState('c1', knex),
    ]);
  };
  for (const state of [{ frozen: false }, { frozen: true, since: 5 }])
    for (const answer of await answers({ ...state, extra: 'x' }))
      assert.deepEqual(answer, { status: 'fulfilled', value: state });
  for (const told of [
    undefined,
    true,
    {},
    { frozen: 'yes' },
    { frozen: true },
    { frozen: true, since: -1 },
    { frozen: true, since: '5' },
  ])
    for (const answer of await answers(told))
      assert.equal((answer as PromiseRejectedResult).reason?.kind, 'bank_unavailable', JSON.stringify(told));
});
