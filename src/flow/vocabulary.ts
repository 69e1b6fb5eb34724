import { z } from 'zod';
import { ACTIONS } from '../actions/catalogue.ts';
import { ORDER_FIELDS, ORDER_REFUSALS } from '../actions/order-details.ts';
import { PIN_KINDS } from '../actions/requirement.ts';
import { QUEUE_RESULTS } from '../escalation/queue-result.ts';
import { HANDOFF_REASONS } from '../escalation/reasons.ts';
import {
  FACTOR_INPUTS,
  type FactorInput,
  KEYED_FACTORS,
  type KeyedFactorName,
} from '../factors/catalogue.ts';
import { CODE_REFUSALS } from '../factors/code/code.ts';
import { CONFIRMATION_PARTS } from '../factors/confirmation/confirmation.ts';
import { bargeIn, chosenPrompt, promptKey } from './chosen-prompts.ts';
import { OTHER_ASKS } from './desk-asks.ts';

// The closed vocabulary a flow may use. An author can name only what stands here; what each word does is in machine.ts.
// Nothing here grants a level.

export const COUNTERS = [
  'retries',
  'repeats',
  'identities',
  'refusals',
  'codeTries',
  'waits',
  'resends',
  'changes',
] as const;
/** What is counted within a call. None of them is ever set back, except retries and repeats on reaching another step. */
export type Counter = (typeof COUNTERS)[number];

/** What a step may ask the caller to key; a factor's input among the rest. */
export type InputKind = 'phone' | FactorInput | 'amount' | 'newPhone';
const INPUT_KINDS: readonly [InputKind, ...InputKind[]] = ['phone', ...FACTOR_INPUTS, 'amount', 'newPhone'];

/** Whether an input is a long number that may be read from a card: there is more time between its keys (Z12). */
export function isLongNumber(input: InputKind): boolean {
  return input === 'phone' || input === 'nationalId' || input === 'newPhone';
}

/** The factors a step may ask for. */
const FACTORS = [...KEYED_FACTORS] as [KeyedFactorName, ...KeyedFactorName[]];

/** The operations a state may perform on arrival, with every outcome it must then handle. */
export const OPERATIONS = {
  'list.loans': ['LISTED'],
  'list.payees': ['LISTED'],
  'list.accounts': ['LISTED'],
  'order.obstacles': ['CLEAR', 'NOT_POSSIBLE', 'UNAVAILABLE'],
  'order.assess': ['CLEAR', 'STEP_UP', 'NOT_POSSIBLE'],
  'order.carryOut': ['DONE', 'REFUSED'],
  'code.send': ['SENT', 'LIMITED', 'UNAVAILABLE'],
  'account.freeze': ['DONE'],
  'account.freezeDenied': ['DONE'],
} as const satisfies Record<string, readonly EventType[]>;
export type Operation = keyof typeof OPERATIONS;

/** Whether an operation freezes an account. */
export function isFreezeOperation(operation: Operation | undefined): boolean {
  return operation === 'account.freeze' || operation === 'account.freezeDenied';
}

export const MENU_KEYS = ['KEY.1', 'KEY.2', 'KEY.3', 'KEY.4', 'KEY.5', 'KEY.6', 'KEY.7', 'KEY.9'] as const;
export type MenuKey = (typeof MENU_KEYS)[number];

export const EVENT_TYPES = [
  ...MENU_KEYS,
  'ANSWERED',
  'PERSON',
  'FREEZE',
  'LANGUAGE',
  'LANGUAGE_CHOSEN',
  'MORE_TIME',
  'STAR',
  'STARS',
  'SILENCE',
  'INVALID',
  'LONE_KEY',
  'STARTED_AGAIN',
  'LATE_STARS',
  'POUND',
  'CHOSE',
  'MORE_LISTED',
  'ENTERED',
  'PASSED',
  'FAILED',
  'LOCKED',
  'LATE',
  'LIMITED',
  'BUSY',
  'UNDELIVERED',
  'LISTED',
  'CLEAR',
  'STEP_UP',
  'NOT_POSSIBLE',
  'SENT',
  'UNAVAILABLE',
  'DONE',
  'REFUSED',
  'QUEUE_LEFT',
  'STAFF_QUERY_PIN',
  'STAFF_TRANSACTION_PIN',
  'STAFF_IDENTITY',
  'SESSION_EXPIRED',
  'OUTAGE',
  'HANGUP',
] as const;
export type EventType = (typeof EVENT_TYPES)[number];

const PROVABLE = ['identity', 'pin', 'confirmedIdentity'] as const;
/** What a guard can ask to be proved; `confirmedIdentity` is the yes to who they are, kept for the call. */
export type Provable = (typeof PROVABLE)[number];

