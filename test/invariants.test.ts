import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { type KeptInvariant, TEST_KINDS, type TestKind } from '../invariants/invariant.ts';
import { isKept, listInvariants } from '../invariants/invariants.ts';
import { MUTANTS } from './mutation-tests/mutants.ts';

const PROJECT = resolve(import.meta.dirname, '..');
const read = (path: string) => readFileSync(resolve(PROJECT, path), 'utf8');

/** The invariants are numbered from 1 to this number without a gap. */
const LAST_NUMBER = 58;
/** What must be kept: counting 1–11, codes 12–17, PINs 18–20, levels 21–28, freeze 29–31, record 35–37, webhooks 39–40. */
const MUST_BE_KEPT = [...Array.from({ length: 31 }, (_, index) => index + 1), 35, 36, 37, 39, 40];
/** The kinds of test an invariant must have, whatever else it has. */
const DEMANDED: { readonly [kind in TestKind]: readonly number[] } = {
  'property-based': [5, 8, 14],
  concurrency: [1, 2, 12, 29],
  'fault-injection': [3, 28, 35],
  mutation: [1, 12],
};
/** Nothing can unfreeze, so no code keeps 31. */
const KEPT_WITHOUT_CODE = [31];

const listed = listInvariants();
const kept: readonly { readonly number: number; readonly invariant: KeptInvariant }[] = listed.flatMap(
  ({ number, invariant }) => (isKept(invariant) ? [{ number, invariant }] : []),
);

/** Returns the names of tests and suites of a file as they stand there: `${…}` where a value is filled in. */
function namesIn(file: string): readonly string[] {
  const call = /\b(?:\w*[tT]est|describe)\(\s*(?:'((?:[^'\\]|\\.)*)'|`([^`]*)`|"([^"]*)")/g;
  return [...read(file).matchAll(call)].map(
    ([, single, template, double]) => single ?? template ?? double ?? '',
  );
}

test('the list has every number once, and each invariant has a statement', () => {
  assert.deepEqual(
    listed.map(({ number }) => number),
    Array.from({ length: LAST_NUMBER }, (_, index) => index + 1),
  );
  for (const { number, invariant } of listed) {
    assert.ok(invariant.statement.length > 20, `invariant ${number}`);
    assert.ok(!invariant.statement.includes('|'), `invariant ${number} fits into a cell`);
    if (!isKept(invariant))
      assert.ok(invariant.later.length > 10, `invariant ${number} says what is missing`);
  }
});

test('an invariant that was kept is not put off', () => {
  const numbers = new Set(kept.map(({ number }) => number));
  assert.deepEqual(
    MUST_BE_KEPT.filter((number) => !numbers.has(number)),
    [],
  );
});

test('every kept invariant has a test, and each test that is named exists', () => {
  const missing: string[] = [];
  for (const { number, invariant } of kept) {
    const files = Object.entries(invariant.tests);
    if (files.length === 0) missing.push(`invariant ${number} names no test`);
    for (const [file, names] of files) {
      if (names.length === 0) missing.push(`invariant ${number} names no test of ${file}`);
      if (!existsSync(resolve(PROJECT, file))) missing.push(`invariant ${number}: ${file}`);
      else
        for (const name of names)
          if (name === '' || !namesIn(file).some((known) => known.startsWith(name)))
            missing.push(`invariant ${number}: ${file} has no "${name}"`);
    }
  }
  assert.deepEqual(missing, []);
});

test('each file that keeps an invariant exists, and only 31 needs none', () => {
  for (const { number, invariant } of kept) {
    const needsCode = !KEPT_WITHOUT_CODE.includes(number);
    assert.equal(invariant.keptIn.length > 0, needsCode, `invariant ${number}`);
    assert.equal(invariant.keptWithoutCode === undefined, needsCode, `invariant ${number}`);
    for (const file of invariant.keptIn) assert.ok(existsSync(resolve(PROJECT, file)), file);
  }
});

test('each claimed kind of test is there, and each demanded kind is claimed', () => {
  const mutated = new Set<number>(MUTANTS.map(({ invariant }) => invariant));
  const wrong: string[] = [];
  for (const { number, invariant } of kept) {
    const { kinds } = invariant;
    for (const kind of TEST_KINDS)
      if (DEMANDED[kind].includes(number) && !kinds.includes(kind))
        wrong.push(`invariant ${number} has no ${kind} test`);
    if (kinds.includes('mutation') !== mutated.has(number))
      wrong.push(`invariant ${number} ${mutated.has(number) ? 'has' : 'has no'} mutant`);
    const files = Object.keys(invariant.tests).map(read);
    if (
      kinds.includes('property-based') &&
      !files.some((text) => /\bfc\.(assert|property|asyncProperty)/.test(text))
    )
      wrong.push(`no test of invariant ${number} is property-based`);
    if (kinds.includes('concurrency') && !files.some((text) => /startPostgres|storeTest|standby/.test(text)))
      wrong.push(`invariant ${number} is not tested on PostgreSQL`);
  }
  assert.deepEqual(wrong, []);
});

test('the test that kills a mutant is among the tests of its invariant', () => {
  const unlisted = MUTANTS.filter(
    ({ invariant, killedBy }) =>
      !kept.some((one) => one.number === invariant && killedBy.file in one.invariant.tests),
  );
  assert.deepEqual(
    unlisted.map(({ mutation }) => mutation),
    [],
  );
});

test('a name that no test has would be found', () => {
  assert.ok(!namesIn('test/invariants.test.ts').some((name) => name.startsWith('no such test')));
  assert.ok(namesIn('test/invariants.test.ts').includes('an invariant that was kept is not put off'));
  assert.ok(
    namesIn('src/lockout/counters.store.test.ts').length > 3,
    'names on a line of their own are read',
  );
});
