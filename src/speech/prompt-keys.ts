import { READ_BACK_PROMPTS, RESULT_PROMPTS } from '../actions/catalogue.ts';
import type { PromptVariable } from './prompt-variables.ts';

/** Every prompt, with exactly the values it speaks; the flow supplies these and no others. */
export const PROMPT_VALUES = {
  'greeting.welcome': ['company', 'department'],
  'greeting.languageHint': [],
  'greeting.notices': [],
  'language.own': [],
  'language.moreTime': [],
  'language.moreTimeGiven': [],
  'common.star': [],
  'common.silence': [],
  'common.invalid': [],
  'common.busy': [],
  'common.sessionExpired': [],
  'common.outage': [],
  'common.hold': [],
  'common.keepAlive': [],
  'common.ended': [],
  'loneKey.asked': ['number'],
  'loneKey.secret': [],
  'menu.main': [],
  'menu.enquiries': [],
  'menu.money': [],
  'menu.services': [],
  'menu.other': [],
  'info.hours': [],
  'info.safety': [],
  'identity.phone': [],
  'identity.phoneWhy': [],
  'identity.id': [],
  'identity.idWhy': [],
  'pin.query': [],
  'pin.transaction': [],
  'pin.why': [],
  'refused.menu': [],
  'choice.loan': [],
  'choice.payee': [],
  'choice.account': [],
  'choice.accountToHear': [],
  'choice.loanOption': ['number', 'loanLastFour', 'outstanding'],
  'choice.payeeOption': ['number', 'payee', 'payeeLastFour'],
  'choice.accountOption': ['number', 'accountLastFour'],
  'choice.otherPayee': [],
  'repayment.amount': ['due', 'dueOn'],
  'amount.cny': [],
  'amount.vnd': [],
  'amount.why': [],
  'contact.number': [],
  'contact.why': [],
  'order.noLoan': [],
  'order.noPayee': [],
  'order.noAccount': [],
  'order.biometric': [],
  'order.biometricDay': [],
  'order.notNow': [],
  'order.coolingOff': [],
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
  'confirm.identity': ['formOfAddress', 'idLastFour', 'phoneLastFour'],
  'confirm.denied': [],
  ...READ_BACK_PROMPTS,
  'confirm.order': [],
  ...RESULT_PROMPTS,
  'more.menu': [],
  'freeze.start': [],
  'freeze.full': [],
  'freeze.taken': [],
  'freeze.inOutage': [],
  'freeze.noted': [],
  'handoff.connecting': [],
  'handoff.unanswered': [],
  'goodbye.receipt': ['receipt'],
  'goodbye.plain': [],
} as const satisfies Record<string, readonly PromptVariable[]>;
export type PromptKey = keyof typeof PROMPT_VALUES;

/** The closed list of prompts: every language has exactly these. */
export const PROMPT_KEYS = Object.keys(PROMPT_VALUES) as readonly PromptKey[];

/** Prompts the program says by itself, whatever the flow: no release can do without them. */
export const SAID_BY_PROGRAM: readonly PromptKey[] = [
  'common.outage',
  'common.hold',
  'common.keepAlive',
  'common.ended',
  'handoff.connecting',
  'goodbye.plain',
  'freeze.inOutage',
  'freeze.noted',
  'choice.loanOption',
  'choice.payeeOption',
  'choice.accountOption',
  'choice.otherPayee',
  'order.refused.insufficient_funds',
  'order.refused.over_limit',
  'order.refused.more_than_owed',
  'order.refused.below_minimum',
  'order.refused.above_maximum',
];

/**
 * Prompts that releases published before them do not have, and what these say instead. A release never changes, and a
 * newer program has to go on with it.
 */
export const SAID_INSTEAD: { readonly [key in PromptKey]?: PromptKey } = {
  'common.hold': 'handoff.connecting',
  'freeze.inOutage': 'common.star',
  'freeze.noted': 'handoff.connecting',
  'order.refused.more_than_owed': 'order.refused.over_limit',
};

/** Whether a text names a prompt. */
export function isPromptKey(key: string): key is PromptKey {
  return Object.hasOwn(PROMPT_VALUES, key);
}
