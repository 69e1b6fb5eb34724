/**
 * How a caller's wait in a queue ended, in the words of the record, the flow file and the prover. Each carrier translates
 * its own words into them.
 */
export const QUEUE_RESULTS = [
  /** A person took the call. */
  'answered',
  'hung_up',
  /** Taken out of the queue by the carrier's own tools, still on the line. */
  'left',
  /** Never got in. */
  'full',
  'failed',
] as const;
export type QueueResult = (typeof QUEUE_RESULTS)[number];

/** Whether the wait is over: a person has talked to the caller, or the caller is gone. */
export function isWaitOver(result: QueueResult): boolean {
  return result === 'answered' || result === 'hung_up';
}
