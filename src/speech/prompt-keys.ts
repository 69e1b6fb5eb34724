import { READ_BACK_PROMPTS, RESULT_PROMPTS } from '../actions/catalogue.ts';
import {
  DESK_PROMPT_VALUES,
  DESK_PROMPTS_SAID,
  DESK_SAID_INSTEAD,
  KEYING_PROMPT_VALUES,
} from './desk-prompts.ts';
import type { PromptVariable } from './prompt-variables.ts';

/** What a key does, each with the key as its value: their names are found from what the key does (flow/options.ts). */
const OPTION_PROMPTS = {
  'option.money': ['number'],
  'option.services': ['number'],
  'option.freeze': ['number'],
  'option.other': ['number'],
  'option.menu': ['number'],
  'option.goodbye': ['number'],
  'option.back': ['number'],
  'option.person': ['number'],
  'option.again': ['number'],
  'option.why': ['number'],
  'option.moreTime': ['number'],
  'option.resultAgain': ['number'],
  'option.moreListed': ['number'],
  'option.enquiry': ['number'],
  'option.recent_transactions': ['number'],
  'option.repayment': ['number'],
  'option.transfer': ['number'],
  'option.loan_application': ['number'],
  'option.contact_change': ['number'],
  'option.complaint': ['number'],
  'option.hours': ['number'],
  'option.safety': ['number'],
  'option.details_changed': ['number'],
  'option.pin_forgotten': ['number'],
  'option.pin': ['number'],
  'option.identity': ['number'],
  'option.code': ['number'],
  'option.code_refused_by_caller': ['number'],
  'option.amountDue': ['number'],
  'option.amount': ['number'],
  'option.payee_not_listed': ['number'],
  'option.identityYes': ['number'],
  'option.identityNo': ['number'],
  'option.orderYes': ['number'],
  'option.orderNo': ['number'],
} as const;

/**
 * Prompts of releases from before the words of an option stood at its key. No new release has them; what a stored one
 * says in them stays.
 */
const RETIRED_PROMPTS = {
  'option.enquiries': ['number'],
  'menu.main': [],
  'menu.enquiries': [],
  'menu.money': [],
  'menu.services': [],
  'menu.other': [],
  'choice.otherPayee': [],
  'confirm.order': [],
  'more.menu': [],
} as const;

/** Every prompt, with exactly the values it speaks; the flow supplies these and no others. */
export const PROMPT_VALUES = {
  'greeting.welcome': ['company', 'department'],
  'greeting.languageHint': [],
  'greeting.notices': [],
  'language.own': [],
  'language.moreTime': [],
  'language.moreTimeGiven': [],
  'common.star': [],
  'common.stars': [],
  'common.silence': [],
  'common.invalid': [],
  'common.startedAgain': [],
  'common.busy': [],
  'common.sessionExpired': [],
  'common.outage': [],
  'common.hold': [],
  'common.keepAlive': [],
  'common.ended': [],
  'loneKey.asked': ['number'],
  'loneKey.secret': [],
  ...OPTION_PROMPTS,
  'info.hours': [],
  'info.safety': ['hotline'],
  'identity.phone': [],
  'identity.phoneOrOwn': [],
  'identity.phoneWhy': [],
  'identity.id': [],
  'identity.idWhy': [],
  'identity.idKinds': ['documents'],
  'pin.query': [],
  'pin.transaction': [],
  'pin.why': [],
  'refused.menu': [],
  'choice.loan': [],
  'choice.payee': [],
  'choice.account': [],
  'choice.accountToHear': [],
  'choice.part': ['listed', 'listedFrom', 'listedTo'],
  'choice.loanOption': ['number', 'loanLastFour', 'outstanding'],
  'choice.payeeOption': ['number', 'payee', 'payeeLastFour'],
  'choice.accountOption': ['number', 'accountLastFour'],
  'repayment.amount': ['due', 'dueOn'],
  'repayment.overdue': ['due', 'overdueSince'],
  'repayment.nothingDue': ['outstanding'],
  'repayment.tooMuchDue': ['due'],
  'amount.cny': [],
  'amount.vnd': [],
  'amount.why': [],
  'contact.number': [],
  'contact.why': [],
  'order.noLoan': [],
  'order.nothingOwed': [],
  'order.noPayee': [],
  'order.noAccount': [],
  'order.biometric': [],
  'order.biometricDay': [],
  'order.notNow': [],
  'order.frozen': [],
  'order.coolingOff': ['coolingOffHours'],
  'order.agreement': [],
  'order.notDone': [],
  'order.refused.insufficient_funds': [],
  'order.refused.over_limit': [],
  'order.refused.more_than_owed': [],
  'order.refused.below_minimum': [],
  'order.refused.above_maximum': [],
  'code.sent': ['hint', 'phoneLastFour'],
  'code.entry': [],
  'code.why': [],
  'code.wrong': [],
  'code.late': [],
  'code.undelivered': [],
  'code.stillWaiting': [],
  'code.moreTime': [],
  'code.resendNotYet': [],
  'code.notPossible': [],
  'code.simChanged': [],
  'code.simUnknown': [],
  'code.alternative': [],
  'code.noSafePhone': [],
  'confirm.identity': ['formOfAddress', 'idLastFour', 'phoneLastFour'],
  'confirm.denied': [],
  ...READ_BACK_PROMPTS,
  ...RESULT_PROMPTS,
  'result.loanNext': ['decisionDays'],
  'result.left': ['listedLeft'],
  'freeze.start': [],
  'freeze.meant': [],
  'freeze.full': [],
  'freeze.everywhere': ['frozenSince'],
  'freeze.thisLine': ['frozenSince'],
  'freeze.taken': ['askedAt'],
  'freeze.known': ['askedAt'],
  'freeze.notYet': [],
  'freeze.inOutage': [],
  'freeze.noted': [],
  'handoff.security': [],
  'handoff.pinForgotten': [],
  'handoff.connecting': [],
  'handoff.waiting': [],
  'handoff.unanswered': [],
  ...DESK_PROMPT_VALUES,
  ...KEYING_PROMPT_VALUES,
  'goodbye.receipt': ['receipt'],
  'goodbye.plain': [],
  ...RETIRED_PROMPTS,
} as const satisfies Record<string, readonly PromptVariable[]>;
export type PromptKey = keyof typeof PROMPT_VALUES;

