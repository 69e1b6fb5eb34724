import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ENTRY_TYPES } from '../entry-types.ts';
import { type EntryDraft, headAfter, type LedgerEntry, linkEntries } from '../ledger/entry.ts';
import { callStream, EMPTY_STREAM } from '../ledger/stream.ts';
import { verifyStream } from '../ledger/verify.ts';
import { auditTable } from './audit-table.ts';

const AT = Date.UTC(2026, 0, 15, 2, 0, 5);
const DRAFTS: readonly EntryDraft[] = [
  { type: 'call.started', step: 'answering', rules: ['R4.1'], data: { line: '+12025550143' } },
  { type: 'call.step', step: 'answering', rules: [], data: { event: 'ANSWERED', to: 'menu.main' } },
  {
    type: 'order.carried',
    step: 'carryOut',
    rules: ['R8', 'Z8'],
    data: { action: 'transfer', amountMinor: 188_800, currency: 'CNY', customerId: 'c-1', payeeId: 'p-1' },
  },
  { type: 'account.freeze', step: 'freeze', rules: [], data: { matched: false } },
];
const place = { stream: callStream('CA1'), head: EMPTY_STREAM, at: AT, release: 'f'.repeat(64) };
const ENTRIES = linkEntries(ENTRY_TYPES, DRAFTS, place);
const verify = (entries: readonly LedgerEntry[]) =>
  verifyStream(place.stream, entries, headAfter(EMPTY_STREAM, ENTRIES));

describe('the audit trail as a table', () => {
  test('every entry is a row with number, step, outcome and rules; the time stands where it changes', () => {
    const { head, rows } = auditTable(ENTRIES, verify(ENTRIES));
    assert.deepEqual(
      [head, ...rows.map(({ text }) => text)],
      [
        '#  time (UTC)  what            step       outcome                rules',
        '0  02:00:05    call.started    answering  line +12025550143      R4.1',
        '1              call.step       answering  ANSWERED → menu.main',
        '2              order.carried   carryOut   transfer 1,888.00 CNY  R8 Z8',
        '3              account.freeze  freeze     not matched',
      ],
    );
    assert.deepEqual(
      rows.map(({ lead }) => lead),
      [true, false, true, true],
    );
  });

  test('a chain that holds together is said to, one that does not is said at which entry', () => {
    assert.equal(auditTable(ENTRIES, verify(ENTRIES)).verdict, 'the chain of 4 entries is intact');
    const forged = ENTRIES.map((entry) => (entry.seq === 2 ? { ...entry, rules: ['R8'] } : entry));
    const { verdict, intact } = auditTable(forged, verify(forged));
    assert.equal(verdict, 'THE CHAIN IS BROKEN at entry 2 of 4');
    assert.equal(intact, false);
    const cut = ENTRIES.slice(0, 3);
    assert.equal(auditTable(cut, verify(cut)).verdict, 'THE CHAIN IS BROKEN at the end of 3');
  });
});
