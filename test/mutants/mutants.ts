import type { Mutant } from './mutant.ts';

const GATE = 'src/calls/gate.ts';
const LEVELS = 'test/promises-levels.test.ts';
const CODES = 'test/promises-codes.test.ts';
const FACTORS = 'src/factors/factors.service.test.ts';

/** The most precious guards. Invariants 1 and 12 must have one here. */
export const MUTANTS: readonly Mutant[] = [
  {
    mistake: 'the gate does not look at the level',
    invariant: 21,
    edits: [
      { file: GATE, text: "  if (missing) return { kind: 'refused', reason: missing };\n", replacement: '' },
    ],
    noticedBy: { file: LEVELS, name: /the gate refuses every order as long as one of its proofs/ },
  },
  {
    mistake: 'the gate does not look at the freeze',
    invariant: 22,
    edits: [
      {
        file: GATE,
        text: "  if (customer.freeze !== 'none') return 'account_frozen';\n",
        replacement: '',
      },
    ],
    noticedBy: { file: LEVELS, name: /a freeze committed by another process/ },
  },
  {
    mistake: 'the gate does not look at the lock of the PIN',
    invariant: 22,
    edits: [{ file: GATE, text: "    return { kind: 'refused', reason: 'pin_locked' };\n", replacement: '' }],
    noticedBy: { file: LEVELS, name: /a lock of the PIN that was used/ },
  },
  {
    mistake: 'exactly at the line of a day a code still does',
    invariant: 26,
    edits: [
      {
        file: GATE,
        text: 'total + (amountMinor ?? 0) >= biometric.dayTotalMinor',
        replacement: 'total + (amountMinor ?? 0) > biometric.dayTotalMinor',
      },
    ],
    noticedBy: { file: LEVELS, name: /a day’s total of 19,999,999 takes a code/ },
  },
  {
    mistake: 'a code that is used is used up by nobody',
    invariant: 12,
    edits: [
      {
        file: 'src/factors/code.store.ts',
        text: ".where({ id: codeId, state: 'live' })\n    .where('expires_at', '>', now)\n    .update({ state: 'consumed' })",
        replacement: ".where({ id: codeId }).where('expires_at', '>', now).update({ state: 'consumed' })",
      },
    ],
    noticedBy: { file: FACTORS, name: /one code keyed 100 times at once succeeds exactly once/ },
  },
  {
    mistake: 'a code is compared with those of other orders of the call',
    invariant: 14,
    edits: [
      {
        file: 'src/factors/code.store.ts',
        text: ".where({ call_id: callId, binding })\n    .select('id', 'code_digest'",
        replacement: ".where({ call_id: callId })\n    .select('id', 'code_digest'",
      },
    ],
    noticedBy: { file: FACTORS, name: /a code for one order fails for another/ },
  },
  {
    mistake: 'a code is good in the millisecond of its end',
    invariant: 13,
    edits: [
      {
        file: 'src/factors/code.store.ts',
        text: "row.state === 'live' && now < row.expires_at",
        replacement: "row.state === 'live' && now <= row.expires_at",
      },
    ],
    noticedBy: { file: FACTORS, name: /a code is good until the last millisecond of its life/ },
  },
  {
    mistake: 'a code that was sent before stays live',
    invariant: 17,
    edits: [
      {
        file: 'src/factors/code.store.ts',
        text: "  await transaction('codes').where({ call_id: callId, state: 'live' }).update({ state: 'superseded' });\n",
        replacement: '',
      },
    ],
    noticedBy: { file: CODES, name: /a message that is not delivered is said to be so/ },
  },
  {
    mistake: 'a PIN verifier is not bound to its customer and kind',
    invariant: 18,
    edits: [
      {
        file: 'src/customers/pin-verifier.ts',
        // biome-ignore lint/suspicious/noTemplateCurlyInString: source as it stands in the file.
        text: ':${owner.kind}:${owner.customerId}`',
        replacement: '`',
      },
    ],
    noticedBy: {
      file: 'src/customers/pin-verifier.test.ts',
      name: /a verifier moved to another customer, or to the other PIN/,
    },
  },
  {
    mistake: 'a PIN verifier is made without the key outside the database',
    invariant: 18,
    edits: [{ file: 'src/customers/pin-verifier.ts', text: '    secret: keys.pepper,\n', replacement: '' }],
    noticedBy: {
      file: 'src/customers/pin-verifier.test.ts',
      name: /a database dump without the key verifies no PIN/,
    },
  },
  {
    mistake: 'whatever has the shape of a signature is believed',
    invariant: 39,
    edits: [
      {
        file: 'src/telephony/signature.ts',
        text: "      if (!isCarrierSignature(header, url, form, settings.authTokens)) return refuse(response, 'wrong');\n",
        replacement: '',
      },
    ],
    noticedBy: {
      file: 'test/http-bad-input.test.ts',
      name: /an unsigned or wrongly signed webhook is forbidden/,
    },
  },
  {
    mistake: 'wrong PINs on many customers raise no alarm unless one source keyed them',
    invariant: 9,
    edits: [
      {
        file: 'src/fraud/alarms.store.ts',
        text: ".groupBy('customer_id')\n    .select('customer_id')",
        replacement:
          ".groupBy('source_index', 'customer_id').having('source_index', '=', 'one')\n    .select('customer_id')",
      },
    ],
    noticedBy: { file: 'src/fraud/spraying-watch.service.test.ts', name: /one attack is one alarm/ },
  },
];
