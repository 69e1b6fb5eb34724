import { CODES } from './codes.ts';
import { COUNTING } from './counting.ts';
import { FREEZE } from './freeze.ts';
import type { Invariant, KeptInvariant } from './invariant.ts';
import { LEVELS } from './levels.ts';
import { RECORD } from './record.ts';
import { STAFF } from './staff.ts';
import { WEBHOOKS } from './webhooks.ts';

/** The number of an invariant that is listed; any other number does not compile. */
export type InvariantNumber =
  | keyof typeof COUNTING
  | keyof typeof CODES
  | keyof typeof LEVELS
  | keyof typeof FREEZE
  | keyof typeof STAFF
  | keyof typeof RECORD
  | keyof typeof WEBHOOKS;

/** Every invariant by number. Code, tests and commits cite these numbers. */
const INVARIANTS: { readonly [key in InvariantNumber]: Invariant } = {
  ...COUNTING,
  ...CODES,
  ...LEVELS,
  ...FREEZE,
  ...STAFF,
  ...RECORD,
  ...WEBHOOKS,
};

/** The invariants with their numbers, in ascending order. */
export function listInvariants(): readonly { readonly number: number; readonly invariant: Invariant }[] {
  return Object.entries(INVARIANTS)
    .map(([number, invariant]) => ({ number: Number(number), invariant }))
    .sort((a, b) => a.number - b.number);
}

/** Whether the invariant is kept today. */
export function isKept(invariant: Invariant): invariant is KeptInvariant {
  return !('later' in invariant);
}
