import { assert } from '../platform/fault.ts';

/** What the program knows of a currency. */
interface CurrencyRule {
  /** Digits behind the point when minor units are written as units (ISO 4217). */
  readonly decimals: number;
}

/** The currencies of orders, accounts and limits, by their ISO 4217 code. */
const RULES = {
  CNY: { decimals: 2 },
  VND: { decimals: 0 },
} as const satisfies Readonly<Record<string, CurrencyRule>>;

export type Currency = keyof typeof RULES;
export const CURRENCIES = Object.keys(RULES) as readonly Currency[];

/** How many minor units make one unit: 100 for CNY, 1 for VND. */
export function minorPerUnit(currency: Currency): number {
  return 10 ** RULES[currency].decimals;
}

/** The digits of an amount, split at the point: `fraction` has all decimals of the currency, none for VND. */
export interface AmountDigits {
  readonly negative: boolean;
  readonly whole: string;
  readonly fraction: string;
}

/** Splits integer minor units into digits (invariant 27); another number is a bug. */
export function amountDigits(minor: number, currency: Currency): AmountDigits {
  assert(Number.isSafeInteger(minor), 'money is integer minor units');
  const { decimals } = RULES[currency];
  const digits = String(Math.abs(minor)).padStart(decimals + 1, '0');
  const cut = digits.length - decimals;
  return { negative: minor < 0, whole: digits.slice(0, cut), fraction: digits.slice(cut) };
}

/** Digits of a whole number in groups of three: `1234567` as `1,234,567`. */
export function groupThousands(whole: string, separator = ','): string {
  return whole.replace(/\B(?=(\d{3})+$)/g, separator);
}

/** An amount for staff and tools, in English whatever the caller speaks: `1,888.00 CNY`. */
export function describeAmount(minor: number, currency: Currency): string {
  const { negative, whole, fraction } = amountDigits(minor, currency);
  return `${negative ? '-' : ''}${groupThousands(whole)}${fraction && `.${fraction}`} ${currency}`;
}

/** Whether a text is the code of a currency the program knows. */
export function isCurrency(text: string): text is Currency {
  return Object.hasOwn(RULES, text);
}
