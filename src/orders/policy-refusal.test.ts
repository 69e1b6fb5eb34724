import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { Order } from '../actions/order.ts';
import { parsePolicy } from '../policy/load.ts';
import { policyRefusal } from './policy-refusal.ts';

const parsed = parsePolicy(
  readFileSync(new URL('../../flows/policy/default.yaml', import.meta.url), 'utf8'),
  [],
);
assert.ok(parsed.ok);
const { policy } = parsed;
const { minimum, maximum } = policy.amounts;

const of = (action: Order['action'], amountMinor: number): Order => ({
  ...{ action, revision: 1, currency: 'CNY', amountMinor },
});
const refused = (order: Order, dueMinor?: number, outstandingMinor = 100 * maximum.CNY) =>
  policyRefusal(
    order,
    { accountCurrency: 'CNY', dialled: 'CN' },
    policy,
    dueMinor === undefined ? undefined : { dueMinor, outstandingMinor },
  );

test('exactly the amount due may be below the minimum, and nothing else may', () => {
  const below = minimum.CNY - 1;
  assert.equal(refused(of('repayment', below), below), undefined);
  assert.equal(refused(of('repayment', 1), 1), undefined);
  for (const due of [undefined, below - 1, below + 1, 0])
    assert.equal(refused(of('repayment', below), due), 'below_minimum');
  assert.equal(refused(of('repayment', 0), 0), 'below_minimum', 'nothing is no amount');
  assert.equal(refused(of('transfer', below), below), 'below_minimum', 'nobody else is paid less');
});

test('exactly all that is owed may be below the minimum, whatever is due of it', () => {
  const below = minimum.CNY - 1;
  for (const due of [0, below - 1, below])
    assert.equal(refused(of('repayment', below), due, below), undefined);
  for (const owed of [below - 1, below + 1, minimum.CNY])
    assert.equal(refused(of('repayment', below), 0, owed), 'below_minimum');
  assert.equal(refused(of('transfer', below), 0, below), 'below_minimum', 'nobody else is paid less');
});

test('an amount due above the maximum is not ordered by telephone', () => {
  assert.equal(refused(of('repayment', maximum.CNY + 1), maximum.CNY + 1), 'above_maximum');
});
