import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  allowedData,
  type EntryData,
  type EntryDraft,
  type EntryTypes,
  firstBrokenEntry,
  headAfter,
  isPersonName,
  type LedgerEntry,
  linkEntries,
} from './entry.ts';
import { callStream, EMPTY_STREAM, parseStream, STREAM_KINDS, streamName } from './stream.ts';

const TYPES = {
  'call.step': ['event', 'revision', 'reason', 'receipt', 'amountMinor', 'matched'],
  'call.ended': ['by'],
} as const satisfies EntryTypes;
const PLACE = { stream: callStream('CA0'), head: EMPTY_STREAM, at: 1_000, release: 'r' };
const draft = (data: EntryData): EntryDraft => ({
  type: 'call.step',
  step: 'menu.main',
  rules: ['R4.2'],
  data,
});

function chain(length: number): LedgerEntry[] {
  const drafts = Array.from({ length }, (_, index) => draft({ event: 'KEY.1', revision: index }));
  return [...linkEntries(TYPES, drafts, PLACE)];
}

test('entries of a stream are linked, one turn after the other', () => {
  const first = linkEntries(TYPES, [draft({}), draft({})], PLACE);
  const head = headAfter(EMPTY_STREAM, first);
  const second = linkEntries(TYPES, [draft({})], { ...PLACE, head, at: 2_000 });
  assert.equal(firstBrokenEntry([...first, ...second]), undefined);
  assert.deepEqual(headAfter(head, second), { length: 3, lastHash: second[0]?.hash });
  assert.deepEqual(headAfter(head, []), head);
});

test('an entry that was changed, deleted, inserted or moved is found where it is (invariant 36)', () => {
  fc.assert(
    fc.property(fc.integer({ min: 3, max: 8 }), fc.nat(), fc.nat(), (length, pick, other) => {
      const entries = chain(length);
      const index = pick % length;
      const entry = entries[index];
      assert.ok(entry);
      const edited = entries.with(index, { ...entry, data: { ...entry.data, revision: 999 } });
      assert.equal(firstBrokenEntry(edited), index);
      if (index < length - 1) assert.equal(firstBrokenEntry(entries.toSpliced(index, 1)), index);
      assert.ok(firstBrokenEntry(entries.toSpliced(index, 0, entry)) !== undefined);
      const swapped = other % length;
      const twin = entries[swapped];
      if (twin && swapped !== index)
        assert.ok(firstBrokenEntry(entries.with(index, twin).with(swapped, entry)) !== undefined);
    }),
  );
});

test('a member that is not on the list of its type, or in another shape, cannot be written (invariants 15, 37)', () => {
  for (const data of [
    { pin: '123456' },
    { by: 'caller' },
    { event: 'two words' },
    { reason: 'line\nbreak' },
    { reason: 'line\u2028separator' },
    { receipt: '1'.repeat(1_000_000) },
    { amountMinor: 1.5 },
    { amountMinor: '100' },
    { matched: 'yes' },
    { event: 'KEY.1 ' },
  ]) {
    assert.throws(() => allowedData(TYPES, 'call.step', data as EntryData), /assertion failed: .*ledger/);
  }
  assert.deepEqual(allowedData(TYPES, 'call.step', { event: 'KEY.1', reason: undefined }), {
    event: 'KEY.1',
  });
});

test('a type that no room has declared cannot be written', () => {
  for (const type of ['call.stepped', 'toString', '__proto__', ''])
    assert.throws(() => allowedData(TYPES, type, {}), /the ledger has a type/);
});

test("a person's name is recorded, and nothing that was keyed or could break a line", () => {
  for (const name of ['Li Na', 'nguyễn-văn.a', '王伟', "O'Neil", 'root', 'ops_2@bank'])
    assert.ok(isPersonName(name), name);
  for (const name of ['', ' Li', '123456', '1a', 'Li\nNa', 'Li\u2028Na', 'x'.repeat(65), 'a;b'])
    assert.ok(!isPersonName(name), JSON.stringify(name));
});

test('the name of a stream reads back as the stream', () => {
  for (const kind of STREAM_KINDS) {
    const stream = { kind, id: 'a:b' };
    assert.deepEqual(parseStream(streamName(stream)), stream);
  }
  for (const text of ['', 'call', 'call:', ':x', 'calls:x', 'CA1'])
    assert.equal(parseStream(text), undefined, text);
});
