import type { Sample } from './statistics.ts';

export interface Row {
  readonly name: string;
  readonly sample: Sample;
}

export interface Section {
  readonly title: string;
  readonly rows: readonly Row[];
}

/** What a ratio has to be; without one it is only told. */
export interface Target {
  readonly least?: number;
  readonly most?: number;
}

export interface Ratio {
  readonly name: string;
  readonly value: number;
  /** The same by CPU time: what a saturated machine would give, without other programs' share. */
  readonly byCpu?: number;
  readonly target?: Target;
}

const NAME_COLUMNS = 44;
const NUMBER_COLUMNS = 8;
const RATIO_COLUMNS = 56;

const cells = (values: readonly string[]) => values.map((value) => value.padStart(NUMBER_COLUMNS)).join('');

/** A number with as many decimals as its size deserves; one the system did not tell is a dash. */
export function written(value: number): string {
  if (!Number.isFinite(value) || value === 0) return '-';
  return value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0);
}

/** Whether a ratio is what it has to be. */
export function isMet({ value, target = {} }: Ratio): boolean {
  const { least = Number.NEGATIVE_INFINITY, most = Number.POSITIVE_INFINITY } = target;
  return value >= least && value <= most;
}

/** The table as text; no line is wider than 100 columns. */
export function describeResults(
  heading: readonly string[],
  sections: readonly Section[],
  ratios: readonly Ratio[],
): string {
  const columns = ['per s', 'p50 ms', 'p95 ms', 'p99 ms', 'cpu ms', 'db cpu', 'load'];
  return [
    ...heading,
    ...sections.flatMap(({ title, rows }) => [
      '',
      `${title.padEnd(NAME_COLUMNS)}${cells(columns)}`,
      ...rows.map(({ name, sample }) => `${name.padEnd(NAME_COLUMNS)}${cells(numbersOf(sample))}`),
    ]),
    '',
    ...describeRatios(ratios),
  ].join('\n');
}

/** Ratios, one a line, each with its target and whether it was met. */
export function describeRatios(ratios: readonly Ratio[]): readonly string[] {
  const title = 'ratios, each within its round'.padEnd(RATIO_COLUMNS);
  return [`${title}${cells(['ratio', 'by cpu'])}  target`, ...ratios.map(describeRatio)];
}

function numbersOf({ perSecond, p50Milliseconds, p95Milliseconds, p99Milliseconds, cpu }: Sample) {
  return [perSecond, p50Milliseconds, p95Milliseconds, p99Milliseconds, cpu.main, cpu.database, cpu.load].map(
    written,
  );
}

function describeRatio(ratio: Ratio): string {
  const { name, value, byCpu = 0, target } = ratio;
  const line = `${name.padEnd(RATIO_COLUMNS)}${cells([value, byCpu].map(written))}`;
  if (!target) return line;
  const { least, most } = target;
  const wanted = least === undefined ? `at most ${most}` : `at least ${least}`;
  return `${line}  ${wanted}: ${isMet(ratio) ? 'met' : 'MISSED'}`;
}
