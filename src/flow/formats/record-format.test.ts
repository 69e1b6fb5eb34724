import assert from 'node:assert/strict';
import { test } from 'node:test';
import { upgradeRecord, withFormat } from './record-format.ts';

type Steps = NonNullable<Parameters<typeof upgradeRecord>[2]>;

/** Two renamings, one after the other: `old` became `new`, then every name gained a mark. */
const STEPS: Steps = [
  {
    release: ({ old, ...rest }) => ({ ...rest, new: old }),
    journal: (journal) => journal,
    entry: ({ type, ...rest }) => ({ ...rest, type: type === 'old.type' ? 'new.type' : type }),
  },
  {
    release: (document) => ({ ...document, added: true }),
    journal: (journal) => ({ ...journal, marked: true }),
    entry: (entry) => entry,
  },
];

test('a record without a format is of format 1 and goes through every step in order', () => {
  assert.deepEqual(upgradeRecord('release', { old: 'text', kept: 1 }, STEPS), {
    ok: true,
    record: { new: 'text', kept: 1, added: true },
  });
  assert.deepEqual(upgradeRecord('entry', { type: 'old.type' }, STEPS), {
    ok: true,
    record: { type: 'new.type' },
  });
});

test('a record goes only through the steps after its own format and loses the number', () => {
  assert.deepEqual(upgradeRecord('release', { format: 2, old: 'kept as it is' }, STEPS), {
    ok: true,
    record: { old: 'kept as it is', added: true },
  });
  assert.deepEqual(upgradeRecord('journal', { format: 3, now: 5 }, STEPS), { ok: true, record: { now: 5 } });
});

test('what is written today is read back unchanged, with and without steps', () => {
  const journal = { now: 5, steps: [] };
  assert.deepEqual(withFormat(journal, []), journal, 'format 1 is written without a number');
  assert.deepEqual(withFormat(journal, STEPS), { ...journal, format: 3 });
  for (const steps of [[], STEPS])
    assert.deepEqual(upgradeRecord('journal', withFormat(journal, steps), steps), {
      ok: true,
      record: journal,
    });
  assert.deepEqual(upgradeRecord('journal', withFormat(journal)), { ok: true, record: journal });
});

test('a record of an unknown format is refused in words', () => {
  assert.deepEqual(upgradeRecord('release', { format: 4 }, STEPS), {
    ok: false,
    problem: 'the release is of format 4, and this version of the program reads formats 1 to 3',
  });
  assert.deepEqual(upgradeRecord('journal', { format: 2 }, []), {
    ok: false,
    problem: 'the journal is of format 2, and this version of the program reads format 1 only',
  });
  for (const format of [0, -1, 1.5, '1', null])
    assert.equal(upgradeRecord('entry', { format }, STEPS).ok, false, JSON.stringify(format));
});

test('what is no object is no record', () => {
  for (const stored of [undefined, null, 'text', 1, []])
    assert.deepEqual(upgradeRecord('journal', stored), {
      ok: false,
      problem: 'a stored journal is an object, and this is none',
    });
});
