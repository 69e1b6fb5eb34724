import type { Knex } from 'knex';
import type { Commands } from '../calls/commands.service.ts';
import type { SupervisorVoice } from '../escalation/carrier-command.ts';
import { findDeskHandoff } from '../escalation/desk-handoffs.store.ts';
import { findPresence, isHere } from '../escalation/desk-presence.store.ts';
import type { DeskHandoff, KeyingKind, Outcome } from '../escalation/handoff.ts';
import type { StaffClick } from '../escalation/handoff-event.ts';
import type { Handoffs } from '../escalation/handoffs.service.ts';
import { canServe, QUEUE_TIER } from '../escalation/offer-choice.ts';
import type { QueueName } from '../escalation/reasons.ts';
import type { Releases } from '../flow/release.ts';
import type { Clock } from '../platform/clock.ts';
import type { Keyring } from '../platform/keyring.ts';
import type { Random } from '../platform/random.ts';
import type { StaffAction } from '../staff/permissions.ts';
import type { StaffOnDuty } from '../staff/staff-member.ts';
import type { Transactions } from '../storage/transactions.ts';
import type { Authority } from './authority.service.ts';
import type { DeclineReason } from './decline-reasons.ts';
import { type DeskAnswer, type DeskRefusal, refusedFor } from './desk-answer.ts';
import { findNotes, saveNotes } from './desk-notes.store.ts';
import { keyingRefusalOf } from './keying-possible.service.ts';
import { noteProblem } from './notes.ts';

interface HandoffWorkDependencies {
  readonly knex: Knex;
  readonly transactions: Transactions;
  readonly keyring: Keyring;
  readonly random: Random;
  readonly clock: Clock;
  readonly handoffs: Handoffs;
  readonly authority: Authority;
  readonly commands: Pick<Commands, 'run'>;
  readonly releases: Pick<Releases, 'withHash'>;
}

const VOICE_ACTIONS: { readonly [voice in SupervisorVoice]: StaffAction } = {
  listen: 'call.listen',
  whisper: 'call.whisper',
  speak: 'call.speak',
};

/**
 * What a member of staff does with a call: each asks the table of permissions, records what was beyond it, and works one
 * event into the hand-off. What is refused has changed nothing.
 */
export class HandoffWork {
  readonly #deps: HandoffWorkDependencies;

  constructor(dependencies: HandoffWorkDependencies) {
    this.#deps = dependencies;
  }

  async take(by: StaffOnDuty, handoffId: string): Promise<DeskAnswer> {
    const handoff = await this.#find(handoffId);
    if (!handoff) return refusedFor('unknown_handoff');
    const action = QUEUE_TIER[handoff.queue] > 1 ? 'call.take_restricted' : 'call.take';
    return this.#click(by, action, handoff, { kind: 'take', by: { id: by.id, phone: by.phone } });
  }

  decline(by: StaffOnDuty, handoffId: string, why: DeclineReason): Promise<DeskAnswer> {
    return this.#work(by, 'call.work', handoffId, { kind: 'refuse', by: by.id, why });
  }

  hold(by: StaffOnDuty, handoffId: string, held: boolean): Promise<DeskAnswer> {
    return this.#work(by, 'call.work', handoffId, { kind: 'hold', by: by.id, held });
  }

  end(by: StaffOnDuty, handoffId: string): Promise<DeskAnswer> {
    return this.#work(by, 'call.work', handoffId, { kind: 'end', by: by.id });
  }

  /** "Say no for me": the line tells the caller that nobody gets round the proofs, and brings them back. */
  sayNo(by: StaffOnDuty, handoffId: string): Promise<DeskAnswer> {
    return this.#work(by, 'call.work', handoffId, { kind: 'say_no', by: by.id });
  }

  wrapUp(by: StaffOnDuty, handoffId: string, outcome: Outcome): Promise<DeskAnswer> {
    return this.#work(by, 'call.work', handoffId, { kind: 'wrap_up', by: by.id, outcome });
  }

  /** Has the caller key something to the line, alone (invariant 52). */
  async askToKey(by: StaffOnDuty, handoffId: string, what: KeyingKind): Promise<DeskAnswer> {
    const handoff = await this.#find(handoffId);
    if (!handoff) return refusedFor('unknown_handoff');
    const click = { kind: 'key', by: by.id, what } as const;
    return this.#click(by, 'keying.ask', handoff, click, () => keyingRefusalOf(this.#deps, handoff, what));
  }

  /** "Back to me": the caller is brought back; what they would have keyed is heard no more. */
  takeBack(by: StaffOnDuty, handoffId: string): Promise<DeskAnswer> {
    return this.#work(by, 'keying.ask', handoffId, { kind: 'take_back', by: by.id });
  }

  transferToQueue(by: StaffOnDuty, handoffId: string, queue: QueueName): Promise<DeskAnswer> {
    return this.#work(by, 'call.transfer', handoffId, { kind: 'transfer_to_queue', by: by.id, queue });
  }

