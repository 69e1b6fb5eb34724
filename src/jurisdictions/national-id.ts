import type { Instant } from '../platform/clock.ts';
import { toAsciiForms } from '../platform/digits.ts';
import { JURISDICTION_RULES, JURISDICTIONS, type Jurisdiction } from './catalogue.ts';

/** An ID that can exist, and whose it is. */
export interface NationalId {
  readonly kind: Jurisdiction;
  /** ASCII, capitals: 18 characters for CN (the last may be X), 12 digits for VN. */
  readonly id: string;
}

/**
 * Reads an ID of any jurisdiction of the catalogue. Undefined for anything else, so that a typing error costs neither
 * an attempt nor a look-up.
 */
export function readNationalId(text: string, now: Instant): NationalId | undefined {
  const id = toAsciiForms(text).trim().toUpperCase();
  const kind = JURISDICTIONS.find((jurisdiction) => {
    const { nationalId } = JURISDICTION_RULES[jurisdiction];
    return nationalId.shape.test(id) && nationalId.canExist(id, now);
  });
  return kind && { kind, id };
}

/** What an ID tells of its holder's birth: YYYYMMDD for a Chinese ID, YYYY for a Vietnamese one (weak PINs). */
export function nationalIdBirthDigits({ kind, id }: NationalId): string {
  return JURISDICTION_RULES[kind].nationalId.birthDigits(id);
}

/** The last four characters of an ID: all of it that may be spoken or shown (Z1). */
export function lastFourOfId(id: string): string {
  return id.slice(-4);
}
