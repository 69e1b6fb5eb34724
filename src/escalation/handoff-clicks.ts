import { conferenceName } from './carrier-command.ts';
import { CONNECT_MILLISECONDS, newLeg, OFFER_MILLISECONDS, RING_SECONDS } from './handoff.ts';
import type { HandoffChange } from './handoff-change.ts';
import type { ClickRefusal, StaffClick, StaffPhone } from './handoff-event.ts';
import { backToWaiting, conferenceIn, endKeying, fallOnChange, loseAgent } from './handoff-moves.ts';

type Click<Kind extends StaffClick['kind']> = Extract<StaffClick, { kind: Kind }>;
type Clicked = HandoffChange | ClickRefusal;

/** What a person's click does; a refusal changes nothing. Whether they may at all was asked before. */
export function onClick(change: HandoffChange, click: StaffClick): Clicked {
  switch (click.kind) {
    case 'take':
      return take(change, click.by);
    case 'refuse':
      return refuse(change, click);
    case 'supervise':
      return supervise(change, click);
    case 'stop_supervising':
      return stopSupervising(change, click.by);
    default:
      return change.next.agent?.id === click.by ? onOwnClick(change, click) : 'not_yours';
  }
}

function onOwnClick(
  change: HandoffChange,
  click: Exclude<StaffClick, { kind: 'take' | 'refuse' | 'supervise' | 'stop_supervising' }>,
): Clicked {
  const { state } = change.next;
  switch (click.kind) {
    case 'hold':
      return hold(change, click.held);
    case 'key':
      return key(change, click);
    case 'take_back':
      return state === 'keying' ? endKeying(change, 'taken_back') : 'not_now';
    case 'transfer_to_queue':
      return transferToQueue(change, click);
    case 'transfer_to_person':
      return transferToPerson(change, click);
    case 'say_no':
      return sayNo(change, click.by);
    case 'end':
      return end(change);
    case 'wrap_up':
      if (state !== 'wrap_up') return 'not_now';
      return change.presence(click.by, 'ready').close('wrapped_up', click.outcome);
  }
}

/** Offers a waiting caller to one person; the one who lost them a moment ago comes first and alone. */
export function offer(change: HandoffChange, to: string, until: number): HandoffChange | undefined {
  const { state, lastAgent, caller } = change.next;
  const isFree = state === 'waiting' || (state === 'agent_lost' && to === lastAgent);
  if (!isFree || caller === 'gone' || caller === 'dialogue') return undefined;
  change.record('handoff.offered', { staffId: to, until }).to('offered', 'offered');
  return change.set({
    agent: { id: to, leg: newLeg(0) },
    until: Math.min(until, change.now + OFFER_MILLISECONDS),
  });
}

function take(change: HandoffChange, by: StaffPhone): Clicked {
  const { state, agent, until } = change.next;
  if (state !== 'offered' || agent?.id !== by.id) return state === 'closed' ? 'too_late' : 'not_yours';
  if (until !== undefined && change.now >= until) return 'too_late';
  fallOnChange(change, by.id).to('connecting', 'taken');
  change.record('handoff.taken', { staffId: by.id, number: change.next.ticket }, ['R9', 'R11.1']);
  change.set({
    agent: change.callAgent(by),
    callerLeg: newLeg(0),
    takenAt: change.next.takenAt ?? change.now,
  });
  return change.presence(by.id, 'busy').connect();
}

function refuse(change: HandoffChange, { by, why }: Click<'refuse'>): Clicked {
  const { state, agent } = change.next;
  if (state !== 'offered' || agent?.id !== by) return 'not_yours';
  change.record('handoff.declined', { staffId: by, why });
  return backToWaiting(change, 'declined');
}

function hold(change: HandoffChange, held: boolean): Clicked {
  const { state, callId, caller, language } = change.next;
  if (state !== (held ? 'talking' : 'held') || caller !== 'conference') return 'not_now';
  change.command({ kind: 'hold', ...conferenceIn(change), callId, held, language });
  change.to(held ? 'held' : 'talking', held ? 'held' : 'unheld');
  return held ? change.set({ heldSince: change.now }) : change;
}

