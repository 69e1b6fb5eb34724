import { bindingOf, needsStepUp } from '../assurance/call-level.ts';
import { currentLevel, knownNumber } from '../assurance/levels.ts';
import { lineFor } from '../flow/company.ts';
import type { FlowEvent } from '../flow/events.ts';
import type { Release } from '../flow/release.ts';
import type { Jurisdiction } from '../jurisdictions/catalogue.ts';
import { orderSetting } from '../orders/biometric-lines.ts';
import { isSummedByDay } from '../orders/day-sum.ts';
import { policyRefusal } from '../orders/policy-refusal.ts';
import type { Instant } from '../platform/clock.ts';
import { defined } from '../platform/defined.ts';
import type { Reply } from '../speech/reply.ts';
import { type CallState, newCall } from './call.ts';
import type { RecordedTurn, StoredCall } from './calls.store.ts';
import type { ReplyRenderer } from './calls-port.ts';
import { decideCommand } from './commands.ts';
import { decide } from './decide.ts';
import type { Decision } from './decision.ts';

/** A call as it was recorded. */
export interface RecordedCall {
  readonly id: string;
  readonly line: string;
  readonly startedAt: Instant;
  /** As in the call's state, from its first turn to its last; a call of an older program does not have it. */
  readonly showsNumber?: true;
  readonly turns: readonly RecordedTurn[];
}

/** A stored call with its turns, and with everything of its beginning that its journal does not repeat. */
export function recordedCall(
  { line, state }: Pick<StoredCall, 'line' | 'state'>,
  turns: readonly RecordedTurn[],
): RecordedCall {
  const { id, startedAt, showsNumber } = state;
  return { id, line, startedAt, ...defined({ showsNumber }), turns };
}

/** A recorded call as it came in, before its first turn. */
export function stateAtStart(
  { id, line, startedAt, showsNumber }: Omit<RecordedCall, 'turns'>,
  { flow, company }: Release,
): CallState {
  return newCall(
    id,
    flow.definition.initial,
    { ...lineFor(company, line), ...defined({ showsNumber }) },
    startedAt,
  );
}

type ReplayResult =
  | { readonly kind: 'same'; readonly turns: number }
  /** The turn with this number is decided differently from what was recorded. */
  | {
      readonly kind: 'different';
      readonly seq: number;
      readonly step: string;
      readonly why: 'answer' | 'no_answer' | 'cannot_decide';
    };

/** Decides a recorded call again under the release it ran on: every answer must come out byte for byte (R11.1). Pure. */
export function replayCall(call: RecordedCall, release: Release, renderer: ReplyRenderer): ReplayResult {
  let state = stateAtStart(call, release);
  for (const turn of call.turns) {
    const different = (why: 'answer' | 'no_answer' | 'cannot_decide'): ReplayResult => ({
      kind: 'different',
      seq: turn.seq,
      step: state.step,
      why,
    });
    if (turn.journal.command) {
      state = decideCommand(state, turn.journal.command).call;
      continue;
    }
    let reply: Reply | undefined;
    for (const { event, facts } of turn.journal.steps) {
      const decision = decideAgain(release, state, event, facts, turn.journal.now);
      if (!decision) return different('cannot_decide');
      state = decision.call;
      reply = decision.next.kind === 'reply' ? decision.next.reply : undefined;
    }
    if (!reply) return different('no_answer');
    // Nobody waited for the answer of a hang-up.
    if (turn.answer !== '' && renderer.reply(reply, turn.nextToken) !== turn.answer)
      return different('answer');
  }
  return { kind: 'same', turns: call.turns.length };
}

function decideAgain(
  release: Release,
  state: CallState,
  event: FlowEvent,
  facts: Parameters<typeof decide>[3],
  now: Instant,
): Decision | undefined {
  try {
    return decide(release, state, event, facts, now);
  } catch {
    return undefined;
  }
}

/** The first turn that a proposed release would have decided differently. */
export interface Divergence {
  readonly seq: number;
  readonly step: string;
  readonly event: FlowEvent['type'];
  /** Where the caller arrived under the call's own release, and under the other one: a step, a queue or the end. */
  readonly before: string;
  readonly after: string;
  /** The steps are the same and only the words differ. */
  readonly wordsOnly: boolean;
}

