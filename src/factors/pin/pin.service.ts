import type { PinVerifiers } from '../../credentials/pin-verifier.service.ts';
import { pinVerifierOf } from '../../credentials/pin-verifiers.store.ts';
import type { FactorCheck } from '../check.ts';
import { type KeyedPin, pin as rules } from './pin.ts';

/**
 * Compares a PIN. The PIN of somebody unknown is looked up like any other, and an unknown customer, a missing PIN and a
 * lock cost the same comparison as a wrong PIN (invariants 4, 20).
 */
export function pinCheck(pins: PinVerifiers): FactorCheck<KeyedPin> {
  return {
    counterOf: ({ kind }) => rules.counterFor(kind),
    customerOf: ({ customerId }) => customerId,
    subjectOf: () => undefined,
    prepare: async (transaction, { now }, { customerId, kind, pin }) => {
      const stored = await pinVerifierOf(transaction, customerId, kind);
      return {
        kind: 'in_process',
        compare: async (isReserved) => {
          // A locked attempt is compared with nothing that could match (invariant 4).
          const verifier = isReserved ? stored : undefined;
          const comparison = await pins.verify({ verifier, customerId, kind, pin });
          if (comparison !== 'match' || customerId === undefined)
            return { kind: comparison === 'busy' ? 'busy' : 'mismatch' };
          return { kind: 'match', passed: rules.proves({ customerId, kind, at: now }) };
        },
      };
    },
    tries: undefined,
    consume: undefined,
  };
}
