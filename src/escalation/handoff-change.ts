import type { EntryDraft } from '../ledger/entry.ts';
import type { Instant } from '../platform/clock.ts';
import { type CarrierCommand, conferenceName, type LegRole } from './carrier-command.ts';
import type { ESCALATION_ENTRIES } from './escalation.entries.ts';
import {
  CONNECT_MILLISECONDS,
  type DeskHandoff,
  type HandoffEnd,
  type HandoffState,
  newLeg,
  RING_SECONDS,
  WRAP_UP_MILLISECONDS,
} from './handoff.ts';
import type { HandoffEffect, HandoffStep, LevelFall, StaffPhone } from './handoff-event.ts';

type Entry = EntryDraft<typeof ESCALATION_ENTRIES>;
type PresenceChange = Extract<HandoffEffect, { kind: 'presence' }>['to'];

/** A hand-off while one event is worked into it, with what follows. Made for one event and thrown away. */
export class HandoffChange {
  readonly now: Instant;
  next: DeskHandoff;
  readonly #effects: HandoffEffect[] = [];

  constructor(handoff: DeskHandoff, now: Instant) {
    this.next = handoff;
    this.now = now;
  }

  set(members: Partial<DeskHandoff>): this {
    this.next = { ...this.next, ...members };
    return this;
  }

  command(command: CarrierCommand): this {
    this.#effects.push({ kind: 'command', command });
    return this;
  }

  record(type: Entry['type'], data: Entry['data'] = {}, rules: readonly string[] = ['R11.1']): this {
    const entry = { type, rules, data: { handoffId: this.next.id, ...data } } as Entry;
    this.#effects.push({ kind: 'record', entry });
    return this;
  }

  levelFalls(why: LevelFall): this {
    this.#effects.push({ kind: 'level_falls', why });
    return this;
  }

  presence(staffId: string | undefined, to: PresenceChange): this {
    if (staffId !== undefined) this.#effects.push({ kind: 'presence', staffId, to });
    return this;
  }

  /** Into another state, which is recorded; what the state before was waiting for is over. */
  to(state: HandoffState, why: string): this {
    const { state: from, agent } = this.next;
    this.record('handoff.moved', { from, to: state, why, staffId: agent?.id });
    return this.set({ state, until: undefined, heldSince: undefined, heldTooLong: false, keying: undefined });
  }

  /** The next label of a role; none is used twice. */
  label(role: LegRole): number {
    const number = this.next.labels[role] + 1;
    this.set({ labels: { ...this.next.labels, [role]: number } });
    return number;
  }

  /** Has the carrier call the phone of an agent; answers their leg. */
  callAgent(to: StaffPhone): { readonly id: string; readonly leg: ReturnType<typeof newLeg> } {
    const number = this.label('agent');
    const { id, language } = this.next;
    const label = { role: 'agent', number } as const;
    this.command({
      ...{ kind: 'call_staff', handoff: id, conference: conferenceName(id), label },
      ...{ to: to.phone, language, ringSeconds: RING_SECONDS },
    });
    return { id: to.id, leg: newLeg(number) };
  }

  /** Has the caller brought into the conference, under a label of its own. */
  joinCaller(): this {
    const { id, callId, language, callerLeg } = this.newCallerLeg().next;
    const label = { role: 'caller', number: callerLeg.number } as const;
    return this.command({ kind: 'join_caller', handoff: id, callId, label, language });
  }

  /** A leg of the caller's under a label of its own; where the carrier asks what follows, our answer brings it in. */
  newCallerLeg(): this {
    const number = this.label('caller');
    return this.set({ callerLeg: newLeg(number), caller: 'moving', movingSince: undefined });
  }

  /** The talk goes on once both are in the conference. */
  connect(): this {
    return this.set({ until: this.now + CONNECT_MILLISECONDS });
  }

  /** Has the caller put at the front of the queue; asked again until the carrier shows that they are there. */
  requeue(): this {
    const { id, callId, language } = this.next;
    return this.command({ kind: 'requeue_caller', handoff: id, callId, language }).toFront();
  }

  /** The caller is on the way to the front of the queue. */
  toFront(): this {
    return this.set({
      caller: 'moving',
      movingSince: this.now,
      front: true,
      callerLeg: newLeg(0),
      recordingPaused: false,
    });
  }

  /** Ends the supervisor's leg and that of a person the talk was being passed to. */
  dropOthers(): this {
    const { successor, supervisor } = this.next;
    this.endLeg(successor?.leg.callId).endLeg(supervisor?.leg.callId);
    if (successor) this.presence(successor.id, 'ready');
    if (supervisor) this.record('handoff.supervised', { staffId: supervisor.id, event: 'out' }, ['R10.1']);
    return this.set({ successor: undefined, supervisor: undefined });
  }

  /** Ends every leg of ours. */
  dropStaff(): this {
    return this.endLeg(this.next.agent?.leg.callId).dropOthers().agentLegGone();
  }

  /** The agent has it still, without a leg. */
  agentLegGone(): this {
    const { agent } = this.next;
    return this.set({
      agent: agent && { ...agent, leg: { ...agent.leg, joined: false, callId: undefined } },
    });
  }

  endLeg(callId: string | undefined): this {
    return callId === undefined ? this : this.command({ kind: 'end_leg', callId });
  }

  /** The talk is over: its agent writes down what came of it. Where nobody had talked it is closed. */
  finish(why: string, end: HandoffEnd): this {
    const { agent, talkedAt } = this.next;
    this.dropStaff().set({ lostAt: undefined, movingSince: undefined, recordingPaused: false });
    if (talkedAt === undefined || agent === undefined)
      return this.presence(agent?.id, 'ready').close(why, end);
    this.#effects.push({ kind: 'left_queue', result: 'answered' });
    this.presence(agent.id, 'wrap_up').to('wrap_up', why);
    return this.set({ until: this.now + WRAP_UP_MILLISECONDS });
  }

  close(why: string, end: HandoffEnd): this {
    const { agent, talkedAt, lastAgent } = this.next;
    if (talkedAt !== undefined && agent === undefined)
      this.#effects.push({ kind: 'left_queue', result: 'answered' });
    this.to('closed', why).record('handoff.closed', { staffId: agent?.id ?? lastAgent, outcome: end });
    return this.set({ end, closedAt: this.now, movingSince: undefined, lostAt: undefined });
  }

  done(): HandoffStep {
    return { kind: 'changed', next: this.next, effects: this.#effects };
  }
}
