import type { Release } from '../../src/flow/release.ts';

/** The smallest work argon2 takes; tests that are not about its cost would otherwise wait for it all the time. */
const QUICK_PINS = { memoryKib: 64, passes: 1, lanes: 1 };

/** The same release with PINs that are quick to hash and to compare. */
export function withQuickPins(release: Release): Release {
  return { ...release, policy: { ...release.policy, pin: { ...release.policy.pin, argon2: QUICK_PINS } } };
}
