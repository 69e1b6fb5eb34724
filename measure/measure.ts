import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { readCheckout } from './checkout.ts';
import { KNOWLEDGE_RULE } from './knowledge.ts';
import { PURITY_RULE } from './purity.ts';
import { measure, type Row } from './rows.ts';
import { SUFFIX_RULE } from './suffixes.ts';
import type { Walk } from './walks.ts';

const USAGE = `npm run measure -- [--root DIR] [--before DIR] [--list NAME] [--json]
  Measures the code under src/ without its tests.
  --root DIR     the checkout to measure; this one when left out
  --before DIR   another checkout, printed in a column before
  --list NAME    what stands behind one row instead of the table
  --json         for programs
`;

const RULES: readonly string[] = [
  'Tests (*.test.ts) and suites that several implementations pass (*.contract.ts) are not counted. Lines are whole lines,',
  'blank ones and comments too; a function has a body in braces, and what is nested in it counts for both. Cycles are',
  'groups of files that reach each other by imports of any kind.',
  ...PURITY_RULE,
  ...SUFFIX_RULE,
  'An export is wider than needed when no other file of src imports it, tests left out.',
  'A table is queried by a folder of src when one of its files names it to knex.',
  'Repeated code leaves out blank lines, comments, imports and tables (literals at module level), and indentation.',
  ...KNOWLEDGE_RULE,
];

/** The walks that measure/walks.json names. */
function readWalks(): readonly Walk[] {
  return JSON.parse(readFileSync(join(import.meta.dirname, 'walks.json'), 'utf8'));
}

function main(args: readonly string[]): void {
  const { values } = parseArgs({
    args: [...args],
    options: {
      root: { type: 'string', default: resolve(import.meta.dirname, '..') },
      before: { type: 'string' },
      list: { type: 'string' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(USAGE);
    return;
  }
  const walks = readWalks();
  const rows = measure(readCheckout(resolve(values.root)), walks);
  const before =
    values.before === undefined ? undefined : measure(readCheckout(resolve(values.before)), walks);
  const print = values.json ? asJson : asTable;
  process.stdout.write(values.list === undefined ? print(rows, before) : offendersOf(rows, values.list));
}

function offendersOf(rows: readonly Row[], name: string): string {
  const row = rows.find((found) => found.name === name);
  if (!row) throw new Error(`there is no row ${name}; there are ${rows.map((one) => one.name).join(', ')}`);
  return [`${row.label}: ${row.value}`, ...row.offenders, ''].join('\n');
}

function asJson(rows: readonly Row[], before: readonly Row[] | undefined): string {
  const values = (of: readonly Row[]) => Object.fromEntries(of.map(({ name, value }) => [name, value]));
  const document = before ? { before: values(before), now: values(rows) } : values(rows);
  return `${JSON.stringify(document, undefined, 2)}\n`;
}

function asTable(rows: readonly Row[], before: readonly Row[] | undefined): string {
  const head = before
    ? ['`src` without tests', 'before', 'now', 'list']
    : ['`src` without tests', 'now', 'list'];
  const lines = rows.map(({ name, label, value }) => {
    const earlier = before?.find((row) => row.name === name)?.value ?? '';
    return before ? [label, earlier, value, name] : [label, value, name];
  });
  const widths = head.map((_, column) =>
    Math.max(...[head, ...lines].map((cells) => cells[column]?.length ?? 0)),
  );
  const print = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  const rule = `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`;
  return [print(head), rule, ...lines.map(print), '', ...RULES, ''].join('\n');
}

try {
  main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