/** The guards and what each is asked with. */
export const guardSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('proved'),
    params: z.strictObject({ proof: z.enum(PROVABLE) }),
  }),
  z.strictObject({
    type: z.literal('lacks'),
    params: z.strictObject({ proof: z.enum(PROVABLE) }),
  }),
  z.strictObject({ type: z.literal('countLeft'), params: z.strictObject({ counter: z.enum(COUNTERS) }) }),
  // Every try of the call is used up: what counts after the last one has said so.
  z.strictObject({ type: z.literal('countSpent'), params: z.strictObject({ counter: z.enum(COUNTERS) }) }),
  z.strictObject({ type: z.literal('intentIs'), params: z.strictObject({ intent: z.enum(ACTIONS) }) }),
  z.strictObject({ type: z.literal('orderLacks'), params: z.strictObject({ field: z.enum(ORDER_FIELDS) }) }),
  z.strictObject({
    type: z.literal('optionsAre'),
    params: z.strictObject({ count: z.enum(['none', 'settled', 'one']) }),
  }),
  z.strictObject({
    type: z.literal('refusalIs'),
    params: z.strictObject({
      reasons: z.array(z.enum(ORDER_REFUSALS)).min(1),
      counter: z.enum(COUNTERS).optional(),
    }),
  }),
  // Why no code can be sent.
  z.strictObject({
    type: z.literal('unavailableFor'),
    params: z.strictObject({ reasons: z.array(z.enum(CODE_REFUSALS)).min(1) }),
  }),
  // What is due on the chosen loan, or all that is owed where nothing is due, is within the policy's maximum.
  z.strictObject({ type: z.literal('mayPayExactly') }),
  z.strictObject({ type: z.literal('nothingDue') }),
  // Of what there is to choose from, some was not heard yet.
  z.strictObject({ type: z.literal('listGoesOn') }),
  z.strictObject({ type: z.literal('mayResend') }),
  z.strictObject({ type: z.literal('frozenEverywhere') }),
  z.strictObject({ type: z.literal('needsReadBack') }),
  // An identity was keyed, whether or not it was found (Z3).
  z.strictObject({ type: z.literal('identityKeyed') }),
  // The member of staff who has the caller asked for this.
  z.strictObject({ type: z.literal('staffAsks'), params: z.strictObject({ what: z.enum(OTHER_ASKS) }) }),
  // The caller said "that is not me" to the last customer who was verified in this call.
  z.strictObject({ type: z.literal('denied') }),
  // What was keyed was wrong, the message with the code has failed, and a try is left.
  z.strictObject({
    type: z.literal('undelivered'),
    params: z.strictObject({ counter: z.enum(COUNTERS) }),
  }),
  z.strictObject({
    type: z.literal('queueResultIs'),
    params: z.strictObject({ results: z.array(z.enum(QUEUE_RESULTS)).min(1) }),
  }),
]);
export type FlowGuard = z.infer<typeof guardSchema>;

