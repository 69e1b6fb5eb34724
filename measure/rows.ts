import type { Checkout } from './checkout.ts';
import { foldersOfTables, importCycles, impureFiles, suffixOf } from './graph.ts';
import { type Kind, KNOWN_KINDS, knowersOf } from './knowledge.ts';
import { PURE_SUFFIXES } from './purity.ts';
import { REPEATED_LINES, repeatedPairs } from './repeated.ts';
import type { FunctionSize, Source } from './source.ts';
import { untrueSuffixes } from './suffixes.ts';
import { problemsOfWalk, type Walk } from './walks.ts';
import { wideExports } from './width.ts';

/** One line of the table. */
export interface Row {
  /** What `--list` takes. */
  readonly name: string;
  readonly label: string;
  readonly value: string;
  /** Whatever keeps the value from being better, one a line. */
  readonly offenders: readonly string[];
}

/** The most lines of a file and of a function (house style). */
const MOST_FILE_LINES = 300;
const MOST_FUNCTION_LINES = 60;

/** Every row of the table for one checkout, in the order it is printed. Pure. */
export function measure(checkout: Checkout, walks: readonly Walk[]): readonly Row[] {
  const sources = [...checkout.sources.values()];
  return [
    { name: 'files', label: 'files', value: count(sources.length), offenders: [] },
    ...sizeRows(sources),
    ...compilerRows(checkout),
    ...purityRows(checkout),
    ...widthRows(checkout),
    tablesRow(checkout),
    ...walkRows(checkout, walks),
    repeatedRow(checkout),
    ...KNOWN_KINDS.map((kind) => knowledgeRow(kind, checkout)),
  ];
}

function sizeRows(sources: readonly Source[]): readonly Row[] {
  const functions = sources.flatMap(({ path, functions }) => functions.map((one) => ({ path, ...one })));
  const place = ({ path, line, name, lines }: FunctionSize & { readonly path: string }) =>
    `${path}:${line} ${name}: ${lines} lines`;
  return [
    {
      name: 'file-lines',
      label: 'file lines p50 / p90 / max',
      value: spread(sources.map(({ lines }) => lines)),
      offenders: longest(sources, MOST_FILE_LINES).map(({ path, lines }) => `${path}: ${lines} lines`),
    },
    {
      name: 'function-lines',
      label: 'function lines p50 / p90 / max',
      value: spread(functions.map(({ lines }) => lines)),
      offenders: longest(functions, MOST_FUNCTION_LINES).map(place),
    },
  ];
}

function longest<T extends { readonly lines: number }>(all: readonly T[], most: number): readonly T[] {
  return all.filter(({ lines }) => lines > most).sort((one, two) => two.lines - one.lines);
}

function compilerRows({ sources }: Checkout): readonly Row[] {
  const all = [...sources.values()];
  const places = (lines: (source: Source) => readonly number[]) =>
    all.flatMap((source) => lines(source).map((line) => `${source.path}:${line}`));
  const cycles = importCycles(sources).map((paths) => paths.join(', '));
  return [
    counted('cycles', 'import cycles', cycles),
    counted(
      'any',
      '`any`',
      places(({ anys }) => anys),
    ),
    counted(
      'non-null',
      'non-null `!`',
      places(({ nonNulls }) => nonNulls),
    ),
  ];
}

function purityRows({ sources }: Checkout): readonly Row[] {
  const all = [...sources.values()];
  const impure = impureFiles(sources);
  const claimsPurity = all.filter(({ path }) => PURE_SUFFIXES.has(suffixOf(path)));
  const itself = claimsPurity.filter(({ forbidden }) => forbidden.length === 0);
  const untrue = untrueSuffixes(sources);
  const reasons = (found: ReadonlyMap<string, readonly string[]>) => (path: string) =>
    `${path}: ${(found.get(path) ?? []).join('; ')}`;
  return [
    {
      name: 'pure-lines',
      label: 'honestly pure lines',
      value: share(
        claimsPurity.filter(({ path }) => !impure.has(path)),
        all,
      ),
      offenders: claimsPurity
        .map(({ path }) => path)
        .filter((path) => impure.has(path))
        .map(reasons(impure)),
    },
    {
      name: 'pure-text',
      label: 'lines of files pure but for what they import',
      value: share(itself, all),
      offenders: itself
        .map(({ path }) => path)
        .filter((path) => impure.has(path))
        .map(reasons(impure)),
    },
    counted('suffixes', 'files whose suffix is not true', [...untrue.keys()].map(reasons(untrue))),
  ];
}

