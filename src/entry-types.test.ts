import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ENTRY_TYPES } from './entry-types.ts';

const SOURCE = import.meta.dirname;
const files = globSync('**/*.ts', { cwd: SOURCE }).filter((file) => !file.endsWith('.test.ts'));
const filesWith = (pattern: RegExp) =>
  files.filter((file) => pattern.test(readFileSync(join(SOURCE, file), 'utf8'))).sort();

test('every type of entry is declared by one room, and all of them are composed', () => {
  const declared = files
    .filter((file) => file.endsWith('.entries.ts'))
    .flatMap((file) => [...readFileSync(join(SOURCE, file), 'utf8').matchAll(/^ {2}'([a-z_.]+)': \[/gm)])
    .map(([, type]) => type);
  assert.ok(declared.length > 15);
  assert.deepEqual([...declared].sort(), Object.keys(ENTRY_TYPES).sort());
});

test('the record has one writer', () => {
  assert.deepEqual(filesWith(/['"`]ledger_(entries|streams)['"`]/), ['ledger/ledger.store.ts']);
  assert.deepEqual(filesWith(/\b(insertEntries|insertHead|updateHead)\b/), [
    'ledger/ledger.service.ts',
    'ledger/ledger.store.ts',
  ]);
  assert.deepEqual(filesWith(/\blinkEntries\b/), ['ledger/entry.ts', 'ledger/ledger.service.ts']);
});
