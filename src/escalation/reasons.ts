/** The queues a caller can wait in; the desk decides who serves them. */
export const QUEUES = ['verification', 'complaints', 'fraud', 'service'] as const;
export type QueueName = (typeof QUEUES)[number];

/** Why a call goes to a person; a closed list, so that every hand-off can be counted and explained. */
export const HANDOFF_REASONS = [
  'caller_asked',
  'complaint',
  'verification_exhausted',
  'identity_limited',
  'pin_forgotten',
  'details_changed',
  'code_exhausted',
  'code_unavailable',
  'sim_changed',
  'sim_unknown',
  'code_refused_by_caller',
  'no_key_pressed',
  'too_many_invalid_keys',
  'order_refused',
  'biometric_required',
  'payee_not_listed',
  'freeze_reported',
  'freeze_wanted',
  'cooling_off',
  'account_frozen',
  'agreement_needed',
  'outage',
  'session_expired',
  'identity_denied',
  'loan_not_found',
  'changes_exhausted',
  'busy',
] as const;
export type HandoffReason = (typeof HANDOFF_REASONS)[number];

/** What a hand-off for a reason means. `staffText` is for the desk only; the caller hears the flow's words. */
interface ReasonMeaning {
  readonly queue: QueueName;
  readonly rules: readonly string[];
  readonly staffText: string;
}

/** Each reason with its queue, the rules behind it and one sentence for staff. */
export const REASON_MEANINGS: { readonly [reason in HandoffReason]: ReasonMeaning } = {
  caller_asked: {
    queue: 'service',
    rules: ['R4.2'],
    staffText: 'The caller asked for a person; what has been proved so far is in the ticket.',
  },
  complaint: {
    queue: 'complaints',
    rules: ['R12.2', 'R16', 'V6'],
    staffText: 'The caller wants to complain: open a case and tell them when they will be answered.',
  },
  verification_exhausted: {
    queue: 'verification',
    rules: ['R5.2', 'Z3'],
    staffText: 'The tries for identity or PIN are spent or locked: do not say which input was wrong.',
  },
  identity_limited: {
    queue: 'verification',
    rules: ['R18.1'],
    staffText:
      'This line has asked about too many customers or failed too often: be careful with every claim.',
  },
  pin_forgotten: {
    queue: 'verification',
    rules: ['R6.2', 'Z4'],
    staffText: 'The caller forgot the PIN: start the reset procedure, never take or set a PIN yourself.',
  },
  details_changed: {
    queue: 'verification',
    rules: ['R5.2'],
    staffText: 'The caller says that phone or ID details have changed: follow the procedure for exceptions.',
  },
  code_exhausted: {
    queue: 'verification',
    rules: ['R7.2'],
    staffText: 'The tries or resends of the one-time code are spent: the action cannot be done in this call.',
  },
  code_unavailable: {
    queue: 'verification',
    rules: ['R7.2', 'R14.2'],
    staffText: 'No code can be sent to the registered phone now: offer the branch, never another number.',
  },
  sim_changed: {
    queue: 'verification',
    rules: ['Z5', 'R7.2', 'R14.2'],
    staffText:
      'The SIM of the registered phone was changed lately, so no code goes there: somebody else may have it; point to the app or the branch, and send no code to any number.',
  },
  sim_unknown: {
    queue: 'verification',
    rules: ['Z5', 'R7.2', 'R14.2'],
    staffText:
      'Nobody can say now whether the SIM of the registered phone was changed, so no code goes there: point to the app or the branch, or a later call.',
  },
  code_refused_by_caller: {
    queue: 'service',
    rules: ['R14.1', 'R14.2'],
    staffText: 'The caller does not want a code by SMS: offer another method that complies, or the branch.',
  },
  no_key_pressed: {
    queue: 'service',
    rules: ['R3', 'R14.2'],
    staffText: 'Nothing was keyed: the caller may not be able to use the keys, or the line lost them.',
  },
  too_many_invalid_keys: {
    queue: 'service',
    rules: ['R3', 'R14.2'],
    staffText: 'The keys did not fit the menu several times: find out what the caller needs.',
  },
  order_refused: {
    queue: 'service',
    rules: ['E3'],
    staffText:
      'The core system refused the order: the real reason is in the call record, tell only what is safe.',
  },
  biometric_required: {
    queue: 'service',
    rules: ['V1', 'V2', 'Z6'],
    staffText: 'The transfer needs biometrics, which no telephone can take: point to the app or the branch.',
  },
  payee_not_listed: {
    queue: 'service',
    rules: ['R7.1'],
    staffText:
      'The payee is not registered: adding one is not done by telephone, point to the app or the branch.',
  },
  freeze_reported: {
    queue: 'fraud',
    rules: ['R18.2', 'V8'],
    staffText: 'The caller reported loss or fraud: make sure the freeze holds and open a fraud case.',
  },
  freeze_wanted: {
    queue: 'fraud',
    rules: ['R18.2', 'V8'],
    staffText:
      'The caller came to freeze and could not be helped: nothing is frozen yet, so find the account and freeze it.',
  },
  cooling_off: {
    queue: 'service',
    rules: ['R18.1'],
    staffText: 'Phone, PIN, payee or freeze changed lately: no high-risk action until the cooling-off ends.',
  },
  account_frozen: {
    queue: 'fraud',
    rules: ['R18.2', 'V8'],
    staffText: 'The account is frozen: only two members of staff together can lift that, after a new proof.',
  },
  agreement_needed: {
    queue: 'service',
    rules: ['E1.2'],
    staffText:
      'The customer has not accepted the agreement or the risk notice in force: say where to accept it; nothing else stands in the way.',
  },
  outage: {
    queue: 'verification',
    rules: ['R12.1'],
    staffText: 'A part of the system failed: the caller is not verified and was charged no try.',
  },
  session_expired: {
    queue: 'verification',
    rules: ['R3'],
    staffText: 'The time for this verification ran out: nothing that was proved counts any more.',
  },
  identity_denied: {
    queue: 'verification',
    rules: ['R8', 'R5.2'],
    staffText: 'The caller said no when the identity was read back: treat them as not verified.',
  },
  loan_not_found: {
    queue: 'service',
    rules: ['S6'],
    staffText: 'The caller wants to repay but has no loan by this identity: check what they mean.',
  },
  changes_exhausted: {
    queue: 'service',
    rules: ['R3', 'R8'],
    staffText: 'The caller changed the order too often: go through it with them, they may be under pressure.',
  },
  busy: {
    queue: 'service',
    rules: ['R12.1', 'R25'],
    staffText: 'The system was too busy to check an input: the caller was charged no try.',
  },
};
