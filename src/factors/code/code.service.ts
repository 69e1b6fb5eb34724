import { defined } from '../../platform/defined.ts';
import type { Keyring } from '../../platform/keyring.ts';
import type { FactorCheck } from '../check.ts';
import { compareCode, consumeCode, liveCodeId, refundCodeTry, takeCodeTry } from './code.store.ts';
import { code, type KeyedCode } from './code.ts';

/** Compares a code with those of this call and order. The attempt is counted on the newest of them as well. */
export function codeCheck(keyring: Keyring): FactorCheck<KeyedCode> {
  return {
    counterOf: code.counterFor,
    customerOf: ({ customerId }) => customerId,
    subjectOf: () => undefined,
    prepare: async (reading, { callId, now }, { customerId, binding, digits }) => {
      const secretId = await liveCodeId(reading, callId, binding);
      return {
        kind: 'look_up',
        compare: async (transaction) => {
          const comparison = await compareCode(transaction, keyring, callId, binding, digits, now);
          if (comparison.kind !== 'match') return comparison;
          const passed = code.proves({ customerId, binding, at: now });
          return { kind: 'match', passed, secretId: comparison.codeId };
        },
        ...defined({ secretId }),
      };
    },
    tries: (policy) => ({
      take: (transaction, codeId) => takeCodeTry(transaction, codeId, policy),
      refund: refundCodeTry,
    }),
    consume: consumeCode,
  };
}
