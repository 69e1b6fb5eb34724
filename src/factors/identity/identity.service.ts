import { findByIdentity } from '../../customers/customers.store.ts';
import { blindIndex, type Keyring } from '../../platform/keyring.ts';
import type { FactorCheck } from '../check.ts';
import { identity, type KeyedIdentity } from './identity.ts';

/** Looks for the customer with this registered phone and national ID. */
export function identityCheck(keyring: Keyring): FactorCheck<KeyedIdentity> {
  return {
    counterOf: ({ forFreeze }) => (forFreeze ? 'identity.freeze' : identity.counterFor()),
    customerOf: () => undefined,
    // Of what is looked up, so that two ways to write one document name one person, whether there is one or not.
    subjectOf: ({ phoneIndex, nationalId }) =>
      blindIndex(
        keyring,
        'identification',
        JSON.stringify([phoneIndex, blindIndex(keyring, 'national_id', nationalId)]),
      ),
    prepare: async (_transaction, { now }, { phoneIndex, nationalId }) => ({
      kind: 'look_up',
      compare: async (transaction) => {
        const index = blindIndex(keyring, 'national_id', nationalId);
        const customer = await findByIdentity(transaction, phoneIndex, index);
        if (!customer) return { kind: 'mismatch' };
        return { kind: 'match', passed: identity.proves({ customerId: customer.id, at: now }) };
      },
    }),
    tries: undefined,
    consume: undefined,
  };
}
