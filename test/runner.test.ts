import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, type TestContext, test } from 'node:test';
import type { TestList } from './runner/listed-tests.ts';

// The real runner on small planted projects. Each of these once counted as passed.

const REPORTER = resolve(import.meta.dirname, 'runner/held-to-list.ts');
const LISTER = resolve(import.meta.dirname, 'runner/list.ts');
const USE = "import { after, before, describe, test } from 'node:test';\n";
const TWO = `${USE}test('one', () => {});\ntest('two', () => {});\n`;

type Files = { readonly [path: string]: string };

/** A project with these files; its list says what is given, beside a file in order. */
function project(t: TestContext, files: Files, list: TestList): string {
  const root = mkdtempSync(join(tmpdir(), 'runner-'));
  t.after(() => rmSync(root, { recursive: true }));
  const all: Files = {
    'package.json': '{ "type": "module" }',
    'test/good.test.ts': TWO,
    'test/tests.json': JSON.stringify({ 'test/good.test.ts': { tests: 2 }, ...list }),
    ...files,
  };
  for (const [path, content] of Object.entries(all)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
  return root;
}

async function node(root: string, ...words: readonly string[]) {
  const child = spawn(process.execPath, words, {
    cwd: root,
    env: { ...process.env, NODE_TEST_CONTEXT: undefined },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [said, errors, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close') as Promise<[number | null]>,
  ]);
  return { code, said: `${said}${errors}` };
}

/** Runs the project's tests as `npm test` does. */
function runTests(root: string) {
  const reporters = ['spec', REPORTER].flatMap((reporter) => [
    `--test-reporter=${reporter}`,
    '--test-reporter-destination=stdout',
  ]);
  return node(root, '--test', '--test-timeout=60000', ...reporters, 'test/**/*.test.ts');
}

const PLANTED: {
  readonly [what: string]: { readonly files: Files; readonly listed?: number; readonly says: RegExp };
} = {
  'a file whose process ends while it is loaded': {
    files: { 'test/bad.test.ts': `${TWO}process.exit(0);\n` },
    says: /test\/bad\.test\.ts: 2 tests are listed, 0 ran: its process ended before its tests were over/,
  },
  'a file that ends in the middle of its tests': {
    files: { 'test/bad.test.ts': `${USE}test('one', () => {});\ntest('two', () => process.exit(0));\n` },
    says: /test\/bad\.test\.ts: 2 tests are listed, 0 ran: its process ended/,
  },
  'a file that ends in its before hook': {
    files: { 'test/bad.test.ts': `${TWO}before(() => process.exit(0));\n` },
    says: /test\/bad\.test\.ts: 2 tests are listed, 0 ran: its process ended/,
  },
  'a file that ends when nothing is left to wait for': {
    files: {
      'test/bad.test.ts': `${TWO}process.on('beforeExit', () => process.exit(0));\nbefore(() => new Promise(() => {}));\n`,
    },
    says: /test\/bad\.test\.ts: 2 tests are listed, 0 ran: its process ended/,
  },
  'a file without a test': { files: { 'test/bad.test.ts': '' }, says: /test\/bad\.test\.ts: / },
  'a suite over an empty list': {
    files: {
      'test/bad.test.ts': `${USE}const found: string[] = [];\ndescribe('all', () => { for (const name of found) test(name, () => {}); });\n`,
    },
    says: /test\/bad\.test\.ts: ran no test/,
  },
  'a file with fewer tests than are listed': {
    files: { 'test/bad.test.ts': TWO },
    listed: 3,
    says: /test\/bad\.test\.ts: 3 tests are listed, 2 ran; .*npm run tests:list/,
  },
  'a listed file that is gone': { files: {}, says: /test\/bad\.test\.ts: is listed and not there/ },
  'a file that is not listed': {
    files: { 'test/new.test.ts': TWO, 'test/bad.test.ts': TWO },
    says: /test\/new\.test\.ts: is not listed, 2 tests ran; npm run tests:list/,
  },
  'a file that no pattern finds': {
    files: { 'test/bad.test.ts': TWO, 'tools/lost.spec.ts': TWO },
    says: /tools\/lost\.spec\.ts: was not run/,
  },
  'a skipped test that is not listed so': {
    files: {
      'test/bad.test.ts': `${USE}test('one', () => {});\ntest('two', { skip: 'no time' }, () => {});\n`,
    },
    says: /test\/bad\.test\.ts: "two" was skipped and is not listed so/,
  },
  'a test that is marked todo': {
    files: {
      'test/bad.test.ts': `${USE}test('one', () => {});\ntest('two', { todo: true }, () => { throw new Error('no'); });\n`,
    },
    says: /test\/bad\.test\.ts: "two" is marked todo and cannot fail/,
  },
  'a list that cannot be read': { files: { 'test/bad.test.ts': TWO, 'test/tests.json': '{' }, says: /JSON/ },
};

describe('the run fails, and says why, for', { concurrency: 2 }, () => {
  for (const [what, { files, listed = 2, says }] of Object.entries(PLANTED))
    test(what, async (t) => {
      const root = project(t, files, { 'test/bad.test.ts': { tests: listed } });
      const { code, said } = await runTests(root);
      assert.notEqual(code, 0, said);
      assert.match(said, says);
    });
});

test('a before hook that throws fails the run, whatever the list says', async (t) => {
  const files = { 'test/bad.test.ts': `${TWO}before(() => { throw new Error('no database'); });\n` };
  const { code, said } = await runTests(project(t, files, { 'test/bad.test.ts': { tests: 2 } }));
  assert.equal(code, 1);
  assert.match(said, /no database/);
});

test('a run of all that is listed passes, and shows what was skipped with its reason', async (t) => {
  const files = {
    'test/part.test.ts': `${USE}describe('a suite', () => { test('one', () => {}); test('two', { skip: 'not here' }, () => {}); });\n`,
  };
  const list = { 'test/part.test.ts': { tests: 2, maySkip: { two: 'not here' } } };
  const { code, said } = await runTests(project(t, files, list));
  assert.equal(code, 0, said);
  assert.match(said, /ℹ tests 4\n/);
  assert.match(said, /ℹ skipped 1\n/);
  assert.match(said, /skipped: test\/part\.test\.ts: "two": not here\n/);
  assert.match(said, /✔ all 4 listed tests of 2 files ran\n/);
});

test('the list is made without running a test, and is what the run then does', async (t) => {
  const body = "() => { throw new Error('it was run'); }";
  const files = {
    'test/new.test.ts': `${USE}describe('a suite', () => { for (const name of ['a', 'b']) test(name, () => {}); });\n`,
    'test/fails.test.ts': `${USE}before(${body});\ntest('c', ${body});\n`,
  };
  const root = project(t, files, {});
  const stale = await node(root, LISTER, '--check');
  assert.equal(stale.code, 1);
  assert.match(stale.said, /test\/new\.test\.ts: not listed, 2 declared/);
  assert.match(stale.said, /npm run tests:list/);
  assert.equal((await node(root, LISTER)).code, 0);
  assert.deepEqual(JSON.parse(readFileSync(join(root, 'test/tests.json'), 'utf8')), {
    'test/fails.test.ts': { tests: 1 },
    'test/good.test.ts': { tests: 2 },
    'test/new.test.ts': { tests: 2 },
  });
  assert.equal((await node(root, LISTER, '--check')).code, 0);
  const { said } = await runTests(root);
  assert.match(said, /✔ all 5 listed tests of 3 files ran/);
});

for (const [what, content] of [
  ['declares no test', USE],
  ['ends while it is loaded', `${TWO}process.exit(0);\n`],
  ['skips a test without a reason', `${USE}test.skip('one', () => {});\n`],
])
  test(`no list is made of a file that ${what}`, async (t) => {
    const root = project(t, { 'test/bad.test.ts': content ?? '' }, {});
    const { code, said } = await node(root, LISTER);
    assert.equal(code, 1);
    assert.match(said, /test\/bad\.test\.ts|without a reason/);
  });
