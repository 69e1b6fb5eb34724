import type { Sources } from './graph.ts';

/** A run of at least this many identical lines is repeated code; shorter ones are idiom. */
export const REPEATED_LINES = 6;

interface CodeLine {
  readonly path: string;
  readonly line: number;
  readonly text: string;
}

/** Two places that share a run of identical lines. */
interface RepeatedPair {
  readonly first: { readonly path: string; readonly line: number };
  readonly second: { readonly path: string; readonly line: number };
  /** How many lines of code they share. */
  readonly lines: number;
}

/**
 * Every pair of places with a longest run of at least REPEATED_LINES identical lines of code. Indentation, blank lines,
 * comment lines, imports and tables are left out before lines are compared. A place repeated
 * three times gives three pairs.
 */
export function repeatedPairs(sources: Sources): readonly RepeatedPair[] {
  const lines = [...sources.values()].flatMap((source) => [...codeLines(source), undefined]);
  const places = new Map<string, number[]>();
  lines.forEach((_, index) => {
    const key = windowAt(lines, index);
    if (key !== undefined) places.set(key, [...(places.get(key) ?? []), index]);
  });
  const pairs: RepeatedPair[] = [];
  for (const indexes of places.values())
    indexes.forEach((first, at) => {
      for (const second of indexes.slice(at + 1)) {
        const pair = pairFrom(lines, first, second);
        if (pair) pairs.push(pair);
      }
    });
  return pairs;
}

type Lines = readonly (CodeLine | undefined)[];

function windowAt(lines: Lines, index: number): string | undefined {
  const window = lines.slice(index, index + REPEATED_LINES);
  if (window.length < REPEATED_LINES || window.includes(undefined)) return undefined;
  return window.map((line) => line?.text).join('\n');
}

/** The pair that begins at two places, unless the run began earlier or overlaps itself. */
function pairFrom(lines: Lines, first: number, second: number): RepeatedPair | undefined {
  const isSame = (offset: number) => {
    const one = lines[first + offset];
    return one !== undefined && one.text === lines[second + offset]?.text;
  };
  if (isSame(-1)) return undefined;
  let count = 0;
  while (isSame(count) && first + count < second) count++;
  const [one, two] = [lines[first], lines[second]];
  if (count < REPEATED_LINES || !one || !two) return undefined;
  return {
    first: { path: one.path, line: one.line },
    second: { path: two.path, line: two.line },
    lines: count,
  };
}

function codeLines({
  path,
  text,
  importLines,
  tableLines,
}: {
  readonly path: string;
  readonly text: string;
  readonly importLines: ReadonlySet<number>;
  readonly tableLines: ReadonlySet<number>;
}): readonly CodeLine[] {
  return text
    .split('\n')
    .map((raw, index) => ({ path, line: index + 1, text: raw.trim() }))
    .filter(
      ({ line, text }) =>
        text !== '' && !/^(\/\/|\/\*|\*)/.test(text) && !importLines.has(line) && !tableLines.has(line),
    );
}
