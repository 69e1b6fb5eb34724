import type { Knex } from 'knex';
import type { Case } from '../cases/case.ts';
import { caseOfHandoff, openCase } from '../cases/cases.store.ts';
import { type Clock, calendarDay, HOUR, type Instant, MINUTE, SECOND, timeOfDay } from '../platform/clock.ts';
import type { Random } from '../platform/random.ts';
import type { Speech } from '../speech/reply.ts';
import type { Transactions } from '../storage/transactions.ts';
import type { CallStreams } from './call-stream.ts';
import { lastWaits, openHandoffOfCall, placeInQueue } from './desk-handoffs.store.ts';
import { staffOnDuty } from './desk-presence.store.ts';
import { type DeskHandoff, isWaiting } from './handoff.ts';
import type { Handoffs } from './handoffs.service.ts';
import { customerOfTicket } from './handoffs.store.ts';
import { canServe } from './offer-choice.ts';
import { MOST_WAITS, minutesToWait } from './wait-estimate.ts';

/** The key that asks to be called back, as the words say it. */
export const CALLBACK_KEY = '1';
/** From then on a callback is offered (policy-defaults). */
const CALLBACK_AFTER_MILLISECONDS = MINUTE;
/** A page that loads anew is no empty desk. */
const EMPTY_AFTER_MILLISECONDS = 20 * SECOND;
/** Older waits tell nothing of today's. */
const WAITS_SINCE_MILLISECONDS = 4 * HOUR;

interface WaitingRoomDependencies {
  readonly knex: Knex;
  readonly transactions: Transactions;
  readonly random: Random;
  readonly clock: Clock;
  readonly calls: CallStreams;
  readonly handoffs: Handoffs;
}

/** A caller in a queue: their call, and the time zone the clock of a case is told in. */
interface WaitingCaller {
  readonly callId: string;
  readonly timeZone: string;
}

/** What a caller hears who waits for a person: their place, what is known of the time, and what they can do meanwhile. */
export class WaitingRoom {
  readonly #deps: WaitingRoomDependencies;

  constructor(dependencies: WaitingRoomDependencies) {
    this.#deps = dependencies;
  }

  /**
   * What is said before the words of waiting; empty where the desk knows nothing of the call. Throws where the store is out:
   * then those words are all that is said.
   */
  async words({ callId, timeZone }: WaitingCaller): Promise<readonly Speech[]> {
    const { knex, clock, handoffs } = this.#deps;
    const handoff = await openHandoffOfCall(knex, callId);
    if (!handoff) return [];
    if (handoff.caller !== 'queue') await handoffs.step(handoff.id, { kind: 'caller_in_queue' });
    if (!isWaiting(handoff)) return [];
    const now = clock.now();
    const waited = now - handoff.enteredAt;
    const opened = await this.#caseOf(handoff, waited, now);
    const place = await placeInQueue(knex, handoff);
    const minutes = opened ? undefined : await this.#minutes(handoff, waited, now);
    // Where nobody is on duty they are called back without asking.
    const offersCallback = !opened && waited >= CALLBACK_AFTER_MILLISECONDS && mayBeCalledBack(handoff);
    return [
      ...(opened ? caseWords(opened, timeZone, now) : []),
      { prompt: 'desk.place', values: { place: count(place) } },
      ...(minutes === undefined ? [] : [{ prompt: 'desk.minutes', values: { minutes: count(minutes) } }]),
      ...(handoff.callbackAt === undefined ? [] : [{ prompt: 'desk.callbackTaken' }]),
      ...(offersCallback
        ? [{ prompt: 'desk.callBack', values: { number: count(Number(CALLBACK_KEY)) } }]
        : []),
    ];
  }

  /** The caller keyed CALLBACK_KEY: they keep the place and may hang up. Nothing where it was not offered to them. */
  async callBack(callId: string): Promise<void> {
    const { transactions, handoffs, clock } = this.#deps;
    const stepped = await transactions.run(async (transaction) => {
      const handoff = await openHandoffOfCall(transaction, callId);
      const now = clock.now();
      if (!handoff || now - handoff.enteredAt < CALLBACK_AFTER_MILLISECONDS || !mayBeCalledBack(handoff))
        return undefined;
      await this.#open(transaction, handoff, 'callback', now);
      return handoffs.stepIn(transaction, handoff.id, { kind: 'callback' });
    });
    if (stepped?.kind === 'changed') handoffs.told(stepped.handoff);
  }

  async #minutes(handoff: DeskHandoff, waited: number, now: Instant): Promise<number | undefined> {
    const { knex } = this.#deps;
    const waits = await lastWaits(knex, handoff.queue, now - WAITS_SINCE_MILLISECONDS, MOST_WAITS);
    return minutesToWait(waits, waited / SECOND);
  }

  /** The case of a caller whom nobody on duty can serve; opened at the first such look. */
  async #caseOf(handoff: DeskHandoff, waited: number, now: Instant): Promise<Case | undefined> {
    const { knex, transactions } = this.#deps;
    if (waited < EMPTY_AFTER_MILLISECONDS) return undefined;
    const onDuty = await staffOnDuty(knex, now);
    if (onDuty.some((person) => canServe(person, handoff))) return undefined;
    const known = await caseOfHandoff(knex, handoff.id);
    if (known) return known;
    return transactions.run((transaction) => this.#open(transaction, handoff, 'nobody_on_duty', now));
  }

  async #open(
    transaction: Knex,
    handoff: DeskHandoff,
    kind: 'nobody_on_duty' | 'callback',
    now: Instant,
  ): Promise<Case> {
    const { calls, random } = this.#deps;
    const { id, callId, queue, language, enteredAt, namesCustomer } = handoff;
    const call = await calls.lock(transaction, callId);
    const opened = await openCase(
      transaction,
      random,
      {
        ...{ kind, queue, language, callId, handoffId: id, placeAt: enteredAt },
        customerId: await customerOfTicket(transaction, id),
        callsBack: kind === 'callback' || namesCustomer,
      },
      now,
    );
    const data = { handoffId: id, caseId: opened.case.id, queue, until: opened.case.dueAt };
    if (opened.isNew)
      await call?.write([{ type: 'case.opened', rules: ['R12.2', 'R14.2'], data }], undefined);
    return opened.case;
  }
}

/** The same for everybody who keyed an identity, known or not: the offer tells nothing of who is a customer (invariant 44). */
function mayBeCalledBack({ namesCustomer, callbackAt }: DeskHandoff): boolean {
  return namesCustomer && callbackAt === undefined;
}

function caseWords({ number, dueAt, callsBack }: Case, timeZone: string, now: Instant): readonly Speech[] {
  const day = (at: Instant) => calendarDay(at, timeZone);
  const until = {
    kind: 'moment',
    time: timeOfDay(dueAt, timeZone),
    date: day(dueAt),
    today: day(now),
  } as const;
  return [
    { prompt: 'desk.case', values: { caseNumber: { kind: 'digits', digits: number } } },
    { prompt: 'desk.caseUntil', values: { until } },
    ...(callsBack ? [{ prompt: 'desk.caseCall' }] : []),
  ];
}

function count(value: number) {
  return { kind: 'count', count: value } as const;
}
