import { type Instant, ManualClock } from '../src/platform/clock.ts';

interface Entry {
  readonly at: Instant;
  readonly order: number;
  run: (() => void) | undefined;
}

/**
 * Simulated time. Events are queued by true time; the service's clock shows true time plus an error that can jump in both
 * directions, as the clock of a machine does.
 */
export class EventQueue {
  readonly clock: ManualClock;
  readonly #heap: Entry[] = [];
  #now: Instant;
  #order = 0;
  #errorMilliseconds = 0;

  constructor(start: Instant) {
    this.#now = start;
    this.clock = new ManualClock(start);
  }

  /** True time. */
  get now(): Instant {
    return this.#now;
  }

  /** The time of the next event, or undefined when there is none. */
  get nextAt(): Instant | undefined {
    while (this.#heap[0] && this.#heap[0].run === undefined) this.#pop();
    return this.#heap[0]?.at;
  }

  /** Runs something after so many milliseconds; returns a function that cancels it. */
  after(milliseconds: number, run: () => void): () => void {
    const entry: Entry = { at: this.#now + Math.max(0, milliseconds), order: this.#order++, run };
    this.#push(entry);
    return () => {
      entry.run = undefined;
    };
  }

  /** Resolves after so many milliseconds. */
  wait(milliseconds: number): Promise<void> {
    return new Promise((resolve) => void this.after(milliseconds, resolve));
  }

  /** Runs every event that is due; returns whether there was one. */
  runDue(): boolean {
    let any = false;
    for (let at = this.nextAt; at !== undefined && at <= this.#now; at = this.nextAt) {
      this.#pop()?.run?.();
      any = true;
    }
    return any;
  }

  /** Moves true time forward to a moment. */
  moveTo(instant: Instant): void {
    this.#now = Math.max(this.#now, instant);
    this.clock.set(this.#now + this.#errorMilliseconds);
  }

  /** Sets the error of the service's clock. */
  setClockError(milliseconds: number): void {
    this.#errorMilliseconds = milliseconds;
    this.clock.set(this.#now + milliseconds);
  }

  #push(entry: Entry): void {
    const heap = this.#heap;
    let index = heap.push(entry) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!this.#before(index, parent)) break;
      this.#swap(index, parent);
      index = parent;
    }
  }

  #pop(): Entry | undefined {
    const heap = this.#heap;
    const [first] = heap;
    const last = heap.pop();
    if (last === undefined || first === last) return first;
    heap[0] = last;
    for (let index = 0; ; ) {
      let least = index;
      for (const child of [2 * index + 1, 2 * index + 2])
        if (child < heap.length && this.#before(child, least)) least = child;
      if (least === index) return first;
      this.#swap(index, least);
      index = least;
    }
  }

  #before(left: number, right: number): boolean {
    const [a, b] = [this.#heap[left], this.#heap[right]];
    if (!a || !b) return false;
    return a.at === b.at ? a.order < b.order : a.at < b.at;
  }

  #swap(left: number, right: number): void {
    const [a, b] = [this.#heap[left], this.#heap[right]];
    if (a && b) [this.#heap[left], this.#heap[right]] = [b, a];
  }
}
