/** One call's place at a barrier: it waits as often as it arrives. */
export interface Place {
  arrive(): Promise<void>;
  /** The others wait for this call no longer; it may be said twice. */
  leave(): void;
}

/** Holds several calls until all have arrived or left, and releases them in the same moment. */
export class Barrier {
  #expected = 0;
  #waiting: (() => void)[] = [];
  constructor(expected: number) {
    this.#expected = expected;
  }
  /** Plays a call with its place. A call that has ended has left: nobody waits for it. */
  async hold<T>(play: (place: Place) => Promise<T>): Promise<T> {
    let isHere = true;
    const leave = (): void => {
      if (!isHere) return;
      isHere = false;
      this.#expected--;
      this.#release();
    };
    try {
      return await play({ arrive: () => this.#arrive(), leave });
    } finally {
      leave();
    }
  }
  async #arrive(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#waiting.push(resolve);
      this.#release();
    });
  }
  #release(): void {
    if (this.#waiting.length < this.#expected) return;
    const all = this.#waiting;
    this.#waiting = [];
    for (const go of all) go();
  }
}
