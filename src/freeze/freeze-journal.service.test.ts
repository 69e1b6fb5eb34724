import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { TEST_KEYS } from '../../test/support/keys.ts';
import { seal } from '../platform/keyring.ts';
import { seededRandom } from '../platform/random.ts';
import { FreezeJournal } from './freeze-journal.service.ts';

test('the journal queues a request under any call id, and takes no other file of its folder for one', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'freeze-journal-'));
  t.after(() => rm(folder, { recursive: true }));
  const journal = new FreezeJournal(folder, TEST_KEYS, seededRandom('journal'));
  const ids = [`CA${'0f'.repeat(16)}`, 'v3:b0d2f0a6-8d2b', '../../etc/passwd', '..', '%2e', '/'.repeat(64)];
  for (const callId of ids)
    await journal.enqueue({ callId, line: '', source: 'anonymous', language: 'en-US', at: 1_000 });
  for (const name of ['notes.txt', '.freeze', '%zz.freeze', 'a b.freeze', 'CA1.freeze.unfinished'])
    await writeFile(join(folder, name), '');
  assert.deepEqual([...(await journal.waiting())].sort(), [...ids].sort());
  assert.equal((await readdir(folder)).length, ids.length + 5);
  for (const callId of ids) {
    assert.equal((await journal.read(callId))?.callId, callId);
    await journal.drop(callId);
  }
  assert.deepEqual(await journal.waiting(), []);
});

test('a queued request that this version cannot read is refused in words, and its file stays', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'freeze-journal-'));
  t.after(() => rm(folder, { recursive: true }));
  const random = seededRandom('unreadable');
  const journal = new FreezeJournal(folder, TEST_KEYS, random);
  const request = { callId: 'CA1', line: '', source: 'anonymous', language: 'en-US', at: 1_000 };
  const unreadable = [
    { ...request, language: 'xx-XX' },
    { ...request, at: '1000' },
    { ...request, callId: 'CA2' },
    { ...request, line: undefined },
    'no request',
  ];
  for (const stored of [...unreadable.map((value) => JSON.stringify(value)), 'no JSON']) {
    await writeFile(join(folder, 'CA1.freeze'), seal(TEST_KEYS, random, 'freeze_journal:CA1', stored));
    await assert.rejects(journal.read('CA1'), {
      kind: 'conflict',
      message: /cannot be read by this version/,
    });
    assert.deepEqual(await journal.waiting(), ['CA1'], stored);
  }
});
