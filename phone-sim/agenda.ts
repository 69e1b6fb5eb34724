import type { Clock, Instant } from '../src/platform/clock.ts';

interface Task {
  readonly at: Instant;
  readonly run: () => Promise<void> | void;
}

/** What happens later by itself, in its order. Time is the clock's; somebody has to ask what is due. */
export class Agenda {
  readonly #clock: Clock;
  #tasks: readonly Task[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Has `run` done after so many milliseconds; the answer takes it back. */
  after(milliseconds: number, run: Task['run']): () => void {
    const task: Task = { at: this.#clock.now() + milliseconds, run };
    const before = this.#tasks.filter(({ at }) => at <= task.at);
    this.#tasks = [...before, task, ...this.#tasks.slice(before.length)];
    return () => {
      this.#tasks = this.#tasks.filter((other) => other !== task);
    };
  }

  /** When the next thing happens; undefined where nothing is planned. */
  get next(): Instant | undefined {
    return this.#tasks[0]?.at;
  }

  /** Does what is due by now, one after the other. */
  async runDue(): Promise<void> {
    for (;;) {
      const [task] = this.#tasks;
      if (!task || task.at > this.#clock.now()) return;
      this.#tasks = this.#tasks.slice(1);
      await task.run();
    }
  }
}
