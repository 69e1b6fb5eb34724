import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defined } from './defined.ts';

test('what is undefined is left out, what is empty or false stays', () => {
  const left = defined({ a: undefined, b: '', c: 0, d: false, e: null });
  assert.deepEqual(Object.keys(left), ['b', 'c', 'd', 'e']);
});

test('the result fits a type whose members are optional and never undefined', () => {
  const reason: 'late' | undefined = [undefined, 'late' as const].at(0);
  const report: { readonly kind: 'sent'; readonly reason?: 'late' } = defined({ kind: 'sent', reason });
  assert.deepEqual(report, { kind: 'sent' });
});
