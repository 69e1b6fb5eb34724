import { CURRENCIES, type Currency } from '../jurisdictions/currency.ts';
import { type Language, LOCALES } from '../locales/catalogue.ts';
import type { SpokenValue } from '../locales/spoken-value.ts';

/** How a value is spoken, and its longest plausible forms: a prompt must fit its time with each of them. */
interface VariableRule {
  readonly kind: SpokenValue['kind'];
  readonly examples: (language: Language) => readonly SpokenValue[];
}

/**
 * Every value a prompt can speak. No PIN, code, full ID or registered phone number is among them, so no prompt can
 * speak one (invariant 15, Z1).
 */
export const PROMPT_VARIABLES = {
  company: longestText('company'),
  department: longestText('department'),
  formOfAddress: longestText('formOfAddress'),
  payee: longestText('payee'),
  number: { kind: 'count', examples: () => [{ kind: 'count', count: 4 }] },
  hint: digits('7'),
  receipt: digits('97531864'),
  loanLastFour: digits('7777'),
  accountLastFour: digits('7777'),
  payeeLastFour: digits('7777'),
  phoneLastFour: digits('7777'),
  idLastFour: digits('777X'),
  contactNumber: digits('+8613777777777'),
  amount: money({ CNY: 45_678_912, VND: 45_678_912 }),
  balance: money({ CNY: 123_456_789, VND: 1_234_567_891 }),
  outstanding: money({ CNY: 45_678_912, VND: 456_789_123 }),
  due: money({ CNY: 1_234_567, VND: 9_876_543 }),
  dueOn: { kind: 'date', examples: () => [{ kind: 'date', date: '2027-12-27' }] },
} as const satisfies Record<string, VariableRule>;
export type PromptVariable = keyof typeof PROMPT_VARIABLES;

/** Every prompt, with exactly the values it speaks; the flow supplies these and no others. */
export const PROMPT_VALUES = {
  'greeting.welcome': ['company', 'department'],
  'greeting.languageHint': [],
  'greeting.notices': [],
  'common.star': [],
  'common.silence': [],
  'common.invalid': [],
  'common.busy': [],
  'common.sessionExpired': [],
  'common.outage': [],
  'common.hold': [],
  'common.keepAlive': [],
  'common.ended': [],
  'menu.main': [],
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
  'order.notNow': [],
  'order.coolingOff': [],
  'order.notDone': [],
  'order.refused.insufficient_funds': [],
  'order.refused.over_limit': [],
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
  'confirm.repayment': ['amount', 'loanLastFour', 'accountLastFour'],
  'confirm.transfer': ['amount', 'payee', 'payeeLastFour', 'accountLastFour'],
  'confirm.loan': ['amount'],
  'confirm.contact': ['contactNumber'],
  'confirm.order': [],
  'result.enquiryAccount': ['accountLastFour', 'balance'],
  'result.enquiryLoan': ['loanLastFour', 'outstanding', 'due', 'dueOn'],
  'result.enquiryNothing': [],
  'result.repayment': ['amount', 'outstanding', 'receipt'],
  'result.transfer': ['amount', 'payee', 'receipt'],
  'result.loan_application': ['amount', 'receipt'],
  'result.contact_change': ['receipt'],
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

/**
 * Prompts that releases published before them do not have, and what these say instead. A release never changes, and a
 * newer program has to go on with it.
 */
export const SAID_INSTEAD: { readonly [key in PromptKey]?: PromptKey } = {
  'common.hold': 'handoff.connecting',
  'freeze.inOutage': 'common.star',
  'freeze.noted': 'handoff.connecting',
};

/** Whether a text names a prompt. */
export function isPromptKey(key: string): key is PromptKey {
  return Object.hasOwn(PROMPT_VALUES, key);
}

/** Whether a text names a value prompts can speak. */
export function isPromptVariable(name: string): name is PromptVariable {
  return Object.hasOwn(PROMPT_VARIABLES, name);
}

function longestText(name: 'company' | 'department' | 'formOfAddress' | 'payee'): VariableRule {
  return { kind: 'text', examples: (language) => [{ kind: 'text', text: LOCALES[language].longest[name] }] };
}

function digits(example: string): VariableRule {
  return { kind: 'digits', examples: () => [{ kind: 'digits', digits: example }] };
}

function money(minor: { readonly [currency in Currency]: number }): VariableRule {
  return {
    kind: 'money',
    examples: () => CURRENCIES.map((currency) => ({ kind: 'money', minor: minor[currency], currency })),
  };
}
