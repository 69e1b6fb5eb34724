import { type Order, orderBinding } from '../actions/order.ts';
import { type Level, PIN_KINDS, type PinKind } from '../actions/requirement.ts';
import type { Instant } from '../platform/clock.ts';
import type { Policy } from '../policy/policy.ts';
import { currentLevel, type Proofs, requiredLevel, requiredPin } from './levels.ts';

/** What a call's level for its order stands on. */
export interface OrderingCall {
  readonly id: string;
  readonly proofs: Proofs;
  readonly flow: { readonly order?: Order; readonly desk?: { readonly asks: string } };
}

/** What the codes and confirmations of this call's order are bound to; undefined before there is a customer and an order. */
export function bindingOf(call: OrderingCall): string | undefined {
  const { customerId } = call.proofs;
  return customerId !== undefined && call.flow.order
    ? orderBinding(call.id, customerId, call.flow.order)
    : undefined;
}

/** The assurance level the call has for its current order. */
export function levelOf(call: OrderingCall, policy: Policy, now: Instant): Level {
  // Of what a level stands on only a code is bound to the order; without one there is no digest to work out.
  const binding = call.proofs.code && bindingOf(call);
  return currentLevel(call.proofs, binding, policy, now);
}

/** Whether an order still takes a one-time code before it can be carried out (R7.1). */
export function needsStepUp(call: OrderingCall, order: Order, policy: Policy, now: Instant): boolean {
  return requiredLevel(order, policy, call.proofs.newNumber) === 'L3' && levelOf(call, policy, now) !== 'L3';
}

/** Which PIN a call is asked for: the one a person asks for, or its order takes, and the query PIN where nothing says otherwise (R6.1). */
export function pinKindOf({ flow }: Pick<OrderingCall, 'flow'>, policy: Policy): PinKind {
  return pinAskedFor({ flow }) ?? (flow.order && requiredPin(flow.order.action, policy)) ?? 'query';
}

/** The PIN that a person asks for now; undefined where they ask for none. */
export function pinAskedFor({ flow: { desk } }: Pick<OrderingCall, 'flow'>): PinKind | undefined {
  return PIN_KINDS.find((kind) => kind === desk?.asks);
}
