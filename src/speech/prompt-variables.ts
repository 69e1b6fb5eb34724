import { CURRENCIES, type Currency } from '../jurisdictions/currency.ts';
import { DOCUMENT_KINDS } from '../jurisdictions/documents.ts';
import { type Language, LOCALES } from '../locales/catalogue.ts';
import { documentNames } from '../locales/document-names.ts';
import type { SpokenValue } from '../locales/spoken-value.ts';

/** How a value is spoken, and its longest plausible forms: a prompt must fit its time with each of them. */
interface VariableRule {
  readonly kind: SpokenValue['kind'];
  /** Somebody's name: said by the voice of its own script (49). */
  readonly isName?: true;
  readonly examples: (language: Language) => readonly SpokenValue[];
}

/**
 * Every value a prompt can speak. No PIN, code, full ID or registered phone number is among them, so no prompt can
 * speak one (invariant 15, Z1).
 */
export const PROMPT_VARIABLES = {
  company: longestText('company'),
  department: longestText('department'),
  formOfAddress: { ...longestText('formOfAddress'), isName: true },
  payee: { ...longestText('payee'), isName: true },
  documents: {
    kind: 'text',
    examples: (language) => [{ kind: 'text', text: documentNames(DOCUMENT_KINDS, language) }],
  },
  decisionDays: { kind: 'count', examples: () => [{ kind: 'count', count: 28 }] },
  hotline: { kind: 'phone', examples: () => [{ kind: 'phone', e164: '+12025550143' }] },
  number: { kind: 'count', examples: () => [{ kind: 'count', count: 4 }] },
  listed: { kind: 'count', examples: () => [{ kind: 'count', count: 77 }] },
  listedFrom: { kind: 'count', examples: () => [{ kind: 'count', count: 77 }] },
  listedTo: { kind: 'count', examples: () => [{ kind: 'count', count: 77 }] },
  listedLeft: { kind: 'count', examples: () => [{ kind: 'count', count: 77 }] },
  hint: digits('7'),
  receipt: digits('97531864'),
  /** The number a member of staff goes by; callers can ask the hotline about it. */
  adviser: digits('7777'),
  place: { kind: 'count', examples: () => [{ kind: 'count', count: 128 }] },
  minutes: { kind: 'count', examples: () => [{ kind: 'count', count: 128 }] },
  caseNumber: digits('97531864'),
  until: moment(),
  loanLastFour: digits('7777'),
  accountLastFour: digits('7777'),
  payeeLastFour: digits('7777'),
  phoneLastFour: digits('7777'),
  idLastFour: digits('777X'),
  contactNumber: { kind: 'phone', examples: () => [{ kind: 'phone', e164: '+8613777777777' }] },
  amount: money({ CNY: 45_678_912, VND: 45_678_912 }),
  balance: money({ CNY: 123_456_789, VND: 1_234_567_891 }),
  outstanding: money({ CNY: 45_678_912, VND: 456_789_123 }),
  due: money({ CNY: 1_234_567, VND: 9_876_543 }),
  counterpartyLastFour: digits('7777'),
  transactionOn: {
    kind: 'date',
    examples: () => [{ kind: 'date', date: '2026-12-27', today: '2027-01-27' }],
  },
  coolingOffHours: { kind: 'count', examples: () => [{ kind: 'count', count: 48 }] },
  frozenSince: moment(),
  askedAt: moment(),
  overdueSince: {
    kind: 'date',
    examples: () => [{ kind: 'date', date: '2026-12-27', today: '2027-01-27' }],
  },
  dueOn: { kind: 'date', examples: () => [{ kind: 'date', date: '2027-12-27' }] },
} as const satisfies Record<string, VariableRule>;
export type PromptVariable = keyof typeof PROMPT_VARIABLES;

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

function moment(): VariableRule {
  return {
    kind: 'moment',
    examples: () => [{ kind: 'moment', time: '23:57', date: '2026-12-27', today: '2026-12-31' }],
  };
}

/** Whether a value is somebody's name. */
export function isNameOfSomebody(name: string): boolean {
  const rule: VariableRule | undefined = isPromptVariable(name) ? PROMPT_VARIABLES[name] : undefined;
  return rule?.isName === true;
}
