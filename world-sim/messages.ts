import type { MessagingPort, SendOutcome, TextMessage, Unavailability } from '../src/outbox/messaging.ts';
import { type Instant, MINUTE, SECOND } from '../src/platform/clock.ts';
import type { EventLog } from './event-log.ts';
import type { EventQueue } from './event-queue.ts';
import type { FaultInjector } from './fault-injector.ts';
import type { RandomSource } from './random-source.ts';
import type { Scheduler } from './scheduler.ts';

export interface Received {
  readonly body: string;
  readonly at: Instant;
}

/** A phone shows the newest few. */
const SHOWN = 6;
const SOON = { least: SECOND, most: 8 * SECOND };
const LATE = { least: MINUTE, most: 5 * MINUTE };
const REASONS: readonly Unavailability[] = ['timeout', 'unreachable', 'rate_limited', 'provider_error'];
const REFUSED = { chance: 0.003, code: 21610 };
const UNDELIVERED = { chance: 0.01, code: '30005' };
const REPORT_LOST = 0.1;
const REPORT_TWICE = 0.1;
const CODE = /(?:验证码|mã OTP |code )(\d{6,8})/i;

/** Sends a delivery report to the service. */
export type Report = (url: string, form: { readonly [name: string]: string }) => void;

/** The SMS provider and the phones behind it: messages can be late, lost or doubled, and reports come in any order. */
export class SimulatedMessages implements MessagingPort {
  readonly #random: RandomSource;
  readonly #events: EventQueue;
  readonly #scheduler: Scheduler;
  readonly #faults: FaultInjector;
  readonly #log: EventLog;
  readonly #phones = new Map<string, Received[]>();
  #sent = 0;
  report: Report = () => {};

  constructor(parts: {
    readonly random: RandomSource;
    readonly events: EventQueue;
    readonly scheduler: Scheduler;
    readonly faults: FaultInjector;
    readonly log: EventLog;
  }) {
    this.#random = parts.random;
    this.#events = parts.events;
    this.#scheduler = parts.scheduler;
    this.#faults = parts.faults;
    this.#log = parts.log;
  }

  async send(message: TextMessage): Promise<SendOutcome> {
    await this.#scheduler.pass(() => undefined);
    const random = this.#random;
    const { messageLate, messageLost } = this.#faults.faultRates;
    const providerId = `SM${(++this.#sent).toString(16).padStart(32, '0')}`;
    if (this.#faults.messagesDown) {
      const reason = random.pick(REASONS);
      // The message may arrive although the provider did not answer.
      if (reason === 'timeout' && random.chance(0.5)) this.#arrive(message, SOON);
      this.#log.record('message', `unavailable: ${reason}`);
      return { kind: 'unavailable', reason };
    }
    if (random.chance(REFUSED.chance)) {
      this.#log.record('message', 'refused');
      return { kind: 'refused', code: REFUSED.code };
    }
    if (random.chance(UNDELIVERED.chance)) this.#tell(message, providerId, 'undelivered', UNDELIVERED.code);
    else if (random.chance(messageLost)) this.#tell(message, providerId, 'sent');
    else {
      this.#arrive(message, random.chance(messageLate) ? LATE : SOON);
      for (const word of ['sent', 'delivered']) this.#tell(message, providerId, word);
    }
    this.#log.record('message', 'accepted');
    return { kind: 'accepted', providerId };
  }

  /** Returns the newest code that reached a number at or after a moment of true time. */
  codeAt(number: string, since: Instant): string | undefined {
    const codes = (this.#phones.get(number) ?? []).filter(({ at }) => at >= since);
    return codes.flatMap(({ body }) => CODE.exec(body)?.[1] ?? []).at(-1);
  }

  /** Returns the oldest code that is still shown on a phone. */
  oldCodeAt(number: string): string | undefined {
    return (this.#phones.get(number) ?? []).flatMap(({ body }) => CODE.exec(body)?.[1] ?? [])[0];
  }

  /** Forgets the phone of a customer who was deleted. */
  forget(number: string): void {
    this.#phones.delete(number);
  }

  #arrive({ to, body }: TextMessage, when: { readonly least: number; readonly most: number }): void {
    this.#events.after(this.#random.between(when.least, when.most), () => {
      this.#phones.set(to, [...(this.#phones.get(to) ?? []), { body, at: this.#events.now }].slice(-SHOWN));
    });
  }

  #tell({ statusCallback, to }: TextMessage, id: string, word: string, error?: string): void {
    if (statusCallback === undefined || this.#random.chance(REPORT_LOST)) return;
    const form = {
      MessageSid: id,
      MessageStatus: word,
      To: to,
      ...(error === undefined ? {} : { ErrorCode: error }),
    };
    const times = this.#random.chance(REPORT_TWICE) ? 2 : 1;
    for (let time = 0; time < times; time++)
      this.#events.after(this.#random.between(0, LATE.least), () => this.report(statusCallback, form));
  }
}
