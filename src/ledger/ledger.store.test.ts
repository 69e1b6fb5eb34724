import assert from 'node:assert/strict';
import { storeTest } from '../../test/support/databases.ts';
import { type EntryDraft, type EntryTypes, firstBrokenEntry, headAfter, linkEntries } from './entry.ts';
import {
  entriesOf,
  entriesOfCall,
  findHead,
  insertEntries,
  insertHead,
  lockHeadForUpdate,
  streamsWithEntries,
  streamsWithHead,
  updateHead,
} from './ledger.store.ts';
import { callStream, EMPTY_STREAM, type Stream, SYSTEM_STREAM } from './stream.ts';

const NOW = Date.UTC(2026, 0, 15);
const TYPES = {
  'call.started': ['line'],
  'call.step': ['event', 'matched', 'repeated', 'revision'],
  'order.carried': ['amountMinor', 'revision', 'until'],
} as const satisfies EntryTypes;
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

function chain(stream: Stream, drafts = DRAFTS, release: string | undefined = 'r1') {
  return linkEntries(TYPES, drafts, { stream, head: EMPTY_STREAM, at: NOW, release });
}

storeTest(
  'entries come back as they went in, number for number, so that their hashes still fit',
  async (knex) => {
    const entries = chain(callStream('CA1'));
    await knex.transaction((transaction) => insertEntries(transaction, entries));
    const stored = await entriesOfCall(knex, 'CA1');
    assert.deepEqual(stored, entries);
    assert.equal(firstBrokenEntry(stored), undefined);
    const outside = chain(SYSTEM_STREAM, [{ type: 'call.step', rules: [], data: {} }], undefined);
    await insertEntries(knex, outside);
    assert.equal(firstBrokenEntry(await entriesOf(knex, SYSTEM_STREAM)), undefined);
  },
);

storeTest('a stream has its own entries, in order, whatever was written between them', async (knex) => {
  const many: EntryDraft[] = Array.from({ length: 12 }, (_, n) => ({
    ...(DRAFTS[1] ?? assert.fail()),
    data: { revision: n },
  }));
  const streams: readonly Stream[] = [callStream('1'), { kind: 'customer', id: '1' }, callStream('2')];
  const chains = streams.map((stream) => chain(stream, many));
  for (let n = 0; n < many.length; n++)
    await insertEntries(knex, chains.flatMap((entries) => entries[n] ?? []).reverse());
  for (const [index, stream] of streams.entries())
    assert.deepEqual(await entriesOf(knex, stream), chains[index]);
  assert.deepEqual(await entriesOfCall(knex, '3'), []);
  assert.deepEqual(await streamsWithEntries(knex, undefined, 2), [callStream('1'), callStream('2')]);
  assert.deepEqual(await streamsWithEntries(knex, callStream('2'), 2), [{ kind: 'customer', id: '1' }]);
});

storeTest('a decision that is rolled back leaves no entry (invariant 35)', async (knex) => {
  await assert.rejects(
    knex.transaction(async (transaction) => {
      await insertEntries(transaction, chain(callStream('CA1')));
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
    const [first] = chain(callStream('CA1'));
    assert.ok(first);
    const turns = await Promise.allSettled(
      Array.from({ length: 10 }, (_, n) =>
        knex.transaction(async (transaction) => {
          await transaction('settings').insert({ name: `turn-${n}`, value: '' });
          await insertEntries(transaction, [first]);
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
  await insertEntries(knex, []);
  assert.deepEqual(statements, []);
});

storeTest('the end of a stream is begun once, and moves', async (knex) => {
  const head = headAfter(EMPTY_STREAM, chain(SYSTEM_STREAM));
  assert.equal(await findHead(knex, SYSTEM_STREAM), undefined);
  assert.equal(await insertHead(knex, SYSTEM_STREAM, EMPTY_STREAM), true);
  assert.equal(await insertHead(knex, SYSTEM_STREAM, head), false);
  assert.deepEqual(await findHead(knex, SYSTEM_STREAM), EMPTY_STREAM);
  await knex.transaction(async (transaction) => {
    assert.deepEqual(await lockHeadForUpdate(transaction, SYSTEM_STREAM), EMPTY_STREAM);
    await updateHead(transaction, SYSTEM_STREAM, head);
  });
  assert.deepEqual(await findHead(knex, SYSTEM_STREAM), head);
  assert.deepEqual(await streamsWithHead(knex, undefined, 5), [SYSTEM_STREAM]);
  assert.deepEqual(await streamsWithHead(knex, SYSTEM_STREAM, 5), []);
});
