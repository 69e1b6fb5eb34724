import type { PassedFactor } from '../../assurance/grant.ts';
import type { Instant } from '../../platform/clock.ts';
import type { ConfirmedFactorRules } from '../factor.ts';

/** What a step asks the caller to confirm: being the identified customer, or the order as it was read back. */
export const CONFIRMATION_PARTS = ['identity', 'order'] as const;
type ConfirmationPart = (typeof CONFIRMATION_PARTS)[number];

/** The caller said yes to being the identified customer (R8). Key 1 gives it; there is no secret and no budget. */
export const confirmation = {
  name: 'confirmation',
  provedBy: 'confirmation',
  parts: CONFIRMATION_PARTS,
  proves: (subject) => ({ factor: 'confirmation', ...subject }),
} as const satisfies ConfirmedFactorRules<'confirmation'>;

type Confirmed =
  /** The first of two parts: the order is read back next. */
  | { readonly kind: 'identity_confirmed'; readonly binding: string }
  | { readonly kind: 'passed'; readonly passed: PassedFactor }
  /** The caller has not confirmed the identity for this order: the key proves nothing. */
  | { readonly kind: 'nothing' };

/**
 * What key 1 proves at a step that asks to confirm this part, for the order with this binding (R8). An action that is read
 * back takes both parts, in order; the identity is confirmed once a call where the step says so (ADR 35). The decision
 * grants what passed; nothing else may (invariant 23). Pure.
 */
export function confirm(
  part: ConfirmationPart,
  order: { readonly binding: string; readonly isReadBack: boolean },
  identity: { readonly onceACall: boolean; readonly isKept: boolean; readonly confirmedFor?: string },
  at: Instant,
): Confirmed {
  const { binding, isReadBack } = order;
  if (part === 'identity' && identity.onceACall)
    return { kind: 'passed', passed: confirmation.proves({ at }) };
  if (part === 'identity' && isReadBack) return { kind: 'identity_confirmed', binding };
  if (part === 'order' && !identity.isKept && identity.confirmedFor !== binding) return { kind: 'nothing' };
  return { kind: 'passed', passed: confirmation.proves({ binding, at }) };
}
