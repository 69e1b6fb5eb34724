import type { MessagingPort, SendOutcome, TextMessage, Unavailability } from '../src/outbox/messaging.ts';
import { type Instant, MINUTE, SECOND } from '../src/platform/clock.ts';
import type { Dice } from './dice.ts';
import type { EventLog } from './event-log.ts';
import type { EventQueue } from './event-queue.ts';
import type { FaultInjector } from './fault-injector.ts';
import type { Turnstile } from './turnstile.ts';

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
const CODE = /(?:验证码|Mã |Code )(\d{6,8})/;

/** Sends a delivery report to the service. */
export type Report = (url: string, form: { readonly [name: string]: string }) => void;

/** The provider of text messages and the phones behind it: late, lost, twice, out, and with reports in any order. */
export class SimulatedMessages implements MessagingPort {
  readonly #dice: Dice;
  readonly #agenda: EventQueue;
  readonly #turnstile: Turnstile;
  readonly #weather: FaultInjector;
  readonly #log: EventLog;
  readonly #phones = new Map<string, Received[]>();
  #sent = 0;
  report: Report = () => {};

  constructor(parts: {
    readonly dice: Dice;
    readonly events: EventQueue;
    readonly turnstile: Turnstile;
    readonly faults: FaultInjector;
    readonly log: EventLog;
  }) {
    this.#dice = parts.dice;
    this.#agenda = parts.events;
    this.#turnstile = parts.turnstile;
    this.#weather = parts.faults;
    this.#log = parts.log;
  }

  async send(message: TextMessage): Promise<SendOutcome> {
    await this.#turnstile.pass(() => undefined);
    const dice = this.#dice;
    const { messageLate, messageLost } = this.#weather.climate;
    const providerId = `SM${(++this.#sent).toString(16).padStart(32, '0')}`;
    if (this.#weather.messagesDown) {
      const reason = dice.pick(REASONS);
      // No answer is not no message.
      if (reason === 'timeout' && dice.chance(0.5)) this.#arrive(message, SOON);
      this.#log.record('message', `unavailable: ${reason}`);
      return { kind: 'unavailable', reason };
    }
    if (dice.chance(REFUSED.chance)) {
      this.#log.record('message', 'refused');
      return { kind: 'refused', code: REFUSED.code };
    }
    if (dice.chance(UNDELIVERED.chance)) this.#tell(message, providerId, 'undelivered', UNDELIVERED.code);
    else if (dice.chance(messageLost)) this.#tell(message, providerId, 'sent');
    else {
      this.#arrive(message, dice.chance(messageLate) ? LATE : SOON);
      for (const word of ['sent', 'delivered']) this.#tell(message, providerId, word);
    }
    this.#log.record('message', 'accepted');
    return { kind: 'accepted', providerId };
  }

  /** The newest code that came to a number at or after a moment of true time. */
  codeAt(number: string, since: Instant): string | undefined {
    const codes = (this.#phones.get(number) ?? []).filter(({ at }) => at >= since);
    return codes.flatMap(({ body }) => CODE.exec(body)?.[1] ?? []).at(-1);
  }

  /** Any older code that is still to be read on a phone. */
  oldCodeAt(number: string): string | undefined {
    return (this.#phones.get(number) ?? []).flatMap(({ body }) => CODE.exec(body)?.[1] ?? [])[0];
  }

  /** Phones that belong to nobody any more. */
  forget(number: string): void {
    this.#phones.delete(number);
  }

  #arrive({ to, body }: TextMessage, when: { readonly least: number; readonly most: number }): void {
    this.#agenda.after(this.#dice.between(when.least, when.most), () => {
      this.#phones.set(to, [...(this.#phones.get(to) ?? []), { body, at: this.#agenda.now }].slice(-SHOWN));
    });
  }

  #tell({ statusCallback, to }: TextMessage, id: string, word: string, error?: string): void {
    if (statusCallback === undefined || this.#dice.chance(REPORT_LOST)) return;
    const form = {
      MessageSid: id,
      MessageStatus: word,
      To: to,
      ...(error === undefined ? {} : { ErrorCode: error }),
    };
    const times = this.#dice.chance(REPORT_TWICE) ? 2 : 1;
    for (let time = 0; time < times; time++)
      this.#agenda.after(this.#dice.between(0, LATE.least), () => this.report(statusCallback, form));
  }
}
