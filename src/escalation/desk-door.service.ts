import type { Knex } from 'knex';
import { defined } from '../platform/defined.ts';
import type { Keyring } from '../platform/keyring.ts';
import { type ConferenceEvent, handoffOf } from './carrier-command.ts';
import type { CallerAtDesk, CallerPlace, DeskDoor, DialResult, StaffLegReport } from './desk-door.ts';
import { findPresence } from './desk-presence.store.ts';
import type { DeskHandoff } from './handoff.ts';
import { callerDocument } from './handoff-documents.ts';
import type { CarrierReport } from './handoff-event.ts';
import type { Handoffs } from './handoffs.service.ts';

interface DeskDoorDependencies {
  readonly knex: Knex;
  readonly keyring: Keyring;
  readonly handoffs: Handoffs;
}

/** The desk as the carrier's webhooks reach it: each becomes an event of a hand-off, and a document says where the caller belongs now. */
export class DeskDoorService implements DeskDoor {
  readonly #deps: DeskDoorDependencies;

  constructor(dependencies: DeskDoorDependencies) {
    this.#deps = dependencies;
  }

  async conferenceEvent({ conference, conferenceId, sequence, what }: ConferenceEvent): Promise<void> {
    const handoff = handoffOf(conference);
    if (handoff === undefined || (what.kind !== 'joined' && what.kind !== 'left')) return;
    const { kind, callId, label } = what;
    const report = { kind: 'leg', what: kind, callId, label, conferenceId, sequence } as const;
    await this.#deps.handoffs.step(handoff, report);
  }

  async staffLeg({ handoff, label, callId, state }: StaffLegReport): Promise<void> {
    await this.#deps.handoffs.step(
      handoff,
      state === 'live'
        ? { kind: 'leg_called', label, callId }
        : { kind: 'staff_leg_ended', label, how: state },
    );
  }

  async joinDocument({ handoff, legNumber, callId }: CallerAtDesk): Promise<CallerPlace | undefined> {
    const found = await this.#of(handoff, callId);
    if (!found) return undefined;
    // Fetched a second time: that label is in the conference, or was, and none is used twice.
    const isUsed = found.callerLeg.number === legNumber && found.callerLeg.joined;
    return this.#place(isUsed ? await this.#after(found, { kind: 'caller_out' }) : found);
  }

  async callerLeft({ handoff, callId }: CallerAtDesk, result: DialResult): Promise<CallerPlace | undefined> {
    const found = await this.#of(handoff, callId);
    if (!found) return undefined;
    const isInTalk = found.state === 'talking' || found.state === 'held';
    // While an adviser is on the line nothing but the star ends the caller's time there.
    if (result === 'over' && isInTalk && found.agent?.leg.joined) {
      await this.#after(found, { kind: 'caller_asked' });
      return { kind: 'asked_to_freeze', language: found.language };
    }
    return this.#place(await this.#after(found, { kind: 'caller_out' }));
  }

  async requeueDocument({
    handoff,
    callId,
  }: Omit<CallerAtDesk, 'legNumber'>): Promise<CallerPlace | undefined> {
    const found = await this.#of(handoff, callId);
    return found && this.#place(found);
  }

  /** The hand-off, if this is its caller. */
  async #of(handoff: string, callId: string): Promise<DeskHandoff | undefined> {
    const found = await this.#deps.handoffs.find(this.#deps.knex, handoff);
    return found?.callId === callId ? found : undefined;
  }

  async #after(found: DeskHandoff, report: CarrierReport): Promise<DeskHandoff> {
    return (await this.#deps.handoffs.step(found.id, report)).handoff ?? found;
  }

  async #place(handoff: DeskHandoff): Promise<CallerPlace | undefined> {
    const { language, talkedAt, lastAgent } = handoff;
    const document = callerDocument(handoff);
    switch (document.kind) {
      case 'conference': {
        const { conference, label, agentId, saysNo } = document;
        // Said once: a caller who comes back to the same adviser knows them.
        const isNew = talkedAt === undefined || lastAgent !== agentId;
        const { knex, keyring } = this.#deps;
        const adviser = isNew ? (await findPresence(knex, keyring, agentId))?.number : undefined;
        const refusal = saysNo ? ({ refusal: true } as const) : {};
        return { kind: 'conference', conference, label, language, ...refusal, ...defined({ adviser }) };
      }
      case 'queue':
        return { kind: 'queue', queue: document.queue, language };
      case 'goodbye':
        return { kind: 'goodbye', language };
      // Where they stand by keys the line knows.
      case 'keys':
      case 'dialogue':
        return undefined;
    }
  }
}