  /** To somebody who is ready and serves this caller: their phone rings, and they have the call once they are in. */
  async transferToPerson(by: StaffOnDuty, handoffId: string, toId: string): Promise<DeskAnswer> {
    const { knex, keyring, clock } = this.#deps;
    const handoff = await this.#find(handoffId);
    if (!handoff) return refusedFor('unknown_handoff');
    const to = await findPresence(knex, keyring, toId);
    if (!to) return refusedFor('unknown_person');
    if (to.state !== 'ready' || !isHere(to, clock.now())) return refusedFor('person_not_ready');
    if (!canServe(to, handoff)) return refusedFor('person_cannot_serve');
    const click = { kind: 'transfer_to_person', by: by.id, to: { id: toId, phone: to.phone } } as const;
    return this.#click(by, 'call.transfer', handoff, click);
  }

  /** A supervisor joins, or changes how: heard by nobody, by the agent alone, by everybody. The agent's screen says so. */
  supervise(by: StaffOnDuty, handoffId: string, voice: SupervisorVoice): Promise<DeskAnswer> {
    const click = { kind: 'supervise', by: { id: by.id, phone: by.phone }, voice } as const;
    return this.#work(by, VOICE_ACTIONS[voice], handoffId, click);
  }

  stopSupervising(by: StaffOnDuty, handoffId: string): Promise<DeskAnswer> {
    return this.#work(by, 'call.listen', handoffId, { kind: 'stop_supervising', by: by.id });
  }

  /** Freezes whom the line has identified in this call, provisionally (V8). */
  async freeze(by: StaffOnDuty, handoffId: string): Promise<DeskAnswer<{ readonly outcome: string }>> {
    const handoff = await this.#find(handoffId);
    if (!handoff) return refusedFor('unknown_handoff');
    const refusal = await this.#deps.authority.refusal(by, 'freeze.ask', { handoff });
    if (refusal) return refusedFor(refusal);
    if (handoff.agent?.id !== by.id) return refusedFor('not_yours');
    const done = await this.#deps.commands.run(handoff.callId, { kind: 'freeze_customer' }, by.name);
    return done.kind === 'done' ? { kind: 'done', outcome: done.outcome } : refusedFor(done.reason);
  }

  /**
   * Saves the notes of a talk over the version they were written on, for the agent who has it or had it last, until it is
   * closed. Six digits in a row are refused: nobody writes a PIN, a code or an ID down (invariants 15, 34).
   */
  async saveNotes(
    by: StaffOnDuty,
    handoffId: string,
    notes: { readonly body: string; readonly version: number },
  ): Promise<DeskAnswer<{ readonly version: number }>> {
    const { transactions, keyring, random, clock, authority } = this.#deps;
    const handoff = await this.#find(handoffId);
    if (!handoff) return refusedFor('unknown_handoff');
    const refusal = await authority.refusal(by, 'call.work', { handoff });
    if (refusal) return refusedFor(refusal);
    if (handoff.agent?.id !== by.id && handoff.lastAgent !== by.id) return refusedFor('not_yours');
    if (handoff.state === 'closed') return refusedFor('not_now');
    const problem = noteProblem(notes.body);
    if (problem) return refusedFor(problem);
    const updatedAt = clock.now();
    const saved = await transactions.run((transaction) =>
      saveNotes(transaction, keyring, random, handoffId, { ...notes, staffId: by.id, updatedAt }),
    );
    if (saved !== undefined) return { kind: 'done', version: saved };
    // The same words by the same person: a save that came twice.
    const known = await findNotes(this.#deps.knex, keyring, handoffId);
    return known?.body === notes.body && known.staffId === by.id
      ? { kind: 'done', version: known.version }
      : refusedFor('notes_changed');
  }

  #find(handoffId: string): Promise<DeskHandoff | undefined> {
    return findDeskHandoff(this.#deps.knex, handoffId);
  }

  async #work(
    by: StaffOnDuty,
    action: StaffAction,
    handoffId: string,
    click: StaffClick,
  ): Promise<DeskAnswer> {
    const handoff = await this.#find(handoffId);
    return handoff ? this.#click(by, action, handoff, click) : refusedFor('unknown_handoff');
  }

  async #click(
    by: StaffOnDuty,
    action: StaffAction,
    handoff: DeskHandoff,
    click: StaffClick,
    obstacle?: () => Promise<DeskRefusal | undefined>,
  ): Promise<DeskAnswer> {
    const refusal = (await this.#deps.authority.refusal(by, action, { handoff })) ?? (await obstacle?.());
    if (refusal) return refusedFor(refusal);
    const stepped = await this.#deps.handoffs.step(handoff.id, click);
    if (stepped.kind === 'refused') return refusedFor(stepped.reason);
    return stepped.kind === 'changed' ? { kind: 'done' } : refusedFor('not_now');
  }
}
