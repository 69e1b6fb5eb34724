import {
  HOLD_MILLISECONDS,
  isBoundForQueue,
  keyingEndsAt,
  MOVE_MILLISECONDS,
  RETURN_MILLISECONDS,
} from './handoff.ts';
import type { HandoffChange } from './handoff-change.ts';
import { backToWaiting, endKeying, loseAgent } from './handoff-moves.ts';

/** Does what is due; undefined where nothing is. Each deadline that has passed is taken away or set anew. */
export function onTime(change: HandoffChange): HandoffChange | undefined {
  const due = [stateIsOver, levelOfHold, keyingIsOver, returnIsOver, othersAreOver, callerIsUnderWay];
  const done = due.map((does) => does(change));
  return done.some(Boolean) ? change : undefined;
}

function hasPassed(change: HandoffChange, since: number | undefined, milliseconds = 0): boolean {
  return since !== undefined && change.now >= since + milliseconds;
}

function stateIsOver(change: HandoffChange): boolean {
  const { state, until, agent, callerLeg } = change.next;
  if (!hasPassed(change, until)) return false;
  if (state === 'offered') {
    change.record('handoff.declined', { staffId: agent?.id, why: 'missed' }).presence(agent?.id, 'missed');
    backToWaiting(change, 'missed');
  } else if (state === 'connecting') {
    const isMissed = agent?.leg.joined !== true;
    loseAgent(change, isMissed ? 'agent_unreached' : 'caller_unreached', isMissed && callerLeg.number === 0);
  } else if (state === 'wrap_up') {
    change.presence(agent?.id, 'ready').close('not_written_down', 'not_written_down');
  } else change.set({ until: undefined });
  return true;
}

function levelOfHold(change: HandoffChange): boolean {
  const { state, heldSince, heldTooLong } = change.next;
  if (state !== 'held' || heldTooLong || !hasPassed(change, heldSince, HOLD_MILLISECONDS)) return false;
  change.levelFalls('hold').set({ heldTooLong: true });
  return true;
}

function keyingIsOver(change: HandoffChange): boolean {
  const { keying } = change.next;
  if (!hasPassed(change, keying && keyingEndsAt(keying))) return false;
  endKeying(change, 'gave_up');
  return true;
}

function returnIsOver(change: HandoffChange): boolean {
  const { state, lostAt } = change.next;
  if (!hasPassed(change, lostAt, RETURN_MILLISECONDS)) return false;
  change.levelFalls('agent_changed').set({ lostAt: undefined });
  if (state === 'agent_lost') change.to('waiting', 'not_back');
  return true;
}

function othersAreOver(change: HandoffChange): boolean {
  const { successor, supervisor } = change.next;
  const isLate = hasPassed(change, successor?.until);
  const isSilent = supervisor?.leg.joined === false && hasPassed(change, supervisor.until);
  if (successor && isLate) {
    change.endLeg(successor.leg.callId).presence(successor.id, 'missed').set({ successor: undefined });
    change.record('handoff.declined', { staffId: successor.id, why: 'missed' });
  }
  if (supervisor && isSilent) change.endLeg(supervisor.leg.callId).set({ supervisor: undefined });
  return isLate || isSilent;
}

/** Nothing has shown that the caller arrived: they are fetched again, so that nobody is left in silence (invariant 53). */
function callerIsUnderWay(change: HandoffChange): boolean {
  const { state, movingSince } = change.next;
  if (!hasPassed(change, movingSince, MOVE_MILLISECONDS)) return false;
  if (isBoundForQueue(change.next)) change.requeue();
  else if (state === 'talking' || state === 'held')
    change.to('connecting', 'caller_missing').joinCaller().connect();
  else if (state === 'keying') endKeying(change, 'gave_up');
  else change.set({ movingSince: undefined });
  return true;
}