type WhatIf = { readonly kind: 'same' } | { readonly kind: 'treated_differently'; readonly at: Divergence };

function arrival({ call, next }: Decision): string {
  if (next.kind === 'perform') return next.operation;
  if (next.reply.ending.kind === 'queue') return `queue ${next.reply.ending.queue}`;
  return call.step;
}

/** What an operation's recorded outcome would have been under other rules, as far as the policy alone decides it. */
function outcomeUnder(
  own: Release,
  release: Release,
  state: CallState,
  event: FlowEvent,
  dialled: Jurisdiction,
  now: Instant,
): FlowEvent {
  if (event.type !== 'CLEAR' && event.type !== 'STEP_UP') return event;
  // An order has no amount yet where it is asked what stands in its way.
  if (release.flow.steps.get(state.step)?.meta.perform !== 'order.assess') return event;
  const { order } = state.flow;
  if (!order) return event;
  const { labels } = state.flow;
  const refusal = policyRefusal(order, orderSetting(labels, dialled), release.policy, labels.loan);
  if (refusal) return { type: 'NOT_POSSIBLE', refusal };
  const explained = needsStepUp(state, order, own.policy, now) === (event.type === 'STEP_UP');
  if (event.type === 'STEP_UP') {
    // Recorded for an order that is not large by itself: the day's orders before it made it so, and would again.
    const byDaySum = !explained && isSummedByDay(order, release.policy);
    return { type: byDaySum || needsStepUp(state, order, release.policy, now) ? 'STEP_UP' : 'CLEAR' };
  }
  // Recorded as clear although the number was not known at the PIN: another call has proved it since, and would again.
  const known = explained ? state : { ...state, proofs: knownNumber(state.proofs) };
  return { type: needsStepUp(known, order, release.policy, now) ? 'STEP_UP' : 'CLEAR' };
}

/**
 * Decides a recorded call under its own release and under a proposed one, side by side, until they first treat the caller
 * differently. Nobody knows what the caller would have done then, so the comparison ends there. Pure.
 */
export function compareCall(call: RecordedCall, own: Release, proposed: Release): WhatIf {
  let before = stateAtStart(call, own);
  let after = stateAtStart(call, proposed);
  for (const { seq, journal } of call.turns) {
    if (journal.command) {
      before = decideCommand(before, journal.command).call;
      after = decideCommand(after, journal.command).call;
    }
    for (const { event, facts } of journal.steps) {
      const { step } = before;
      const was = decideAgain(own, before, event, facts, journal.now);
      const other = outcomeUnder(
        own,
        proposed,
        after,
        event,
        lineFor(proposed.company, call.line).jurisdiction,
        journal.now,
      );
      const would = decideAgain(proposed, after, other, facts, journal.now);
      const diverges = (wordsOnly: boolean, now: string): WhatIf => ({
        kind: 'treated_differently',
        at: { seq, step, event: event.type, before: was ? arrival(was) : 'nothing', after: now, wordsOnly },
      });
      if (!was) return { kind: 'same' };
      if (!would) return diverges(false, 'no answer: the step does not know what happened');
      const levels = [was.call, would.call].map((made, index) =>
        currentLevel(made.proofs, bindingOf(made), (index === 0 ? own : proposed).policy, journal.now),
      );
      if (arrival(was) !== arrival(would) || levels[0] !== levels[1]) return diverges(false, arrival(would));
      if (spoken(was, own) !== spoken(would, proposed)) return diverges(true, arrival(would));
      before = was.call;
      after = would.call;
    }
  }
  return { kind: 'same' };
}

/** Everything a caller hears and how many seconds they have to key, in the call's own language. */
function spoken({ next }: Decision, release: Release): string {
  if (next.kind !== 'reply') return '';
  const { reply } = next;
  const words = reply.speech.map((speech) => [
    release.prompts.text(speech, speech.language ?? reply.language),
    speech.bargeIn ?? true,
  ]);
  return JSON.stringify([words, reply.ending]);
}
