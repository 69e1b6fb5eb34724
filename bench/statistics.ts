import { assert } from '../src/platform/fault.ts';

/** One measurement, or the median of several, column by column. */
export interface Sample {
  readonly perSecond: number;
  readonly p50Milliseconds: number;
  readonly p95Milliseconds: number;
  readonly p99Milliseconds: number;
  /** What one of them costs the measured process; a busy neighbour changes it less than the rate. */
  readonly cpuMilliseconds: number;
}

/** The middle of the values; with an even number of them the upper middle. */
export function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}

/** The smallest value that at least `share` (0 to 1) of the values do not exceed. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const value = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
  assert(value !== undefined, 'there are values to rank');
  return value;
}

/** Sums up the latencies of what was finished within a window, and what one of them cost. */
export function sampleOf(
  latencies: readonly number[],
  windowMilliseconds: number,
  cpuMilliseconds: number,
): Sample {
  return {
    perSecond: (latencies.length / windowMilliseconds) * 1_000,
    p50Milliseconds: percentile(latencies, 0.5),
    p95Milliseconds: percentile(latencies, 0.95),
    p99Milliseconds: percentile(latencies, 0.99),
    cpuMilliseconds,
  };
}

/** The median of each column by itself. */
export function medianSample(samples: readonly Sample[]): Sample {
  const of = (column: keyof Sample) => median(samples.map((sample) => sample[column]));
  return {
    perSecond: of('perSecond'),
    p50Milliseconds: of('p50Milliseconds'),
    p95Milliseconds: of('p95Milliseconds'),
    p99Milliseconds: of('p99Milliseconds'),
    cpuMilliseconds: of('cpuMilliseconds'),
  };
}
