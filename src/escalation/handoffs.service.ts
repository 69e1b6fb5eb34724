import type { Knex } from 'knex';
import { closeAnswered } from '../cases/cases.store.ts';
import type { Clock, Instant } from '../platform/clock.ts';
import { Fault } from '../platform/fault.ts';
import type { Keyring } from '../platform/keyring.ts';
import type { Random } from '../platform/random.ts';
import type { Transactions } from '../storage/transactions.ts';
import type { CallStreams, LockedCall } from './call-stream.ts';
import { insertCommands } from './carrier-commands.store.ts';
import {
  findDeskHandoff,
  handoffsOfStaff,
  insertDeskHandoff,
  openHandoffOfCall,
  updateDeskHandoff,
} from './desk-handoffs.store.ts';
import { endOffer, insertOffer, type OfferEnd } from './desk-offers.store.ts';
import { countMiss, lockPresenceForUpdate, movePresence } from './desk-presence.store.ts';
import { type DeskHandoff, type NewTicket, newHandoff } from './handoff.ts';
import type { ClickRefusal, HandoffEffect, HandoffEvent } from './handoff-event.ts';
import { stepHandoff } from './handoff-machine.ts';
import { leaveQueue, reportAfterEnd, ticketStand } from './handoffs.store.ts';

/** Steps of one hand-off are seconds apart; three conflicts in a row are no coincidence. */
const MAX_TRIES = 3;

interface HandoffsDependencies {
  readonly transactions: Transactions;
  readonly keyring: Keyring;
  readonly random: Random;
  readonly clock: Clock;
  readonly calls: CallStreams;
  /** Called after a commit that has left commands for the carrier. */
  wakeCommands(): void;
  /** Called after each commit that changed what a desk shows. */
  changed?(handoff: DeskHandoff): void;
}

/** What came of an event. `handoff` is how it stands now; undefined where there is none. */
type Stepped =
  | { readonly kind: 'changed' | 'ignored'; readonly handoff: DeskHandoff }
  | { readonly kind: 'refused'; readonly reason: ClickRefusal; readonly handoff: DeskHandoff }
  | { readonly kind: 'unknown'; readonly handoff?: undefined };

/** Another step of the same hand-off committed first. */
class ConcurrentStepError extends Error {}

/**
 * Works events into hand-offs: each is one transaction that locks the call, reads the hand-off, and writes the new state,
 * the commands to the carrier, the entries of the record and who is free (invariants 35, 53). Any process may work in any event.
 */
export class Handoffs {
  readonly #deps: HandoffsDependencies;

  constructor(dependencies: HandoffsDependencies) {
    this.#deps = dependencies;
  }

  /** The hand-off with this id, as it stands. */
  async find(knex: Knex, id: string): Promise<DeskHandoff | undefined> {
    return findDeskHandoff(knex, id);
  }

  /** Takes a ticket into the desk's queue, in any transaction; one that is there already stays as it is. */
  static async open(transaction: Knex, ticket: NewTicket): Promise<boolean> {
    return insertDeskHandoff(transaction, newHandoff(ticket));
  }

  /** Works an event into a hand-off. Throws Fault(conflict) where others committed first every time. */
  async step(id: string, event: HandoffEvent): Promise<Stepped> {
    return this.#tell(await this.#run((transaction) => this.stepIn(transaction, id, event)));
  }

