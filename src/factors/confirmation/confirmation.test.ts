import assert from 'node:assert/strict';
import { test } from 'node:test';
import { confirm } from './confirmation.ts';

const NOW = Date.UTC(2026, 0, 15);
const plain = { binding: 'order', isReadBack: false };
const readBack = { binding: 'order', isReadBack: true };
const passed = { kind: 'passed', passed: { factor: 'confirmation', binding: 'order', at: NOW } };

test('an action that is not read back is confirmed with the identity (R8)', () => {
  assert.deepEqual(confirm('identity', plain, undefined, NOW), passed);
});

test('an action that is read back takes both parts, the identity first', () => {
  assert.deepEqual(confirm('identity', readBack, undefined, NOW), {
    kind: 'identity_confirmed',
    binding: 'order',
  });
  assert.deepEqual(confirm('order', readBack, undefined, NOW), { kind: 'nothing' });
  assert.deepEqual(confirm('order', readBack, 'order', NOW), passed);
});

test('an identity confirmed for another order confirms nothing (invariant 14)', () => {
  assert.deepEqual(confirm('order', readBack, 'another order', NOW), { kind: 'nothing' });
});