function widthRows({ sources, others }: Checkout): readonly Row[] {
  const wide = wideExports(sources, others);
  const place = ({ path, line, name }: (typeof wide)[number]) => `${path}:${line} ${name}`;
  const outside = wide.filter(({ usedOutside }) => usedOutside.length > 0);
  const all = [...sources.values()].flatMap(({ exports }) => exports);
  return [
    {
      name: 'exports',
      label: 'exports wider than needed / all',
      value: `${count(wide.length)} / ${count(all.length)}`,
      offenders: wide.map(place),
    },
    counted(
      'exports-tested',
      'of these used outside src or by tests',
      outside.map((found) => `${place(found)}: ${[...new Set(found.usedOutside)].join(', ')}`),
    ),
  ];
}

function tablesRow({ sources }: Checkout): Row {
  const shared = [...foldersOfTables(sources)].filter(([, folders]) => folders.length > 1);
  return counted(
    'tables',
    'tables queried by more than one folder',
    shared.map(([table, folders]) => `${table}: ${folders.join(', ')}`),
  );
}

function walkRows({ sources }: Checkout, walks: readonly Walk[]): readonly Row[] {
  return [...new Set(walks.map(({ name }) => name))].map((name) => {
    const ofName = walks.filter((walk) => walk.name === name);
    const standing = ofName.find((walk) => problemsOfWalk(walk, sources).length === 0);
    return {
      name: `walk-${name.split(':')[0]?.replaceAll(' ', '-')}`,
      label: `files opened, ${name}`,
      value: standing ? count(standing.files.length) : 'no walk stands',
      offenders: standing
        ? standing.files.map(({ path }) => path)
        : ofName.flatMap((walk) => problemsOfWalk(walk, sources)),
    };
  });
}

function repeatedRow({ sources }: Checkout): Row {
  const pairs = repeatedPairs(sources).map(
    ({ first, second, lines }) =>
      `${first.path}:${first.line} and ${second.path}:${second.line}: ${lines} lines`,
  );
  return counted('repeated', `repeated code, pairs of ${REPEATED_LINES} lines or more`, pairs);
}

function knowledgeRow(kind: Kind, checkout: Checkout): Row {
  const knowers = knowersOf(kind, checkout);
  const [widest] = knowers;
  const sizes = widest ? `${widest.sources.length} + ${widest.data.length} (${widest.name})` : '0';
  return {
    name: `knows-${kind}`,
    label: `files that know one ${kind}: source + data`,
    value: sizes,
    offenders: knowers.flatMap(({ name, sources, data }) =>
      [...sources, ...data].map((path) => `${name}: ${path}`),
    ),
  };
}

function counted(name: string, label: string, offenders: readonly string[]): Row {
  return { name, label, value: count(offenders.length), offenders };
}

function share(some: readonly Source[], all: readonly Source[]): string {
  const lines = (sources: readonly Source[]) => sources.reduce((sum, source) => sum + source.lines, 0);
  return `${((100 * lines(some)) / lines(all)).toFixed(1)} %`;
}

function spread(numbers: readonly number[]): string {
  const sorted = [...numbers].sort((one, two) => one - two);
  return [0.5, 0.9, 1].map((part) => count(percentile(sorted, part))).join(' / ');
}

/** The smallest number that at least `part` of the sorted numbers do not exceed; 0 where there are none. */
function percentile(sorted: readonly number[], part: number): number {
  return sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)] ?? 0;
}

function count(number: number): string {
  return number.toLocaleString('en-US');
}
