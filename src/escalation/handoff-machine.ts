import type { Instant } from '../platform/clock.ts';
import type { CarrierCommand } from './carrier-command.ts';
import { type DeskHandoff, isBoundForQueue, isWaiting } from './handoff.ts';
import { onReport } from './handoff-carrier.ts';
import { HandoffChange } from './handoff-change.ts';
import { offer, onClick } from './handoff-clicks.ts';
import type { HandoffEvent, HandoffStep } from './handoff-event.ts';
import { endKeying, leaveKeys } from './handoff-moves.ts';
import { onTime } from './handoff-time.ts';

const IGNORED: HandoffStep = { kind: 'ignored' };

/**
 * Works one event into a hand-off. Any event may come late, twice, in another order or not at all: what does not fit
 * changes nothing, and what is missing is made up for by time (invariant 53). Pure.
 */
export function stepHandoff(handoff: DeskHandoff, event: HandoffEvent, now: Instant): HandoffStep {
  const change = new HandoffChange(handoff, now);
  switch (event.kind) {
    case 'offer':
      return stepOf(offer(change, event.to, event.until));
    case 'keying_result':
      if (handoff.state !== 'keying') return IGNORED;
      return (event.asksNext ? leaveKeys : endKeying)(change, event.result).done();
    case 'keying_goes_on':
      if (handoff.state !== 'keying' || !handoff.keying) return IGNORED;
      return change.set({ keying: { ...handoff.keying, heardAt: now } }).done();
    case 'callback':
      if (!isWaiting(handoff) || handoff.callbackAt !== undefined) return IGNORED;
      return change.record('handoff.callback').set({ callbackAt: now }).done();
    case 'time':
      return stepOf(onTime(change));
    case 'leg':
    case 'leg_called':
    case 'staff_leg_ended':
    case 'command_failed':
    case 'caller_in_queue':
    case 'caller_at_keys':
    case 'caller_out':
    case 'caller_asked':
    case 'caller_in_dialogue':
    case 'caller_gone':
      return stepOf(onReport(change, event));
    default: {
      const clicked = onClick(change, event);
      return typeof clicked === 'string' ? { kind: 'refused', reason: clicked } : clicked.done();
    }
  }
}

function stepOf(change: HandoffChange | undefined): HandoffStep {
  return change ? change.done() : IGNORED;
}

/**
 * Whether a command that has not been sent yet is still meant: what was decided since may have made it wrong, such as a ring
 * for an offer that was given up. Legs are always ended. Pure.
 */
export function isStillMeant(handoff: DeskHandoff, command: CarrierCommand): boolean {
  const { agent, successor, supervisor, callerLeg, state, caller } = handoff;
  switch (command.kind) {
    case 'call_staff': {
      const { role, number } = command.label;
      if (role === 'supervisor') return supervisor?.leg.number === number;
      return successor?.leg.number === number || (state === 'connecting' && agent?.leg.number === number);
    }
    case 'join_caller':
      return callerLeg.number === command.label.number && !callerLeg.joined && state === 'connecting';
    case 'key_caller':
      return state === 'keying' && caller === 'moving';
    case 'requeue_caller':
      return isBoundForQueue(handoff) && caller === 'moving';
    case 'hold':
      return command.held === (state === 'held');
    case 'voice':
      return supervisor?.leg.callId === command.callId && supervisor.voice === command.voice;
    case 'record':
      return command.paused === handoff.recordingPaused;
    case 'end_leg':
      return true;
  }
}
