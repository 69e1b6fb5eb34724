import assert from 'node:assert/strict';
import { callStreams } from '../../src/calls/call-streams.service.ts';
import type { CallControl, CarrierCommand, CommandAnswer } from '../../src/escalation/carrier-command.ts';
import { CommandSender } from '../../src/escalation/command-sender.service.ts';
import { DeskDoorService } from '../../src/escalation/desk-door.service.ts';
import { openHandoffOfCall } from '../../src/escalation/desk-handoffs.store.ts';
import { type Presence, putPresence } from '../../src/escalation/desk-presence.store.ts';
import type { DeskHandoff } from '../../src/escalation/handoff.ts';
import type { CarrierReport } from '../../src/escalation/handoff-event.ts';
import { Handoffs } from '../../src/escalation/handoffs.service.ts';
import { Offering } from '../../src/escalation/offering.service.ts';
import type { ManualClock } from '../../src/platform/clock.ts';
import type { Keyring } from '../../src/platform/keyring.ts';
import { seededRandom } from '../../src/platform/random.ts';
import type { Knex } from '../../src/storage/connect.ts';
import { transactionsOn } from '../../src/storage/transactions.ts';
import { DeskCarrier } from './desk-carrier.ts';

/** What a desk of one process is made of. */
export interface DeskParts {
  readonly knex: Knex;
  readonly keyring: Keyring;
  readonly clock: ManualClock;
}

/** A person at the desk, ready for any queue and language unless it is said otherwise. */
export function member(staffId: string, changes: Partial<Presence> = {}): Presence {
  const number = String(4_820 + staffId.length);
  return {
    ...{ staffId, state: 'ready', since: 0, seenAt: 0, misses: 0, name: staffId, number, tier: 2 },
    languages: ['zh-CN', 'vi-VN', 'en-US'],
    phone: `sip:${staffId}@desk.example`,
    ...changes,
  };
}

/** The desk of one process on a database, with a carrier of the test's own that does what it is told. */
export class DeskLab implements CallControl {
  readonly parts: DeskParts;
  readonly handoffs: Handoffs;
  readonly offering: Offering;
  readonly sender: CommandSender;
  readonly door: DeskDoorService;
  readonly sent: CarrierCommand[] = [];
  readonly carriers = new Map<string, DeskCarrier>();
  /** What the carrier answers instead of doing it. */
  answer: ((command: CarrierCommand) => CommandAnswer | undefined) | undefined;

  constructor(parts: DeskParts, seed = 'desk') {
    this.parts = parts;
    const { knex, keyring, clock } = parts;
    const random = seededRandom(seed);
    const transactions = transactionsOn(knex);
    const calls = callStreams({ keyring, random, clock });
    const failed = (error: unknown) => assert.ifError(error);
    this.handoffs = new Handoffs({ transactions, keyring, random, clock, calls, wakeCommands: () => {} });
    this.offering = new Offering({ knex, transactions, keyring, clock, handoffs: this.handoffs, failed });
    this.sender = new CommandSender({ knex, keyring, clock, control: this, handoffs: this.handoffs, failed });
    this.door = new DeskDoorService({ knex, keyring, handoffs: this.handoffs });
  }

  /** The carrier's view of a call; calls of one conference share it. */
  carrierOf(callId: string): DeskCarrier {
    const known = this.carriers.get(callId) ?? new DeskCarrier(callId);
    this.carriers.set(callId, known);
    return known;
  }

  async carryOut(command: CarrierCommand): Promise<CommandAnswer> {
    this.sent.push(command);
    const answer = this.answer?.(command);
    if (answer) return answer;
    const handoff = await this.#handoffOf(command);
    if (command.kind === 'key_caller') await this.handoffs.step(handoff.id, { kind: 'caller_at_keys' });
    const now = (await this.handoffs.find(this.parts.knex, handoff.id)) ?? handoff;
    const kind = this.carrierOf(handoff.callId).carryOut(command, () => now);
    return { kind };
  }

  async #handoffOf(command: CarrierCommand): Promise<DeskHandoff> {
    for (const callId of this.carriers.keys()) {
      const handoff = await openHandoffOfCall(this.parts.knex, callId);
      if (!handoff) continue;
      const isAbout =
        ('handoff' in command && command.handoff === handoff.id) ||
        ('conference' in command && command.conference === `h-${handoff.id}`) ||
        ('callId' in command && command.callId.startsWith(callId));
      if (isAbout) return handoff;
    }
    throw new Error(`no hand-off for ${command.kind}`);
  }

  /** Puts a person at the desk. */
  async arrives(presence: Presence): Promise<void> {
    const { knex, keyring, clock } = this.parts;
    await putPresence(knex, keyring, seededRandom(presence.staffId), { ...presence, seenAt: clock.now() });
  }

  /** Sends what is due, has every phone answered, and delivers what the carrier tells, until nothing is left. */
  async settle(callId: string): Promise<void> {
    const carrier = this.carrierOf(callId);
    for (let round = 0; round < 10; round++) {
      while ((await this.sender.sendDue()) > 0);
      for (const call of carrier.staff) carrier.answerPhone(call);
      while (carrier.reports.length > 0) await this.deliver(callId, carrier.reports.shift()?.report);
    }
  }

  async deliver(callId: string, report: CarrierReport | undefined): Promise<void> {
    if (report) await this.handoffs.stepOfCall(callId, report);
  }

  async ofCall(callId: string): Promise<DeskHandoff> {
    const handoff = await openHandoffOfCall(this.parts.knex, callId);
    assert.ok(handoff, 'the call is in a hand-off');
    return handoff;
  }
}
