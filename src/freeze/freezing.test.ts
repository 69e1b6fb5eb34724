import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { releaseOf, shippedTexts } from '../../test/support/shipped.ts';
import { findFreezing } from './freezing.ts';

const { policy } = releaseOf(await shippedTexts());
const { customers: MOST, seconds } = policy.freezing;
const freezes = (sourceIndex: string, count: number, from = 0) =>
  Array.from({ length: count }, (_, index) => ({ customerId: `customer-${from + index}`, sourceIndex }));

test('so many different customers from one source are seen, one fewer is not, and the same one again is one', () => {
  assert.equal(findFreezing(freezes('a', MOST - 1), policy), undefined);
  assert.equal(findFreezing([...freezes('a', MOST - 1), ...freezes('a', MOST - 1)], policy), undefined);
  const { customers } = findFreezing(freezes('a', MOST), policy) ?? {};
  assert.equal(customers, MOST);
  const both = [...freezes('a', MOST), ...freezes('b', MOST + 2, 50), ...freezes('c', MOST - 1, 90)];
  assert.deepEqual(findFreezing(both, policy), {
    customers: MOST + 2,
    sources: 2,
    failures: 0,
    windowSeconds: seconds,
  });
});

test('many customers who each freeze by a number of their own are no alarm, in whatever order they come', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(500), { maxLength: 300 }), (order) => {
      const each = order.map((n) => ({ customerId: `customer-${n}`, sourceIndex: `source-${n}` }));
      assert.equal(findFreezing(each, policy), undefined);
    }),
  );
});
