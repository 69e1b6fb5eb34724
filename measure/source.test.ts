import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseFiles } from './parse.ts';
import { readSource, type Source } from './source.ts';

/** Reads one file that stands in memory alone. */
function read(text: string): Source {
  const file = parseFiles(new Map([['src/a.ts', text]])).get('src/a.ts');
  assert.ok(file, 'the file was parsed');
  return readSource('src/a.ts', file);
}

test('imports are told apart by what they leave at run time and by the names they take', () => {
  const { imports } = read(
    [
      "import one, { two as second, type Three } from './one.ts';",
      "import type { Four } from './four.ts';",
      "import { type Five } from './five.ts';",
      "import * as six from './six.ts';",
      "import './seven.ts';",
      "export { eight } from './eight.ts';",
      "export type { Nine } from './nine.ts';",
      "export * from './ten.ts';",
      "export const later = () => import('./eleven.ts');",
      "export type Twelve = import('./twelve.ts').Twelve;",
      "export const child = new URL('./thirteen.ts', import.meta.url);",
      'export const used = [one, second, six.part, six.other] as readonly (Three | Four | Five)[];',
      '',
    ].join('\n'),
  );
  assert.deepEqual(
    imports.map(({ specifier, kind, names }) => [specifier, kind, ...names]),
    [
      ['./one.ts', 'value', 'default', 'two', 'Three'],
      ['./four.ts', 'type', 'Four'],
      ['./five.ts', 'type', 'Five'],
      ['./six.ts', 'value', 'part', 'other'],
      ['./seven.ts', 'value'],
      ['./eight.ts', 'value', 'eight'],
      ['./nine.ts', 'type', 'Nine'],
      ['./ten.ts', 'value', '*'],
      ['./eleven.ts', 'value', '*'],
      ['./twelve.ts', 'type', 'Twelve'],
      ['./thirteen.ts', 'path'],
    ],
  );
});

test('a namespace that is passed on takes every name', () => {
  const { imports } = read("import * as all from './all.ts';\nexport const list = Object.keys(all);\n");
  assert.deepEqual(imports[0]?.names, ['*']);
});

test('every form of export is found by the name others import', () => {
  const { exports } = read(
    [
      'const hidden = 1;',
      'export const a = 1, [b, { c }] = [2, { c: 3 }] as const;',
      'export function d(): void {}',
      'export class E {}',
      'export interface F {}',
      'export type G = 1;',
      'export { hidden as h };',
      "export * as i from './i.ts';",
      "export * from './all.ts';",
      'export default hidden;',
      '',
    ].join('\n'),
  );
  assert.deepEqual(
    exports.map(({ name }) => name),
    ['a', 'b', 'c', 'd', 'E', 'F', 'G', 'h', 'i', '*', 'default'],
  );
});

test('a function counts from its first line to its last, without the comment before it', () => {
  const { functions, lines } = read(
    [
      '/** Three lines. */',
      'export function three(): number {',
      '  return 3;',
      '}',
      'class Box {',
      '  constructor() {}',
      '  get size(): number {',
      '    return 1;',
      '  }',
      '}',
      'export const arrow = () => {',
      '  const inner = function () {',
      '    return Box;',
      '  };',
      '  return inner;',
      '};',
      'export const short = () => arrow;',
      '',
    ].join('\n'),
  );
  assert.equal(lines, 17);
  assert.deepEqual(
    functions.map(({ name, line, lines }) => [name, line, lines]),
    [
      ['three', 2, 3],
      ['constructor', 6, 1],
      ['size', 7, 3],
      ['arrow', 11, 6],
      ['inner', 12, 3],
    ],
  );
});

