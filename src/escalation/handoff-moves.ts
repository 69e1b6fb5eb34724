import { defined } from '../platform/defined.ts';
import { conferenceName } from './carrier-command.ts';
import { isWaiting, mayReturn, newLeg, RETURN_MILLISECONDS } from './handoff.ts';
import type { HandoffChange } from './handoff-change.ts';

/** The talk begins, or goes on, once the caller and the agent are both in the conference. */
export function meet(change: HandoffChange): HandoffChange {
  const { state, agent, callerLeg, talkedAt, recordingPaused } = change.next;
  if (state !== 'connecting' || !agent?.leg.joined || !callerLeg.joined) return change;
  if (recordingPaused) change.command({ kind: 'record', ...conferenceIn(change), paused: false });
  return change.to('talking', 'met').set({
    caller: 'conference',
    movingSince: undefined,
    lostAt: undefined,
    front: false,
    lastAgent: agent.id,
    talkedAt: talkedAt ?? change.now,
    recordingPaused: false,
    saysNo: false,
  });
}

/**
 * The agent's leg is gone, or never came. A caller who was still in the queue goes on waiting there; one who was on the way
 * or in the talk goes to its front, and the same agent may come back within RETURN_MILLISECONDS (invariants 53, 54).
 */
export function loseAgent(change: HandoffChange, why: string, isMissed: boolean): HandoffChange {
  const { agent, caller, callerLeg, lastAgent, lostAt } = change.next;
  const wasTheirs = agent !== undefined && agent.id === lastAgent;
  const isStillInQueue = callerLeg.number === 0 && caller === 'queue';
  change.dropStaff().presence(agent?.id, isMissed ? 'missed' : 'ready');
  if (isStillInQueue) return backToWaiting(change, why);
  change
    .requeue()
    .to(wasTheirs ? 'agent_lost' : 'waiting', why)
    .set({ agent: undefined });
  // Coming back and being lost once more does not begin the time anew.
  return wasTheirs ? change.set({ lostAt: lostAt ?? change.now }) : change;
}

/** Nobody has the caller: they go on waiting, for the agent they lost where that was a moment ago. */
export function backToWaiting(change: HandoffChange, why: string): HandoffChange {
  return change
    .to(mayReturn(change.next, change.now) ? 'agent_lost' : 'waiting', why)
    .set({ agent: undefined });
}

/** The level falls where the agent who talked to the caller is not the one who goes on (invariant 54). */
export function fallOnChange(change: HandoffChange, staffId: string): HandoffChange {
  const { lastAgent, lostAt } = change.next;
  const isLate = lostAt !== undefined && change.now - lostAt >= RETURN_MILLISECONDS;
  if (lastAgent === undefined || (lastAgent === staffId && !isLate)) return change;
  return change.levelFalls('agent_changed').set({ lostAt: undefined });
}

/** The caller's wish to go on by keys, or a lost caller, ends everything the desk had of them. */
export function callerLeft(change: HandoffChange, to: 'gone' | 'dialogue'): HandoffChange {
  const wasWaiting = isWaiting(change.next);
  const { callbackAt, agent } = change.next;
  change.set({ caller: to, callerLeg: newLeg(change.next.callerLeg.number) });
  if (!wasWaiting) return change.finish(to, to === 'gone' ? 'caller_gone' : 'left_queue');
  if (change.next.state === 'offered') change.presence(agent?.id, 'ready').set({ agent: undefined });
  const waited = to === 'gone' ? 'caller_gone' : 'left_queue';
  return change.close(to, callbackAt === undefined ? waited : 'callback_agreed');
}

/** The carrier has no more to say of the caller's keys: back to the agent, or to the queue where there is none. */
export function endKeying(change: HandoffChange, outcome: string): HandoffChange {
  recordKeying(change, outcome);
  if (!change.next.agent?.leg.joined) {
    change.requeue();
    return keyedWithoutAgent(change);
  }
  return change.to('connecting', 'keyed').joinCaller().connect();
}

/** The same where the carrier asks for the document that follows: it brings the caller back by itself. */
export function leaveKeys(change: HandoffChange, outcome: string): HandoffChange {
  recordKeying(change, outcome);
  if (!change.next.agent?.leg.joined) return keyedWithoutAgent(change);
  return change.newCallerLeg().to('connecting', 'keyed').connect();
}

export function recordKeying(change: HandoffChange, outcome: string): void {
  const { agent, keying } = change.next;
  change.record('handoff.keying', { staffId: agent?.id, factor: keying?.what, outcome }, ['R6.1', 'R11.1']);
}

/** The caller has keyed, and the agent's leg is gone meanwhile. */
function keyedWithoutAgent(change: HandoffChange): HandoffChange {
  change.presence(change.next.agent?.id, 'ready').dropStaff().to('agent_lost', 'keyed');
  return change.toFront().set({ lostAt: change.now, agent: undefined });
}

/** The conference in a command: by the carrier's id where its reports have told it. */
export function conferenceIn({ next: { id, conferenceId } }: HandoffChange): {
  readonly conference: string;
  readonly conferenceId?: string;
} {
  return { conference: conferenceName(id), ...defined({ conferenceId }) };
}
