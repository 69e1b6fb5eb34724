import { DAY, HOUR, MINUTE, SECOND } from '../src/platform/clock.ts';
import type { Strike } from './database.ts';
import type { Dice } from './dice.ts';
import type { EventLog } from './event-log.ts';
import type { EventQueue } from './event-queue.ts';

/** How often each kind of misfortune happens; all zero is a fine day. */
export interface FaultRates {
  /** Chance that one statement fails, and that a commit does. */
  readonly statementFails: number;
  readonly commitFails: number;
  /** Chance that a comparison cannot be made. */
  readonly comparisonFails: number;
  readonly storeOutagesPerDay: number;
  readonly messageOutagesPerDay: number;
  readonly clockJumpsPerDay: number;
  /** Chance, per webhook, that it never arrives, that its answer is lost, or that it comes twice. */
  readonly webhookLost: number;
  readonly answerLost: number;
  readonly webhookTwice: number;
  /** Chance that it comes once more much later. */
  readonly webhookReplayed: number;
  /** Chance that a message is late, or never comes. */
  readonly messageLate: number;
  readonly messageLost: number;
}

export const DEFAULT_FAULTS: FaultRates = {
  statementFails: 1 / 6_000,
  commitFails: 1 / 800,
  comparisonFails: 1 / 400,
  storeOutagesPerDay: 4,
  messageOutagesPerDay: 3,
  clockJumpsPerDay: 5,
  webhookLost: 0.01,
  answerLost: 0.015,
  webhookTwice: 0.03,
  webhookReplayed: 0.01,
  messageLate: 0.04,
  messageLost: 0.03,
};

/** What a machine's clock is put right by, and what a wrong hand does to it. */
const CLOCK_ERRORS = [
  0,
  0,
  0,
  SECOND,
  -SECOND,
  30 * SECOND,
  -30 * SECOND,
  10 * MINUTE,
  -10 * MINUTE,
  HOUR,
  -HOUR,
];
/** A connection that goes twice in a row is waited for by the service's own timer, which is not the simulation's. */
const STATEMENTS_BETWEEN_DISCONNECTIONS = 2_000;
const LONGEST_STORE_OUTAGE = 40 * SECOND;
const LONGEST_MESSAGE_OUTAGE = 20 * MINUTE;

/** What goes wrong beside the callers: the store, the messages, argon2, the clock. */
export class FaultInjector {
  readonly climate: FaultRates;
  readonly #dice: Dice;
  readonly #agenda: EventQueue;
  readonly #log: EventLog;
  #storeDown = false;
  #messagesDown = false;
  #statementsSinceDisconnection = 0;
  /** Faults that have struck the service. */
  faults = 0;
  /** Commits of which nobody learnt. */
  unanswered = 0;

  constructor(climate: FaultRates, dice: Dice, events: EventQueue, log: EventLog) {
    this.climate = climate;
    this.#dice = dice;
    this.#agenda = events;
    this.#log = log;
  }

  /** From now on things go wrong. */
  begin(): void {
    const { storeOutagesPerDay, messageOutagesPerDay, clockJumpsPerDay } = this.climate;
    this.#again(storeOutagesPerDay, () => {
      this.#storeDown = true;
      this.#log.record('store.down', '');
      this.#agenda.after(this.#dice.between(SECOND, LONGEST_STORE_OUTAGE), () => {
        this.#storeDown = false;
        this.#log.record('store.up', '');
      });
    });
    this.#again(messageOutagesPerDay, () => {
      this.#messagesDown = true;
      this.#log.record('messages.down', '');
      this.#agenda.after(this.#dice.between(SECOND, LONGEST_MESSAGE_OUTAGE), () => {
        this.#messagesDown = false;
        this.#log.record('messages.up', '');
      });
    });
    this.#again(clockJumpsPerDay, () => {
      const error = this.#dice.pick(CLOCK_ERRORS);
      this.#agenda.setClockError(error);
      this.#log.record('clock.error', `${error} ms`);
    });
  }

  get messagesDown(): boolean {
    return this.#messagesDown;
  }

  get isTroubled(): boolean {
    return this.#storeDown || this.#messagesDown;
  }

  inject(sql: string): Strike {
    this.#statementsSinceDisconnection++;
    const { statementFails, commitFails } = this.climate;
    if (!this.#storeDown && !this.#dice.chance(sql.startsWith('COMMIT') ? commitFails : statementFails))
      return 'none';
    this.faults++;
    const inject = this.#kindOf(sql);
    if (inject === 'unanswered') this.unanswered++;
    // knex numbers its transactions over the whole process.
    this.#log.record('fault', `${inject}: ${sql.slice(0, 40).replace(/trx\d+/, 'trx')}`);
    return inject;
  }

  #kindOf(sql: string): Strike {
    if (this.#storeDown || this.#statementsSinceDisconnection < STATEMENTS_BETWEEN_DISCONNECTIONS)
      return 'failed';
    const kind = this.#dice.pick(['failed', 'disconnected', 'unanswered'] as const);
    if (kind === 'failed') return kind;
    this.#statementsSinceDisconnection = 0;
    return kind === 'unanswered' && sql.startsWith('COMMIT') ? kind : 'disconnected';
  }

  comparisonFails(): boolean {
    if (!this.#dice.chance(this.climate.comparisonFails)) return false;
    this.faults++;
    this.#log.record('fault', 'no memory for a comparison');
    return true;
  }

  #again(perDay: number, happens: () => void): void {
    if (perDay <= 0) return;
    this.#agenda.after(this.#dice.between(0, Math.round((2 * DAY) / perDay)), () => {
      happens();
      this.#again(perDay, happens);
    });
  }
}
