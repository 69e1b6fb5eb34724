import type { Jurisdiction } from '../jurisdictions/catalogue.ts';
import type { AmountDigits, Currency } from '../jurisdictions/currency.ts';
import type { DocumentKind } from '../jurisdictions/documents.ts';
import type { Pace } from './pace.ts';

export const TITLES = ['mr', 'ms', 'none'] as const;
export type Title = (typeof TITLES)[number];

/** A moment on a customer's own clock; hours and minutes have two digits. */
interface LocalTime {
  readonly month: number;
  readonly day: number;
  readonly time: string;
}

/** How values are said so that every voice reads them the same way. */
interface SpokenForms {
  /** The sign before a phone number, and the one before a negative amount with the space that follows it. */
  readonly plus: string;
  readonly minus: string;
  /** Digits one by one: how one of them is said where it could be mistaken for another. */
  readonly digits?: { readonly [digit: string]: string };
  /** Between groups of digits, where a speaker takes breath. */
  readonly pause: string;
  /** An amount as it is said in parts of its unit; left out where decimals are said. Whole part and two decimals. */
  readonly moneyInParts?: {
    readonly [currency in Currency]?: (amount: Omit<AmountDigits, 'negative'>) => string;
  };
  /** An amount without its sign; `fraction` is empty where there are no decimals to speak of. */
  readonly money: {
    readonly [currency in Currency]: (amount: Omit<AmountDigits, 'negative'>) => string;
  };
  /** A calendar day with the month named, so that day and month cannot be mixed up. */
  date(month: number, day: number): string;
  /** The same with its year, where the day could be taken for one of another year. */
  dateOfYear(year: number, month: number, day: number): string;
  /** A time of day, to the minute, by the 24 hours of a day. */
  time(hour: number, minute: number): string;
  /** A time of another day, both as they are said. */
  timeOfDay(time: string, day: string): string;
  readonly today: string;
  readonly yesterday: string;
}

/** How values are written in messages. */
interface WrittenForms {
  /** Between groups of three digits, and before the decimals. */
  readonly group: string;
  readonly point: string;
  readonly money: { readonly [currency in Currency]: (number: string) => string };
  time(at: LocalTime): string;
}

/** How its words name keys: what is said is held against what a step handles (invariant 48). */
interface KeyWords {
  /** Words that ask for one key or several, from the asking to the last key. Global. */
  readonly pressed: RegExp;
  /** One key within such words. Global. */
  readonly numeral: RegExp;
  /** A key that is written as a word, in lower case. */
  readonly numerals: { readonly [word: string]: string };
  readonly starTwice: RegExp;
}

/** The longest values a prompt or a message must still fit its limit with. */
interface LongestValues {
  readonly company: string;
  readonly department: string;
  readonly formOfAddress: string;
  readonly payee: string;
  /** A character that makes a company's name as costly in a message as any name can be. */
  readonly companyCharacter: string;
}

/** Everything the program knows of a language. Its words are data: flows/locales/<tag>/. */
export interface Locale {
  /** For staff, who read English. */
  readonly englishName: string;
  /** The carrier's name of the language (`language` of a Say); the voice that speaks it is named in the prompts. */
  readonly sayLanguage: string;
  /** The letters its voice can say; digits and punctuation are the same in every language. */
  readonly script: RegExp;
  /** What its speakers' names are written with, letters and marks apart (NFD); a name in anything else is asked about. */
  readonly nameCharacters: RegExp;
  /** Whose national phone numbers its speakers write down without a calling code. */
  readonly homeJurisdiction: Jurisdiction;
  /** What documents are called where callers are told which of them they may key, and what stands between two of them. */
  readonly documentNames: { readonly [kind in DocumentKind]: string };
  readonly between: string;
  /** What tells that a name is one of this language, so that its voice says it on every line; left out where nothing does. */
  readonly ownNames?: RegExp;
  /** By the part of a name that its speakers use for it. */
  readonly formOfAddress: { readonly [title in Title]: (name: string) => string };
  /** Its speakers address people by the last word of the full name, where the family name stands first. */
  readonly addressesByGivenName?: true;
  readonly spoken: SpokenForms;
  readonly keys: KeyWords;
  readonly written: WrittenForms;
  readonly pace: Pace;
  readonly longest: LongestValues;
}
