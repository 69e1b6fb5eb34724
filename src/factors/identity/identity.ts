import type { PassedFactor } from '../../assurance/grant.ts';
import type { KeyedFactorRules } from '../factor.ts';
import { PIN_COUNTERS } from '../pin/pin.ts';

/** The registered phone number and the national ID (R5.1). A mismatch does not tell which of them was wrong (Z3). */
export interface KeyedIdentity {
  readonly factor: 'identity';
  readonly phoneIndex: string;
  readonly nationalId: string;
  /** Keyed to freeze: no limit stands before it, and it unlocks nothing (ADR 27). */
  readonly forFreeze?: true;
}

const proves = (subject: Omit<Extract<PassedFactor, { factor: 'identity' }>, 'factor'>): PassedFactor => ({
  factor: 'identity',
  ...subject,
});

/** Finds out who calls. Its attempts draw on the calling number, because nobody is known yet who could be locked. */
export const identity = {
  name: 'identity',
  provedBy: 'attempt',
  input: { kind: 'nationalId', label: 'national ID number', length: undefined },
  counters: {
    identity: {
      draws: 'source',
      limits: ({ source }) => ({
        peoplePerHour: source.failedIdentificationsPerHour,
        provedAt: PIN_COUNTERS,
      }),
    },
    'identity.freeze': { draws: 'nothing' },
  },
  counterFor: (): 'identity' => 'identity',
  slowsGuessing: true,
  outcomes: ['PASSED', 'FAILED', 'LOCKED', 'LIMITED', 'BUSY'],
  awaitedEvents: [],
  proves,
  callBudget: { counter: 'identities', countsPassed: true },
  symbolic: {
    passes: ({ somebody, at }) => proves({ customerId: somebody, at }),
    rightLine: () => 'key {id}#',
    wrongLine: 'key {id of 2}#',
  },
} as const satisfies KeyedFactorRules<'identity'>;
