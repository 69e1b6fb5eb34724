import type { InvariantTable } from './invariant.ts';

/** Counting of attempts: 1 to 11. */
export const COUNTING = {
  1: {
    statement:
      'However many wrong PINs arrive at once for one customer, no more are compared than the budget has left (5).',
    keptIn: ['src/lockout/reserve-attempt.store.ts', 'src/lockout/counters.store.ts'],
    tests: {
      'test/invariants-counting.test.ts': [
        'invariant 1: 50 parallel calls with a wrong PIN get at most 5 comparisons',
      ],
      'src/factors/factors.service.test.ts': [
        '50 parallel calls with a wrong PIN: at most 5 are compared with the secret',
      ],
      'test/postgres.test.ts': [
        '50 parallel calls with wrong PINs get at most the five comparisons there are',
      ],
      'src/lockout/counters.store.test.ts': [
        'a counter that has changed since it was read is not written over',
      ],
    },
    kinds: ['concurrency', 'mutation'],
  },
  2: {
    statement: 'Invariant 1 holds with several processes on one PostgreSQL.',
    keptIn: ['src/lockout/counters.store.ts'],
    tests: {
      'test/processes.test.ts': [
        '50 parallel calls with wrong PINs get the five comparisons there are, and no process takes a sixth',
      ],
      'src/lockout/counters.store.test.ts': ['transactions that lock one counter follow one another'],
    },
    kinds: ['concurrency'],
  },
  3: {
    statement:
      'An attempt is taken from the budget and committed before the secret is looked at; a process that is killed in between has paid for it.',
    keptIn: [
      'src/calls/calls.service.ts',
      'src/lockout/reserve-attempt.store.ts',
      'src/factors/factors.service.ts',
    ],
    tests: {
      'test/invariants-counting.test.ts': [
        'invariant 3: an attempt is paid for before its secret is looked at',
        'invariant 3: when a PIN is compared, its attempt is taken and committed',
      ],
      'src/lockout/reserve-attempt.store.test.ts': [
        'an attempt is charged before the secret is looked at, and stays charged',
      ],
      'test/crash.test.ts': ['in the PIN turn: a taken attempt stays paid, once, and the caller goes on'],
    },
    kinds: ['fault-injection', 'mutation'],
  },
  4: {
    statement:
      'While a PIN is locked, the right PIN is refused in the same words and with the same work as a wrong one.',
    keptIn: ['src/factors/factors.service.ts', 'src/credentials/pin-verifier.service.ts'],
    tests: {
      'test/invariants-counting.test.ts': [
        'invariant 4: the right PIN, while locked, is refused in the same words as a wrong one',
      ],
      'src/factors/pin/pin.service.test.ts': [
        'the right PIN, while locked, is refused with the same work as a wrong one',
      ],
      'test/invariants-uniform.test.ts': [
        'known and unknown, right and wrong: the same steps and the same words',
      ],
    },
    kinds: ['mutation'],
  },
  5: {
    statement: 'No resend, new call, hang-up, language change, transfer or way back lowers a counter.',
    keptIn: ['src/calls/move.ts', 'src/lockout/ladder.ts'],
    tests: {
      'test/invariants-counting.test.ts': [
        'no resend, new call, hang-up, language, way back or person lowers a counter',
      ],
      'src/lockout/settle-attempt.store.test.ts': [
        'between two successes at most 10 comparisons, for any schedule, line and clock jump',
      ],
      'test/languages.test.ts': ['key 8 changes the language and nothing else'],
      'test/simulation.test.ts': [
        // biome-ignore lint/suspicious/noTemplateCurlyInString: the name as it stands in the file.
        'the simulation finds ${what} (invariant ${invariant}), and finds it at the same turn again',
      ],
    },
    kinds: ['property-based'],
  },
  6: {
    statement:
      'Only a secret that was compared and wrong counts. Silence, a short or malformed entry, an outage and "busy" do not count.',
    keptIn: ['src/keying/input.ts', 'src/factors/factors.service.ts'],
    tests: {
      'test/invariants-counting.test.ts': ['invariant 6: only a compared and wrong secret counts'],
      'src/factors/factors.service.test.ts': ['busy is neither right nor wrong and is not charged'],
      'src/factors/code/code.service.test.ts': [
        'only the newest code is good; the older one is recognised as late and not charged',
      ],
      'src/keying/input.test.ts': ['a short, long or impossible entry is malformed and never an attempt'],
    },
    kinds: ['mutation'],
  },
  7: {
    statement: 'A success resets the counter of that factor of that customer, and nothing else.',
    keptIn: ['src/lockout/settle-attempt.store.ts', 'src/lockout/ladder.ts'],
    tests: {
      'test/invariants-counting.test.ts': [
        'invariant 7: success resets that factor of that customer, nothing else',
      ],
      'src/lockout/settle-attempt.store.test.ts': [
        'success resets that factor of that customer, nothing else',
      ],
    },
    kinds: [],
  },
  8: {
    statement:
      'Between two successes at most 10 PINs are compared, for any schedule, channel and clock jump.',
    keptIn: ['src/lockout/ladder.ts'],
    tests: {
      'src/lockout/settle-attempt.store.test.ts': [
        'between two successes at most 10 comparisons, for any schedule, line and clock jump',
      ],
      'test/invariants-counting.test.ts': [
        'between two successes at most 10 comparisons of a PIN, from any line and by any clock',
      ],
      'test/simulation.test.ts': [
        // biome-ignore lint/suspicious/noTemplateCurlyInString: the name as it stands in the file.
        'the simulation finds ${what} (invariant ${invariant}), and finds it at the same turn again',
        'a repeated webhook that finds no room does not undo the charge for what its twin compares',
      ],
      'src/factors/factors.service.test.ts': ['an attempt that a repeated webhook may be comparing'],
    },
    kinds: ['property-based', 'mutation'],
  },
  9: {
    statement:
      '1,000 numbers with one wrong PIN each on 1,000 customers raise an alarm within 60 s and lock nobody.',
    keptIn: ['src/fraud/spraying.ts', 'src/fraud/alarms.store.ts'],
    tests: {
      'test/invariants-fraud.test.ts': [
        '1,000 numbers with one wrong PIN each on 1,000 customers: one alarm within 60 s, nobody locked',
        'the service watches by itself, and the alarm stops no caller', // biome-ignore lint/suspicious/noTemplateCurlyInString: the name as it stands in the file.
        'an honest day of ${calls} calls raises none, and spraying in its busiest hour does',
      ],
      'src/fraud/spraying-watch.service.test.ts': ['one attack is one alarm, logged and counted once'],
      'src/fraud/alarms.store.test.ts': [
        'of many processes that raise an alarm at once one does, and it keeps the largest counts',
      ],
      'src/fraud/spraying.test.ts': ['one more customer with a wrong PIN never ends an alarm'],
    },
    kinds: ['property-based', 'concurrency', 'mutation'],
    notShown:
      'Slow spraying: fewer than 80 customers an hour raise no alarm. Neither do wrong IDs, which find no customer.',
  },
  10: {
    statement:
      "Failures from lines of strangers alone never lock the customer's own line before the overall cap.",
    keptIn: ['src/lockout/ladder.ts'],
    tests: {
      'test/invariants-counting.test.ts': ['invariant 10: strangers alone never shut out the own line'],
      'src/lockout/ladder.test.ts': [
        'any schedule of strangers leaves the own line its reserve',
        'strangers alone never lock the own line and never void the PIN',
      ],
      'test/simulation.test.ts': [
        // biome-ignore lint/suspicious/noTemplateCurlyInString: the name as it stands in the file.
        'the simulation finds ${what} (invariant ${invariant}), and finds it at the same turn again',
      ],
    },
    kinds: ['property-based', 'mutation'],
  },
  11: {
    statement: 'Of two right PINs that arrive at the same time at least one passes.',
    keptIn: [
      'src/lockout/settle-attempt.store.ts',
      'src/lockout/ladder.ts',
      'src/lockout/reserve-attempt.store.ts',
    ],
    tests: {
      'test/concurrency.test.ts': [
        'invariant 11: two right PINs at two services at once are never both failed',
      ],
      'test/invariants-counting.test.ts': [
        'invariant 11: two right PINs at the same time are never both failed',
      ],
      'src/factors/factors.service.test.ts': ['a repeated webhook is charged and settled once'],
      'test/processes.test.ts': ['two right PINs at the same time at two processes both pass'],
    },
    kinds: ['concurrency', 'mutation'],
  },
} as const satisfies InvariantTable;
