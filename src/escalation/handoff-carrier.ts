import { type LegLabel, type LegRole, labelText } from './carrier-command.ts';
import {
  ASKED_MILLISECONDS,
  type DeskHandoff,
  isTaken,
  isWaiting,
  type Leg,
  MOVE_MILLISECONDS,
  newLeg,
} from './handoff.ts';
import type { HandoffChange } from './handoff-change.ts';
import type { CarrierReport } from './handoff-event.ts';
import { callerLeft, endKeying, leaveKeys, loseAgent, meet, recordKeying } from './handoff-moves.ts';

type LegReport = Extract<CarrierReport, { kind: 'leg' }>;
type CommandFailed = Extract<CarrierReport, { kind: 'command_failed' }>;

type StaffOwner = 'agent' | 'successor' | 'supervisor';
/** Who a report is about, as the hand-off knows them now. */
type LegOwner = 'caller' | StaffOwner;
/** A leg of before: of a person who is no longer wanted, or of the caller before they were put elsewhere. */
type OldLeg = 'old_staff' | 'old_caller';

/** Takes in a report of the carrier; undefined where it changes nothing: late, repeated, about a leg of before. */
export function onReport(change: HandoffChange, report: CarrierReport): HandoffChange | undefined {
  switch (report.kind) {
    case 'leg':
      return onLeg(change, report);
    case 'leg_called':
      return onLegCalled(change, report.label, report.callId);
    case 'staff_leg_ended':
      return onStaffLegGone(change, report.label, report.how);
    case 'command_failed':
      return onCommandFailed(change, report);
    case 'caller_in_queue':
      return onCallerInQueue(change);
    case 'caller_at_keys':
      return onCallerAtKeys(change);
    case 'caller_out':
      return onCallerOut(change);
    case 'caller_asked':
      return onCallerAsked(change);
    case 'caller_in_dialogue':
      return change.next.caller === 'gone' || change.next.caller === 'dialogue'
        ? undefined
        : onGone(change, 'dialogue');
    case 'caller_gone':
      return change.next.caller === 'gone' && change.next.state !== 'waiting'
        ? undefined
        : onGone(change, 'gone');
  }
}

function onGone(change: HandoffChange, to: 'gone' | 'dialogue'): HandoffChange | undefined {
  const { state } = change.next;
  if (state === 'closed') return undefined;
  return state === 'wrap_up' ? change.set({ caller: to }) : callerLeft(change, to);
}

function onLeg(change: HandoffChange, report: LegReport): HandoffChange | undefined {
  const { what, callId, sequence } = report;
  const owner = ownerOf(change.next, report);
  if (owner === undefined) return undefined;
  // It came too late: nobody waits for it, and a person alone in a conference hears nothing.
  if (owner === 'old_staff') return what === 'joined' ? change.endLeg(callId) : undefined;
  if (owner === 'old_caller') return what === 'joined' ? onOldCallerJoined(change) : undefined;
  const leg = legOf(change.next, owner);
  if (!leg || sequence <= leg.sequence) return undefined;
  const seen: Leg = { ...leg, callId, joined: what === 'joined', sequence };
  const label = labelText({ role: owner === 'successor' ? 'agent' : owner, number: leg.number });
  change.record('handoff.leg', { leg: label, event: what, number: sequence });
  withLeg(change, owner, seen);
  if (what === 'joined') change.set({ conferenceId: report.conferenceId });
  if (owner === 'caller') return what === 'joined' ? onCallerJoined(change) : onCallerLeft(change);
  if (what === 'left') return onStaffGone(change, owner, 'left');
  if (owner === 'agent') return onAgentJoined(change);
  return owner === 'successor' ? handOver(change) : change;
}

