import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  type AuditEntry,
  allowedData,
  type EntryData,
  type EntryDraft,
  firstBrokenEntry,
  linkEntries,
  NO_ENTRY_HASH,
} from './entry.ts';

const CHAIN = { callId: 'CA0', release: 'r', prevHash: NO_ENTRY_HASH, count: 0 };
const draft = (data: EntryData): EntryDraft => ({
  type: 'call.step',
  step: 'menu.main',
  rules: ['R4.2'],
  data,
});

function chain(length: number): AuditEntry[] {
  const drafts = Array.from({ length }, (_, index) => draft({ event: 'KEY.1', revision: index }));
  return [...linkEntries(drafts, CHAIN, 1_000)];
}

test('entries of a call are linked one to the other, also over several turns', () => {
  const first = linkEntries([draft({}), draft({})], CHAIN, 1_000);
  const last = first.at(-1);
  assert.ok(last);
  const second = linkEntries([draft({})], { ...CHAIN, prevHash: last.hash, count: 2 }, 2_000);
  assert.equal(firstBrokenEntry([...first, ...second]), undefined);
});

test('an entry that was changed, deleted, inserted or moved is found where it is', () => {
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

test('what is not on the allow-list cannot be written, nor anything in another shape', () => {
  for (const data of [
    { pin: '123456' },
    { event: 'two words' },
    { reason: 'line\nbreak' },
    { receipt: '1'.repeat(1_000_000) },
    { amountMinor: 1.5 },
    { amountMinor: '100' },
    { matched: 'yes' },
    { event: 'KEY.1 ' },
  ]) {
    assert.throws(() => allowedData(data as EntryData), /audit/);
  }
  assert.deepEqual(allowedData({ event: 'KEY.1', reason: undefined }), { event: 'KEY.1' });
});
