import { levelOf } from '../assurance/call-level.ts';
import type { KeyingResult } from '../escalation/handoff.ts';
import { type HandoffReason, REASON_MEANINGS } from '../escalation/reasons.ts';
import type { FlowContext } from '../flow/context.ts';
import type { DeskAsk } from '../flow/desk-asks.ts';
import type { FlowEvent } from '../flow/events.ts';
import type { Release } from '../flow/release.ts';
import { isStaffEvent } from '../flow/staff-events.ts';
import type { StateMeta } from '../flow/vocabulary.ts';
import type { Instant } from '../platform/clock.ts';
import { defined } from '../platform/defined.ts';
import type { Speech } from '../speech/reply.ts';
import { collectOf, replyOf } from './arrive.ts';
import type { CallState, Facts } from './call.ts';
import { type Decision, metaOf } from './decision.ts';

/** A call at a step that replies, and what is said there. */
interface Arrival {
  readonly release: Release;
  /** The step the call came from. */
  readonly from: string;
  readonly event: FlowEvent;
  readonly arrived: CallState;
  readonly meta: StateMeta;
  readonly reason: HandoffReason | undefined;
  readonly speech: readonly Speech[];
  readonly facts: Facts;
  readonly now: Instant;
}

/** Who ended a call by this event, as it is recorded: the caller, the line, or nobody who said so. */
export function endedBy(event: FlowEvent): 'caller' | 'line' | 'unheard' {
  if (event.type !== 'HANGUP') return 'line';
  return event.unheard ? 'unheard' : 'caller';
}

/** What comes next at a step that replies: the end of the call, a person, or more keys. Pure. */
export function nextOf(arrival: Arrival): Decision {
  if (arrival.arrived.status === 'ended') return end(arrival);
  if (!arrival.meta.handoff) return collect(arrival);
  const { desk } = arrival.arrived.flow;
  return desk ? backToDesk(arrival, desk) : handOver(arrival);
}

function end({ event, arrived, meta, speech, facts }: Arrival): Decision {
  return {
    call: arrived,
    effects: [],
    entries: [{ type: 'call.ended', step: arrived.step, rules: meta.rules, data: { by: endedBy(event) } }],
    next: {
      kind: 'reply',
      reply: replyOf(arrived, speech, facts, { kind: 'hangup', ...defined({ hears: meta.hears }) }),
    },
  };
}

function handOver({
  release,
  from,
  arrived,
  meta,
  reason = 'caller_asked',
  speech,
  facts,
  now,
}: Arrival): Decision {
  const { queue, rules } = REASON_MEANINGS[reason];
  const level = levelOf(arrived, release.policy, now);
  const intent = arrived.flow.order?.action;
  const { customerId } = arrived.proofs;
  const waiting = { ...arrived, queue };
  const ending = {
    kind: 'queue',
    queue: release.company.queues[queue],
    ...defined({ hears: meta.hears }),
  } as const;
  return {
    call: waiting,
    effects: [{ kind: 'handoff', reason, step: from, level, ...(intent ? { intent } : {}) }],
    entries: [{ type: 'call.handoff', step: from, rules, data: { reason, queue, level, customerId } }],
    next: { kind: 'reply', reply: replyOf(waiting, speech, facts, ending) },
  };
}

/** A person has this caller already: they go back, and that person learns what came of it. */
function backToDesk(
  { release, from, event, arrived, meta, speech, facts }: Arrival,
  { handoff, asks }: NonNullable<FlowContext['desk']>,
): Decision {
  const { desk: _done, ...flow } = arrived.flow;
  const back = { ...arrived, flow };
  const result = keyingResult(metaOf(release, from), event, asks);
  return {
    call: back,
    effects: [{ kind: 'back_to_desk', handoff, result }],
    entries: [],
    next: {
      kind: 'reply',
      reply: replyOf(back, speech, facts, { kind: 'desk', handoff, ...defined({ hears: meta.hears }) }),
    },
  };
}

/** What a person learns of what they asked for. Where no try was left none was taken: that is locked for this call. */
function keyingResult({ collect }: StateMeta, event: FlowEvent, asks: DeskAsk): KeyingResult {
  const factor = collect?.kind === 'entry' ? collect.factor : undefined;
  if (factor === undefined) return isStaffEvent(event) ? 'locked' : 'gave_up';
  const isAsked = factor === 'pin' || factor === asks;
  if (event.type === 'PASSED')
    return (event.passed.factor === 'pin' ? event.passed.kind : event.passed.factor) === asks
      ? 'passed'
      : 'locked';
  if (event.type === 'FAILED' && isAsked) return 'failed';
  return event.type === 'FAILED' || event.type === 'LOCKED' || event.type === 'LIMITED'
    ? 'locked'
    : 'gave_up';
}

function collect({ release, arrived, meta, speech, facts, now }: Arrival): Decision {
  const ending = { kind: 'collect', collect: collectOf(meta, arrived, release, facts, now) } as const;
  return {
    call: arrived,
    effects: [],
    entries: [],
    next: { kind: 'reply', reply: replyOf(arrived, speech, facts, ending) },
  };
}
