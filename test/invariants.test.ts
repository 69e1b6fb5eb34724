import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { MUTANTS } from './mutants/mutants.ts';

const PROJECT = resolve(import.meta.dirname, '..');
const read = (path: string) => readFileSync(resolve(PROJECT, path), 'utf8');

/** Counting 1–11, codes 12–17, PINs 18–20, levels 21–28, freeze 29–31, audit 35, webhooks 39–40. */
const IN_SCOPE = [...Array.from({ length: 31 }, (_, index) => index + 1), 35, 39, 40];
/** What the tests of an invariant must be, whatever else they are. */
const DEMANDED: { readonly [kind: string]: readonly number[] } = {
  PBT: [5, 8, 14],
  CC: [1, 2, 12, 29],
  FI: [3, 28, 35],
  MUT: [1, 12],
};

interface Row {
  readonly invariant: number;
  readonly promise: string;
  readonly code: readonly string[];
  readonly tests: readonly { readonly file: string; readonly name: string }[];
  readonly kinds: readonly string[];
}

const rows: readonly Row[] = [...read('docs/invariants.md').matchAll(/^\| (\d+) \|(.*)\|$/gm)].map(
  ([, invariant, rest = '']) => {
    const [promise = '', code = '', tests = '', kinds = ''] = rest.split(' | ').map((cell) => cell.trim());
    return {
      invariant: Number(invariant),
      promise,
      code: [...code.matchAll(/`([^`]+)`/g)].map(([, file = '']) => file),
      tests: tests.split('<br>').map((cell) => {
        const [, file = '', name = ''] = /^`([^`]+)`: "(.+)"$/.exec(cell) ?? [];
        return { file, name };
      }),
      kinds: kinds.replace(/\|$/, '').split(' ').filter(Boolean),
    };
  },
);

/** How names of tests and suites begin in a file, as they stand there: `${…}` where a value is filled in. */
function namesIn(file: string): readonly string[] {
  const call = /\b(?:\w*[tT]est|describe)\(\s*(?:'((?:[^'\\]|\\.)*)'|`([^`]*)`|"([^"]*)")/g;
  return [...read(file).matchAll(call)].map(
    ([, single, template, double]) => single ?? template ?? double ?? '',
  );
}

test('the table has every invariant in scope once, in order', () => {
  assert.deepEqual(
    rows.map(({ invariant }) => invariant),
    IN_SCOPE,
  );
  for (const { invariant, promise } of rows) assert.ok(promise.length > 20, `invariant ${invariant}`);
});

test('every invariant in the table has a test, and each test that is named exists', () => {
  const missing: string[] = [];
  for (const { invariant, tests } of rows)
    for (const { file, name } of tests) {
      if (file === '' || name === '') missing.push(`invariant ${invariant} names no test`);
      else if (!existsSync(resolve(PROJECT, file))) missing.push(`invariant ${invariant}: ${file}`);
      else if (!namesIn(file).some((known) => known.startsWith(name)))
        missing.push(`invariant ${invariant}: ${file} has no "${name}"`);
    }
  assert.deepEqual(missing, []);
});

test('the code that keeps an invariant is there, but for what there is no code for', () => {
  for (const { invariant, code } of rows) {
    assert.equal(code.length > 0, invariant !== 31, `invariant ${invariant}`);
    for (const file of code) assert.ok(existsSync(resolve(PROJECT, file)), file);
  }
});

test('what the kinds claim is there', () => {
  const mutated = new Set(MUTANTS.map(({ invariant }) => invariant));
  const wrong: string[] = [];
  for (const { invariant, kinds, tests } of rows) {
    for (const kind of kinds) if (!(kind in DEMANDED)) wrong.push(`invariant ${invariant} is called ${kind}`);
    for (const [kind, demanded] of Object.entries(DEMANDED))
      if (demanded.includes(invariant) && !kinds.includes(kind))
        wrong.push(`invariant ${invariant} is no ${kind}`);
    if (kinds.includes('MUT') !== mutated.has(invariant))
      wrong.push(`invariant ${invariant} ${mutated.has(invariant) ? 'has' : 'has no'} mutant`);
    const files = tests.map(({ file }) => read(file));
    if (kinds.includes('PBT') && !files.some((text) => /\bfc\.(assert|property)/.test(text)))
      wrong.push(`invariant ${invariant} has no property`);
    if (kinds.includes('CC') && !files.some((text) => /startPostgres|storeTest|standby/.test(text)))
      wrong.push(`invariant ${invariant} is not tested on PostgreSQL`);
  }
  assert.deepEqual(wrong, []);
});

test('what notices a mutant is among the tests of its invariant', () => {
  const unlisted = MUTANTS.filter(
    ({ invariant, killedBy }) =>
      !rows.some(
        (row) => row.invariant === invariant && row.tests.some(({ file }) => file === killedBy.file),
      ),
  );
  assert.deepEqual(
    unlisted.map(({ mutation }) => mutation),
    [],
  );
});

test('a row about nothing would be found', () => {
  assert.ok(!namesIn('test/invariants.test.ts').some((name) => name.startsWith('no such test')));
  assert.ok(namesIn('test/invariants.test.ts').includes('what the kinds claim is there'));
  assert.ok(
    namesIn('src/lockout/counters.store.test.ts').length > 3,
    'names on a line of their own are read',
  );
});
