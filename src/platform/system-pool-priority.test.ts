import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { getPriority, platform } from 'node:os';
import { test } from 'node:test';
import { lowerPoolPriority, POOL_NICENESS } from './system-pool-priority.ts';

test('the threads of the pool give way, and no other thread does', {
  skip: platform() === 'linux' ? false : 'only Linux tells which threads they are',
}, async () => {
  const own = getPriority();
  const lowered = await lowerPoolPriority();
  assert.ok(lowered >= 1);
  const priorities = readdirSync('/proc/self/task').map((thread) => ({
    pool: readFileSync(`/proc/self/task/${thread}/comm`, 'utf8').trim() === 'libuv-worker',
    niceness: getPriority(Number(thread)),
  }));
  assert.equal(priorities.filter(({ pool }) => pool).length, lowered);
  for (const { pool, niceness } of priorities) assert.equal(niceness, pool ? POOL_NICENESS : own);
  assert.equal(await lowerPoolPriority(), lowered, 'again changes nothing');
});
