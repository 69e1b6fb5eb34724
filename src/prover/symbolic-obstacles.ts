import { ACTION_CATALOGUE } from '../actions/catalogue.ts';
import type { OrderRefusal } from '../actions/order-details.ts';
import { needsStepUp } from '../assurance/call-level.ts';
import type { CallState } from '../calls/call.ts';
import type { FlowEvent } from '../flow/events.ts';
import type { Release } from '../flow/release.ts';
import type { Instant } from '../platform/clock.ts';

/** The refusals that need neither a payee nor an amount. */
const OBSTACLES: ReadonlySet<OrderRefusal> = new Set([
  'account_frozen',
  'agreement_needed',
  'cooling_off',
  'day_total_reached',
]);

/** What can be answered when it is asked whether anything stands in the way of the call's order at this moment. */
export function obstacleEvents({ policy }: Release, call: CallState, at: Instant): readonly FlowEvent[] {
  const { order } = call.flow;
  if (!order) return [{ type: 'CLEAR' }];
  const refusals = ACTION_CATALOGUE[order.action].refusals.filter((refusal) => OBSTACLES.has(refusal));
  return [
    { type: 'CLEAR' },
    ...refusals.map((refusal) => ({ type: 'NOT_POSSIBLE', refusal }) as const),
    ...(needsStepUp(call, order, policy, at)
      ? (['sim_changed', 'sim_unknown', 'phone_too_new'] as const).map(
          (reason) => ({ type: 'UNAVAILABLE', reason }) as const,
        )
      : []),
  ];
}
