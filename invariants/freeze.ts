import type { InvariantTable } from './invariant.ts';

/** Freezing an account: 29 to 31, and 41 to 43. */
export const FREEZE = {
  29: {
    statement: 'After a freeze is acknowledged no debit commits, whatever was in flight.',
    keptIn: ['src/customers/customers.store.ts', 'src/orders/authorise-order.service.ts'],
    tests: {
      'test/concurrency.test.ts': [
        'invariant 29: once a freeze is acknowledged no debit commits, though many are in flight',
      ],
      'test/processes.test.ts': [
        'once a freeze is acknowledged by one process no debit under way at another commits',
      ],
      'test/simulation.test.ts': [
        // biome-ignore lint/suspicious/noTemplateCurlyInString: the name as it stands in the file.
        'the simulation finds ${what} (invariant ${invariant}), and finds it at the same turn again',
      ],
    },
    kinds: ['concurrency', 'mutation'],
  },
  30: {
    statement: 'A freeze works while locked, in the middle of a code, under overload, and twice.',
    keptIn: ['src/customers/customers.store.ts', 'src/carriers/admission.service.ts'],
    tests: {
      'test/invariants-levels.test.ts': ['invariant 30: freeze works at any moment'],
      'test/invariants-freeze.test.ts': [
        'invariant 30: a wrong PIN and a freeze at once: the freeze is taken',
      ],
      'test/overload.test.ts': ['in a storm of PINs a freeze is acknowledged before the PINs are compared'],
    },
    kinds: ['mutation'],
  },
  31: {
    statement: 'Unfreezing alone, or by an approval older than the freeze, is impossible.',
    keptIn: [],
    keptWithoutCode: 'nothing unfreezes: there is no such action, and no staff yet',
    tests: {
      'test/invariants-freeze.test.ts': [
        'invariant 31: nothing on the telephone, and nothing in the program, unfreezes',
      ],
    },
    kinds: ['property-based'],
    notShown: 'Approvals: there are none yet. The invariant is kept because nothing can unfreeze.',
  },
  41: {
    statement:
      'No limit of a source, idle time, hold, queue, number form or count of tries stands before a freeze: with the identity keyed rightly it is carried out, from every step, every wait and every document that is sent.',
    keptIn: [
      'src/calls/freeze-turn.service.ts',
      'src/keying/read-turn.ts',
      'src/factors/identity/identity.service.ts',
      'src/carriers/desk.routes.ts',
      'src/prover/properties/reach.ts',
    ],
    tests: {
      'test/freeze-always.test.ts': [
        'no caller who keys ** and then the identity rightly ends unfrozen, over every step and webhook order',
        'a used-up limit of a number does not stop a freeze (invariant 41, V8)',
        'a late copy of ** from a queue does not begin the freeze anew',
        'stars after the time has run out are asked about, whatever was keyed before them',
      ],
      'test/overload.test.ts': [
        'with the database held new calls hold and are kept, calls in progress come first, a freeze before all',
        'a late copy of ** from a hold moves nothing; a new ** of the next hold does',
      ],
      'test/prover-mutations.test.ts': ['the shipped flow breaks no property'],
      'test/desk-webhooks.test.ts': [
        'two stars freeze wherever they are keyed, and one is asked about once more',
      ],
      'test/desk-takeover.test.ts': ['two stars in a talk freeze'],
      'test/conferences.test.ts': ['a star of the caller ends the Dial, and they are asked'],
    },
    kinds: ['property-based', 'mutation'],
    notShown:
      'While staff talk with the caller in our conference the carrier tells of the star alone: the caller is asked and keys `**` then. On hold there no key is told.',
  },
  42: {
    statement:
      '"Taken", "frozen", "carried out" and "sent" are said only after they are true. A caller who wants a freeze and cannot be helped hears that nothing is frozen yet and waits in `fraud`.',
    keptIn: [
      'src/prover/properties/claims.ts',
      'src/prover/properties/reach.ts',
      'src/speech/prompt-keys.ts',
    ],
    tests: {
      'test/prover-mutations.test.ts': ['the shipped flow breaks no property'],
    },
    kinds: [],
  },
  43: {
    statement:
      'A freeze reaches the core: after the core acknowledges it no channel debits. While the core does not answer, the freeze is repeated and the words say so.',
    keptIn: [
      'src/freeze/freeze-account.service.ts',
      'src/freeze/freeze-telling.service.ts',
      'src/freeze/freeze-tellings.store.ts',
      'src/bank/demo-bank-freezes.store.ts',
    ],
    tests: {
      'test/contracts/bank.contract.ts': [
        'no debit commits after a freeze has answered, whatever was in flight (invariant 43)',
        'a frozen customer can only repay an own loan (invariant 43)',
      ],
      'src/bank/demo-bank.store.test.ts': ['a freeze waits for the debits under way (invariant 43)'],
      'test/core-freeze.test.ts': [
        'a core that answers "not frozen" has not frozen',
        'while the core is silent the caller hears what is stopped',
        'a core that is out for hours is asked again and again',
        'a transfer and a freeze at once',
        'a process that dies after the freeze and before the core is told loses nothing',
        'a freeze from the journal of an outage reaches the core',
      ],
      'test/simulation.test.ts': [
        // biome-ignore lint/suspicious/noTemplateCurlyInString: the name as it stands in the file.
        'the simulation finds ${what} (invariant ${invariant}), and finds it at the same turn again',
      ],
    },
    kinds: ['concurrency', 'fault-injection', 'property-based', 'mutation'],
  },
} as const satisfies InvariantTable;
