import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { createCluster, mayKeepData, startServer } from './support/postgres-server.ts';

const skip = process.getuid?.() === 0 ? false : 'only root runs the server as another user';

test('a server whose data its account may not reach is refused in words, and leaves nothing', {
  skip,
}, async (t) => {
  const closed = await mkdtemp(join(tmpdir(), 'closed-'));
  t.after(() => rm(closed, { recursive: true, force: true }));
  await chmod(closed, 0o700);
  assert.equal(await mayKeepData(closed), false);
  const folder = join(closed, 'data');
  await assert.rejects(createCluster(folder), /runs as the account postgres, which may not enter/);
  assert.equal(existsSync(folder), false);
  await chmod(closed, 0o711);
  assert.equal(await mayKeepData(closed), true);
});

test('a server that does not start says why, and the call ends', async () => {
  const nowhere = join(tmpdir(), 'no-such-cluster');
  await assert.rejects(startServer(nowhere, 1, []), /PostgreSQL did not start: .*no-such-cluster/s);
});
