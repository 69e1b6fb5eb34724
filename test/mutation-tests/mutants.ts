import { DESK_MUTANTS } from './desk-mutants.ts';
import type { Mutant } from './mutant.ts';

const GATE = 'src/orders/authorise-order.service.ts';
const LEVELS = 'test/invariants-levels.test.ts';
const CODES = 'test/invariants-codes.test.ts';
const FACTORS = 'src/factors/factors.service.test.ts';
const PINS = 'src/factors/pin/pin.service.test.ts';
const CODE_CHECKS = 'src/factors/code/code.service.test.ts';
const COUNTING = 'test/invariants-counting.test.ts';
const WEBHOOKS = 'test/invariants-webhooks.test.ts';
const RESERVE = 'src/lockout/reserve-attempt.store.ts';
const SOURCES = 'src/lockout/sources.store.ts';
const SOURCES_TEST = 'src/lockout/sources.store.test.ts';
const SETTLE = 'src/lockout/settle-attempt.store.ts';
const COUNTERS = 'src/lockout/counters.store.ts';
const SERVICE = 'src/calls/calls.service.ts';

/** A mutant for each check that an invariant depends on most. Invariants 1 and 12 must have one. */
export const MUTANTS: readonly Mutant[] = [
  {
    mutation: 'the gate does not look at the level',
    invariant: 21,
    edits: [
      { file: GATE, text: "  if (missing) return { kind: 'refused', reason: missing };\n", replacement: '' },
    ],
    killedBy: { file: LEVELS, name: /the gate refuses every order as long as one of its proofs/ },
  },
  {
    mutation: 'the gate does not look at the freeze',
    invariant: 22,
    edits: [
      {
        file: 'src/orders/customer-refusal.ts',
        text: "  if (customer.freeze !== 'none' && !policy.actions[action].whileFrozen) return 'account_frozen';\n",
        replacement: '',
      },
    ],
    killedBy: { file: LEVELS, name: /a freeze committed by another process/ },
  },
  {
    mutation: 'the gate does not look at the lock of the PIN',
    invariant: 22,
    edits: [{ file: GATE, text: "    return { kind: 'refused', reason: 'pin_locked' };\n", replacement: '' }],
    killedBy: { file: LEVELS, name: /a lock of the PIN that was used/ },
  },
  {
    mutation: 'exactly at the line of a day a code still does',
    invariant: 26,
    edits: [
      {
        file: 'src/orders/day-total.service.ts',
        text: 'total + (amountMinor ?? 0) >= dayTotalMinor',
        replacement: 'total + (amountMinor ?? 0) > dayTotalMinor',
      },
    ],
    killedBy: { file: LEVELS, name: /a day’s total of 19,999,999 takes a code/ },
  },
  {
    mutation: 'the account’s currency does not bring its lines',
    invariant: 26,
    edits: [
      {
        file: 'src/orders/biometric-lines.ts',
        text: ' || line.currency === accountCurrency',
        replacement: '',
      },
    ],
    killedBy: {
      file: 'src/orders/biometric-lines.test.ts',
      name: /the order’s currency, the account’s or the dialled line/,
    },
  },
  {
    mutation: 'payments are left out of the day’s total',
    invariant: 26,
    edits: [
      {
        file: 'src/bank/demo-bank.store.ts',
        text: "const PAID_OUT = ['transfer', 'repayment'] as const;",
        replacement: "const PAID_OUT = ['transfer'] as const;",
      },
    ],
    killedBy: { file: LEVELS, name: /payments count in the day’s total/ },
  },
  {
    mutation: 'the gate takes every number for known',
    invariant: 24,
    edits: [
      {
        file: 'src/orders/authorise-order.service.ts',
        text: '{ ...knownNumber(proofs), ...defined({ newNumber }) }',
        replacement: 'knownNumber(proofs)',
      },
    ],
    killedBy: { file: LEVELS, name: /the gate asks for the number again/ },
  },
  {
    mutation: 'having been seen makes a number known for money',
    invariant: 24,
    edits: [
      {
        file: 'src/customers/known-numbers.store.ts',
        text: "    .whereNotNull('proved_at')\n",
        replacement: '',
      },
    ],
    killedBy: { file: LEVELS, name: /the first money order from there takes a code/ },
  },
  {
    mutation: 'a code that is used stays usable',
    invariant: 12,
    edits: [
      {
        file: 'src/factors/code/code.store.ts',
        text: ".where({ id: codeId, state: 'live' })\n    .where('expires_at', '>', now)\n    .update({ state: 'consumed' })",
        replacement: ".where({ id: codeId }).where('expires_at', '>', now).update({ state: 'consumed' })",
      },
    ],
    killedBy: { file: CODE_CHECKS, name: /one code keyed 100 times at once succeeds exactly once/ },
  },
  {
    mutation: 'a code is compared with those of other orders of the call',
    invariant: 14,
    edits: [
      {
        file: 'src/factors/code/code.store.ts',
        text: ".where({ call_id: callId, binding })\n    .select('id', 'code_digest'",
        replacement: ".where({ call_id: callId })\n    .select('id', 'code_digest'",
      },
    ],
    killedBy: { file: CODE_CHECKS, name: /a code for one order fails for another/ },
  },
  {
    mutation: 'a code is good in the millisecond of its end',
    invariant: 13,
    edits: [
      {
        file: 'src/factors/code/code.store.ts',
        text: "row.state === 'live' && now < row.expires_at",
        replacement: "row.state === 'live' && now <= row.expires_at",
      },
    ],
    killedBy: { file: CODE_CHECKS, name: /a code is good until the last millisecond of its life/ },
  },
  {
    mutation: 'a code that was sent before stays live',
    invariant: 17,
    edits: [
      {
        file: 'src/factors/code/code.store.ts',
        text: "  await transaction('codes').where({ call_id: callId, state: 'live' }).update({ state: 'superseded' });\n",
        replacement: '',
      },
    ],
    killedBy: { file: CODES, name: /a message that is not delivered is said to be so/ },
  },
  {
    mutation: 'a PIN verifier is not bound to its customer and kind',
    invariant: 18,
    edits: [
      {
        file: 'src/credentials/pin-verifier.service.ts',
        // biome-ignore lint/suspicious/noTemplateCurlyInString: source as it stands in the file.
        text: ':${owner.kind}:${owner.customerId}`',
        replacement: '`',
      },
    ],
    killedBy: {
      file: 'src/credentials/pin-verifier.service.test.ts',
      name: /a verifier moved to another customer, or to the other PIN/,
    },
  },
  {
    mutation: 'a PIN verifier is made without the key outside the database',
    invariant: 18,
    edits: [
      {
        file: 'src/credentials/pin-verifier.service.ts',
        text: '    secret: keyring.pepper,\n',
        replacement: '',
      },
    ],
    killedBy: {
      file: 'src/credentials/pin-verifier.service.test.ts',
      name: /a database dump without the key verifies no PIN/,
    },
  },
  {
    mutation: 'whatever has the shape of a signature is believed',
    invariant: 39,
    edits: [
      {
        file: 'src/carriers/twilio/twilio.ts',
        text: "isCarrierSignature(headers['x-twilio-signature'], url, form, secrets)",
        replacement: 'true',
      },
    ],
    killedBy: {
      file: 'test/http-bad-input.test.ts',
      name: /an unsigned or wrongly signed webhook is forbidden/,
    },
  },
  {
    mutation: 'wrong PINs on many customers raise no alarm unless one source keyed them',
    invariant: 9,
    edits: [
      {
        file: 'src/lockout/sources.store.ts',
        text: ".groupBy('customer_id')\n    .select('customer_id')",
        replacement:
          ".groupBy('source_index', 'customer_id').having('source_index', '=', 'one')\n    .select('customer_id')",
      },
    ],
    killedBy: { file: 'src/fraud/spraying-watch.service.test.ts', name: /one attack is one alarm/ },
  },
  {
    mutation: 'a reserved attempt is not counted',
    invariant: 1,
    edits: [
      {
        file: RESERVE,
        text: '      await writeCounter(transaction, customerId, name, counter, decision.counter);\n',
        replacement: '',
      },
    ],
    killedBy: { file: FACTORS, name: /50 parallel calls with a wrong PIN: at most 5/ },
  },
  {
    mutation: 'a counter is decided on without being held, and written whatever it has become',
    invariant: 1,
    onPostgres: true,
    edits: [
      { file: COUNTERS, text: '.where(where).forUpdate().first()', replacement: '.where(where).first()' },
      { file: COUNTERS, text: ', own_failures, other_failures })\n', replacement: ' })\n' },
      {
        file: COUNTERS,
        text: '    .where({ own_locked_until, other_locked_until, void_at })\n',
        replacement: '',
      },
    ],
    killedBy: { file: 'test/postgres.test.ts', name: /50 parallel calls with wrong PINs get at most/ },
  },
  {
    mutation: 'a counter is written over whatever it has become',
    invariant: 1,
    edits: [{ file: COUNTERS, text: ', own_failures, other_failures })\n', replacement: ' })\n' }],
    killedBy: {
      file: 'src/lockout/counters.store.test.ts',
      name: /a counter that has changed since it was read is not written over/,
    },
  },
  {
    mutation: 'a PIN is compared before its attempt is committed',
    invariant: 3,
    edits: [
      {
        file: SERVICE,
        text: "        if (reserved !== 'conflict') return { kind: 'reserved', turn, reserved };\n",
        replacement:
          "        if (reserved !== 'conflict') { await comparisonOf(this.#deps.factors, reserved); return { kind: 'reserved', turn, reserved }; }\n",
      },
    ],
    killedBy: { file: COUNTING, name: /when a PIN is compared, its attempt is taken and committed/ },
  },
  {
    mutation: 'while locked, the PIN is compared with the real one',
    invariant: 4,
    edits: [
      {
        file: 'src/factors/pin/pin.service.ts',
        text: 'isReserved ? stored : undefined',
        replacement: 'stored',
      },
    ],
    killedBy: { file: PINS, name: /the right PIN, while locked, is refused with the same work/ },
  },
  {
    mutation: 'an older code is charged like a wrong one',
    invariant: 6,
    edits: [
      {
        file: 'src/factors/factors.service.ts',
        text: "    case 'late':\n      return 'late';",
        replacement: "    case 'late':\n      return 'failed';",
      },
    ],
    killedBy: { file: CODE_CHECKS, name: /only the newest code is good/ },
  },
  {
    mutation: 'strangers may use up what is kept for the registered line',
    invariant: 10,
    edits: [
      {
        file: 'src/lockout/ladder.ts',
        text: "  if (failures >= otherLines.upTo) return 'locked';\n",
        replacement: '',
      },
    ],
    killedBy: { file: 'src/lockout/ladder.test.ts', name: /strangers alone never lock the own line/ },
  },
  {
    mutation: 'other digits on a step that has an attempt are compared, too',
    invariant: 1,
    edits: [
      {
        file: RESERVE,
        text: "  if (!digestsEqual(found.request_digest, request.requestDigest)) return { kind: 'conflict' };\n",
        replacement: '',
      },
    ],
    killedBy: { file: FACTORS, name: /a repeated webhook is charged and settled once/ },
  },
  {
    mutation: 'an attempt is settled once for each result',
    invariant: 11,
    edits: [
      {
        file: SETTLE,
        text: "{\n      id: attemptId,\n      status: 'reserved',\n      ...(outcome === 'refundedUnlessShared' ? { shared: false } : {}),\n    }",
        replacement: '{ id: attemptId }',
      },
    ],
    killedBy: { file: FACTORS, name: /a repeated webhook is charged and settled once/ },
  },
  {
    mutation: 'an attempt is given back while a repeated webhook compares on it',
    invariant: 8,
    edits: [
      {
        file: RESERVE,
        text: "  await transaction('attempts').where({ id: found.id }).update({ shared: true });\n",
        replacement: '',
      },
    ],
    killedBy: { file: FACTORS, name: /an attempt that a repeated webhook may be comparing/ },
  },
  {
    mutation: 'a webhook with other digits after the answer gets that answer again',
    invariant: 39,
    edits: [
      {
        file: 'src/calls/standing-answers.service.ts',
        text: '      digestsEqual(turn.requestDigest, digest) &&\n',
        replacement: '',
      },
    ],
    killedBy: { file: WEBHOOKS, name: /with other keys than the first time, it is no retry/ },
  },
  {
    mutation: 'a turn is written over a concurrent one that committed first',
    invariant: 40,
    edits: [
      {
        file: 'src/calls/calls.store.ts',
        text: '.where({ id: call.state.id, version: call.version - 1 })',
        replacement: '.where({ id: call.state.id })',
      },
    ],
    killedBy: {
      file: 'src/calls/calls.store.test.ts',
      name: /of turns on the same version one is written over it/,
    },
  },
  {
    mutation: 'an outage in the comparison stays charged',
    invariant: 28,
    edits: [
      {
        file: SERVICE,
        text: 'if (!(error instanceof ConcurrentTurnError)) await refundAttempt(this.#deps, reserved);\n      else if (error',
        replacement: 'if (error',
      },
    ],
    killedBy: { file: COUNTING, name: /an outage in the comparison charges nothing/ },
  },
  {
    mutation: 'codes have no leading zero',
    invariant: 16,
    edits: [
      {
        file: 'src/platform/random.ts',
        text: 'digits += random.integer(10);',
        replacement: 'digits += i === 0 ? 1 + random.integer(9) : random.integer(10);',
      },
    ],
    killedBy: { file: CODE_CHECKS, name: /codes are uniform, leading zeros included/ },
  },
  {
    mutation: 'for an unknown customer no PIN is compared',
    invariant: 20,
    edits: [
      {
        file: 'src/credentials/pin-verifier.service.ts',
        text: "      const owner = { customerId: entry.customerId ?? '', kind: entry.kind };\n",
        replacement:
          "      if (!known) return 'mismatch';\n      const owner = { customerId: entry.customerId ?? '', kind: entry.kind };\n",
      },
    ],
    killedBy: { file: 'test/invariants-uniform.test.ts', name: /as many PIN comparisons, and the same/ },
  },
  {
    mutation: 'a hang-up leaves the levels as they were',
    invariant: 25,
    edits: [
      {
        file: 'src/calls/decide.ts',
        text: 'proofs: ended ? voidProofs() : voided.proofs',
        replacement: 'proofs: voided.proofs',
      },
    ],
    killedBy: { file: LEVELS, name: /whatever was proved, the old call and its tokens/ },
  },
  {
    mutation: 'an order is carried out while somebody else freezes the customer',
    invariant: 29,
    onPostgres: true,
    edits: [
      {
        file: 'src/customers/customers.store.ts',
        text: '    .where({ id })\n    .forUpdate()\n    .first();',
        replacement: '    .where({ id })\n    .first();',
      },
    ],
    killedBy: { file: 'test/concurrency.test.ts', name: /once a freeze is acknowledged no debit commits/ },
  },
  {
    mutation: 'a provisional freeze takes the place of a full one',
    invariant: 30,
    edits: [
      {
        file: 'src/customers/customers.store.ts',
        text: "freeze === 'full' ? ['none', 'provisional'] : ['none'];",
        replacement: "['none', 'provisional', 'full'];",
      },
    ],
    killedBy: { file: LEVELS, name: /twice, in the same words, with one SMS/ },
  },
  {
    mutation: 'a freeze is not queued for the core',
    invariant: 43,
    edits: [
      {
        file: 'src/freeze/freeze-account.service.ts',
        text: '  await insertTelling(transaction, telling, notice, answered, now);\n',
        replacement: '',
      },
    ],
    killedBy: { file: 'test/core-freeze.test.ts', name: /a core that is out for hours/ },
  },
  {
    mutation: 'a core that answers "not frozen" is taken for one that froze',
    invariant: 43,
    edits: [
      {
        file: 'src/freeze/core-in-turn.service.ts',
        text: '    return state.frozen ? state.since : undefined;\n',
        replacement: '    return state.frozen ? state.since : request.askedAt;\n',
      },
    ],
    killedBy: { file: 'test/core-freeze.test.ts', name: /a core that answers "not frozen"/ },
  },
  {
    mutation: 'a decision is written without its entry',
    invariant: 35,
    edits: [
      {
        file: 'src/calls/turn.service.ts',
        text: '      linked.write(transaction),\n',
        replacement: '',
      },
    ],
    killedBy: { file: 'test/audit-trail.test.ts', name: /a wrong PIN: without its entry nothing of it is/ },
  },
  {
    mutation: 'a dialled number goes in as the carrier writes it',
    invariant: 45,
    edits: [
      {
        file: 'src/carriers/claimed-event.ts',
        text: '    to: readDialled(to),\n',
        replacement: "    to: to ?? '',\n",
      },
    ],
    killedBy: { file: 'test/shapes.test.ts', name: /a dialled address over 64 characters/ },
  },
  {
    mutation: 'any attestation goes in',
    invariant: 45,
    edits: [
      {
        file: 'src/carriers/claimed-event.ts',
        text: 'attestation !== undefined && isWord(attestation) ? attestation : undefined',
        replacement: 'attestation',
      },
    ],
    killedBy: { file: 'test/shapes.test.ts', name: /an attestation that begins with a digit/ },
  },
  {
    mutation: 'lines of the log wait without a bound',
    invariant: 46,
    edits: [
      {
        file: 'src/telemetry/line-output.service.ts',
        text: 'this.#waitingBytes + bytes.length > MOST_WAITING_BYTES',
        replacement: 'this.#waitingBytes < 0',
      },
    ],
    killedBy: {
      file: 'src/telemetry/line-output.service.test.ts',
      name: /while a reader stops, memory stays bounded/,
    },
  },
  {
    mutation: 'a form is read to its end, however many parameters it has',
    invariant: 47,
    edits: [
      {
        file: 'src/carriers/twilio/form.ts',
        text: '    if (parts > MOST_PARAMETERS) return undefined;\n',
        replacement: '',
      },
    ],
    killedBy: {
      file: 'src/carriers/twilio/form.test.ts',
      name: /a form of more parameters than any webhook has is not read/,
    },
  },
  {
    mutation: 'only people who were not found count against a number',
    invariant: 44,
    edits: [
      {
        file: SOURCES,
        text: "['reserved', 'failed', 'passed'] as const",
        replacement: "['reserved', 'failed'] as const",
      },
    ],
    killedBy: { file: SOURCES_TEST, name: /the same person counts once, found or not/ },
  },
  {
    mutation: 'one person counts as often as they are named',
    invariant: 44,
    edits: [{ file: SOURCES, text: 'coalesce(named.subject_index, named.id)', replacement: 'named.id' }],
    killedBy: { file: SOURCES_TEST, name: /the same person counts once, found or not/ },
  },
  {
    mutation: "an attacker's own right PIN gives other names back",
    invariant: 44,
    edits: [
      {
        file: SOURCES,
        text: "    .whereRaw('?? = ??', ['proof.customer_id', 'named.customer_id'])\n",
        replacement: '',
      },
    ],
    killedBy: { file: SOURCES_TEST, name: /a right PIN gives back the identification of its own call/ },
  },
  {
    mutation: 'all who hide their number are one',
    invariant: 44,
    edits: [
      {
        file: 'src/calls/calling-number.ts',
        text: "'source', callingNumber(from) ??",
        replacement: "'source', from ??",
      },
    ],
    killedBy: { file: COUNTING, name: /callers from anonymous have nothing in common/ },
  },
  {
    mutation: 'every name is said by the voice of the line',
    invariant: 49,
    edits: [
      {
        file: 'src/speech/name-parts.ts',
        text: 'const language = own ?? line;',
        replacement: 'const language = own === undefined ? line : line;',
      },
    ],
    killedBy: { file: 'test/voices.test.ts', name: /a name is said by the voice of its script/ },
  },
  {
    mutation: 'a loan is large by itself alone',
    invariant: 50,
    edits: [
      {
        file: 'src/orders/day-sum.service.ts',
        text: 'if (!isSummedByDay(order, policy)) return order;',
        replacement: 'if (isSummedByDay(order, policy)) return order;',
      },
    ],
    killedBy: { file: 'test/invariants-splitting.test.ts', name: /forty applications just below the line/ },
  },
  {
    mutation: 'what was applied for in another currency does not count',
    invariant: 50,
    edits: [
      {
        file: 'src/orders/day-sum.ts',
        text: 'if (other === currency) return total + minor;',
        replacement: 'return other === currency ? total + minor : total;',
      },
    ],
    killedBy: { file: 'src/orders/day-sum.test.ts', name: /halves in two currencies are one whole/ },
  },
  {
    mutation: 'a conference of somebody else is believed to be ours',
    invariant: 45,
    edits: [
      {
        file: 'src/carriers/claimed-event.ts',
        text: 'handoffOf(name) === undefined || ',
        replacement: '',
      },
    ],
    killedBy: { file: 'test/desk-webhooks.test.ts', name: /what nothing follows from is taken/ },
  },
  {
    mutation: 'two stars beside the words of a hand-off are not heard',
    invariant: 41,
    edits: [
      {
        file: 'src/carriers/desk.routes.ts',
        text: '      if (event.freezeAsked) return deps.calls.freeze(freezeAsked(event));\n',
        replacement: '',
      },
    ],
    killedBy: { file: 'test/desk-webhooks.test.ts', name: /two stars freeze wherever they are keyed/ },
  },
  ...DESK_MUTANTS,
  {
    mutation: 'a code of an authenticator app lets two browsers in',
    invariant: 12,
    edits: [
      {
        file: 'src/staff/accounts.store.ts',
        text: "    .whereRaw('coalesce(totp_step, -1) < ?', [step])\n",
        replacement: '',
      },
    ],
    killedBy: { file: 'src/staff/accounts.store.test.ts', name: /a step of the second factor is used once/ },
  },
  {
    mutation: 'a sign-in name that nobody has is not counted',
    invariant: 20,
    edits: [
      {
        file: 'src/staff/sign-in-attempts.service.ts',
        text: '      customerId: signInSubject(keyring, signIn),\n',
        replacement: '',
      },
    ],
    killedBy: { file: 'test/desk-sign-in.test.ts', name: /a name nobody has and a wrong password/ },
  },
];