/** By its label; a report without one is about the leg with its call id. */
function ownerOf(handoff: DeskHandoff, { label, callId }: LegReport): LegOwner | OldLeg | undefined {
  const { agent, successor, supervisor, callerLeg } = handoff;
  if (callId === handoff.callId) {
    if (callerLeg.number === 0) return 'old_caller';
    return label === undefined || label.number === callerLeg.number ? 'caller' : undefined;
  }
  const isOf = (leg: Leg | undefined, role: LegRole) =>
    leg !== undefined &&
    (label === undefined ? leg.callId === callId : label.role === role && label.number === leg.number);
  if (isOf(agent?.leg, 'agent')) return 'agent';
  if (isOf(successor?.leg, 'agent')) return 'successor';
  if (isOf(supervisor?.leg, 'supervisor')) return 'supervisor';
  return label === undefined || label.role === 'caller' ? undefined : 'old_staff';
}

function legOf(handoff: DeskHandoff, owner: LegOwner): Leg | undefined {
  return owner === 'caller' ? handoff.callerLeg : handoff[owner]?.leg;
}

function withLeg(change: HandoffChange, owner: LegOwner, leg: Leg): HandoffChange {
  const { agent, successor, supervisor } = change.next;
  switch (owner) {
    case 'caller':
      return change.set({ callerLeg: leg });
    case 'agent':
      return change.set({ agent: agent && { ...agent, leg } });
    case 'successor':
      return change.set({ successor: successor && { ...successor, leg } });
    case 'supervisor':
      return change.set({ supervisor: supervisor && { ...supervisor, leg } });
  }
}

function onAgentJoined(change: HandoffChange): HandoffChange {
  const { state, callerLeg, agent } = change.next;
  if (state === 'connecting') return callerLeg.number === 0 ? change.joinCaller() : meet(change);
  // The phone rang on after the offer was given up: nobody waits there for this person.
  return isTaken(change.next) ? change : change.endLeg(agent?.leg.callId);
}

/** Brought in after all had been given up: alone in a conference they would hear nothing. */
function onOldCallerJoined(change: HandoffChange): HandoffChange | undefined {
  return isWaiting(change.next) ? change.requeue() : undefined;
}

function onCallerJoined(change: HandoffChange): HandoffChange {
  const { state, caller, callId } = change.next;
  if (isWaiting(change.next)) return change.requeue();
  if (state === 'closed' || state === 'wrap_up')
    return caller === 'dialogue'
      ? change
          .requeue()
          .to('waiting', 'late_join')
          .set({ agent: undefined, closedAt: undefined, end: undefined })
      : change.endLeg(callId);
  change.set({ caller: 'conference', movingSince: undefined });
  return meet(change);
}

function onCallerLeft(change: HandoffChange): HandoffChange {
  const { state } = change.next;
  if (state === 'keying') {
    recordKeying(change, 'alone');
    return change.set({ caller: 'keying', movingSince: undefined });
  }
  if (!isTaken(change.next) || change.next.caller === 'moving') return change;
  return change.set({ caller: 'moving', movingSince: change.now });
}

/** The carrier knows the leg it calls; a phone that was given up meanwhile stops ringing. */
function onLegCalled(change: HandoffChange, label: LegLabel, callId: string): HandoffChange {
  const owner = staffWith(change.next, label);
  const leg = owner && change.next[owner]?.leg;
  if (!owner || !leg || (owner === 'agent' && !isTaken(change.next))) return change.endLeg(callId);
  return withLeg(change, owner, { ...leg, callId });
}

function onStaffLegGone(change: HandoffChange, label: LegLabel, how: string): HandoffChange | undefined {
  const owner = staffWith(change.next, label);
  return owner && onStaffGone(change, owner, how);
}

/** Whose leg of ours has this label now. */
function staffWith(handoff: DeskHandoff, { role, number }: LegLabel): StaffOwner | undefined {
  const owners: readonly StaffOwner[] = role === 'agent' ? ['agent', 'successor'] : ['supervisor'];
  return role === 'caller' ? undefined : owners.find((owner) => handoff[owner]?.leg.number === number);
}

