import type { Clock } from '../platform/clock.ts';
import type { MessagingPort, SendOutcome, TextMessage } from './messaging.ts';

/** Old messages are dropped; a demo looks at the newest ones only. */
const CAPACITY = 200;

interface InboxMessage {
  readonly to: string;
  readonly body: string;
  /** ISO 8601. */
  readonly sentAt: string;
}

/** Stands where the SMS provider would: keeps the newest messages of all numbers in memory. Never in production. */
export class DemoInbox implements MessagingPort {
  readonly #clock: Clock;
  #messages: readonly InboxMessage[] = [];
  #count = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async send(message: TextMessage): Promise<SendOutcome> {
    this.#count += 1;
    const sentAt = new Date(this.#clock.now()).toISOString();
    this.#messages = [...this.#messages, { to: message.to, body: message.body, sentAt }].slice(-CAPACITY);
    // The carrier's shape of id, so that everything behind it works as with the carrier.
    return { kind: 'accepted', providerId: `SM${this.#count.toString(16).padStart(32, '0')}` };
  }

  /** The messages to a number (E.164), oldest first. */
  list(to: string): readonly InboxMessage[] {
    return this.#messages.filter((message) => message.to === to);
  }
}
