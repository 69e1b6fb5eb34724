import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { parse } from 'yaml';
import type { PinCounts } from '../lockout/sources.store.ts';
import { policySchema } from '../policy/policy.ts';
import { findSpraying, sprayingWindows } from './spraying.ts';

const policy = policySchema.parse(
  parse(readFileSync(new URL('../../flows/policy/default.yaml', import.meta.url), 'utf8')),
);
const { burst, slow } = policy.spraying;
const counts = (customers: number, tried: number): PinCounts => ({
  tried,
  customers,
  failures: customers,
  sources: customers,
});
const QUIET = counts(0, 0);

test('the alarm begins at exactly its number of customers', () => {
  const at = (customers: number) => findSpraying(new Map([[burst.seconds, counts(customers, 1)]]), policy);
  assert.equal(at(burst.customers - 1), undefined);
  assert.deepEqual(at(burst.customers), {
    ...counts(burst.customers, 1),
    windowSeconds: burst.seconds,
  });
});

test('the alarm begins at exactly its share of all who were tried', () => {
  const at = (tried: number) => findSpraying(new Map([[burst.seconds, counts(100, tried)]]), policy);
  assert.equal(at((100 * 100) / burst.percentOfTried + 1), undefined);
  assert.ok(at((100 * 100) / burst.percentOfTried));
});

test('what no short window shows, the long one may', () => {
  const seen = findSpraying(
    new Map([
      [burst.seconds, counts(burst.customers - 1, 100)],
      [slow.seconds, counts(slow.customers, 600)],
    ]),
    policy,
  );
  assert.equal(seen?.windowSeconds, slow.seconds);
});

test('one more customer with a wrong PIN never ends an alarm, and nothing counted raises none', () => {
  assert.equal(
    findSpraying(new Map(sprayingWindows(policy).map((seconds) => [seconds, QUIET])), policy),
    undefined,
  );
  fc.assert(
    fc.property(fc.nat(2_000), fc.nat(20_000), (customers, honest) => {
      const at = (more: number) =>
        findSpraying(
          new Map([[burst.seconds, counts(customers + more, customers + more + honest)]]),
          policy,
        ) !== undefined;
      assert.ok(!at(0) || at(1));
    }),
  );
});

test('a release published before there was an alarm is watched by the shipped figures', () => {
  const { spraying: _spraying, ...before } = policy;
  assert.deepEqual(policySchema.parse(before).spraying, policy.spraying);
});
