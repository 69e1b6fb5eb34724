import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Order } from '../actions/order.ts';
import { requiredLevel } from '../assurance/levels.ts';
import type { Currency } from '../jurisdictions/currency.ts';
import { parsePolicy } from '../policy/load.ts';
import { type DayAmounts, withDaySum } from './day-sum.ts';

const parsed = parsePolicy(readFileSync(new URL('../../flows/policy/default.yaml', import.meta.url), 'utf8'));
assert.ok(parsed.ok);
const { policy } = parsed;
const { largeLoanFrom } = policy.amounts;

const loan = (amountMinor: number, currency: Currency = 'CNY'): Order => ({
  action: 'loan_application',
  revision: 1,
  amountMinor,
  currency,
});
const levelAfter = (earlier: DayAmounts, order: Order) =>
  requiredLevel(withDaySum(order, earlier, policy), policy);

test('exactly at the line by the sum of the day is large, one below is not (Z8)', () => {
  assert.equal(levelAfter({}, loan(largeLoanFrom.CNY - 1)), 'L2');
  assert.equal(levelAfter({ CNY: largeLoanFrom.CNY - 2 }, loan(1)), 'L2');
  assert.equal(levelAfter({ CNY: largeLoanFrom.CNY - 1 }, loan(1)), 'L3');
});

test('halves in two currencies are one whole', () => {
  const half = { CNY: largeLoanFrom.CNY / 2, VND: largeLoanFrom.VND / 2 };
  assert.equal(levelAfter({ VND: half.VND }, loan(half.CNY)), 'L3');
  assert.equal(levelAfter({ VND: half.VND }, loan(half.CNY - 1)), 'L2');
  assert.equal(levelAfter({ CNY: half.CNY }, loan(half.VND, 'VND')), 'L3');
});

test('no way to split an amount lowers the level of all its parts (invariant 50)', () => {
  const part = fc.record({
    share: fc.integer({ min: 1, max: 1_000 }),
    currency: fc.constantFrom<Currency>('CNY', 'VND'),
  });
  fc.assert(
    fc.property(fc.array(part, { minLength: 1, maxLength: 60 }), (parts) => {
      const whole = parts.reduce((sum, { share }) => sum + share, 0);
      let earlier: DayAmounts = {};
      const levels = parts.map(({ share, currency }) => {
        const minor = Math.ceil((largeLoanFrom[currency] * share) / whole);
        const level = levelAfter(earlier, loan(minor, currency));
        earlier = { ...earlier, [currency]: (earlier[currency] ?? 0) + minor };
        return level;
      });
      assert.equal(levels.at(-1), 'L3');
    }),
  );
});

test('what is not judged by a sum stays as it is', () => {
  const transfer: Order = { action: 'transfer', revision: 1, amountMinor: 1, currency: 'CNY' };
  assert.equal(withDaySum(transfer, { CNY: 9 }, policy), transfer);
});
