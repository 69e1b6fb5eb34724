import type { Clock } from './clock.ts';

/** The machine's clock. Only process entries and the wiring take it; everything else is given a Clock. */
export const systemClock: Clock = { now: () => Date.now() };
