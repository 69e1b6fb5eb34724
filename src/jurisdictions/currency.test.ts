import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { amountDigits, CURRENCIES, describeAmount, minorPerUnit } from './currency.ts';

test('an amount for staff has the decimals of its currency and never more', () => {
  assert.equal(describeAmount(188_800, 'CNY'), '1,888.00 CNY');
  assert.equal(describeAmount(5, 'CNY'), '0.05 CNY');
  assert.equal(describeAmount(-123_456_789, 'CNY'), '-1,234,567.89 CNY');
  assert.equal(describeAmount(20_000_000, 'VND'), '20,000,000 VND');
  assert.equal(describeAmount(0, 'VND'), '0 VND');
});

test('the digits of an amount, put together, are the amount again (invariant 27)', () => {
  fc.assert(
    fc.property(fc.maxSafeInteger(), fc.constantFrom(...CURRENCIES), (minor, currency) => {
      const { negative, whole, fraction } = amountDigits(minor, currency);
      const units = BigInt(whole) * BigInt(minorPerUnit(currency)) + BigInt(fraction || '0');
      assert.equal(negative ? -units : units, BigInt(minor));
    }),
  );
});

test('money that is not integer minor units is a bug', () => {
  assert.throws(() => amountDigits(0.5, 'VND'), /minor units/);
  assert.throws(() => amountDigits(Number.NaN, 'CNY'), /minor units/);
});
