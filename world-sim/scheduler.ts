import type { RandomSource } from './random-source.ts';

/**
 * Rounds of the event loop after which no callback is left: streams and routers defer a few callbacks by one round each,
 * and all other work is microtasks. With too few rounds two runs of a seed differ at once.
 */
const QUIET_ROUNDS = 6;

interface Waiting {
  readonly ready: () => boolean;
  readonly run: () => Promise<void>;
}

/**
 * Deterministic scheduler: makes a run repeatable. All work whose order could differ between runs (a request that arrives,
 * a connection that is given out, a PIN comparison, a message that is sent) waits here, and the seed chooses which work
 * runs next. One runs at a time, and the next only when the event loop is quiet.
 */
export class Scheduler {
  readonly #random: RandomSource;
  #waiting: Waiting[] = [];

  constructor(random: RandomSource) {
    this.#random = random;
  }

  /** Runs `work` when the seed chooses it, never before `ready`; returns or throws what it does. */
  pass<Result>(work: () => Result | Promise<Result>, ready: () => boolean = () => true): Promise<Result> {
    return new Promise<Result>((resolve, reject) => {
      const run = async (): Promise<void> => {
        try {
          resolve(await work());
        } catch (error) {
          reject(error);
        }
      };
      this.#waiting.push({ ready, run });
    });
  }

  /** Runs one waiting work and waits until the event loop is quiet; false when none is ready. */
  async runNext(): Promise<boolean> {
    const ready = this.#waiting.filter((one) => one.ready());
    if (ready.length === 0) return false;
    const chosen = ready.length === 1 ? ready[0] : this.#random.pick(ready);
    this.#waiting = this.#waiting.filter((one) => one !== chosen);
    await chosen?.run();
    await quiet();
    return true;
  }

  get hasReady(): boolean {
    return this.#waiting.some((one) => one.ready());
  }

  get count(): number {
    return this.#waiting.length;
  }
}

/** Waits until all work that needs no scheduling is done. */
export async function quiet(): Promise<void> {
  for (let round = 0; round < QUIET_ROUNDS; round++) await new Promise((resolve) => setImmediate(resolve));
}
