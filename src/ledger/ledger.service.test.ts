import assert from 'node:assert/strict';
import { storeTest } from '../../test/support/databases.ts';
import type { EntryTypes } from './entry.ts';
import { Ledger } from './ledger.service.ts';
import { entriesOf, findHead, insertEntries } from './ledger.store.ts';
import { callStream, EMPTY_STREAM, type Stream, type StreamHead, SYSTEM_STREAM } from './stream.ts';
import { allStreams, type CallHeads, verifyStored } from './verify.service.ts';
import type { StreamDifference } from './verify.ts';

const NOW = Date.UTC(2026, 0, 15);
const TYPES = { 'record.read': ['person', 'streamId', 'count'] } as const satisfies EntryTypes;
const ledger = new Ledger(TYPES);
const read = (count: number) =>
  ({ type: 'record.read', rules: ['R11.1'], data: { person: 'Li Na', count } }) as const;

/** A call's end as its row would have it. */
function callsWith(heads: ReadonlyMap<string, StreamHead>): CallHeads {
  const ids = [...heads.keys()].sort();
  return {
    headOf: async (_knex, id) => heads.get(id),
    idsAfter: async (_knex, after = '', limit) => ids.filter((id) => id > after).slice(0, limit),
  };
}
const NO_CALLS = callsWith(new Map());

storeTest(
  'what is appended at once by many stands in one unbroken stream, and the end says so',
  async (knex) => {
    const appended = await Promise.allSettled(
      Array.from({ length: 12 }, (_, n) =>
        knex.transaction((transaction) => ledger.append(transaction, SYSTEM_STREAM, [read(n), read(n)], NOW)),
      ),
    );
    assert.deepEqual(
      appended.filter(({ status }) => status === 'rejected'),
      [],
    );
    const { entries, head, differences } = await verifyStored(knex, SYSTEM_STREAM, NO_CALLS);
    assert.equal(entries.length, 24);
    assert.equal(head?.length, 24);
    assert.deepEqual(differences, []);
    for (let n = 0; n < entries.length; n += 2)
      assert.equal(
        entries[n]?.data.count,
        entries[n + 1]?.data.count,
        'what is appended together stays together',
      );
  },
);

storeTest('what is rolled back moves no end', async (knex) => {
  await knex.transaction((transaction) => ledger.append(transaction, SYSTEM_STREAM, [read(1)], NOW));
  const before = await findHead(knex, SYSTEM_STREAM);
  await assert.rejects(
    knex.transaction(async (transaction) => {
      await ledger.append(transaction, SYSTEM_STREAM, [read(2)], NOW);
      throw new Error('undone');
    }),
    /undone/,
  );
  assert.deepEqual(await findHead(knex, SYSTEM_STREAM), before);
  await ledger.append(knex, SYSTEM_STREAM, [], NOW);
  assert.equal((await entriesOf(knex, SYSTEM_STREAM)).length, 1);
});

