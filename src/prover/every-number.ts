import type { PassedFactor } from '../assurance/grant.ts';

/** A PIN comes from a known number or from one that never becomes known; every other new one is like either of them (V4.2). */
export function everyNumber(passed: PassedFactor): readonly PassedFactor[] {
  return passed.factor === 'pin' ? [passed, { ...passed, newNumber: 'hidden' }] : [passed];
}
