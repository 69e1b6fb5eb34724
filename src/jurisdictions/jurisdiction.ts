import type { Instant } from '../platform/clock.ts';
import type { Currency } from './currency.ts';

/** The national ID of a country: 0 attempts and no look-up are spent on a text that cannot be one. */
interface NationalIdFormat {
  /** For the author of a file: `a Chinese one (18 characters, …)`. */
  readonly description: string;
  /** The characters of an ID, in ASCII capitals. */
  readonly shape: RegExp;
  /** Whether an ID of this shape can exist: check character, dates, provinces. Pure. */
  canExist(id: string, now: Instant): boolean;
  /** What an ID tells of its holder's birth, as digits in the order people key them (weak PINs). */
  birthDigits(id: string): string;
}

/** Everything that follows from whose rules hold: how people are known there, how they pay and when their day ends. */
export interface JurisdictionRules {
  readonly nationalId: NationalIdFormat;
  /** Digits after the plus sign; the country code of libphonenumber is the jurisdiction's own (ISO 3166). */
  readonly callingCode: string;
  /** The currency of a customer's orders. */
  readonly currency: Currency;
  /** IANA name: what is written to a customer is in this time. */
  readonly timeZone: string;
  /** What the jurisdiction asks of a policy: a file of flows/policy/. */
  readonly policyPack: string;
}
