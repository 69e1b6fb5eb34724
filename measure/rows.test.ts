import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { readCheckout } from './checkout.ts';
import { measure, type Row } from './rows.ts';
import type { Walk } from './walks.ts';

type Files = { readonly [path: string]: string };

/** A project in order: two rooms, one test, one data file. */
const IN_ORDER: Files = {
  'src/ground/number.ts': 'export const one = 1;\n',
  'src/ground/number.test.ts': "import './number.ts';\nexport const await1 = async () => {};\n",
  'src/rules/rule.ts': "import { one } from '../ground/number.ts';\nexport const two = one + one;\n",
  'src/rules/rule.service.ts':
    "import { two } from './rule.ts';\nimport { names } from './rule.entries.ts';\nexport async function work() {\n  await names(two);\n}\n",
  'src/rules/rule.entries.ts': 'export const names = (n: number) => [n];\n',
  'src/rules/rule.store.ts':
    "import type { Knex } from 'knex';\nexport const all = (knex: Knex) => knex('rules').first();\n",
  'src/main.ts':
    "import { work } from './rules/rule.service.ts';\nimport { all } from './rules/rule.store.ts';\nawait work();\nall;\n",
  'flows/hotline.yaml': 'steps: []\n',
};
const WALK: Walk = {
  name: 'key: in and out',
  files: [
    { path: 'src/main.ts' },
    { path: 'src/rules/rule.service.ts' },
    { path: 'src/rules/rule.ts' },
    { path: 'src/rules/rule.store.ts', from: 'src/main.ts', port: 'all' },
  ],
};

function rowsOf(t: TestContext, changes: Files = {}, walks: readonly Walk[] = [WALK]) {
  const root = mkdtempSync(join(tmpdir(), 'measure-'));
  t.after(() => rmSync(root, { recursive: true }));
  for (const [path, content] of Object.entries({ ...IN_ORDER, ...changes })) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
  return measure(readCheckout(root), walks);
}

function row(rows: readonly Row[], name: string): Row {
  const found = rows.find((one) => one.name === name);
  assert.ok(found, `there is a row ${name}`);
  return found;
}

test('a project in order has offenders in no row but the wiring, whose suffix says too little', (t) => {
  const rows = rowsOf(t);
  const values = Object.fromEntries(rows.map(({ name, value }) => [name, value]));
  assert.deepEqual(values, {
    files: '6',
    'file-lines': '2 / 5 / 5',
    'function-lines': '3 / 3 / 3',
    cycles: '0',
    any: '0',
    'non-null': '0',
    'pure-lines': '26.7 %',
    'pure-text': '26.7 %',
    suffixes: '1',
    exports: '0 / 5',
    'exports-tested': '0',
    tables: '0',
    'walk-key': '4',
    repeated: '0',
    'knows-action': '0 + 0 (enquiry)',
    'knows-factor': '0 + 0 (identity)',
    'knows-language': '0 + 0 (zh-CN)',
    'knows-carrier': '0 + 0 (twilio)',
    'knows-jurisdiction': '0 + 0 (CN)',
  });
  assert.match(row(rows, 'suffixes').offenders[0] ?? '', /^src\/main\.ts: line 3: awaits \(await\); imports/);
});

interface Planted {
  readonly files: Files;
  readonly row: string;
  readonly offender: RegExp;
}

const CODE = Array.from({ length: 6 }, (_, n) => `  add(${n}, 'a line of code');`);
const repeatedIn = (name: string) =>
  `export function ${name}(add: (n: number, text: string) => void) {\n${CODE.join('\n\n  // why\n')}\n  add(9, '${name}');\n}\n`;

