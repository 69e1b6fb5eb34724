import type { InvariantTable } from './invariant.ts';

/** One-time codes and PINs: 12 to 20. */
export const CODES = {
  12: {
    statement: 'One code that is keyed 100 times at once succeeds exactly once.',
    keptIn: ['src/factors/code/code.store.ts', 'src/staff/accounts.store.ts'],
    tests: {
      'test/concurrency.test.ts': [
        'invariant 12: one code keyed 100 times at once, at two services, succeeds exactly once',
      ],
      'test/invariants-codes.test.ts': [
        'invariant 12: one code keyed 100 times at once succeeds exactly once',
      ],
      'src/factors/code/code.service.test.ts': ['one code keyed 100 times at once succeeds exactly once'],
      'src/factors/code/code.store.test.ts': [
        'of 100 transactions that consume one code at once one succeeds',
      ],
      'test/processes.test.ts': [
        'one code keyed 100 times at once at all processes succeeds once, and all hear the same',
      ],
      'src/staff/accounts.store.test.ts': ['a step of the second factor is used once, and none before it'],
    },
    kinds: ['concurrency', 'mutation'],
  },
  13: {
    statement: 'A code is valid at its lifetime minus 1 ms and void at its lifetime.',
    keptIn: ['src/factors/code/code.store.ts'],
    tests: {
      'test/invariants-codes.test.ts': [
        'invariant 13: a code is valid at its lifetime minus 1 ms and void at its lifetime',
      ],
      'src/factors/code/code.service.test.ts': [
        'a code is good until the last millisecond of its life and void at its end',
      ],
    },
    kinds: ['mutation'],
  },
  14: {
    statement: 'A code for one order fails for any other order that differs in one bound field.',
    keptIn: ['src/actions/order.ts', 'src/factors/code/code.store.ts', 'src/calls/void.ts'],
    tests: {
      'src/factors/code/code.service.test.ts': [
        'a code for one order fails for another that differs in any one field',
      ],
      'test/invariants-codes.test.ts': [
        'invariant 14: a code is good for the order it was sent for and no other',
      ],
      'src/calls/decide.test.ts': ['an amount that is changed back makes another order than before'],
    },
    kinds: ['property-based', 'mutation'],
  },
  15: {
    statement:
      'No code, PIN or full ID appears in a log, trace, error, audit entry, database column in clear, page, answer or URL.',
    keptIn: ['src/telemetry/events.ts', 'src/ledger/entry.ts', 'src/desk/notes.ts'],
    tests: {
      'test/invariants-secrets.test.ts': [
        'no PIN, code, ID number or phone number in any sink',
        'a leak that is planted is found',
      ],
      'src/telemetry/logger.test.ts': ['a secret given where the types do not look never reaches the log'],
      'src/desk/notes.test.ts': ['six digits in a row are never kept'],
      'src/escalation/handoff-machine.test.ts': ['nobody is lost'],
    },
    kinds: ['mutation'],
  },
  16: {
    statement: 'Codes are uniform, leading zeros included, and Math.random is not used.',
    keptIn: ['src/platform/random.ts'],
    tests: {
      'src/factors/code/code.service.test.ts': ['codes are uniform, leading zeros included'],
      'test/invariants-codes.test.ts': ['invariant 16: a code of leading zeros is sent whole'],
      'test/layers.test.ts': ['time and chance come from their ports alone'],
    },
    kinds: ['mutation'],
  },
  17: {
    statement: 'A time-out of the SMS provider makes no second live code; a failed delivery grants no level.',
    keptIn: ['src/factors/code/code.store.ts', 'src/outbox/outbox.store.ts'],
    tests: {
      'test/invariants-codes.test.ts': [
        'invariant 17: whatever happens to the message, one code is live and no level is gained',
      ],
      'src/outbox/outbox.service.test.ts': [
        'a time-out is tried again with the same text, a bounded number of times',
      ],
    },
    kinds: ['fault-injection', 'mutation'],
  },
  18: {
    statement: 'A database dump without the key verifies no PIN; swapped rows of two customers verify none.',
    keptIn: ['src/credentials/pin-verifier.service.ts'],
    tests: {
      'test/invariants-pins.test.ts': ['invariant 18: a database dump verifies no PIN'],
      'src/credentials/pin-verifier.service.test.ts': [
        'a verifier moved to another customer, or to the other PIN, verifies nothing',
        'a database dump without the key verifies no PIN',
      ],
    },
    kinds: ['mutation'],
  },
  19: {
    statement: 'Weak PINs are refused when they are chosen; at least 90 % of the space stays open.',
    keptIn: ['src/credentials/pin-strength.ts'],
    tests: {
      'src/credentials/pin-strength.test.ts': [
        'weak PINs are refused when chosen, each with its reason',
        'at least 90 % of the six-digit space stays open',
      ],
    },
    kinds: [],
  },
  20: {
    statement:
      'A known and an unknown customer, a right and a wrong PIN take the same steps, words and times.',
    keptIn: ['src/factors/factors.service.ts', 'src/credentials/pin-verifier.service.ts'],
    tests: {
      'test/invariants-uniform.test.ts': [
        'known and unknown, right and wrong: the same steps and the same words',
        'as many PIN comparisons, and the same kinds of statements but for the counters',
      ],
      'src/credentials/pin-verifier.service.test.ts': [
        'no verifier, no customer or neither is a mismatch after the same work',
      ],
      'test/desk-sign-in.test.ts': [
        'a name nobody has and a wrong password are answered alike, and locked alike',
      ],
    },
    kinds: ['mutation'],
    notShown:
      'Times: comparisons, steps and words are the same and tested. The numbers of statements differ between known, unknown and locked; the test prints them and the times. A statistical test of times would fail on a busy machine without a fault of the program.',
  },
} as const satisfies InvariantTable;
