import type { PinCounts } from '../lockout/sources.store.ts';
import type { Policy, SprayingWindow } from '../policy/policy.ts';

export interface Spraying extends PinCounts {
  readonly windowSeconds: number;
}

/** The windows to count in, in seconds, shortest first. */
export function sprayingWindows(policy: Policy): readonly number[] {
  const { burst, slow } = policy.spraying;
  return [...new Set([burst.seconds, slow.seconds])].sort((a, b) => a - b);
}

/**
 * Whether PINs are being sprayed: many customers with wrong PINs and no right one (invariant 9, R18.1). How many wrong
 * ones each does not matter, or one more on each would be the way past the alarm. `counts`: by window in seconds.
 * Answers what was seen in the shortest window that shows it. Pure.
 */
export function findSpraying(counts: ReadonlyMap<number, PinCounts>, policy: Policy): Spraying | undefined {
  const { burst, slow } = policy.spraying;
  for (const window of [burst, slow]) {
    const seen = counts.get(window.seconds);
    if (seen && shows(seen, window)) return { ...seen, windowSeconds: window.seconds };
  }
  return undefined;
}

function shows({ customers, tried }: PinCounts, window: SprayingWindow): boolean {
  return customers >= window.customers && customers * 100 >= window.percentOfTried * tried;
}