const PLANTED: { readonly [what: string]: Planted } = {
  'a long file': {
    files: { 'src/ground/long.ts': `export const long = 1;\n${'// more\n'.repeat(300)}` },
    row: 'file-lines',
    offender: /^src\/ground\/long\.ts: 301 lines$/,
  },
  'a long function': {
    files: {
      'src/ground/long.ts': `export function long() {\n${'  one();\n'.repeat(59)}}\nconst one = () => 1;\n`,
    },
    row: 'function-lines',
    offender: /^src\/ground\/long\.ts:1 long: 61 lines$/,
  },
  'a cycle of types and values': {
    files: {
      'src/ground/a.ts': "import type { C } from './c.ts';\nexport type A = C;\n",
      'src/ground/b.ts': "import type { A } from './a.ts';\nexport const b = (a: A) => a;\n",
      'src/ground/c.ts': "import { b } from './b.ts';\nexport type C = typeof b;\n",
    },
    row: 'cycles',
    offender: /^src\/ground\/a\.ts, src\/ground\/b\.ts, src\/ground\/c\.ts$/,
  },
  'a file that imports itself': {
    files: { 'src/ground/self.ts': "import { self } from './self.ts';\nexport const self = () => self;\n" },
    row: 'cycles',
    offender: /^src\/ground\/self\.ts$/,
  },
  'an any': {
    files: { 'src/ground/any.ts': 'export const list: any[] = [];\n' },
    row: 'any',
    offender: /^src\/ground\/any\.ts:1$/,
  },
  'a file made impure by what it imports': {
    files: {
      'src/ground/clock.ts': 'export const now = () => Date.now();\n',
      'src/ground/later.ts': "import { now } from './clock.ts';\nexport const later = now;\n",
      'src/ground/latest.ts': "import { later } from './later.ts';\nexport const latest = later;\n",
    },
    row: 'pure-text',
    offender: /^src\/ground\/latest\.ts: imports src\/ground\/later\.ts$/,
  },
  'a file without a suffix that awaits': {
    files: { 'src/rules/gate.ts': 'export const gate = async () => {};\n' },
    row: 'suffixes',
    offender: /^src\/rules\/gate\.ts: line 1: awaits/,
  },
  'a file without a suffix that calls a store': {
    files: { 'src/rules/gate.ts': "import { all } from './rule.store.ts';\nexport const gate = all;\n" },
    row: 'suffixes',
    offender: /^src\/rules\/gate\.ts: imports src\/rules\/rule\.store\.ts$/,
  },
  'a service that holds SQL': {
    files: {
      'src/rules/more.service.ts':
        "import type { Knex } from 'knex';\nexport const more = async (knex: Knex) => knex('rules').first();\n",
    },
    row: 'suffixes',
    offender: /^src\/rules\/more\.service\.ts: line 2: sql \(query of rules\)$/,
  },
  'a service that awaits nothing': {
    files: { 'src/rules/more.service.ts': 'export const more = 1;\n' },
    row: 'suffixes',
    offender: /^src\/rules\/more\.service\.ts: has none of: awaits$/,
  },
  'a store that sends HTTP': {
    files: { 'src/rules/rule.store.ts': "export const all = () => [fetch('x'), 'SELECT a FROM b'];\n" },
    row: 'suffixes',
    offender: /^src\/rules\/rule\.store\.ts: line 1: http out \(fetch\)$/,
  },
  'a client that sends nothing': {
    files: { 'src/rules/more.client.ts': 'export const more = 1;\n' },
    row: 'suffixes',
    offender: /more\.client\.ts: has none of: http out/,
  },
  'a suffix of its own': {
    files: { 'src/rules/more.helper.ts': 'export const more = 1;\n' },
    row: 'suffixes',
    offender: /more\.helper\.ts: \.helper is no suffix of this project/,
  },
  'an export that nobody imports': {
    files: { 'src/ground/wide.ts': 'export const wide = 1;\nexport const other = wide;\n' },
    row: 'exports',
    offender: /^src\/ground\/wide\.ts:1 wide$/,
  },
  'an export that tests alone import': {
    files: {
      'src/ground/wide.ts': 'export const wide = 1;\n',
      'test/wide.test.ts': "import * as all from '../src/ground/wide.ts';\nall.wide;\n",
    },
    row: 'exports-tested',
    offender: /^src\/ground\/wide\.ts:1 wide: test\/wide\.test\.ts$/,
  },
  'a table of two folders': {
    files: {
      'src/ground/more.store.ts':
        "import type { Knex } from 'knex';\nexport const more = (trx: Knex) => trx.from('rules as r');\n",
    },
    row: 'tables',
    offender: /^rules: ground, rules$/,
  },
  'repeated code, whatever its indentation and comments': {
    files: {
      'src/ground/first.ts': repeatedIn('first'),
      'src/rules/second.ts': repeatedIn('second').replaceAll('  //', '      //'),
    },
    row: 'repeated',
    offender: /^src\/ground\/first\.ts:2 and src\/rules\/second\.ts:2: 6 lines$/,
  },
  'code repeated in one file': {
    files: { 'src/ground/first.ts': repeatedIn('first') + repeatedIn('second') },
    row: 'repeated',
    offender: /^src\/ground\/first\.ts:2 and src\/ground\/first\.ts:21: 6 lines$/,
  },
  'a name of a language in code': {
    files: { 'src/ground/tag.ts': "export type Tag = 'zh-CN';\n" },
    row: 'knows-language',
    offender: /^zh-CN: src\/ground\/tag\.ts$/,
  },
  'an action in data': {
    files: {
      'flows/scripts/a.call': '# transfer\nmenu\n',
      'flows/policy.yaml': 'actions:\n  transfer: {}\n',
    },
    row: 'knows-action',
    offender: /^transfer: flows\/policy\.yaml$/,
  },
};