test('any and ! are found where they are written, and nowhere else', () => {
  const { anys, nonNulls } = read(
    [
      "// any and! 'any' in words are none",
      "const word = 'any!';",
      'const list: any[] = [word];',
      'const first = list[0]!;',
      'class Late { field!: string; }',
      'export const negated = !first;',
      'export const late = Late;',
      '',
    ].join('\n'),
  );
  assert.deepEqual([anys, nonNulls], [[3], [4, 5]]);
});

const IMPURE: { readonly [code: string]: string } = {
  'export async function f() {}': 'awaits',
  'export const f = (p: PromiseLike<1>) => p.then(String);': 'awaits',
  'export const p = Promise.resolve(1);': 'awaits',
  'export const t = () => Date.now();': 'clock',
  'export const t = () => new Date();': 'clock',
  'export const t = () => new Date;': 'clock',
  'export const t = () => performance.now();': 'clock',
  'export const r = () => Math.random();': 'chance',
  "import { randomBytes } from 'node:crypto';\nexport const r = () => randomBytes(1);": 'chance',
  "import * as c from 'node:crypto';\nexport const r = () => c.randomInt(1);": 'chance',
  'export const e = process.env.HOME;': 'environment',
  'export const e = () => ({ process });': 'environment',
  'export const e = import.meta.url;': 'environment',
  'export const l = (n: string) => import(n);': 'input or output',
  "import { readFileSync } from 'node:fs';\nexport const r = readFileSync;": 'input or output',
  "import pino from 'pino';\nexport const log = pino;": 'input or output',
  'console.log(1);': 'input or output',
  "export const a = () => fetch('https://example.test');": 'http out',
  "import express from 'express';\nexport const app = express;": 'http in',
  'export const s = (f: () => void) => setTimeout(f, 1);': 'timer',
  "import knex from 'knex';\nexport const k = knex;": 'sql',
  "import type { Knex } from 'knex';\nexport const k = (knex: Knex) => knex('calls').first();": 'sql',
  "import type { Knex } from 'knex';\nexport const k = (knex: Knex) => knex.raw('vacuum');": 'sql',
  "export const q = 'SELECT id\\n FROM calls';": 'sql',
  'export const q = (id: string) => `DELETE FROM calls WHERE id = ${id}`;': 'sql',
  'let count = 0;\nexport const next = () => count++;': 'module state',
};
for (const [code, reason] of Object.entries(IMPURE))
  test(`is forbidden to a pure file (${reason}): ${code.split('\n').at(-1)}`, () => {
    const { forbidden } = read(`${code}\n`);
    assert.ok(
      forbidden.some((use) => use.reason === reason),
      `found only ${JSON.stringify(forbidden)}`,
    );
  });

const PURE: readonly string[] = [
  "// await fetch(process.env.URL), Date.now(), SELECT a FROM b\nexport const text = 'await process';",
  'export const at = (now: number) => new Date(now).toISOString();',
  'export const utc = Date.UTC(2026, 0, 1);',
  "import { createHash, timingSafeEqual } from 'node:crypto';\nexport const c = [createHash, timingSafeEqual];",
  "import { join } from 'node:path';\nexport const path = join('a', 'b');",
  "import { z } from 'zod';\nexport const schema = z.string().catch('x');",
  "import type { Server } from 'node:http';\nexport type Named = Server;",
  'export interface Port { read(id: string): Promise<string>; process: string }',
  'export const f = (process: string, order: { fetch: string }) => process + order.fetch;',
  'export const kinds = { console: 1, crypto: 2 } as const;',
  "export const say = 'Please SELECT a branch from the list';\nexport const raw = (list: { raw(n: 1): 1 }) => list.raw(1);",
  'export const count = () => {\n  let n = 0;\n  return n++;\n};',
];
for (const code of PURE)
  test(`is allowed to a pure file: ${code.split('\n').at(-1)}`, () => {
    assert.deepEqual(read(`${code}\n`).forbidden, []);
  });

test('a file that does not parse is refused by its name', () => {
  assert.throws(() => read('export const = 1;\n'), /src\/a\.ts: /);
});