/** The closed list of prompts: every language has exactly these. */
export const PROMPT_KEYS = (Object.keys(PROMPT_VALUES) as readonly PromptKey[]).filter(
  (key) => !(key in RETIRED_PROMPTS),
);

/** What a prompt can say has come about. What must be so then: prover/properties/claims.ts. */
export type Claim =
  | 'freeze_done'
  | 'freeze_open'
  | 'freeze_written_down'
  | 'order_done'
  | 'order_not_done'
  | 'code_sending'
  | 'sim_changed'
  | 'sim_unknown'
  | 'message_failed'
  | 'levels_dropped'
  | 'not_counted'
  | 'put_through'
  | 'nobody_answered';

const everyResult = Object.fromEntries(
  Object.keys(RESULT_PROMPTS).map((key) => [key, 'order_done' as const]),
) as { readonly [key in keyof typeof RESULT_PROMPTS]: 'order_done' };

/** The prompts that claim a result. The others ask, explain, or tell what will be done. */
export const CLAIMS: { readonly [key in PromptKey]?: Claim } = {
  ...everyResult,
  'goodbye.receipt': 'order_done',
  'freeze.full': 'freeze_done',
  'freeze.everywhere': 'freeze_done',
  'freeze.thisLine': 'freeze_done',
  'order.frozen': 'order_not_done',
  'freeze.taken': 'freeze_done',
  'freeze.known': 'freeze_done',
  'freeze.start': 'freeze_open',
  'freeze.meant': 'freeze_open',
  'freeze.notYet': 'freeze_open',
  'freeze.noted': 'freeze_written_down',
  'order.biometric': 'order_not_done',
  'order.notNow': 'order_not_done',
  'order.coolingOff': 'order_not_done',
  'order.notDone': 'order_not_done',
  'order.refused.insufficient_funds': 'order_not_done',
  'order.refused.over_limit': 'order_not_done',
  'order.refused.below_minimum': 'order_not_done',
  'order.refused.above_maximum': 'order_not_done',
  'code.notPossible': 'order_not_done',
  'code.simChanged': 'sim_changed',
  'code.simUnknown': 'sim_unknown',
  'code.noSafePhone': 'order_not_done',
  'code.sent': 'code_sending',
  'code.undelivered': 'message_failed',
  'code.late': 'not_counted',
  'common.invalid': 'not_counted',
  'common.busy': 'not_counted',
  'common.outage': 'not_counted',
  'confirm.denied': 'levels_dropped',
  'common.sessionExpired': 'levels_dropped',
  'handoff.connecting': 'put_through',
  'handoff.unanswered': 'nobody_answered',
};

/** Prompts the program says by itself, whatever the flow: no release can do without them. */
export const SAID_BY_PROGRAM: readonly PromptKey[] = [
  ...DESK_PROMPTS_SAID,
  'common.outage',
  'common.hold',
  'common.keepAlive',
  'common.ended',
  'handoff.connecting',
  'handoff.waiting',
  'goodbye.plain',
  'freeze.inOutage',
  'freeze.noted',
  'freeze.notYet',
  'choice.loanOption',
  'choice.payeeOption',
  'choice.accountOption',
  'order.refused.insufficient_funds',
  'order.refused.over_limit',
  'order.refused.more_than_owed',
  'order.refused.below_minimum',
  'order.refused.above_maximum',
];

/** Prompts that flows of earlier releases say and the shipped one no more: files may leave them out. */
export const SUPERSEDED: ReadonlySet<PromptKey> = new Set(['freeze.full']);

/**
 * Prompts that releases published before them do not have, and what these say instead. A release never changes, and a
 * newer program has to go on with it.
 */
export const SAID_INSTEAD: { readonly [key in PromptKey]?: PromptKey } = {
  'common.hold': 'handoff.connecting',
  'freeze.inOutage': 'common.star',
  'freeze.noted': 'handoff.connecting',
  'order.refused.more_than_owed': 'order.refused.over_limit',
  'result.enquiryLoanNotDue': 'result.enquiryLoan',
  'result.enquiryLoanOwed': 'result.enquiryLoan',
  'result.enquiryOverdue': 'result.enquiryLoan',
  'freeze.notYet': 'common.star',
  'handoff.waiting': 'handoff.connecting',
  // After the words they are said in, which an older release may not have either.
  ...DESK_SAID_INSTEAD,
};

/** Whether a text names a prompt. */
export function isPromptKey(key: string): key is PromptKey {
  return Object.hasOwn(PROMPT_VALUES, key);
}

/** Whether a prompt is one that only releases from before the words of an option stood at its key have. */
export function isRetiredPrompt(key: string): boolean {
  return Object.hasOwn(RETIRED_PROMPTS, key);
}