for (const [what, planted] of Object.entries(PLANTED))
  test(`${what} is found`, (t) => {
    const { offenders } = row(rowsOf(t, planted.files), planted.row);
    assert.ok(
      offenders.some((offender) => planted.offender.test(offender)),
      `found only: ${offenders.join('; ')}`,
    );
  });

test('what is shared in tables, imports, short runs and comments is not repeated code', (t) => {
  const table = `export const TABLE = [\n${CODE.map((_, n) => `  ${n},`).join('\n')}\n] as const;\n`;
  const short = `export const f = (add: () => 1) => {\n${CODE.slice(2)
    .map((_, n) => `  add(${n});`)
    .join('\n')}\n};\n`;
  const comment = `${CODE.map((_, n) => `// line ${n}`).join('\n')}\n`;
  const rows = rowsOf(t, {
    'src/ground/first.ts': `${comment}${table}export const a = 1;\n${short}`,
    'src/ground/second.ts': `${comment}${table}export const b = 1;\n${short.replace('f =', 'g =')}`,
  });
  assert.deepEqual(row(rows, 'repeated').offenders, []);
});

test('an action in a comment of data is not known there', (t) => {
  const { offenders } = row(rowsOf(t, { 'flows/scripts/a.call': '# transfer\nmenu\n' }), 'knows-action');
  assert.deepEqual(offenders, []);
});

const BROKEN: { readonly [what: string]: readonly [files: Walk['files'], problem: RegExp] } = {
  'a file that is not there': [[{ path: 'src/gone.ts' }], /^src\/gone\.ts is not there$/],
  'a file that nothing leads to': [
    [{ path: 'src/rules/rule.ts' }, { path: 'src/main.ts' }],
    /^src\/rules\/rule\.ts leads to src\/main\.ts by no import$/,
  ],
  'a port that only one file names': [
    [{ path: 'src/main.ts' }, { path: 'src/rules/rule.ts', port: 'two' }],
    /^src\/main\.ts leads to src\/rules\/rule\.ts by no port two$/,
  ],
  'a file that comes from nowhere on the way': [
    [{ path: 'src/main.ts' }, { path: 'src/rules/rule.ts', from: 'src/rules/rule.service.ts' }],
    /^src\/rules\/rule\.service\.ts does not come before src\/rules\/rule\.ts$/,
  ],
};
for (const [what, [files, problem]] of Object.entries(BROKEN))
  test(`a walk with ${what} does not stand`, (t) => {
    const { value, offenders } = row(rowsOf(t, {}, [{ name: 'key', files }]), 'walk-key');
    assert.equal(value, 'no walk stands');
    assert.ok(
      offenders.some((offender) => problem.test(offender)),
      `found only: ${offenders.join('; ')}`,
    );
  });

test('a later walk of the same name stands for an older layout', (t) => {
  const newer: Walk = { name: WALK.name, files: [{ path: 'src/carriers/new.ts' }] };
  assert.equal(row(rowsOf(t, {}, [newer, WALK]), 'walk-key').value, '4');
});

test('a folder without src is refused', (t) => {
  const root = mkdtempSync(join(tmpdir(), 'measure-'));
  t.after(() => rmSync(root, { recursive: true }));
  assert.throws(() => readCheckout(root), /has no TypeScript under src\//);
});
