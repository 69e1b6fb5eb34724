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
    later:
      'the prover shows that `**` is taken at every step (`freeze-from-everywhere`); limits of a source and waits are not explored',
  },
  42: {
    statement:
      '"Taken", "frozen", "carried out" and "sent" are said only after they are true. A caller who wants a freeze and cannot be helped hears that nothing is frozen yet and waits in `fraud`.',
    later: 'the words are not yet checked against what is done',
  },
  43: {
    statement:
      'A freeze reaches the core: after the core acknowledges it no channel debits. While the core does not answer, the freeze is repeated and the words say so.',
    later: 'a freeze stays in this database; the port of the core takes none yet',
  },
} as const satisfies InvariantTable;
