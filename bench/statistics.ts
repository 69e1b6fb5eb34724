import { assert } from '../src/platform/fault.ts';
import type { Cpu } from './cpu.ts';

/** One measurement, or the median of several, column by column. */
export interface Sample {
  /** How many were done, the run-in and the end included. */
  readonly done: number;
  readonly perSecond: number;
  readonly p50Milliseconds: number;
  readonly p95Milliseconds: number;
  readonly p99Milliseconds: number;
  /** What one of them costs; a busy neighbour changes it less than the rate. */
  readonly cpu: Cpu;
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
  done: number,
  cpu: Cpu,
): Sample {
  return {
    done,
    perSecond: (latencies.length / windowMilliseconds) * 1_000,
    p50Milliseconds: percentile(latencies, 0.5),
    p95Milliseconds: percentile(latencies, 0.95),
    p99Milliseconds: percentile(latencies, 0.99),
    cpu,
  };
}

/** The median of each column by itself. */
export function medianSample(samples: readonly Sample[]): Sample {
  const of = (column: (sample: Sample) => number) => median(samples.map(column));
  return {
    done: of((sample) => sample.done),
    perSecond: of((sample) => sample.perSecond),
    p50Milliseconds: of((sample) => sample.p50Milliseconds),
    p95Milliseconds: of((sample) => sample.p95Milliseconds),
    p99Milliseconds: of((sample) => sample.p99Milliseconds),
    cpu: {
      main: of((sample) => sample.cpu.main),
      mainThread: of((sample) => sample.cpu.mainThread),
      database: of((sample) => sample.cpu.database),
      load: of((sample) => sample.cpu.load),
    },
  };
}

/** By how much `y` grows when `x` grows by 1: the straight line that fits best. */
export function slope(points: readonly { readonly x: number; readonly y: number }[]): number {
  const meanX = points.reduce((sum, { x }) => sum + x, 0) / points.length;
  const meanY = points.reduce((sum, { y }) => sum + y, 0) / points.length;
  const together = points.reduce((sum, { x, y }) => sum + (x - meanX) * (y - meanY), 0);
  return together / points.reduce((sum, { x }) => sum + (x - meanX) ** 2, 0);
}
