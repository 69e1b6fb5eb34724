import assert from 'node:assert/strict';
import { test } from 'node:test';
import { confirm } from './confirmation.ts';

const NOW = Date.UTC(2026, 0, 15);
const plain = { binding: 'order', isReadBack: false };
const readBack = { binding: 'order', isReadBack: true };
/** A step that asks for each order anew who they are. */
const onceAnOrder = (confirmedFor?: string) => ({
  ...{ onceACall: false, isKept: false },
  ...(confirmedFor === undefined ? {} : { confirmedFor }),
});
const passed = { kind: 'passed', passed: { factor: 'confirmation', binding: 'order', at: NOW } };

test('an action that is not read back is confirmed with the identity (R8)', () => {
  assert.deepEqual(confirm('identity', plain, onceAnOrder(), NOW), passed);
});

test('an action that is read back takes both parts, the identity first', () => {
  assert.deepEqual(confirm('identity', readBack, onceAnOrder(), NOW), {
    kind: 'identity_confirmed',
    binding: 'order',
  });
  assert.deepEqual(confirm('order', readBack, onceAnOrder(), NOW), { kind: 'nothing' });
  assert.deepEqual(confirm('order', readBack, onceAnOrder('order'), NOW), passed);
});

test('an identity confirmed for another order confirms nothing (invariant 14)', () => {
  assert.deepEqual(confirm('order', readBack, onceAnOrder('another order'), NOW), { kind: 'nothing' });
});

test('once a call: the yes to who they are is for no order, and each order still takes its own', () => {
  const once = (isKept: boolean) => ({ onceACall: true, isKept });
  const identity = { kind: 'passed', passed: { factor: 'confirmation', at: NOW } };
  for (const order of [plain, readBack])
    assert.deepEqual(confirm('identity', order, once(false), NOW), identity);
  assert.deepEqual(confirm('order', readBack, { onceACall: false, isKept: false }, NOW), { kind: 'nothing' });
  assert.deepEqual(confirm('order', readBack, { onceACall: false, isKept: true }, NOW), passed);
});
