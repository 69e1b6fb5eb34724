import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startWorkers, stopWorkers, type Worker } from './workers.ts';

function recorded(told: string[], name: Worker['name'], stopping: Promise<void>): Worker {
  return {
    name,
    start: () => told.push(`start ${name}`),
    stop: () => {
      told.push(`stop ${name}`);
      return stopping;
    },
  };
}

test('workers start in order, are told to stop in order, and none waits for another', async () => {
  const told: string[] = [];
  const slow = Promise.withResolvers<void>();
  const workers = [
    recorded(told, 'outgoing', slow.promise),
    recorded(told, 'spraying-watch', Promise.resolve()),
  ];
  startWorkers(workers);
  const stopped = stopWorkers(workers).then(() => told.push('stopped'));
  assert.deepEqual(told, ['start outgoing', 'start spraying-watch', 'stop outgoing', 'stop spraying-watch']);
  slow.resolve();
  await stopped;
  assert.equal(told.at(-1), 'stopped');
});

test('a worker whose stop fails keeps no other from stopping', async () => {
  const told: string[] = [];
  await stopWorkers([
    { ...recorded(told, 'outgoing', Promise.resolve()), stop: () => Promise.reject(new Error('broken')) },
    recorded(told, 'freeze-requests', Promise.resolve()),
  ]);
  assert.deepEqual(told, ['stop freeze-requests']);
});