storeTest('a call is not appended to behind the back of its row', async (knex) => {
  await assert.rejects(ledger.append(knex, callStream('CA1'), [read(1)], NOW), /the call's own row/);
});

const where = (differences: readonly StreamDifference[]) =>
  differences.map(({ where, what }) => `${where} ${what}`);

storeTest('every kind of damage to a stored stream is told where it is (invariant 36)', async (knex) => {
  const customers = ['one', 'two'].map((id): Stream => ({ kind: 'customer', id }));
  const [one, two] = customers as [Stream, Stream];
  const write = async () => {
    await knex('ledger_entries').delete();
    await knex('ledger_streams').delete();
    for (const stream of customers)
      for (let n = 0; n < 4; n++)
        await knex.transaction((transaction) => ledger.append(transaction, stream, [read(n)], NOW + n));
  };
  const rows = (id = 'one') => knex('ledger_entries').where({ stream_kind: 'customer', stream_id: id });
  const damaged = async (damage: () => Promise<unknown>, stream = one) => {
    await write();
    assert.deepEqual((await verifyStored(knex, stream, NO_CALLS)).differences, []);
    await damage();
    return where((await verifyStored(knex, stream, NO_CALLS)).differences);
  };
  const changes = {
    at: NOW + 99,
    type: 'record.write',
    step: 'menu',
    rules: '[]',
    release: 'r2',
    data: '{"person":"Wang Wei","count":2}',
  };
  for (const [column, value] of Object.entries(changes))
    assert.deepEqual(
      await damaged(() =>
        rows()
          .where({ seq: 2 })
          .update({ [column]: value }),
      ),
      ['2 hash'],
      column,
    );
  assert.deepEqual(
    await damaged(() =>
      rows()
        .where({ seq: 2 })
        .update({ hash: 'f'.repeat(64) }),
    ),
    ['2 hash', '3 previous hash'],
  );
  assert.deepEqual(
    await damaged(() =>
      rows()
        .where({ seq: 2 })
        .update({ prev_hash: 'f'.repeat(64) }),
    ),
    ['2 previous hash', '2 hash'],
  );
  assert.deepEqual(await damaged(() => rows().where({ seq: 3 }).update({ seq: 9 })), ['3 number', '3 hash']);
  assert.deepEqual(
    await damaged(() => rows().where({ seq: 1 }).delete()),
    ['1 number', '1 previous hash', '2 number', 'end length'],
    'deleted in the middle',
  );
  assert.deepEqual(
    await damaged(() => rows().where({ seq: 3 }).delete()),
    ['end length', 'end newest hash'],
    'the end cut off',
  );
  assert.deepEqual(
    await damaged(() => rows().delete()),
    ['end length', 'end newest hash'],
    'everything cut off',
  );
  assert.deepEqual(
    await damaged(() =>
      insertEntries(knex, [
        { stream: one, seq: 4, at: NOW, ...read(4), prevHash: 'f'.repeat(64), hash: 'f'.repeat(64) },
      ]),
    ),
    ['4 previous hash', '4 hash', 'end length', 'end newest hash'],
    'inserted',
  );
  assert.deepEqual(
    await damaged(async () => {
      await rows().where({ seq: 1 }).update({ seq: 9 });
      await rows().where({ seq: 2 }).update({ seq: 1 });
      await rows().where({ seq: 9 }).update({ seq: 2 });
    }),
    ['1 previous hash', '1 hash', '2 previous hash', '2 hash', '3 previous hash'],
    'reordered',
  );
  const swap = async () => {
    await rows('one').update({ stream_id: 'third' });
    await rows('two').update({ stream_id: 'one' });
    await rows('third').update({ stream_id: 'two' });
  };
  const swapped = ['0 hash', '1 hash', '2 hash', '3 hash', 'end newest hash'];
  assert.deepEqual(await damaged(swap), swapped, 'two streams swapped');
  assert.deepEqual(await damaged(swap, two), swapped);
  const end = () => knex('ledger_streams').where({ kind: 'customer', id: 'one' });
  assert.deepEqual(await damaged(() => end().update({ length: 3 })), ['end length']);
  assert.deepEqual(await damaged(() => end().update({ last_hash: 'f'.repeat(64) })), ['end newest hash']);
  assert.deepEqual(await damaged(() => end().delete()), ['end length', 'end newest hash']);
});

storeTest('all streams are found: those with an end, and those that only have entries', async (knex) => {
  for (const stream of [SYSTEM_STREAM, { kind: 'release', id: 'r1' } as const])
    await knex.transaction((transaction) => ledger.append(transaction, stream, [read(1)], NOW));
  const link = (id: string) =>
    ledger.link([read(1)], { stream: callStream(id), head: EMPTY_STREAM, at: NOW });
  for (const id of ['CA1', 'CA9']) await link(id).write(knex);
  await knex('ledger_entries').where({ stream_kind: 'release' }).delete();
  const calls = callsWith(new Map([['CA1', link('CA1').head]]));
  const found: string[] = [];
  for await (const stream of allStreams(knex, calls)) {
    const { differences } = await verifyStored(knex, stream, calls);
    found.push(`${stream.kind}:${stream.id} ${differences.length}`);
  }
  assert.deepEqual(found.sort(), ['call:CA1 0', 'call:CA9 2', 'release:r1 2', 'system:hotline 0']);
});

storeTest('a stream nobody has written to has no entries and no differences', async (knex) => {
  assert.deepEqual(await verifyStored(knex, callStream('CA1'), NO_CALLS), {
    stream: callStream('CA1'),
    entries: [],
    head: undefined,
    differences: [],
  });
});
