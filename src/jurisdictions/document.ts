import type { Instant } from '../platform/clock.ts';

/** A kind of document that tells who somebody is: how its number is written, and how it is keyed on a telephone. */
export interface DocumentRules {
  /** For the author of a file: `a Chinese ID (18 characters, …)`. */
  readonly description: string;
  /** Whose document it is (ISO 3166); undefined for a passport, which many countries issue. */
  readonly issuedIn: string | undefined;
  /** Its number alone tells the kind. Otherwise a file has to say it: eight digits can be a permit or a passport. */
  readonly tellsItself: boolean;
  /** The number as written, in ASCII capitals, without spaces, hyphens and brackets. */
  readonly shape: RegExp;
  /** The number as keyed: a telephone has no letters, X alone is the star (policy "keys"). */
  readonly keyedShape: RegExp;
  /**
   * The one form under which a written or keyed number is looked up. It follows from the keys alone, so that one look-up
   * finds every kind, and two forms of one person's number are one.
   */
  lookUpForm(number: string): string;
  /** Whether a number in its look-up form can exist: check character, dates. Pure. */
  canExist(id: string, now: Instant): boolean;
  /** What a number in its look-up form tells of its holder's birth, as digits in the order people key them; empty for nothing. */
  birthDigits(id: string): string;
}

/** The digits of a number: what is left of it on a telephone. */
export const digitsOf = (number: string) => number.replace(/\D/g, '');

/** What holds of numbers that tell nothing about their holder and have no check character. */
export const PLAIN_NUMBER = {
  tellsItself: false,
  lookUpForm: digitsOf,
  canExist: () => true,
  birthDigits: () => '',
} as const satisfies Partial<DocumentRules>;
