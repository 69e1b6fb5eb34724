import { type ActionName, isMoneyOrder } from '../actions/catalogue.ts';
import type { Order } from '../actions/order.ts';
import type { Level, PinKind } from '../actions/requirement.ts';
import { type Instant, SECOND } from '../platform/clock.ts';
import { defined } from '../platform/defined.ts';
import type { Policy } from '../policy/policy.ts';

/** A number that no money order was carried out from with a code, and one that is hidden and never becomes known (V4.2). */
export type NewNumber = 'unproved' | 'hidden';

/**
 * What has been proved in this call. Only `grantFactor` (factors/grant.ts) adds to it and only `voidProofs`,
 * `voidStepUp` and `identityOnly` take away (invariant 23); everything else reads.
 */
export interface Proofs {
  readonly customerId?: string;
  readonly identifiedAt?: Instant;
  readonly pins: { readonly [kind in PinKind]?: Instant };
  /** The PIN came from a number that is not known: money orders take a code (V4.2). Asks for more, proves nothing. */
  readonly newNumber?: NewNumber;
  /** A one-time code passed, for the order with this binding only. */
  readonly code?: { readonly at: Instant; readonly binding: string };
  /** The caller said yes to who they are (R8), once for the call; it falls with everything else that is proved. */
  readonly identityConfirmedAt?: Instant;
  /** The caller's final yes (R8), for the order with this binding only. */
  readonly confirmation?: { readonly at: Instant; readonly binding: string };
}

export const NO_PROOFS: Proofs = { pins: {} };

/** Drops every proof: hang-up, idle, or the caller said "that is not me". */
export function voidProofs(): Proofs {
  return NO_PROOFS;
}

/** Drops what was proved for one order; identity and PIN stay. A step-up serves one action only. */
export function voidStepUp(proofs: Proofs): Proofs {
  const { code: _code, confirmation: _confirmation, ...rest } = proofs;
  return rest;
}

/** Drops everything but who was identified: after idle time that is good for a freeze, and for nothing else. */
export function identityOnly({ customerId, identifiedAt }: Proofs): Proofs {
  return { ...defined({ customerId, identifiedAt }), pins: {} };
}

/** The proofs once the number they came from is known. */
export function knownNumber(proofs: Proofs): Proofs {
  const { newNumber: _new, ...rest } = proofs;
  return rest;
}

export type LevelRefusal =
  | 'not_identified'
  | 'pin_missing'
  | 'pin_too_old'
  | 'code_missing'
  | 'code_for_another_order'
  | 'code_too_old'
  | 'confirmation_missing'
  | 'confirmation_for_another_order';

/**
 * The level an order takes: the catalogue's, raised when the amount makes it large (exactly at the line is large, Z8), and
 * for money out of an account asked for from a number that is not known, whatever the amount (V4.2).
 */
export function requiredLevel(order: Order, policy: Policy, newNumber?: NewNumber): Level {
  if (newNumber !== undefined && isMoneyOrder(order.action)) return 'L3';
  const rule = policy.actions[order.action];
  if (rule.levelWhenLarge && order.amountMinor !== undefined && order.currency !== undefined) {
    if (order.amountMinor >= policy.amounts.largeLoanFrom[order.currency]) return rule.levelWhenLarge;
  }
  return rule.level;
}

/** The PIN an action asks for, if any (R6.1). */
export function requiredPin(action: ActionName, policy: Policy): PinKind | undefined {
  return policy.actions[action].pin;
}

/** The assurance level the proofs amount to at this moment, for an order with this binding. */
export function currentLevel(
  proofs: Proofs,
  binding: string | undefined,
  policy: Policy,
  now: Instant,
): Level {
  if (proofs.customerId === undefined || proofs.identifiedAt === undefined) return 'L0';
  const pinAt = Math.max(proofs.pins.query ?? 0, proofs.pins.transaction ?? 0);
  if (pinAt === 0 || now - pinAt >= policy.session.fromPinSeconds * SECOND) return 'L1';
  const { code } = proofs;
  const stepUp =
    code !== undefined && code.binding === binding && now - code.at < policy.session.stepUpSeconds * SECOND;
  return stepUp && proofs.pins.transaction !== undefined ? 'L3' : 'L2';
}

/**
 * Decides whether the proofs suffice for the order now; the answer is the first thing missing. Pure: the gate
 * (calls/gate.ts) asks again inside the transaction that carries the order out (invariants 21, 22).
 */
export function missingForOrder(
  proofs: Proofs,
  order: Order,
  binding: string,
  policy: Policy,
  now: Instant,
): LevelRefusal | undefined {
  const level = requiredLevel(order, policy, proofs.newNumber);
  if (level === 'L0') return undefined;
  if (proofs.customerId === undefined || proofs.identifiedAt === undefined) return 'not_identified';
  const pinKind = requiredPin(order.action, policy);
  if (pinKind !== undefined || level === 'L2' || level === 'L3') {
    const at = pinKind
      ? proofs.pins[pinKind]
      : Math.max(proofs.pins.query ?? 0, proofs.pins.transaction ?? 0);
    if (at === undefined || at === 0) return 'pin_missing';
    if (now - at >= policy.session.fromPinSeconds * SECOND) return 'pin_too_old';
  }
  if (level === 'L3') {
    if (proofs.code === undefined) return 'code_missing';
    if (proofs.code.binding !== binding) return 'code_for_another_order';
    if (now - proofs.code.at >= policy.session.stepUpSeconds * SECOND) return 'code_too_old';
  }
  // Where nothing is read back, the yes to who they are is the final one.
  const isFinal = proofs.identityConfirmedAt !== undefined && policy.actions[order.action].readBack !== true;
  if (level !== 'L1' && !isFinal) {
    if (proofs.confirmation === undefined) return 'confirmation_missing';
    if (proofs.confirmation.binding !== binding) return 'confirmation_for_another_order';
  }
  return undefined;
}
