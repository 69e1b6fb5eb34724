/** Starts a timer that rings once after so many milliseconds, and answers how to cancel it. */
export type StartTimer = (milliseconds: number, ring: () => void) => () => void;
