import type { Dice } from './dice.ts';

/**
 * Rounds of the event loop after which nothing moves by itself any more: streams and routers put a few callbacks off by
 * a round each, and all else is promises. Too few would show at once, as two runs of a seed that differ.
 */
const QUIET_ROUNDS = 3;

interface Waiting {
  readonly ready: () => boolean;
  readonly run: () => Promise<void>;
}

/**
 * What makes a run repeat: everything that could finish in another order on another day (a request that arrives, a
 * connection that is given out, a comparison of a PIN, a message that is sent) waits here, and the seed says which of
 * those that wait comes next. One passes at a time, and the next only when nothing moves any more.
 */
export class Turnstile {
  readonly #dice: Dice;
  #waiting: Waiting[] = [];

  constructor(dice: Dice) {
    this.#dice = dice;
  }

  /** Runs `work` when it is its turn, never before `ready`; answers or throws what it does. */
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

  /** Lets one through and waits until nothing moves; false when nobody can pass. */
  async runNext(): Promise<boolean> {
    const ready = this.#waiting.filter((one) => one.ready());
    if (ready.length === 0) return false;
    const chosen = ready.length === 1 ? ready[0] : this.#dice.pick(ready);
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

/** Waits until what can go on without the turnstile has done so. */
export async function quiet(): Promise<void> {
  for (let round = 0; round < QUIET_ROUNDS; round++) await new Promise((resolve) => setImmediate(resolve));
}
