import type { Currency } from './currency.ts';
import type { DocumentRules } from './document.ts';

/** Everything that follows from whose rules hold: how people are known there, how they pay and when their day ends. */
export interface JurisdictionRules {
  /** The document nearly everybody there has. */
  readonly nationalId: DocumentRules;
  /** Digits after the plus sign; the country code of libphonenumber is the jurisdiction's own (ISO 3166). */
  readonly callingCode: string;
  /** Today's national form of a number from before a renumbering, which people still write; undefined for every other. */
  readonly numberToday?: (written: string) => string | undefined;
  /** The currency of a customer's orders. */
  readonly currency: Currency;
  /** IANA name: what is written to a customer is in this time. */
  readonly timeZone: string;
  /** What the jurisdiction asks of a policy: a file of flows/policy/. */
  readonly policyPack: string;
}
