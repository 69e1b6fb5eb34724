import { systemTimer } from './system-timer.ts';
import type { StartTimer } from './timer.ts';

/** What is answered in place of a result that was not there in time. */
export const TIMED_OUT = Symbol('timed out');

/**
 * Waits for `work` for so many milliseconds at most: its result, or TIMED_OUT, after which the work goes on and nobody
 * learns of its end. What it throws in time is thrown on. The timer never outlives the wait.
 */
export async function withTimeout<Result>(
  work: Promise<Result>,
  milliseconds: number,
  startTimer: StartTimer = systemTimer,
): Promise<Result | typeof TIMED_OUT> {
  const late = Promise.withResolvers<typeof TIMED_OUT>();
  const cancel = startTimer(Math.max(0, milliseconds), () => late.resolve(TIMED_OUT));
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    cancel();
  }
}
