/** A background task of the service, beside its calls. */
export interface Worker {
  readonly name:
    | 'outgoing'
    | 'call-sweep'
    | 'spraying-watch'
    | 'freezing-watch'
    | 'freeze-requests'
    | 'desk-offers'
    | 'desk-commands'
    | 'desk-pulse'
    | 'desk-streams';
  /** Begins and returns at once. */
  start(): void;
  /** Begins nothing new; resolves when the work under way is over. */
  stop(): Promise<void>;
}

/** Starts the workers, in their order. */
export function startWorkers(workers: readonly Worker[]): void {
  for (const worker of workers) worker.start();
}

/** Stops the workers in their order and waits for all at once: the time for a stop is short. Never rejects. */
export async function stopWorkers(workers: readonly Worker[]): Promise<void> {
  await Promise.allSettled(workers.map(async (worker) => worker.stop()));
}
