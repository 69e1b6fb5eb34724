import type { InvariantTable } from './invariant.ts';

/** Webhooks, limits and the shape of values: 39, 40, and 44 to 49. */
export const WEBHOOKS = {
  39: {
    statement:
      'An unsigned, wrongly signed, replayed, late, duplicate or disordered webhook moves no call, takes no attempt and is answered with nothing personal. A genuine retry gets the first answer, byte for byte.',
    keptIn: ['src/carriers/twilio/signature.ts', 'src/calls/calls.service.ts'],
    tests: {
      'test/invariants-webhooks.test.ts': [
        'a webhook that is not the carrier’s own moves nothing',
        'a genuine webhook that comes again',
        'out of order and astray',
      ],
      'test/http-bad-input.test.ts': [
        'an unsigned or wrongly signed webhook is forbidden, and only a counter remains',
      ],
      'test/postgres.test.ts': [
        'the last key of a transfer, sent ten times at once, moves the money once and is answered alike',
      ],
      'test/processes.test.ts': [
        'the last key, sent to every process at once, moves the money once and is answered alike',
      ],
      'test/desk-keying.test.ts': ['"back to me": what is keyed after it moves nothing'],
    },
    kinds: ['concurrency', 'mutation'],
  },
  40: {
    statement:
      'A call in progress survives the loss of its process and of the database primary, without a step lost or repeated.',
    keptIn: ['src/calls/calls.store.ts', 'src/storage/transactions.ts'],
    tests: {
      'test/failover.test.ts': ['the primary is killed under load and the standby promoted'],
      'test/database-faults.test.ts': ['a database that is restarted under load'],
      'test/invariants-counting.test.ts': [
        'a process killed in between has paid; the retry of the webhook is compared and pays no second time',
      ],
      'src/calls/calls.store.test.ts': [
        'of turns on the same version one is written over it, in any order of asking',
      ],
      'test/processes.test.ts': [
        'a process killed in the middle of load takes no step with it and has none repeated',
      ],
      'test/crash.test.ts': ['in the PIN turn: a taken attempt stays paid, once, and the caller goes on'],
    },
    kinds: ['concurrency', 'fault-injection', 'mutation'],
  },
  44: {
    statement:
      'The refusal of a limit does not tell who is a customer: the same sequence with a known and an unknown candidate ends alike, in groups too.',
    keptIn: ['src/lockout/sources.store.ts', 'src/lockout/slow-down.ts', 'src/calls/calling-number.ts'],
    tests: {
      'test/limits-tell-nothing.test.ts': [
        'by nothing that is heard, timed or sent, over many calls and numbers',
        'from one number in a hurry: it is slowed, then limited',
      ],
      'src/lockout/sources.store.test.ts': [
        'the same person counts once, found or not, and is let through again',
        'a right PIN gives back the identification of its own call and customer, and no other',
      ],
      'test/invariants-uniform.test.ts': [
        'known and unknown, right and wrong: the same steps and the same words',
      ],
      'test/invariants-counting.test.ts': [
        // biome-ignore lint/suspicious/noTemplateCurlyInString: the name as it stands in the file.
        'callers from ${hidden} have nothing in common',
      ],
    },
    kinds: ['mutation'],
  },
  45: {
    statement:
      'A value has one shape: an inner assertion refuses nothing that the edge admits. A value that does not fit is absent or digested.',
    keptIn: [
      'src/carriers/claimed-event.ts',
      'src/jurisdictions/dialled-number.ts',
      'src/platform/opaque-id.ts',
      'src/bank/guarded-bank.service.ts',
      'src/ledger/entry.ts',
    ],
    tests: {
      'test/shapes.test.ts': [
        'every field of every webhook: the caller gets a proper answer and the record verifies',
        'a dialled number has one form (invariant 45)',
        'an order with them is carried out and recorded, or refused at the guard, and no assertion inside fails',
        'ids that no database keeps and numbers that nobody can say are refused in words that say where',
      ],
      'test/contracts/carrier.contract.ts': [
        'any opaque id is a call id, and whatever else the carrier calls a call becomes one of its own (invariant 45)',
        'nothing follows from a report of a stranger’s conference, or from an odd one (invariant 45)',
      ],
      'test/desk-webhooks.test.ts': [
        'a report that cannot be taken now is refused, so that it is sent again; one of no use is taken',
        'a report of any content has one shape or is none (invariant 45)',
      ],
    },
    kinds: ['property-based', 'mutation'],
  },
  46: {
    statement: 'Nothing that only observes (log, trace, metric, its disk or reader) ends or delays a call.',
    keptIn: ['src/telemetry/line-output.service.ts', 'src/telemetry/otel.ts'],
    tests: {
      'test/observing.test.ts': [
        'nobody who only reads the log ends or delays a call (invariant 46)',
        'nothing that takes traces and metrics ends or delays a call (invariant 46)',
      ],
      'src/telemetry/line-output.service.test.ts': [
        'while a reader stops, memory stays bounded, later lines are lost and counted, and the count is told afterwards (46)',
        'lines that cannot be written are lost, and the next are tried again later (46)',
      ],
    },
    kinds: ['property-based', 'fault-injection', 'mutation'],
    notShown:
      'A log on a file system that hangs (a dead network disk): it keeps one thread of the pool, and such a process may not end by itself.',
  },
  47: {
    statement:
      'Before a signature is verified, a request costs at most a few times what reading its headers costs; idle strangers hold no place.',
    keptIn: [
      'src/carriers/webhook.routes.ts',
      'src/carriers/twilio/form.ts',
      'src/carriers/twilio/signature.ts',
      'src/http/connections.service.ts',
    ],
    tests: {
      'test/strangers.test.ts': [
        'a wrongly signed request costs at most a few times what reading its headers costs, whatever its body',
        'a body that is announced or sent beyond what is read is not waited for, and the connection is closed',
        'after a refusal nothing more is read from the connection',
        'a stranger holds no place among the turns, while its body is awaited and after',
        'idle strangers hold no connection (invariant 47)',
      ],
      'src/carriers/twilio/form.test.ts': ['a form of more parameters than any webhook has is not read'],
      'src/carriers/twilio/signature.test.ts': [
        'the signature check never throws and never believes a stranger, whatever is sent',
      ],
    },
    kinds: ['property-based', 'mutation'],
    notShown:
      'A flood that fills the network or the proxy in front: how much a proxy lets through is its own setting.',
  },
  48: {
    statement: 'The words of a menu name exactly the keys it handles, in every language.',
    keptIn: ['src/flow/options.ts', 'src/prover/properties/words-and-keys.ts', 'src/speech/keys-named.ts'],
    tests: {
      'test/prover-mutations.test.ts': ['every property catches a mutation'],
    },
    kinds: [],
    notShown: 'That the words of an option mean what its key does: a translator may err in one language.',
  },
  49: {
    statement: 'Text is spoken by a voice that can say its script.',
    keptIn: ['src/speech/name-parts.ts', 'src/speech/prompt-checks.ts', 'src/prover/properties/languages.ts'],
    tests: {
      'test/voices.test.ts': [
        'every name of the demo company is said on the',
        'a name is said by the voice of its script, the rest by the voice of the line',
        'where no voice can say a name the last four of the account are said in its place',
      ],
      'test/prover-mutations.test.ts': ['every property catches a mutation'],
    },
    kinds: ['mutation'],
    notShown: 'How well a voice says it: nobody has listened to the names.',
  },
} as const satisfies InvariantTable;
