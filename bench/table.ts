import type { Sample } from './statistics.ts';

export interface Row {
  readonly name: string;
  readonly sample: Sample;
}

export interface Ratio {
  readonly name: string;
  readonly ofRates: number;
  readonly ofCpu: number;
}

const NAME_COLUMNS = 50;
const NUMBER_COLUMNS = 10;

const cells = (values: readonly string[]) => values.map((value) => value.padStart(NUMBER_COLUMNS)).join('');

/** A number with as many decimals as its size deserves. */
function written(value: number): string {
  return value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0);
}

/** The table as text; no line is wider than 100 columns. */
export function describeResults(
  heading: readonly string[],
  rows: readonly Row[],
  ratios: readonly Ratio[],
): string {
  const columns = ['per second', 'p50 ms', 'p95 ms', 'p99 ms', 'cpu ms'];
  return [
    ...heading,
    '',
    `${''.padEnd(NAME_COLUMNS)}${cells(columns)}`,
    ...rows.map(
      ({ name, sample }) =>
        `${name.padEnd(NAME_COLUMNS)}${cells([
          written(sample.perSecond),
          written(sample.p50Milliseconds),
          written(sample.p95Milliseconds),
          written(sample.p99Milliseconds),
          written(sample.cpuMilliseconds),
        ])}`,
    ),
    '',
    `${'ratios, each within its round'.padEnd(NAME_COLUMNS)}${cells(['of rates', 'of cpu'])}`,
    ...ratios.map(
      ({ name, ofRates, ofCpu }) =>
        `${name.padEnd(NAME_COLUMNS)}${cells([ofRates.toFixed(2), ofCpu.toFixed(2)])}`,
    ),
  ].join('\n');
}
