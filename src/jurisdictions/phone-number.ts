import { type CountryCode, isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js/max';
import { toAsciiForms } from '../platform/digits.ts';
import { JURISDICTION_RULES, JURISDICTIONS, type Jurisdiction } from './catalogue.ts';
import type { JurisdictionRules } from './jurisdiction.ts';

/** E.164 allows 15 digits; with an international prefix and some punctuation nothing longer is a number. */
const LONGEST_WRITTEN_NUMBER = 32;

function parse(text: string, country?: CountryCode) {
  const number = parsePhoneNumberFromString(text, {
    extract: false,
    ...(country ? { defaultCountry: country } : {}),
  });
  return number?.isValid() && number.ext === undefined ? number : undefined;
}

/**
 * The E.164 form of a written phone number, or undefined when it is not a valid number. A number without a
 * country code is read as one of `defaultCountry`. Full-width digits count as digits.
 */
export function normalisePhoneNumber(raw: string, defaultCountry: CountryCode): string | undefined {
  const text = toAsciiForms(raw).trim();
  if (text === '' || text.length > LONGEST_WRITTEN_NUMBER) return undefined;
  return parse(text, defaultCountry)?.number;
}

/**
 * Today's E.164 form of a number from before a renumbering, of any jurisdiction; undefined for a number that is
 * valid as it is, and for one that never was.
 */
export function renumberedPhoneNumber(raw: string): string | undefined {
  const text = toAsciiForms(raw).trim();
  if (text.length > LONGEST_WRITTEN_NUMBER) return undefined;
  for (const country of JURISDICTIONS) {
    const { numberToday }: JurisdictionRules = JURISDICTION_RULES[country];
    const today = numberToday?.(text);
    if (today !== undefined) return parse(today, country)?.number;
  }
  return undefined;
}

/** Whether a number can ever get an SMS: a mobile one, or one of a country that does not tell mobiles by their number. */
export function canGetMessages(e164: string): boolean {
  const type = parse(e164)?.getType();
  return type === 'MOBILE' || type === 'FIXED_LINE_OR_MOBILE';
}

/**
 * The ways in which digits alone may mean an E.164 number: with its country and no plus sign, and as it is dialled inside
 * its country, with and without the leading zero.
 */
export function digitFormsOf(e164: string): readonly string[] {
  const national = parsePhoneNumberFromString(e164, { extract: false })?.nationalNumber;
  return [e164.slice(1), ...(national === undefined ? [] : [national, `0${national}`])];
}

/** The ISO 3166 country of an E.164 number, or undefined when it belongs to none. */
export function countryOf(e164: string): string | undefined {
  const country = parse(e164)?.country;
  return country && isSupportedCountry(country) ? country : undefined;
}

/** The last four digits of a number: all of it that may be spoken or shown (Z1). */
export function lastFour(e164: string): string {
  return e164.slice(-4);
}

/** The calling codes a caller may key without `00`: a jurisdiction's own number, written the international way. */
const BARE_CALLING_CODE = new RegExp(
  `^(?:${JURISDICTIONS.map((jurisdiction) => JURISDICTION_RULES[jurisdiction].callingCode).join('|')})`,
);

/**
 * Reads a phone number as keyed on a telephone, where there is no plus sign (R5.1). Order: a national mobile number
 * of any jurisdiction, a landline of the line's, a landline of another, then `00` and any calling code, or a
 * jurisdiction's calling code alone; last a number from before a renumbering, as its owner has it now. A mobile number reads the same on every line: Chinese ones begin with 1,
 * Vietnamese ones with 0; only digits that are a landline in several countries follow the line. Undefined when it is
 * no valid number.
 */
export function readKeyedPhoneNumber(digits: string, line: Jurisdiction): string | undefined {
  const keyed = toAsciiForms(digits);
  if (!/^\d{7,20}$/.test(keyed)) return undefined;
  if (keyed.startsWith('00')) return parse(`+${keyed.slice(2)}`)?.number ?? renumberedPhoneNumber(keyed);
  const national = [line, ...JURISDICTIONS.filter((other) => other !== line)].flatMap((country) => {
    const number = parse(keyed, country);
    return number?.country === country ? [number] : [];
  });
  const read = national.find((number) => number.getType() === 'MOBILE') ?? national[0];
  if (read) return read.number;
  const written = BARE_CALLING_CODE.test(keyed) ? parse(`+${keyed}`)?.number : undefined;
  return written ?? renumberedPhoneNumber(keyed);
}

/**
 * A number in the groups people of its country say and write it in, without its calling code where it is one of a
 * jurisdiction's; a foreign one begins with `+` and its calling code.
 */
export function phoneGroups(e164: string): readonly string[] {
  const number = parsePhoneNumberFromString(e164, { extract: false });
  if (!number) return [e164];
  const home = JURISDICTIONS.some((jurisdiction) => jurisdiction === number.country);
  const written = home ? number.formatNational() : number.formatInternational();
  return written.split(/[^+\dA-Z]+/u).filter((group) => group !== '');
}
