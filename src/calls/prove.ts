import { bindingOf } from '../assurance/call-level.ts';
import { grantFactor } from '../assurance/grant.ts';
import { identityOnly } from '../assurance/levels.ts';
import { confirm } from '../factors/confirmation/confirmation.ts';
import type { FlowEvent } from '../flow/events.ts';
import type { Release } from '../flow/release.ts';
import type { Instant } from '../platform/clock.ts';
import { defined } from '../platform/defined.ts';
import { assert } from '../platform/fault.ts';
import type { CallState } from './call.ts';
import { metaOf } from './decision.ts';

/**
 * What an event proves, before the flow moves. Factors come only from outcomes of the factor service; the
 * confirmation (R8) only from key 1 at a step that asks for it, for the order as it stands.
 */
export function prove(call: CallState, event: FlowEvent, release: Release, now: Instant): CallState {
  if (isAfterTheTime(event)) return { ...call, proofs: identityOnly(call.proofs) };
  if (event.type === 'PASSED') return { ...call, proofs: grantFactor(call.proofs, event.passed) };
  const { collect } = metaOf(release, call.step);
  if (event.type !== 'KEY.1' || collect?.kind !== 'confirm') return call;
  const binding = bindingOf(call);
  assert(
    binding !== undefined && call.flow.order,
    'a confirmation is asked for with a customer and an order',
  );
  const isReadBack = release.policy.actions[call.flow.order.action].readBack === true;
  const identity = {
    onceACall: collect.onceACall === true,
    isKept: call.proofs.identityConfirmedAt !== undefined,
    ...defined({ confirmedFor: call.flow.identityConfirmedFor }),
  };
  const confirmed = confirm(collect.of, { binding, isReadBack }, identity, now);
  switch (confirmed.kind) {
    case 'identity_confirmed':
      return { ...call, flow: { ...call.flow, identityConfirmedFor: confirmed.binding } };
    case 'passed':
      return { ...call, proofs: grantFactor(call.proofs, confirmed.passed) };
    case 'nothing':
      return call;
  }
}

/** The time for the verification has run out: who is known stays known for a freeze, and no more. */
function isAfterTheTime(event: FlowEvent): boolean {
  return event.type === 'LATE_STARS' || (event.type === 'FREEZE' && event.afterIdle === true);
}
