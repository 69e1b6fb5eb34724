import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { sqlite3Missing } from './support/sqlite-drivers.ts';

const STORES = new URL('support/stores-on-sqlite3.process.ts', import.meta.url).pathname;
/** Fewer than there are: a run of none must not count as one that passed. */
const LEAST_TESTS = 100;

// In a process of its own, so that this file has one test whether or not the package is installed.
test('every test of a store holds on npm sqlite3', { skip: sqlite3Missing ?? false }, async () => {
  const child = spawn(process.execPath, ['--test', '--test-reporter=spec', STORES], {
    env: { ...process.env, NODE_TEST_CONTEXT: undefined },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [told, [status]] = await Promise.all([text(child.stdout), once(child, 'close')]);
  assert.equal(status, 0, told);
  assert.ok(Number(/^ℹ pass (\d+)$/m.exec(told)?.[1]) >= LEAST_TESTS, told);
});
