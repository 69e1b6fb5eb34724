import type { StartTimer } from './timer.ts';

/** The machine's timer. The process lives until it has rung or is cancelled: somebody waits for it. */
export const systemTimer: StartTimer = (milliseconds, ring) => {
  const timer = setTimeout(ring, milliseconds);
  return () => clearTimeout(timer);
};

/** The machine's timer for what is done in the background: it keeps no process alive that is otherwise done. */
export const backgroundTimer: StartTimer = (milliseconds, ring) => {
  const timer = setTimeout(ring, milliseconds);
  timer.unref();
  return () => clearTimeout(timer);
};
