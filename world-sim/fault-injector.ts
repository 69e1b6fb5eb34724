import { DAY, HOUR, MINUTE, SECOND } from '../src/platform/clock.ts';
import type { InjectedFault } from './database.ts';
import type { EventLog } from './event-log.ts';
import type { EventQueue } from './event-queue.ts';
import type { RandomSource } from './random-source.ts';

/** How often each kind of fault happens; with all zero there is none. */
export interface FaultRates {
  /** Chance that one statement fails, and that a commit does. */
  readonly statementFails: number;
  readonly commitFails: number;
  /** Chance that a comparison cannot be made. */
  readonly comparisonFails: number;
  /** Chance that the disk of queued freezes takes no more. */
  readonly diskFull: number;
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
  diskFull: 0.02,
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

/** Errors of the service's clock: small corrections, and large mistakes of an operator. */
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
/** After two lost connections in a row the service waits by its own timer, which the simulation does not control. */
const STATEMENTS_BETWEEN_DISCONNECTIONS = 2_000;
const LONGEST_STORE_OUTAGE = 40 * SECOND;
const LONGEST_MESSAGE_OUTAGE = 20 * MINUTE;

/** Injects faults into the store, the messages, argon2 and the clock. */
export class FaultInjector {
  readonly faultRates: FaultRates;
  readonly #random: RandomSource;
  readonly #events: EventQueue;
  readonly #log: EventLog;
  #storeDown = false;
  #messagesDown = false;
  #statementsSinceDisconnection = 0;
  /** Number of faults so far. */
  faults = 0;
  /** Commits that were carried out and not answered. */
  unanswered = 0;

  constructor(faultRates: FaultRates, random: RandomSource, events: EventQueue, log: EventLog) {
    this.faultRates = faultRates;
    this.#random = random;
    this.#events = events;
    this.#log = log;
  }

  /** Starts to inject faults. */
  begin(): void {
    const { storeOutagesPerDay, messageOutagesPerDay, clockJumpsPerDay } = this.faultRates;
    this.#again(storeOutagesPerDay, () => {
      this.#storeDown = true;
      this.#log.record('store.down', '');
      this.#events.after(this.#random.between(SECOND, LONGEST_STORE_OUTAGE), () => {
        this.#storeDown = false;
        this.#log.record('store.up', '');
      });
    });
    this.#again(messageOutagesPerDay, () => {
      this.#messagesDown = true;
      this.#log.record('messages.down', '');
      this.#events.after(this.#random.between(SECOND, LONGEST_MESSAGE_OUTAGE), () => {
        this.#messagesDown = false;
        this.#log.record('messages.up', '');
      });
    });
    this.#again(clockJumpsPerDay, () => {
      const error = this.#random.pick(CLOCK_ERRORS);
      this.#events.setClockError(error);
      this.#log.record('clock.error', `${error} ms`);
    });
  }

  get messagesDown(): boolean {
    return this.#messagesDown;
  }

  get isTroubled(): boolean {
    return this.#storeDown || this.#messagesDown;
  }

  inject(sql: string): InjectedFault {
    this.#statementsSinceDisconnection++;
    const { statementFails, commitFails } = this.faultRates;
    if (!this.#storeDown && !this.#random.chance(sql.startsWith('COMMIT') ? commitFails : statementFails))
      return 'none';
    this.faults++;
    const fault = this.#kindOf(sql);
    if (fault === 'unanswered') this.unanswered++;
    // knex numbers its transactions over the whole process.
    this.#log.record('fault', `${fault}: ${sql.slice(0, 40).replace(/trx\d+/, 'trx')}`);
    return fault;
  }

  #kindOf(sql: string): InjectedFault {
    if (this.#storeDown || this.#statementsSinceDisconnection < STATEMENTS_BETWEEN_DISCONNECTIONS)
      return 'failed';
    const kind = this.#random.pick(['failed', 'disconnected', 'unanswered'] as const);
    if (kind === 'failed') return kind;
    this.#statementsSinceDisconnection = 0;
    return kind === 'unanswered' && sql.startsWith('COMMIT') ? kind : 'disconnected';
  }

  diskIsFull(): boolean {
    if (!this.#random.chance(this.faultRates.diskFull)) return false;
    this.faults++;
    this.#log.record('fault', 'the disk is full');
    return true;
  }

  comparisonFails(): boolean {
    if (!this.#random.chance(this.faultRates.comparisonFails)) return false;
    this.faults++;
    this.#log.record('fault', 'no memory for a comparison');
    return true;
  }

  #again(perDay: number, happens: () => void): void {
    if (perDay <= 0) return;
    this.#events.after(this.#random.between(0, Math.round((2 * DAY) / perDay)), () => {
      happens();
      this.#again(perDay, happens);
    });
  }
}
