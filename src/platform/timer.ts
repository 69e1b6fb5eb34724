/** Starts a timer and answers how to cancel it. */
export type StartTimer = (milliseconds: number, ring: () => void) => () => void;

/** The machine's own. It keeps no process alive that is otherwise done. */
export const systemTimer: StartTimer = (milliseconds, ring) => {
  const timer = setTimeout(ring, milliseconds);
  timer.unref();
  return () => clearTimeout(timer);
};