function key(change: HandoffChange, { by, what }: Click<'key'>): Clicked {
  const { state, id, callId, language, caller, successor } = change.next;
  if (state !== 'talking' || caller !== 'conference' || successor) return 'not_now';
  change.command({ kind: 'record', ...conferenceIn(change), paused: true });
  change.command({ kind: 'key_caller', handoff: id, callId, language });
  change.record('handoff.keying', { staffId: by, factor: what, outcome: 'begun' }, ['R6.1', 'R11.1']);
  return change.to('keying', what).set({
    keying: { what, since: change.now },
    caller: 'moving',
    movingSince: change.now,
    recordingPaused: true,
  });
}

function transferToQueue(change: HandoffChange, { by, queue }: Click<'transfer_to_queue'>): Clicked {
  const { state, ticket } = change.next;
  if (state !== 'talking' && state !== 'held') return 'not_now';
  change.requeue().dropStaff().levelFalls('transfer').presence(by, 'ready');
  change.record('handoff.transferred', { staffId: by, queue, number: ticket + 1 }, ['R10.1', 'Z4']);
  change.to('waiting', 'transferred');
  return change.set({ queue, ticket: ticket + 1, agent: undefined, lastAgent: undefined, lostAt: undefined });
}

function transferToPerson(change: HandoffChange, { by, to }: Click<'transfer_to_person'>): Clicked {
  const { state, successor, caller } = change.next;
  if (state !== 'talking' || caller !== 'conference' || successor || to.id === by) return 'not_now';
  const called = change.callAgent(to);
  change.presence(to.id, 'busy');
  return change.set({ successor: { ...called, until: change.now + CONNECT_MILLISECONDS } });
}

function supervise(change: HandoffChange, { by, voice }: Click<'supervise'>): Clicked {
  const { state, id, language, agent, supervisor } = change.next;
  const agentCall = agent?.leg.joined ? agent.leg.callId : undefined;
  if ((state !== 'talking' && state !== 'held') || agentCall === undefined) return 'not_now';
  if (agent?.id === by.id || (supervisor && supervisor.id !== by.id)) return 'not_now';
  if (supervisor) {
    if (!supervisor.leg.joined || supervisor.leg.callId === undefined) return 'not_now';
    change.command({
      kind: 'voice',
      ...conferenceIn(change),
      callId: supervisor.leg.callId,
      agentCall,
      voice,
    });
    change.set({ supervisor: { ...supervisor, voice } });
  } else {
    const number = change.label('supervisor');
    change.command({
      ...{ kind: 'call_staff', handoff: id, conference: conferenceName(id), language, to: by.phone },
      label: { role: 'supervisor', number },
      ...{ coach: { agentCall, voice }, ringSeconds: RING_SECONDS },
    });
    const until = change.now + CONNECT_MILLISECONDS;
    change.set({ supervisor: { id: by.id, leg: newLeg(number), voice, until } });
  }
  return change.record('handoff.supervised', { staffId: by.id, event: voice }, ['R10.1']);
}

function stopSupervising(change: HandoffChange, by: string): Clicked {
  const { supervisor } = change.next;
  if (supervisor?.id !== by) return 'not_yours';
  change.endLeg(supervisor.leg.callId).set({ supervisor: undefined });
  return change.record('handoff.supervised', { staffId: by, event: 'out' }, ['R10.1']);
}

/** The caller leaves the conference for as long as the line speaks, so that no person says it and none can soften it. */
function sayNo(change: HandoffChange, by: string): Clicked {
  const { state, caller, successor } = change.next;
  if (state !== 'talking' || caller !== 'conference' || successor) return 'not_now';
  change.record('desk.did', { staffId: by, action: 'say_no' }, ['R10.2', 'R11.1']);
  return change.to('connecting', 'say_no').joinCaller().connect().set({ saysNo: true });
}

function end(change: HandoffChange): Clicked {
  const { state, callId } = change.next;
  if (state === 'connecting') return loseAgent(change, 'agent_withdrew', false);
  if (state !== 'talking' && state !== 'held') return 'not_now';
  change.endLeg(callId).set({ caller: 'gone', movingSince: undefined });
  return change.finish('agent_ended', 'other');
}
