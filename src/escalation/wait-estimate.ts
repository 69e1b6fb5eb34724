/** Fewer waits than this tell nothing: then no estimate is spoken. */
export const LEAST_WAITS = 8;
/** How many of the last waits are looked at. */
export const MOST_WAITS = 20;
const PERCENTILE = 0.8;
const SECONDS_A_MINUTE = 60;

/**
 * How many more minutes a caller is told to wait, from the last waits of their queue in seconds: what four in five of these
 * callers would not exceed, less what has been waited. Undefined where there are too few, or where the caller has waited
 * longer than that: then nobody can say. Pure.
 */
export function minutesToWait(waits: readonly number[], waitedSeconds: number): number | undefined {
  if (waits.length < LEAST_WAITS) return undefined;
  const sorted = waits.toSorted((one, other) => one - other);
  const most = sorted[Math.ceil(sorted.length * PERCENTILE) - 1] ?? 0;
  const left = most - waitedSeconds;
  return left <= 0 ? undefined : Math.ceil(left / SECONDS_A_MINUTE);
}
