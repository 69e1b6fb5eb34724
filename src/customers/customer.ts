import type { Jurisdiction } from '../jurisdictions/catalogue.ts';
import type { DocumentKind } from '../jurisdictions/documents.ts';
import { lastFourOfId } from '../jurisdictions/national-id.ts';
import { lastFour } from '../jurisdictions/phone-number.ts';
import { type ByLanguage, byLanguage, type Language, LOCALES } from '../locales/catalogue.ts';
import type { Title } from '../locales/locale.ts';
import type { Instant } from '../platform/clock.ts';
import { type Keyring, open } from '../platform/keyring.ts';
import type { Facts } from './enrolment/facts.ts';

/** How far an account is stopped: provisional at L1, full at L2 (policy "report loss / freeze"). */
export type Freeze = 'none' | 'provisional' | 'full';

/** A customer as stored: personal data stays sealed until a function here opens one part of it. */
export interface Customer {
  readonly id: string;
  /** The language of the record, which the customer is spoken and written to in until they choose one. */
  readonly locale: Language;
  /** The language the customer has chosen on the telephone; null for none. */
  readonly chosenLanguage: Language | null;
  /** Whose limits apply to the customer (V1, V2). */
  readonly jurisdiction: Jurisdiction;
  readonly nameSealed: string;
  /** The kind of document; null where it was enrolled by a program that kept none: an ID of the jurisdiction. */
  readonly documentKind: DocumentKind | null;
  readonly nationalIdSealed: string;
  readonly nationalIdIndex: string;
  readonly phoneSealed: string | null;
  readonly phoneIndex: string | null;
  readonly phoneSince: Instant | null;
  readonly contactPhoneSealed: string | null;
  /** When the SIM last changed; null is "not known", which is not "never". */
  readonly simChangedAt: Instant | null;
  /** When that was learnt; null is "not known", so that the date may be of any age. */
  readonly simKnownAt: Instant | null;
  readonly freeze: Freeze;
  readonly frozenAt: Instant | null;
  /** No high-risk action before this moment. */
  readonly coolingOffUntil: Instant | null;
  readonly createdAt: Instant;
  /** The customer takes more time at the keys (S8). */
  readonly moreTime: boolean;
  /** Plain facts of the enrolment; what is absent is not known. */
  readonly facts: Facts;
}

export const SEALED_COLUMNS = [
  'name_sealed',
  'national_id_sealed',
  'phone_sealed',
  'contact_phone_sealed',
] as const;
export type SealedColumn = (typeof SEALED_COLUMNS)[number];

/** What a sealed customer column is bound to, so that a value moved to another row or column does not open. */
export function sealContext(column: SealedColumn, customerId: string): string {
  return `customers.${column}:${customerId}`;
}

export interface CustomerName {
  readonly full: string;
  readonly family: string;
  readonly title: Title;
}

/** The customer's name; for the people and messages allowed to have it, never for logs. */
export function customerName(customer: Customer, keyring: Keyring): CustomerName {
  return JSON.parse(
    open(keyring, sealContext('name_sealed', customer.id), customer.nameSealed),
  ) as CustomerName;
}

/** The registered number in E.164 and since when, or undefined where none is registered. The only destination of codes. */
export function registeredPhone(
  customer: Customer,
  keyring: Keyring,
): { readonly e164: string; readonly since: Instant | undefined } | undefined {
  if (customer.phoneSealed === null) return undefined;
  return {
    e164: open(keyring, sealContext('phone_sealed', customer.id), customer.phoneSealed),
    since: customer.phoneSince ?? undefined,
  };
}

/** What may be read back to a caller who is identified (R8 as read by Z1); nothing here completes an identity. */
export interface PublicFacts {
  readonly familyName: string;
  /** A name with form of address, in each language the line speaks: the surname, or the given name in Vietnamese. */
  readonly addressed: ByLanguage<string>;
  readonly idLastFour: string;
  /** Undefined where no phone is registered. */
  readonly phoneLastFour: string | undefined;
  readonly locale: Language;
  /** The language the customer chose in a call; left out where they never did. Calls follow it after a right PIN only (Z3). */
  readonly chosenLanguage?: Language;
  readonly jurisdiction: Jurisdiction;
  /** The record says that this customer takes more time at the keys (S8). */
  readonly moreTime?: true;
}

/** The language a customer is written to in: the one they chose, else the record's. */
export function languageOf({ chosenLanguage, locale }: Customer): Language {
  return chosenLanguage ?? locale;
}

/** The last word of a name whose family name stands first, as a Vietnamese one does; the family name of every other. */
function givenName(full: string, family: string): string {
  const words = full.trim().split(/\s+/u);
  const last = words.at(-1);
  return words.length > 1 && words[0] === family.split(/\s+/u)[0] && last !== undefined ? last : family;
}

/** Opens what the masked read-back needs: name with form of address, last four of ID and of phone (Z1). */
export function publicFacts(customer: Customer, keyring: Keyring): PublicFacts {
  const { full, family, title } = customerName(customer, keyring);
  const phone = registeredPhone(customer, keyring);
  const id = open(keyring, sealContext('national_id_sealed', customer.id), customer.nationalIdSealed);
  return {
    familyName: family,
    addressed: byLanguage((language) => {
      const { formOfAddress, addressesByGivenName } = LOCALES[language];
      return formOfAddress[title](addressesByGivenName ? givenName(full, family) : family);
    }),
    idLastFour: lastFourOfId(id),
    phoneLastFour: phone && lastFour(phone.e164),
    locale: customer.locale,
    jurisdiction: customer.jurisdiction,
    ...(customer.moreTime ? { moreTime: true } : {}),
    ...(customer.chosenLanguage === null ? {} : { chosenLanguage: customer.chosenLanguage }),
  };
}
