import type { InvariantTable } from './invariant.ts';

/** Levels of assurance and the gate before an action: 21 to 28, and 50. */
export const LEVELS = {
  21: {
    statement:
      'No sequence of events reaches an action below its level, at the moment the action is carried out.',
    keptIn: ['src/orders/authorise-order.service.ts', 'src/assurance/levels.ts'],
    tests: {
      'test/invariants-levels.test.ts': ['invariant 21: no action without everything it takes'],
      'test/prover-gate.test.ts': ['wherever the prover finds a way below its level, the gate refuses'],
      'test/random-keys.test.ts': [
        'whatever is keyed, nobody is dropped, left in silence, let through or made poorer',
      ],
    },
    kinds: ['property-based', 'mutation'],
  },
  22: {
    statement: 'A lock or freeze that lands between permission and execution stops the execution.',
    keptIn: ['src/orders/authorise-order.service.ts'],
    tests: {
      'test/concurrency.test.ts': [
        'invariant 22: a freeze that is being written while the last key is pressed stops the order',
        'invariant 22: a lock that is being written while the last key is pressed stops the order',
      ],
      'test/invariants-levels.test.ts': [
        'invariant 22: what lands between the last yes and the execution stops it',
      ],
    },
    kinds: ['concurrency', 'mutation'],
  },
  23: {
    statement: 'Every channel passes the same gate, and one function writes "verified".',
    keptIn: ['src/orders/authorise-order.service.ts', 'src/assurance/grant.ts'],
    tests: {
      'test/invariants-levels.test.ts': ['invariant 23: one gate, and one place behind it'],
      'src/assurance/grant.test.ts': ['only grantFactor and the voiding functions write proofs'],
    },
    kinds: [],
  },
  24: {
    statement: "Caller id, network attestation or an agent's note never raises a level.",
    keptIn: ['src/calls/calls.service.ts', 'src/lockout/ladder.ts', 'src/factors/new-number.service.ts'],
    tests: {
      'test/invariants-levels.test.ts': [
        'invariant 24: neither caller id nor attestation nor anything else of the network raises a level',
        'the gate asks for the number again',
        'the first money order from there takes a code',
      ],
    },
    kinds: ['mutation'],
  },
  25: {
    statement: 'A hang-up voids levels and codes within 1 s; the old call id is worth nothing afterwards.',
    keptIn: ['src/calls/decide.ts', 'src/factors/code/code.store.ts'],
    tests: {
      'test/invariants-freeze.test.ts': [
        'invariant 25: within a second of a hang-up its levels and codes are void, and on record as such',
      ],
      'test/invariants-levels.test.ts': ['invariant 25: a hang-up ends every level and every code at once'],
      'test/call-endings.test.ts': [
        'a call whose end nobody reported ends an hour after its last webhook, with its levels and codes',
      ],
      'test/invariants-webhooks.test.ts': [
        'the end of a call before its last keys: the keys are worth nothing',
      ],
    },
    kinds: ['mutation'],
  },
  26: {
    statement:
      'The Vietnamese limits hold at their exact edges, for three transfers at once, and at midnight in Ho Chi Minh City.',
    keptIn: ['src/orders/authorise-order.service.ts', 'src/orders/biometric-lines.ts'],
    tests: {
      'src/orders/biometric-lines.test.ts': [
        'the order’s currency, the account’s or the dialled line puts a transfer under a line',
      ],
      'test/invariants-levels.test.ts': [
        'invariant 26: the Vietnamese lines',
        'payments count in the day’s total',
        'the day begins at midnight in Ho Chi Minh City, to the millisecond',
      ],
      'test/postgres.test.ts': [
        'three transfers at once from three calls cannot together pass the day line of V1',
      ],
    },
    kinds: ['concurrency', 'mutation'],
  },
  27: {
    statement: 'Money is integer minor units from end to end.',
    keptIn: ['src/bank/bank.ts', 'src/keying/read-turn.ts'],
    tests: {
      'test/invariants-levels.test.ts': [
        'invariant 27: money is whole minor units from the key to the books',
      ],
      'test/simulation.test.ts': [
        // biome-ignore lint/suspicious/noTemplateCurlyInString: the name as it stands in the file.
        'the simulation finds ${what} (invariant ${invariant}), and finds it at the same turn again',
      ],
    },
    kinds: ['property-based'],
  },
  28: {
    statement:
      'With the database, key store or SMS down, verification refuses, a freeze is still accepted, the caller hears the truth, and no attempt is charged.',
    keptIn: [
      'src/calls/calls.service.ts',
      'src/carriers/voice.routes.ts',
      'src/freeze/freeze-requests.service.ts',
    ],
    tests: {
      'test/invariants-counting.test.ts': ['invariant 28: what could not be compared is not charged'],
      'test/invariants-freeze.test.ts': ['invariant 28: a freeze takes neither PINs nor messages'],
      'test/audit-trail.test.ts': ['a decision and its entry commit together'],
      'test/http-webhooks.test.ts': [
        'in an outage the caller hears the truth in the language of the line, then a person',
      ],
      'test/freeze-in-outage.test.ts': [
        'a freeze keyed while the store is out is written down, told, and carried out when it is back',
      ],
      'test/database-faults.test.ts': ['what lost to another transaction is tried again and not heard'],
    },
    kinds: ['fault-injection', 'mutation'],
  },
  50: {
    statement: 'Splitting an order does not lower the level it takes.',
    keptIn: [
      'src/orders/day-sum.ts',
      'src/orders/day-sum.service.ts',
      'src/orders/authorise-order.service.ts',
    ],
    tests: {
      'test/invariants-splitting.test.ts': [
        'forty applications just below the line: one is taken without a code (invariant 50)',
        'two applications at once, each half of a large one: the gate lets one through without a code',
      ],
      'src/orders/day-sum.test.ts': ['no way to split an amount lowers the level of all its parts'],
      'test/invariants-levels.test.ts': [
        'three parallel transfers of 8,000,000 at the last key: the third does not pass',
      ],
    },
    kinds: ['property-based', 'mutation'],
  },
} as const satisfies InvariantTable;
