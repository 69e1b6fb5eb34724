import { randomBytes, randomInt } from 'node:crypto';
import type { Random } from './random.ts';

/** The operating system's generator. Only process entries and the wiring take it; everything else is given a Random. */
export const secureRandom: Random = {
  bytes: (count) => randomBytes(count),
  integer: (limit) => randomInt(limit),
};
