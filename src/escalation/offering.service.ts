import type { Knex } from 'knex';
import { type Clock, SECOND } from '../platform/clock.ts';
import type { Keyring } from '../platform/keyring.ts';
import type { Transactions } from '../storage/transactions.ts';
import {
  dueHandoffs,
  handoffsLeft,
  handoffsOfStaff,
  ticketsWithoutHandoff,
  waitingHandoffs,
} from './desk-handoffs.store.ts';
import { offersOf } from './desk-offers.store.ts';
import { type Presence, readyStaff } from './desk-presence.store.ts';
import { type DeskHandoff, OFFER_MILLISECONDS } from './handoff.ts';
import type { HandoffEvent } from './handoff-event.ts';
import { Handoffs } from './handoffs.service.ts';
import { servingOrder, whomToAsk } from './offer-choice.ts';

/** How often it is looked who waits and who is free. */
export const OFFERING_MILLISECONDS = SECOND / 2;
/** In one look; the next comes at once after. */
const MOST_AT_ONCE = 100;

/** Ticket results that say that the caller is no longer on the line. */
const GONE: ReadonlySet<string> = new Set(['hung_up', 'call_ended', 'unheard', 'answered']);

interface OfferingDependencies {
  readonly knex: Knex;
  readonly transactions: Transactions;
  readonly keyring: Keyring;
  readonly clock: Clock;
  readonly handoffs: Handoffs;
  /** Told of a fault in one hand-off or of the store; the others go on. */
  failed(error: unknown): void;
}

/**
 * Brings callers who wait to people who are free, one offer a person, and does what is due by time alone. Any number of
 * processes may look at once: each offer is one conditional update.
 */
export class Offering {
  readonly #deps: OfferingDependencies;

  constructor(dependencies: OfferingDependencies) {
    this.#deps = dependencies;
  }

  /** One look. Never rejects. */
  async round(): Promise<void> {
    try {
      await this.#takeIn();
      await this.#endWhatIsOver();
      await this.#offer();
    } catch (error) {
      this.#deps.failed(error);
    }
  }

  /** Tickets that no turn took into the desk's queue: of a program that knows of no desk, or of an outage. */
  async #takeIn(): Promise<void> {
    const { knex, transactions } = this.#deps;
    for (const ticket of await ticketsWithoutHandoff(knex, MOST_AT_ONCE))
      await transactions.run((transaction) => Handoffs.open(transaction, ticket));
  }

  async #endWhatIsOver(): Promise<void> {
    const { knex, clock } = this.#deps;
    for (const { id, result } of await handoffsLeft(knex))
      await this.#step(id, { kind: GONE.has(result) ? 'caller_gone' : 'caller_in_dialogue' });
    for (const id of await dueHandoffs(knex, clock.now(), MOST_AT_ONCE))
      await this.#step(id, { kind: 'time' });
  }

  async #offer(): Promise<void> {
    const { knex, keyring, clock } = this.#deps;
    const now = clock.now();
    const waiting = await waitingHandoffs(knex);
    if (waiting.length === 0) return;
    const ready = await readyStaff(knex, keyring, now);
    await this.#withdrawUnseen(waiting, ready);
    const open = servingOrder(waiting.filter(({ state }) => state !== 'offered'));
    if (open.length === 0) return;
    let free = await this.#free(ready);
    for (const handoff of open) {
      if (free.length === 0) return;
      const person = whomToAsk(handoff, free, await offersOf(knex, handoff.id), now);
      if (!person) continue;
      free = free.filter(({ staffId }) => staffId !== person.staffId);
      await this.#step(handoff.id, { kind: 'offer', to: person.staffId, until: now + OFFER_MILLISECONDS });
    }
  }

  /** Nobody is asked two things at once. */
  async #free(ready: readonly Presence[]): Promise<readonly Presence[]> {
    const free: Presence[] = [];
    for (const person of ready)
      if ((await handoffsOfStaff(this.#deps.knex, person.staffId)).length === 0) free.push(person);
    return free;
  }

  /** An offer to somebody whose page has closed since is not waited for. */
  async #withdrawUnseen(waiting: readonly DeskHandoff[], ready: readonly Presence[]): Promise<void> {
    const seen = new Set(ready.map(({ staffId }) => staffId));
    for (const { id, state, agent } of waiting)
      if (state === 'offered' && agent && !seen.has(agent.id))
        await this.#step(id, { kind: 'refuse', by: agent.id, why: 'not_there' });
  }

  async #step(id: string, event: HandoffEvent): Promise<void> {
    try {
      await this.#deps.handoffs.step(id, event);
    } catch (error) {
      this.#deps.failed(error);
    }
  }
}
