import type { OutboxWorker } from '../outbox/outbox-worker.service.ts';
import type { FreezeTellings } from './freeze-telling.service.ts';

/** What leaves the service after a commit: freezes for the core, and messages, which say what the core has answered. */
export class Outgoing {
  readonly #freezes: FreezeTellings;
  readonly #messages: OutboxWorker;

  constructor(freezes: FreezeTellings, messages: OutboxWorker) {
    this.#freezes = freezes;
    this.#messages = messages;
  }

  start(): void {
    this.#freezes.start();
    this.#messages.start();
  }

  /** Sends what is due now; call it after the commit. */
  wake(): void {
    this.#freezes.wake();
    this.#messages.wake();
  }

  /** Resolves when nothing is being told or sent. */
  async idle(): Promise<void> {
    await this.#freezes.idle();
    await this.#messages.idle();
  }

  /** Begins nothing new and waits for what is under way; what is left stays in its table. */
  async stop(): Promise<void> {
    await Promise.all([this.#freezes.stop(), this.#messages.stop()]);
  }
}
