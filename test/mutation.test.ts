import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, test } from 'node:test';
import { DAY } from '../src/platform/clock.ts';
import { applyEdit } from './mutation-tests/mutant.ts';
import { MUTANTS } from './mutation-tests/mutants.ts';
import { whySurvived, whyUncontrolled } from './mutation-tests/run-mutants.ts';

const source = (file: string) => readFileSync(resolve(import.meta.dirname, '..', file), 'utf8');

/** The invariants whose test must be shown to fail when the check is removed. */
const MUST = [1, 12];

test('every mutant changes source, and the text it changes occurs exactly once', () => {
  for (const { mutation, edits } of MUTANTS) {
    assert.ok(edits.length > 0, mutation);
    for (const edit of edits) {
      assert.match(edit.file, /^src\/(?!.*\.test\.ts$)/, mutation);
      assert.notEqual(applyEdit(source(edit.file), edit), source(edit.file), mutation);
    }
  }
  assert.equal(new Set(MUTANTS.map(({ mutation }) => mutation)).size, MUTANTS.length);
});

test('the invariants that must be shown to be tested have a mutant', () => {
  for (const invariant of MUST)
    assert.ok(
      MUTANTS.some((mutant) => mutant.invariant === invariant),
      `invariant ${invariant}`,
    );
});

test('a mutant that survives is reported', async () => {
  const [first] = MUTANTS;
  assert.ok(first);
  const unseen = {
    ...first,
    killedBy: { file: 'src/credentials/pin-strength.test.ts', name: /ordinary PINs/ },
  };
  assert.match((await whySurvived(unseen)) ?? '', /the test does not load/);
  const harmless = {
    ...first,
    edits: [
      {
        file: 'src/credentials/pin-strength.ts',
        text: '/** The numbers a thief',
        replacement: '/** Numbers a thief',
      },
    ],
    killedBy: unseen.killedBy,
  };
  assert.match((await whySurvived(harmless)) ?? '', /the test passes although the check is removed/);
  const nothing = { ...harmless, killedBy: { ...unseen.killedBy, name: /no such test/ } };
  assert.match((await whySurvived(nothing)) ?? '', /no test was run/);
  const broken = {
    ...harmless,
    edits: [
      {
        file: 'src/credentials/pin-strength.ts',
        text: 'export function findPinWeakness(',
        replacement: 'export function (',
      },
    ],
  };
  assert.match((await whySurvived(broken)) ?? '', /no test was run|not by an assertion/);
});

describe('the tests that must fail on a mutant pass on the unchanged source', () => {
  // The others are run on the source as it is by the same `npm test`, and by `npm run mutants` in the same way as here.
  const must = MUTANTS.filter(({ invariant, onPostgres }) => MUST.includes(invariant) && !onPostgres);
  for (const [file, mutants] of Map.groupBy(must, ({ killedBy }) => killedBy.file))
    test(file, async () => assert.equal(await whyUncontrolled(file, mutants), undefined));
});

/** Each mutant is a process of its own: a third of them at a time, another one every day. `npm run mutants` runs all. */
const PARTS = 3;
const quick = MUTANTS.filter(({ onPostgres }) => !onPostgres);
const daily = quick.filter(({ invariant }) => !MUST.includes(invariant));
// As many every day: the number of tests is held to a list.
const share = Math.ceil(daily.length / PARTS);
const first = (Math.floor(Date.now() / DAY) % PARTS) * share;
const chosen = [
  ...quick.filter(({ invariant }) => MUST.includes(invariant)),
  ...Array.from({ length: share }, (_, index) => daily[(first + index) % daily.length]),
].filter((mutant) => mutant !== undefined);

describe('with the check removed the test of an invariant fails', { concurrency: 2 }, () => {
  for (const mutant of chosen)
    test(`invariant ${mutant.invariant}: ${mutant.mutation}`, async () =>
      assert.equal(await whySurvived(mutant), undefined));
});