  /** The same for the hand-off that a call is in. */
  async stepOfCall(callId: string, event: HandoffEvent): Promise<Stepped> {
    return this.#tell(
      await this.#run(async (transaction) => {
        const handoff = await openHandoffOfCall(transaction, callId);
        return handoff ? this.stepIn(transaction, handoff.id, event) : UNKNOWN;
      }),
    );
  }

  /** Works an event in within a transaction of the caller's, who may have locked the call; throws where another step commits first. */
  async stepIn(transaction: Knex, id: string, event: HandoffEvent, locked?: LockedCall): Promise<Stepped> {
    const { clock, calls } = this.#deps;
    const found = await findDeskHandoff(transaction, id);
    if (!found) return UNKNOWN;
    // Most reports tell nothing new; they cost a look.
    if (stepHandoff(found, event, clock.now()).kind === 'ignored') return { kind: 'ignored', handoff: found };
    const call = locked ?? (await calls.lock(transaction, found.callId));
    const handoff = await findDeskHandoff(transaction, id);
    if (!handoff) return UNKNOWN;
    if (event.kind === 'offer' && !(await this.#isFree(transaction, event.to)))
      return { kind: 'ignored', handoff };
    if (event.kind === 'transfer_to_person' && !(await this.#isFree(transaction, event.to.id)))
      return { kind: 'refused', reason: 'not_now', handoff };
    const now = clock.now();
    const isGone =
      (event.kind === 'take' || event.kind === 'offer') && (await this.#hasLeft(transaction, id));
    const worked: HandoffEvent = isGone ? { kind: 'caller_gone' } : event;
    const step = stepHandoff(handoff, worked, now);
    if (step.kind === 'ignored') return { kind: 'ignored', handoff };
    if (step.kind === 'refused') return { kind: 'refused', reason: step.reason, handoff };
    const next = { ...step.next, version: handoff.version + 1 };
    if (!(await updateDeskHandoff(transaction, next))) throw new ConcurrentStepError();
    await this.#writeOffer(transaction, handoff, next, worked, now);
    await this.#carryOut(transaction, next, step.effects, now);
    const entries = step.effects.flatMap((effect) => (effect.kind === 'record' ? [effect.entry] : []));
    const fall = step.effects.find((effect) => effect.kind === 'level_falls');
    const isKeyingOver =
      handoff.state === 'keying' && next.state !== 'keying' && event.kind !== 'keying_result';
    if (call && (entries.length > 0 || fall))
      await call.write(entries, fall?.why, isKeyingOver ? 'over' : undefined);
    if (isGone && event.kind === 'take') return { kind: 'refused', reason: 'too_late', handoff: next };
    return { kind: 'changed', handoff: next };
  }

  /** Nobody is asked two things at once, by one process or by several. Locked behind the call, as every step locks. */
  async #isFree(transaction: Knex, staffId: string): Promise<boolean> {
    if ((await lockPresenceForUpdate(transaction, staffId)) !== 'ready') return false;
    return (await handoffsOfStaff(transaction, staffId)).length === 0;
  }

  async #hasLeft(transaction: Knex, id: string): Promise<boolean> {
    const stand = await ticketStand(transaction, id);
    return stand !== undefined && stand !== 'waiting';
  }

  async #writeOffer(
    transaction: Knex,
    before: DeskHandoff,
    next: DeskHandoff,
    event: HandoffEvent,
    now: Instant,
  ): Promise<void> {
    const { id } = next;
    if (before.state === 'offered' && next.state !== 'offered')
      await endOffer(transaction, id, offerEnd(event), now);
    if (before.state !== 'offered' && next.state === 'offered' && next.agent && next.until !== undefined)
      await insertOffer(transaction, {
        ...{ handoffId: id, number: next.version, staffId: next.agent.id },
        ...{ at: now, until: next.until },
      });
  }

  async #carryOut(
    transaction: Knex,
    { id, callId }: DeskHandoff,
    effects: readonly HandoffEffect[],
    now: Instant,
  ): Promise<void> {
    const { keyring, random } = this.#deps;
    const commands = effects.flatMap((effect) => (effect.kind === 'command' ? [effect.command] : []));
    await insertCommands(transaction, keyring, random, id, commands, now);
    for (const effect of effects) {
      if (effect.kind === 'presence') await changePresence(transaction, effect, now);
      if (effect.kind !== 'left_queue') continue;
      await closeAnswered(transaction, id, now);
      if (!(await leaveQueue(transaction, callId, effect.result, now)))
        await reportAfterEnd(transaction, callId, effect.result);
    }
  }

  async #run(work: (transaction: Knex) => Promise<Stepped>): Promise<Stepped> {
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      try {
        return await this.#deps.transactions.run(work, { urgent: true });
      } catch (error) {
        if (!(error instanceof ConcurrentStepError)) throw error;
      }
    }
    throw new Fault('conflict', 'other steps of the hand-off committed first every time');
  }

  #tell(stepped: Stepped): Stepped {
    if (stepped.kind === 'changed') this.told(stepped.handoff);
    return stepped;
  }

  /** After the commit of a step that was worked in within another's transaction. */
  told(handoff: DeskHandoff): void {
    this.#deps.wakeCommands();
    this.#deps.changed?.(handoff);
  }
}

const UNKNOWN: Stepped = { kind: 'unknown' };

function offerEnd({ kind }: HandoffEvent): OfferEnd {
  if (kind === 'take') return 'taken';
  if (kind === 'refuse') return 'declined';
  return kind === 'time' ? 'missed' : 'withdrawn';
}

async function changePresence(
  transaction: Knex,
  { staffId, to }: Extract<HandoffEffect, { kind: 'presence' }>,
  now: Instant,
): Promise<void> {
  switch (to) {
    case 'busy':
      await movePresence(transaction, staffId, ['ready', 'asked', 'away', 'wrap_up'], 'busy', now);
      break;
    case 'wrap_up':
      await movePresence(transaction, staffId, ['busy'], 'wrap_up', now);
      break;
    // A person who went away or home meanwhile stays so.
    case 'ready':
      await movePresence(transaction, staffId, ['busy', 'wrap_up'], 'ready', now);
      break;
    case 'missed':
      await movePresence(transaction, staffId, ['busy'], 'ready', now);
      await countMiss(transaction, staffId, now);
      break;
  }
}
