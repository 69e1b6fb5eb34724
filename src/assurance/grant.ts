import type { PinKind } from '../actions/requirement.ts';
import type { Instant } from '../platform/clock.ts';
import { defined } from '../platform/defined.ts';
import { assert } from '../platform/fault.ts';
import { knownNumber, type NewNumber, NO_PROOFS, type Proofs } from './levels.ts';

/** A factor that passed: compared, settled, and not lost to anybody else. `at` is the moment of the turn. */
export type PassedFactor =
  | { readonly factor: 'identity'; readonly customerId: string; readonly at: Instant }
  | {
      readonly factor: 'pin';
      readonly customerId: string;
      readonly kind: PinKind;
      readonly at: Instant;
      /** How the number stands that it came from; left out where it is known. */
      readonly newNumber?: NewNumber;
    }
  | { readonly factor: 'code'; readonly customerId: string; readonly binding: string; readonly at: Instant }
  /** The caller said yes (R8): to the order with this binding, or without one to being the identified customer. */
  | { readonly factor: 'confirmation'; readonly binding?: string; readonly at: Instant };

/**
 * Adds a passed factor to what is proved. The only function that adds to Proofs (invariant 23). Another customer's
 * identity drops everything proved before; PIN, code and confirmation of anyone but the identified customer are a
 * bug and stop here.
 */
export function grantFactor(proofs: Proofs, passed: PassedFactor): Proofs {
  const { at } = passed;
  if (passed.factor === 'identity') {
    const { customerId } = passed;
    const kept = proofs.customerId === customerId ? proofs : NO_PROOFS;
    return { ...kept, customerId, identifiedAt: at };
  }
  const owner = passed.factor === 'confirmation' ? proofs.customerId : passed.customerId;
  assert(
    owner !== undefined && owner === proofs.customerId,
    'a factor is granted to the customer who was identified',
  );
  switch (passed.factor) {
    case 'pin':
      return {
        ...knownNumber(proofs),
        pins: { ...proofs.pins, [passed.kind]: at },
        ...defined({ newNumber: passed.newNumber }),
      };
    case 'code':
      return { ...proofs, code: { at, binding: passed.binding } };
    case 'confirmation':
      return passed.binding === undefined
        ? { ...proofs, identityConfirmedAt: at }
        : { ...proofs, confirmation: { at, binding: passed.binding } };
  }
}