function onStaffGone(change: HandoffChange, who: StaffOwner, how: string): HandoffChange | undefined {
  const { agent, successor, supervisor, state } = change.next;
  if (who === 'supervisor') {
    change.record('handoff.supervised', { staffId: supervisor?.id, event: 'out' }, ['R10.1']);
    return change.set({ supervisor: undefined });
  }
  if (who === 'successor') {
    change.record('handoff.declined', { staffId: successor?.id, why: how }).presence(successor?.id, 'missed');
    return change.set({ successor: undefined });
  }
  if (!isTaken(change.next)) return undefined;
  // The caller keys on, undisturbed; the way back is then the queue.
  if (state === 'keying') return change.agentLegGone();
  // Their phone is gone: there is no leg left to end.
  const isMissed = state === 'connecting' && agent?.id !== change.next.lastAgent;
  return loseAgent(change.agentLegGone(), how === 'left' ? 'agent_left' : 'agent_unreached', isMissed);
}

/** The successor is in: from now on the call is theirs, and the one before leaves. */
function handOver(change: HandoffChange): HandoffChange {
  const { agent, successor, ticket, queue } = change.next;
  if (!successor) return change;
  change.endLeg(agent?.leg.callId).presence(agent?.id, 'ready').levelFalls('transfer');
  change.set({
    agent: { id: successor.id, leg: successor.leg },
    successor: undefined,
    lastAgent: successor.id,
    ticket: ticket + 1,
  });
  return change.record('handoff.transferred', { staffId: successor.id, queue, number: ticket + 1 }, [
    'R10.1',
    'Z4',
  ]);
}

function onCallerInQueue(change: HandoffChange): HandoffChange | undefined {
  const { caller, callerLeg } = change.next;
  const isExpected = isWaiting(change.next) || callerLeg.number === 0;
  if (caller === 'queue' || caller === 'gone' || !isExpected) return undefined;
  return change.set({ caller: 'queue', movingSince: undefined });
}

function onCallerAtKeys(change: HandoffChange): HandoffChange | undefined {
  const { state, caller } = change.next;
  if (state !== 'keying' || caller === 'keying') return undefined;
  return change.set({ caller: 'keying', movingSince: undefined });
}

/** Fetched only once the answer must have come. */
function onCallerAsked(change: HandoffChange): HandoffChange | undefined {
  const { state } = change.next;
  if (state !== 'talking' && state !== 'held') return undefined;
  return change.set({ caller: 'moving', movingSince: change.now + ASKED_MILLISECONDS - MOVE_MILLISECONDS });
}

/** The caller is on the line, out of the conference: our answer brings them back to where they belong. */
function onCallerOut(change: HandoffChange): HandoffChange | undefined {
  const { state } = change.next;
  if (isWaiting(change.next))
    return change.set({ caller: 'moving', movingSince: change.now, callerLeg: newLeg(0) });
  if (!isTaken(change.next)) return undefined;
  if (state === 'keying') return leaveKeys(change, 'gave_up');
  // Brought back by the answer itself: no command is needed.
  change.newCallerLeg();
  return state === 'connecting' ? change.connect() : change.to('connecting', 'caller_out').connect();
}

function onCommandFailed(
  change: HandoffChange,
  { command, answer }: CommandFailed,
): HandoffChange | undefined {
  const { state, callId, callerLeg } = change.next;
  if (command.kind === 'call_staff') return onStaffLegGone(change, command.label, 'failed');
  if (answer === 'gone') {
    const isAboutCaller = 'callId' in command && command.callId === callId;
    // A leg that is not in the conference cannot be held; whether its call goes on is told by other reports.
    if (!isAboutCaller || command.kind === 'hold') return undefined;
    return onReport(change, { kind: 'caller_gone' });
  }
  if (command.kind === 'join_caller' && state === 'connecting' && command.label.number === callerLeg.number)
    return loseAgent(change, 'caller_unreached', false);
  if (command.kind === 'key_caller' && state === 'keying') {
    if (callerLeg.joined) {
      change.record('handoff.keying', { staffId: change.next.agent?.id, outcome: 'refused' });
      return change.to('connecting', 'not_keyed').connect() && meet(change);
    }
    return endKeying(change, 'refused');
  }
  if (command.kind === 'hold' && command.held && state === 'held') return change.to('talking', 'not_held');
  if (command.kind === 'hold' && !command.held && state === 'talking')
    return change.to('held', 'not_unheld').set({ heldSince: change.now });
  return undefined;
}
