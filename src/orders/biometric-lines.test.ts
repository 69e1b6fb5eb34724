import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { Order } from '../actions/order.ts';
import type { Jurisdiction } from '../jurisdictions/catalogue.ts';
import type { Currency } from '../jurisdictions/currency.ts';
import { parsePolicy } from '../policy/load.ts';
import { biometricLines } from './biometric-lines.ts';
import { policyRefusal } from './policy-refusal.ts';

const parsed = parsePolicy(
  readFileSync(new URL('../../flows/policy/default.yaml', import.meta.url), 'utf8'),
  [],
);
assert.ok(parsed.ok);
const { policy } = parsed;

const transfer = (currency: Currency, amountMinor: number): Order => ({
  ...{ action: 'transfer', revision: 1, payeeId: 'payee', accountId: 'account' },
  ...{ currency, amountMinor },
});

/** Every combination of the order's currency, the account's and the dialled line, and the line in force: undefined is none. */
const MATRIX: readonly (readonly [Currency, Currency | undefined, Jurisdiction, number | undefined])[] = [
  ['VND', 'VND', 'VN', 10_000_000],
  ['VND', 'VND', 'CN', 10_000_000],
  ['VND', undefined, 'CN', 10_000_000],
  ['VND', 'CNY', 'CN', 10_000_000],
  ['CNY', 'VND', 'CN', 250_000],
  ['CNY', 'CNY', 'VN', 250_000],
  ['CNY', undefined, 'VN', 250_000],
  ['CNY', 'VND', 'VN', 250_000],
  ['CNY', 'CNY', 'CN', undefined],
  ['CNY', undefined, 'CN', undefined],
];

test('the order’s currency, the account’s or the dialled line puts a transfer under a line, the exact amount included', () => {
  for (const [currency, accountCurrency, dialled, line] of MATRIX) {
    const asked = (amountMinor: number) =>
      policyRefusal(transfer(currency, amountMinor), { accountCurrency, dialled }, policy);
    const what = `${currency} from ${accountCurrency} on a ${dialled} line`;
    if (line === undefined) {
      assert.equal(asked(policy.amounts.maximum[currency]), undefined, what);
      continue;
    }
    assert.equal(asked(line - 1), undefined, what);
    assert.equal(asked(line), 'biometric_required', what);
    assert.equal(asked(line + 1), 'biometric_required', what);
  }
});

test('a currency that the policy draws no line in is above it with every amount', () => {
  const { VN } = policy.biometricFrom;
  assert.ok(VN);
  const undrawn = { ...policy, biometricFrom: { VN: { ...VN, equivalents: {} } } };
  const setting = { accountCurrency: 'CNY', dialled: 'VN' } as const;
  assert.equal(policyRefusal(transfer('CNY', 1_000), setting, undrawn), 'biometric_required');
});

test('what is paid back on an own loan is under no line', () => {
  const order: Order = { action: 'repayment', revision: 1, currency: 'VND', amountMinor: 40_000_000 };
  assert.deepEqual(biometricLines(order, { accountCurrency: 'VND', dialled: 'VN' }, policy), []);
});
