import { DAY, type Instant, MINUTE } from '../../src/platform/clock.ts';

/** The ladder of policy-defaults, written a second time on purpose: the number of failures, and the lock they cause. */
export const PIN_LADDER = [
  { failures: 5, lock: 30 * MINUTE },
  { failures: 7, lock: DAY },
];
export const CODE_LADDER = [
  { failures: 5, lock: 30 * MINUTE },
  { failures: 10, lock: DAY },
];
export const VOID_FROM = 10;

/** The end of the lock that failures at these moments cause; oldest first. */
export function lockedUntil(
  failures: readonly Instant[],
  ladder: readonly { readonly failures: number; readonly lock: number }[],
  voids: boolean,
): Instant {
  let until = Number.NEGATIVE_INFINITY;
  for (const step of ladder) {
    const at = failures[step.failures - 1];
    if (at !== undefined) until = at + step.lock;
  }
  const last = ladder.at(-1);
  const newest = failures.at(-1);
  // Past the end of a ladder that never voids, every failure locks anew.
  if (!voids && last && newest !== undefined && failures.length > last.failures) until = newest + last.lock;
  return until;
}
