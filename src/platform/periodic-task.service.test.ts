import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PeriodicTask } from './periodic-task.service.ts';

/** A round that ends when told to, and a timer that rings when told to. */
function scripted() {
  const ended: PromiseWithResolvers<void>[] = [];
  const timers: { milliseconds: number; ring: () => void; cancelled: boolean }[] = [];
  const rounds = new PeriodicTask(
    5_000,
    () => {
      const round = Promise.withResolvers<void>();
      ended.push(round);
      return round.promise;
    },
    (milliseconds, ring) => {
      const timer = { milliseconds, ring, cancelled: false };
      timers.push(timer);
      return () => {
        timer.cancelled = true;
      };
    },
  );
  return { rounds, ended, timers };
}

test('a round begins at once, and the next so long after its end', async () => {
  const { rounds, ended, timers } = scripted();
  rounds.start();
  rounds.start();
  assert.equal(ended.length, 1);
  assert.equal(timers.length, 0, 'a round that is long is not doubled');
  ended[0]?.resolve();
  await rounds.idle();
  assert.deepEqual(
    timers.map(({ milliseconds }) => milliseconds),
    [5_000],
  );
  timers[0]?.ring();
  assert.equal(ended.length, 2);
});

test('a stop waits for the round under way and begins no other', async () => {
  const { rounds, ended, timers } = scripted();
  rounds.start();
  let stopped = false;
  const stop = rounds.stop().then(() => {
    stopped = true;
  });
  await Promise.resolve();
  assert.equal(stopped, false);
  ended[0]?.resolve();
  await stop;
  assert.equal(timers.length, 0);
  rounds.start();
  assert.equal(ended.length, 1);
});

test('a stop between rounds cancels the timer', async () => {
  const { rounds, ended, timers } = scripted();
  rounds.start();
  ended[0]?.resolve();
  await rounds.idle();
  await rounds.stop();
  assert.equal(timers[0]?.cancelled, true);
});
