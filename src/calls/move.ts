import type { FlowContext } from '../flow/context.ts';
import type { FlowEvent } from '../flow/events.ts';
import { moveFlow, type TransitionResult } from '../flow/machine.ts';
import type { Release } from '../flow/release.ts';
import type { TransitionScope } from '../flow/transition.ts';
import { type EventType, isFreezeOperation } from '../flow/vocabulary.ts';
import type { Instant } from '../platform/clock.ts';
import { defined } from '../platform/defined.ts';
import type { CallState } from './call.ts';
import { metaOf } from './decision.ts';

/** After these the caller has been asked whether they want a freeze: one more star says yes. */
const STARRED: ReadonlySet<EventType> = new Set(['STAR', 'STARS']);

/** Somebody was looked for; a refusal looked for nobody. */
const COMPARED: ReadonlySet<EventType> = new Set(['PASSED', 'FAILED', 'LOCKED']);

/** Moves a call's flow by one event and remembers the event's options or code. Pure. */
export function move(
  call: CallState,
  event: FlowEvent,
  release: Release,
  known: Pick<TransitionScope, 'currency' | 'chosenLanguage'>,
  now: Instant,
): TransitionResult {
  return moveFlow(
    release.flow,
    { step: call.step, flow: remembered(call, event, release), proofs: call.proofs },
    event,
    { policy: release.policy, now, ...known },
  );
}

/** After these the languages are still offered: the caller has not chosen one, and has done nothing else either. */
const KEEPS_LANGUAGE_MENU: ReadonlySet<EventType> = new Set(['LANGUAGE', 'SILENCE', 'INVALID', 'STAR']);

/**
 * Retries and repeats belong to a step; every other count lives as long as the call (invariant 5). The languages are
 * offered until one is chosen or something else happens.
 */
export function settleCounters(from: string, to: string, event: FlowEvent, flow: FlowContext): FlowContext {
  const counters =
    from === to
      ? flow.counters
      : { ...flow.counters, retries: 0, repeats: 0, ...(event.type === 'SENT' ? { waits: 0 } : {}) };
  const { languageMenu, moreTimeOffer, pendingKey: _asked, endedItself: _ended, ...rest } = flow;
  const offered =
    from === to && KEEPS_LANGUAGE_MENU.has(event.type) ? defined({ languageMenu, moreTimeOffer }) : {};
  return {
    ...rest,
    counters,
    starPending: STARRED.has(event.type) && from === to,
    ...offered,
    ...(event.type === 'LONE_KEY' && from === to ? { pendingKey: event.key } : {}),
  };
}

function remembered({ flow, step }: CallState, event: FlowEvent, release: Release): FlowContext {
  const { perform, collect } = metaOf(release, step);
  if (event.type === 'DONE' && isFreezeOperation(perform))
    return { ...flow, freezeDone: true, ...defined({ frozen: event.freeze, freezeAsked: event.asked }) };
  const isIdentity = collect?.kind === 'entry' && collect.factor === 'identity';
  // Somebody is verified now: who was denied before is nobody's any more.
  if (event.type === 'PASSED' && event.passed.factor === 'pin') {
    const { deniedCustomerId: _denied, ...rest } = flow;
    return rest;
  }
  if (isIdentity && COMPARED.has(event.type)) return { ...flow, identityKeyed: true };
  if (event.type === 'LISTED') {
    const { listedFrom: _before, ...rest } = flow;
    return { ...rest, options: event.options };
  }
  if (event.type === 'SENT') {
    const { codeId, hint, sentAt, expiresAt } = event;
    return { ...flow, code: { codeId, hint, sentAt, expiresAt } };
  }
  return flow;
}
