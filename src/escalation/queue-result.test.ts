import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isWaitOver, QUEUE_RESULTS } from './queue-result.ts';

test('a wait is over once a person has taken the call or the caller is gone, and not while the caller is on the line', () => {
  assert.deepEqual(QUEUE_RESULTS.filter(isWaitOver), ['answered', 'hung_up']);
});
