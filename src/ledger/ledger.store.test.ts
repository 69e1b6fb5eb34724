import assert from 'node:assert/strict';
import { storeTest } from '../../test/support/databases.ts';
import { type AuditEntry, type EntryDraft, firstBrokenEntry, linkEntries, NO_ENTRY_HASH } from './entry.ts';
import { appendEntries, entriesOfCall } from './ledger.store.ts';

const NOW = Date.UTC(2026, 0, 15);
const DRAFTS: readonly EntryDraft[] = [
  { type: 'call.started', step: 'menu.main', rules: ['R4.1', 'R11.1'], data: { line: '+12025550143' } },
  {
    type: 'call.step',
    step: 'menu.main',
    rules: [],
    data: { event: 'KEY.1', matched: false, repeated: true },
  },
  {
    type: 'order.carried',
    step: 'confirm.order',
    rules: ['R7.1'],
    data: { amountMinor: Number.MAX_SAFE_INTEGER, revision: 0, until: NOW },
  },
];

function chain(callId: string, drafts = DRAFTS): readonly AuditEntry[] {
  return linkEntries(drafts, { callId, release: 'r1', prevHash: NO_ENTRY_HASH, count: 0 }, NOW);
}

storeTest(
  'entries come back as they went in, number for number, so that their hashes still fit',
  async (knex) => {
    const entries = chain('CA1');
    await knex.transaction((transaction) => appendEntries(transaction, entries));
    const stored = await entriesOfCall(knex, 'CA1');
    assert.deepEqual(stored, entries);
    assert.equal(firstBrokenEntry(stored), undefined);
  },
);

storeTest('a call has its own entries, in order, whatever was written between them', async (knex) => {
  const many: EntryDraft[] = Array.from({ length: 12 }, (_, n) => ({
    ...(DRAFTS[1] ?? assert.fail()),
    data: { revision: n },
  }));
  const [one, other] = [chain('CA1', many), chain('CA2', many)];
  for (let n = 0; n < many.length; n++) {
    const pair = [one[n], other[n]].flatMap((entry) => (entry ? [entry] : []));
    await appendEntries(knex, pair.reverse());
  }
  assert.deepEqual(await entriesOfCall(knex, 'CA1'), one);
  assert.deepEqual(await entriesOfCall(knex, 'CA2'), other);
  assert.deepEqual(await entriesOfCall(knex, 'CA3'), []);
});

storeTest('a decision that is rolled back leaves no entry (invariant 35)', async (knex) => {
  await assert.rejects(
    knex.transaction(async (transaction) => {
      await appendEntries(transaction, chain('CA1'));
      assert.equal((await entriesOfCall(transaction, 'CA1')).length, DRAFTS.length);
      throw new Error('the turn failed');
    }),
    /the turn failed/,
  );
  assert.deepEqual(await entriesOfCall(knex, 'CA1'), []);
});

storeTest(
  'of turns that would all write the next entry one commits, and the others write nothing',
  async (knex) => {
    const [first] = chain('CA1');
    assert.ok(first);
    const turns = await Promise.allSettled(
      Array.from({ length: 10 }, (_, n) =>
        knex.transaction(async (transaction) => {
          await transaction('settings').insert({ name: `turn-${n}`, value: '' });
          await appendEntries(transaction, [first]);
        }),
      ),
    );
    assert.equal(turns.filter(({ status }) => status === 'fulfilled').length, 1);
    assert.deepEqual([(await entriesOfCall(knex, 'CA1')).length, (await knex('settings')).length], [1, 1]);
  },
);

storeTest('no entries to write ask the database nothing', async (knex) => {
  const statements: string[] = [];
  knex.on('query', ({ sql }: { sql: string }) => statements.push(sql));
  await appendEntries(knex, []);
  assert.deepEqual(statements, []);
});
