import { setImmediate, setTimeout } from 'node:timers/promises';
import type { ManualClock } from '../src/platform/clock.ts';
import type { Passing, TimePort } from './phone-options.ts';

/** Call time that passes as on a real telephone. */
export const realTime: TimePort = {
  pass: async (milliseconds) => {
    await setTimeout(milliseconds);
  },
};

/** Call time in which only some things take real time; the rest is over at once. */
export function hurriedTime(real: readonly Passing[]): TimePort {
  return {
    pass: async (milliseconds, passing) => {
      // Even what takes no time must let keys and answers in.
      await (real.includes(passing) ? setTimeout(milliseconds) : setImmediate());
    },
  };
}

/** Call time that moves the clock of a service in the same process: minutes of silence pass at once, for both. */
export function sharedTime(clock: ManualClock): TimePort {
  return {
    pass: async (milliseconds) => {
      clock.advance(milliseconds);
      await setImmediate();
    },
  };
}
