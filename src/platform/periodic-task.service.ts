import { backgroundTimer } from './system-timer.ts';
import type { StartTimer } from './timer.ts';

/** Repeats a task in the background: at once when started, and again `everyMilliseconds` after its end. */
export class PeriodicTask {
  readonly #everyMilliseconds: number;
  readonly #round: () => Promise<void>;
  readonly #startTimer: StartTimer;
  #state: 'new' | 'started' | 'stopped' = 'new';
  #underWay: Promise<void> | undefined;
  #cancelTimer: (() => void) | undefined;
  #wakeAgain = false;

  /** `round` never rejects: there is nobody to tell. */
  constructor(
    everyMilliseconds: number,
    round: () => Promise<void>,
    startTimer: StartTimer = backgroundTimer,
  ) {
    this.#everyMilliseconds = everyMilliseconds;
    this.#round = round;
    this.#startTimer = startTimer;
  }

  /** Begins; without effect after the first time. */
  start(): void {
    if (this.#state !== 'new') return;
    this.#state = 'started';
    this.#goOn();
  }

  /** Begins a round now, or another after the one under way. Without effect before `start` and after `stop`. */
  wake(): void {
    if (this.#state !== 'started') return;
    if (this.#underWay !== undefined) {
      this.#wakeAgain = true;
      return;
    }
    this.#cancelTimer?.();
    this.#goOn();
  }

  /** Begins no other round; resolves when one under way is over. */
  async stop(): Promise<void> {
    this.#state = 'stopped';
    this.#cancelTimer?.();
    await this.#underWay;
  }

  /** Resolves when no round is under way. */
  async idle(): Promise<void> {
    while (this.#underWay !== undefined) await this.#underWay;
  }

  #goOn(): void {
    this.#underWay = this.#round().finally(() => {
      this.#underWay = undefined;
      if (this.#state !== 'started') return;
      const wakeAgain = this.#wakeAgain;
      this.#wakeAgain = false;
      if (wakeAgain) this.#goOn();
      else this.#cancelTimer = this.#startTimer(this.#everyMilliseconds, () => this.#goOn());
    });
  }
}
