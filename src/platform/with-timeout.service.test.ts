import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { StartTimer } from './timer.ts';
import { TIMED_OUT, withTimeout } from './with-timeout.service.ts';

/** A timer that rings when told to. */
function manualTimer() {
  const timer = { milliseconds: -1, cancelled: false, ring: () => {} };
  const start: StartTimer = (milliseconds, ring) => {
    Object.assign(timer, { milliseconds, ring });
    return () => {
      timer.cancelled = true;
    };
  };
  return { timer, start };
}

test('work that ends in time answers its result, and its timer is cancelled', async () => {
  const { timer, start } = manualTimer();
  assert.equal(await withTimeout(Promise.resolve('done'), 5, start), 'done');
  assert.equal(timer.milliseconds, 5);
  assert.ok(timer.cancelled);
});

test('work that is late answers TIMED_OUT, and what it throws afterwards reaches nobody', async () => {
  const { timer, start } = manualTimer();
  const work = Promise.withResolvers<string>();
  const waiting = withTimeout(work.promise, 5, start);
  timer.ring();
  assert.equal(await waiting, TIMED_OUT);
  assert.ok(timer.cancelled);
  work.reject(new Error('late'));
  // An unhandled rejection would fail this test.
  await new Promise(setImmediate);
});

test('what work throws in time is thrown on, and its timer is cancelled', async () => {
  const { timer, start } = manualTimer();
  await assert.rejects(withTimeout(Promise.reject(new Error('broken')), 5, start), /broken/);
  assert.ok(timer.cancelled);
});

test('a limit that has passed already is none of negative time', async () => {
  const { timer, start } = manualTimer();
  await withTimeout(Promise.resolve(), -3, start);
  assert.equal(timer.milliseconds, 0);
});
