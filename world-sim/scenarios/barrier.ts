/** Holds several calls until all have arrived or left, and releases them in the same moment. */
export class Barrier {
  #expected = 0;
  #waiting: (() => void)[] = [];
  constructor(expected: number) {
    this.#expected = expected;
  }
  async arrive(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#waiting.push(resolve);
      this.#release();
    });
  }
  leave(): void {
    this.#expected--;
    this.#release();
  }
  #release(): void {
    if (this.#waiting.length < this.#expected) return;
    const all = this.#waiting;
    this.#waiting = [];
    for (const go of all) go();
  }
}
