import { type Clock, SECOND } from '../platform/clock.ts';
import { backgroundTimer } from '../platform/system-timer.ts';
import type { StartTimer } from '../platform/timer.ts';
import { withTimeout } from '../platform/with-timeout.service.ts';
import type { DeliveryReport, Outbox } from './outbox.service.ts';

/** Finds what other processes left behind, and retries; a turn's own messages come by `wake`. */
const LOOK_AGAIN_MILLISECONDS = SECOND;
/**
 * A send may take 10 s, but a stop of the whole process may not: a message that is not recorded by then is sent again by
 * the process that finds its lease expired.
 */
const STOP_LIMIT_MILLISECONDS = 6 * SECOND;

interface OutboxWorkerDependencies {
  readonly outbox: Pick<Outbox, 'deliverDue'>;
  readonly clock: Clock;
  /** Told what became of each try, for logs and metrics. */
  readonly report?: (report: DeliveryReport) => void;
  /** Told of a fault of the store; the worker goes on. */
  readonly failed?: (error: unknown) => void;
  readonly startTimer?: StartTimer;
}

/** Delivers in the background: at once when woken, otherwise every second. No error ever leaves it. */
export class OutboxWorker {
  readonly #deps: OutboxWorkerDependencies;
  readonly #startTimer: StartTimer;
  #state: 'new' | 'started' | 'stopped' = 'new';
  #wakeAgain = false;
  #round: Promise<void> | undefined;
  #cancelTimer: (() => void) | undefined;

  constructor(dependencies: OutboxWorkerDependencies) {
    this.#deps = dependencies;
    this.#startTimer = dependencies.startTimer ?? backgroundTimer;
  }

  start(): void {
    if (this.#state !== 'new') return;
    this.#state = 'started';
    this.wake();
  }

  /** Delivers what is due now; call it after the commit. Returns at once; without effect before `start` and after `stop`. */
  wake(): void {
    if (this.#state !== 'started') return;
    if (this.#round !== undefined) {
      this.#wakeAgain = true;
      return;
    }
    this.#cancelTimer?.();
    this.#round = this.#deliverAll().finally(() => {
      this.#round = undefined;
      if (this.#state !== 'started') return;
      this.#cancelTimer = this.#startTimer(LOOK_AGAIN_MILLISECONDS, () => this.wake());
    });
  }

  /** Resolves when nothing is being delivered. */
  async idle(): Promise<void> {
    while (this.#round !== undefined) await this.#round;
  }

  /** Takes no more messages and waits for those being sent, at most 6 s; what is left stays in the outbox. */
  async stop(): Promise<void> {
    this.#state = 'stopped';
    this.#cancelTimer?.();
    if (this.#round !== undefined) await withTimeout(this.#round, STOP_LIMIT_MILLISECONDS, this.#startTimer);
  }

  async #deliverAll(): Promise<void> {
    do {
      this.#wakeAgain = false;
      try {
        const reports = await this.#deps.outbox.deliverDue(this.#deps.clock.now());
        if (reports.length > 0) this.#wakeAgain = true;
        for (const report of reports) this.#deps.report?.(report);
      } catch (error) {
        this.#tellFailure(error);
        return;
      }
    } while (this.#wakeAgain && this.#state === 'started');
  }

  #tellFailure(error: unknown): void {
    try {
      this.#deps.failed?.(error);
    } catch {
      // A log that fails must not end the deliveries.
    }
  }
}