/** The actions and what each is told. */
export const actionSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('say'), params: z.strictObject({ prompt: promptKey }) }),
  z.strictObject({ type: z.literal('sayAsResult'), params: z.strictObject({ prompt: promptKey }) }),
  z.strictObject({ type: z.literal('sayInOtherLanguages'), params: z.strictObject({ prompt: promptKey }) }),
  z.strictObject({ type: z.literal('sayRefusal') }),
  /** Of releases from before a result was told some at a time: the first of each list, and nothing of what is overdue. */
  z.strictObject({ type: z.literal('sayResult') }),
  /** So many of a result as are told at a time; the prompt says how many are left. */
  z.strictObject({ type: z.literal('sayResultInParts'), params: z.strictObject({ left: promptKey }) }),
  z.strictObject({ type: z.literal('sayMoreOfResult'), params: z.strictObject({ left: promptKey }) }),
  z.strictObject({ type: z.literal('sayResultAgain') }),
  z.strictObject({ type: z.literal('explain') }),
  z.strictObject({
    type: z.literal('askAboutKey'),
    params: z.strictObject({ prompt: promptKey, secret: promptKey }),
  }),
  /** Of releases from before the languages had a menu; a new one offers them. */
  z.strictObject({ type: z.literal('nextLanguage') }),
  z.strictObject({
    type: z.literal('offerLanguages'),
    /** `moreTime` follows in the call's own language. */
    params: z.strictObject({ prompt: promptKey, moreTime: promptKey.optional() }),
  }),
  z.strictObject({ type: z.literal('giveMoreTime') }),
  z.strictObject({ type: z.literal('speakChosenLanguage') }),
  /** Goes on in the language the customer chose in a call before, where the caller has chosen none in this one. */
  z.strictObject({ type: z.literal('speakRememberedLanguage') }),
  z.strictObject({ type: z.literal('count'), params: z.strictObject({ counter: z.enum(COUNTERS) }) }),
  z.strictObject({
    type: z.literal('setReason'),
    params: z.strictObject({ reason: z.enum(HANDOFF_REASONS) }),
  }),
  z.strictObject({ type: z.literal('setIntent'), params: z.strictObject({ intent: z.enum(ACTIONS) }) }),
  z.strictObject({ type: z.literal('dropLevels') }),
  z.strictObject({ type: z.literal('keepDenied') }),
  z.strictObject({
    type: z.literal('followErrand'),
    params: z.strictObject({ prompt: promptKey, reason: z.enum(HANDOFF_REASONS) }),
  }),
  /** A person has the caller key this to the line; what the caller wanted to order alone is set aside. */
  z.strictObject({
    type: z.literal('askForStaff'),
    params: z.union([
      z.strictObject({ pin: z.enum(PIN_KINDS) }),
      z.strictObject({ what: z.enum(OTHER_ASKS) }),
    ]),
  }),
  z.strictObject({ type: z.literal('keepPhone') }),
  z.strictObject({ type: z.literal('keepAmount') }),
  z.strictObject({ type: z.literal('keepContact') }),
  /** Of releases from before all that is owed could be offered where nothing is due. */
  z.strictObject({ type: z.literal('useAmountDue') }),
  z.strictObject({ type: z.literal('useAmountOffered') }),
  z.strictObject({ type: z.literal('listNext') }),
  z.strictObject({ type: z.literal('choose') }),
  z.strictObject({ type: z.literal('chooseOnly') }),
  z.strictObject({ type: z.literal('clearAmount') }),
  z.strictObject({ type: z.literal('clearOrder') }),
]);
export type FlowAction = z.infer<typeof actionSchema>;

/** The keys a state may name, each with the words of what it does there (flow/options.ts). */
const OPTION_EVENTS = [...MENU_KEYS, 'MORE_LISTED', 'PERSON'] as const;

/** One thing a state says: a prompt key, one chosen by what the call is about, or what keys do. */
const sayingSchema = z.union([
  promptKey,
  z.strictObject({
    options: z.array(z.enum(OPTION_EVENTS)).min(1),
    /** Said only to callers who stay silent for a while. */
    afterSilence: z.literal(true).optional(),
  }),
  z.strictObject({ prompt: promptKey, bargeIn }),
  // Said only where there are more to choose from than are heard at a time.
  z.strictObject({ whenMore: promptKey }),
  chosenPrompt,
]);

/** What a state collects. */
const collectSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('menu'), depth: z.int().positive() }),
  z.strictObject({ kind: z.literal('choice'), other: z.boolean().optional() }),
  z.strictObject({
    kind: z.literal('entry'),
    entry: z.enum(INPUT_KINDS),
    factor: z.enum(FACTORS).optional(),
    /** Waits for something to arrive (policy code.waitSeconds) instead of the ordinary first-key time. */
    wait: z.boolean().optional(),
    /** `#` alone stands for the number the call comes from, where it shows one. */
    ownLine: z.boolean().optional(),
    /** Ends by itself with its last digit; only an input of one length can. */
    endsItself: z.boolean().optional(),
  }),
  z.strictObject({
    kind: z.literal('confirm'),
    of: z.enum(CONFIRMATION_PARTS),
    /** The yes to who they are is kept with the proofs and falls with them; without it, it serves one order. */
    onceACall: z.literal(true).optional(),
  }),
]);
export type CollectSpec = z.infer<typeof collectSchema>;

/** What is known of a state beside its transitions. */
export const metaSchema = z.strictObject({
  rules: z.array(z.string().regex(/^[RSVEZ]\d+(\.\d+)?$/, 'a rule id such as R5.1')),
  say: z.array(sayingSchema).optional(),
  explain: promptKey.optional(),
  collect: collectSchema.optional(),
  perform: z.enum(Object.keys(OPERATIONS) as [Operation, ...Operation[]]).optional(),
  handoff: z.literal(true).optional(),
  /** The caller keys on the wish of the person they talk to: every way to a person leads back to that one. */
  desk: z.literal(true).optional(),
  end: z.literal(true).optional(),
  /** Where nothing is asked, `**` is heard all the same: while it is spoken, and while the caller waits for a person. */
  hears: z.literal('freeze').optional(),
});
export type StateMeta = z.infer<typeof metaSchema>;
