import { SECOND } from '../platform/clock.ts';

/**
 * The carrier gives up after 15 s in all (5 of them to connect) and plays its own apology. After ten the caller is told
 * of the outage in our words instead, with five left for the way back.
 */
export const TURN_MILLISECONDS = 10 * SECOND;

/** Something to wait on for a limited time. */
export interface Deadline {
  readonly passed: Promise<'late'>;
  cancel(): void;
}

/** Starts a deadline that many milliseconds from now. */
export type StartDeadline = (milliseconds: number) => Deadline;

/** Deadlines by the process's timers. */
export const systemDeadline: StartDeadline = (milliseconds) => {
  const { promise, resolve } = Promise.withResolvers<'late'>();
  const timer = setTimeout(() => resolve('late'), milliseconds);
  return { passed: promise, cancel: () => clearTimeout(timer) };
};
