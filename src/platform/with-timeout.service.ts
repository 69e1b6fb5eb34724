import { systemTimer } from './system-timer.ts';
import type { StartTimer } from './timer.ts';

/** What is answered in place of a result that was not there in time. */
export const TIMED_OUT = Symbol('timed out');

/**
 * Waits at most that many milliseconds for `work` and answers its result, or TIMED_OUT; the work then goes on and its end is
 * ignored. Throws what the work throws in time. The timer never outlives the wait.
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
