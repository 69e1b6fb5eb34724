import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualClock } from '../platform/clock.ts';
import type { DeliveryReport } from './outbox.service.ts';
import { OutboxWorker } from './outbox-worker.service.ts';

const SENT: DeliveryReport = { purpose: 'code', result: 'sent', tries: 1 };

/** Timers that ring only when told to. */
function manualTimers() {
  const timers = new Map<number, { milliseconds: number; ring: () => void }>();
  let next = 0;
  return {
    startTimer: (milliseconds: number, ring: () => void) => {
      const id = next++;
      timers.set(id, { milliseconds, ring });
      return () => void timers.delete(id);
    },
    running: () => [...timers.values()].map(({ milliseconds }) => milliseconds),
    ringAll: () => {
      const all = [...timers.values()];
      timers.clear();
      for (const { ring } of all) ring();
    },
  };
}

function scriptedOutbox(rounds: (() => Promise<readonly DeliveryReport[]>)[]) {
  let asked = 0;
  return {
    asked: () => asked,
    deliverDue: async () => {
      const round = rounds[asked];
      asked += 1;
      return round ? round() : [];
    },
  };
}

test('the worker goes on until nothing is due, then looks again after a second or when woken', async () => {
  const timers = manualTimers();
  const outbox = scriptedOutbox([async () => [SENT], async () => [SENT, SENT]]);
  const reports: DeliveryReport[] = [];
  const worker = new OutboxWorker({
    outbox,
    clock: new ManualClock(),
    report: (report) => reports.push(report),
    startTimer: timers.startTimer,
  });
  worker.wake();
  assert.equal(outbox.asked(), 0);
  worker.start();
  await worker.idle();
  assert.equal(outbox.asked(), 3);
  assert.equal(reports.length, 3);
  assert.deepEqual(timers.running(), [1_000]);
  timers.ringAll();
  await worker.idle();
  assert.equal(outbox.asked(), 4);
  worker.wake();
  await worker.idle();
  assert.equal(outbox.asked(), 5);
  await worker.stop();
  assert.deepEqual(timers.running(), []);
  worker.wake();
  assert.equal(outbox.asked(), 5);
});

test('a wake during a delivery is not lost', async () => {
  const timers = manualTimers();
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const outbox = scriptedOutbox([() => held.then(() => [])]);
  const worker = new OutboxWorker({ outbox, clock: new ManualClock(), startTimer: timers.startTimer });
  worker.start();
  worker.wake();
  release();
  await worker.idle();
  assert.equal(outbox.asked(), 2);
  await worker.stop();
});

test('no fault ends the worker, not even one of the log', async () => {
  const timers = manualTimers();
  const outbox = scriptedOutbox([
    async () => {
      throw new Error('the database is gone');
    },
  ]);
  const worker = new OutboxWorker({
    outbox,
    clock: new ManualClock(),
    failed: () => {
      throw new Error('the log is gone as well');
    },
    startTimer: timers.startTimer,
  });
  worker.start();
  await worker.idle();
  timers.ringAll();
  await worker.idle();
  assert.equal(outbox.asked(), 2);
  await worker.stop();
});

test('stopping waits for the delivery in progress, but not for ever', async () => {
  const timers = manualTimers();
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const finishing = new OutboxWorker({
    outbox: scriptedOutbox([() => held.then(() => [SENT])]),
    clock: new ManualClock(),
    startTimer: timers.startTimer,
  });
  finishing.start();
  const stopped = finishing.stop();
  assert.deepEqual(timers.running(), [6_000]);
  release();
  await stopped;
  assert.deepEqual(timers.running(), []);

  const hanging = new OutboxWorker({
    outbox: scriptedOutbox([() => new Promise(() => {})]),
    clock: new ManualClock(),
    startTimer: timers.startTimer,
  });
  hanging.start();
  const givenUp = hanging.stop();
  timers.ringAll();
  await givenUp;
});
