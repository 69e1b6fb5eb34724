import { isDeepStrictEqual } from 'node:util';
import { JURISDICTION_RULES, type Jurisdiction } from '../../jurisdictions/catalogue.ts';
import { type DocumentKind, nationalIdKindOf, numbersPeopleAlike } from '../../jurisdictions/documents.ts';
import { lastFour } from '../../jurisdictions/phone-number.ts';
import type { Language } from '../../locales/catalogue.ts';
import { calendarDay, type Instant, SECOND } from '../../platform/clock.ts';
import type { Keyring } from '../../platform/keyring.ts';
import { type Customer, type CustomerName, customerName, registeredPhone } from '../customer.ts';
import { FACT_NAMES, type Facts, factRules } from './facts.ts';
import type { EnrolmentRow } from './read-row.ts';

interface SimDate {
  readonly changedAt: Instant | null;
  readonly knownAt: Instant | null;
}

/** What an update writes; what is undefined stays as it is. */
export interface NewValues {
  readonly name?: CustomerName | undefined;
  readonly locale?: Language | undefined;
  readonly jurisdiction?: Jurisdiction | undefined;
  readonly documentKind?: DocumentKind | undefined;
  readonly phone?: string | undefined;
  readonly phoneSince?: Instant | undefined;
  readonly coolingOffUntil?: Instant | undefined;
  /** What is known of the SIM of the phone; nulls where the phone is another one now. */
  readonly sim?: SimDate | undefined;
  readonly facts: Facts;
}

/** One field that changes, as it may be shown and recorded: of numbers the last four at most, of names nothing. */
interface FieldChange {
  readonly field: string;
  readonly shown: string;
}

export interface Difference {
  readonly values: NewValues;
  readonly changes: readonly FieldChange[];
}

/** The kind of document of a customer; without one it is an ID of the jurisdiction. */
function documentKindOf({ documentKind, jurisdiction }: Customer): DocumentKind {
  return documentKind ?? nationalIdKindOf(jurisdiction);
}

/** The customer of these, all with the same digits, that a row is about; undefined where it is about somebody new. */
export function customerOfRow(row: EnrolmentRow, sameDigits: readonly Customer[]): Customer | undefined {
  return sameDigits.find((customer) => numbersPeopleAlike(documentKindOf(customer), row.document.kind));
}

const show = (value: string | number | boolean | undefined | null) =>
  value === undefined || value === null ? 'none' : String(value);

/** Since when a number counts that was not the customer's before: as the file says, but never from before the number it replaces. */
function sinceOfNewPhone(row: EnrolmentRow, before: Instant | undefined, now: Instant): Instant {
  const stated = row.phone?.since;
  return stated === undefined || stated <= (before ?? 0) ? now : Math.min(stated, now);
}

function phoneDifference(
  row: EnrolmentRow,
  customer: Customer,
  keyring: Keyring,
  coolingOffSeconds: number,
  now: Instant,
): Difference | undefined {
  if (!row.phone) return undefined;
  const stored = registeredPhone(customer, keyring);
  const { e164, since } = row.phone;
  if (stored?.e164 !== e164) {
    const phoneSince = sinceOfNewPhone(row, stored?.since, now);
    // Who has a new number may be somebody else: no high-risk action for a while (policy table: cooling-off).
    const coolingOffUntil = Math.max(phoneSince + coolingOffSeconds * SECOND, customer.coolingOffUntil ?? 0);
    const shown = `${stored ? `…${lastFour(stored.e164)}` : 'none'} -> …${lastFour(e164)}`;
    return {
      values: { phone: e164, phoneSince, coolingOffUntil, facts: {} },
      changes: [{ field: 'phone', shown }],
    };
  }
  const zone = JURISDICTION_RULES[row.jurisdiction.code].timeZone;
  const day = (at: Instant) => calendarDay(at, zone);
  if (since === undefined || (stored.since !== undefined && day(stored.since) === day(since)))
    return undefined;
  const shown = `${stored.since === undefined ? 'none' : day(stored.since)} -> ${day(since)}`;
  return {
    values: { phoneSince: Math.min(since, now), facts: {} },
    changes: [{ field: 'phone_since', shown }],
  };
}

/** Of a new phone an old date says nothing; a date that is learnt again is as new as its day. */
function simDifference(
  row: EnrolmentRow,
  { simChangedAt, simKnownAt }: Customer,
  isNewPhone: boolean,
  now: Instant,
): Difference | undefined {
  const stated = row.simChangedAt;
  if (stated === undefined && !isNewPhone) return undefined;
  const zone = JURISDICTION_RULES[row.jurisdiction.code].timeZone;
  const day = (at: Instant | null) => (at === null ? 'not known' : calendarDay(at, zone));
  const say = ({ changedAt, knownAt }: SimDate) =>
    changedAt === null ? 'none' : `${day(changedAt)} (as of ${day(knownAt)})`;
  const sim = stated === undefined ? { changedAt: null, knownAt: null } : { changedAt: stated, knownAt: now };
  const [before, after] = [say({ changedAt: simChangedAt, knownAt: simKnownAt }), say(sim)];
  if (before === after) return undefined;
  return {
    values: { sim, facts: {} },
    changes: [{ field: 'sim_changed_at', shown: `${before} -> ${after}` }],
  };
}

function factDifferences(row: EnrolmentRow, customer: Customer): Difference {
  const facts: { [fact: string]: string | number | boolean } = {};
  const changes: FieldChange[] = [];
  const zone = JURISDICTION_RULES[row.jurisdiction.code].timeZone;
  for (const fact of FACT_NAMES) {
    const [stated, stored] = [row.facts[fact], customer.facts[fact]];
    // A day of which only the day is known is the same day at any hour of it.
    const shown = (value: string | number | boolean | undefined) =>
      typeof value === 'number' && factRules(fact).kind === 'day' ? calendarDay(value, zone) : show(value);
    if (stated === undefined || shown(stated) === shown(stored)) continue;
    facts[fact] = stated;
    changes.push({ field: fact, shown: `${shown(stored)} -> ${shown(stated)}` });
  }
  return { values: { facts }, changes };
}

/**
 * What a row would change of a customer. What the row leaves open stays, and PINs, freezes and locks are never compared. A
 * row that was written once differs in nothing the second time. Pure.
 */
export function differenceOf(
  row: EnrolmentRow,
  customer: Customer,
  keyring: Keyring,
  coolingOffSeconds: number,
  now: Instant,
): Difference {
  const changes: FieldChange[] = [];
  const changed = <Value>(field: string, stated: Value, stored: Value, shown: string): Value | undefined => {
    if (isDeepStrictEqual(stated, stored)) return undefined;
    changes.push({ field, shown });
    return stated;
  };
  const name = customerName(customer, keyring);
  const kind = documentKindOf(customer);
  const values: NewValues = {
    name: changed('name', row.name, name, 'changed'),
    locale: changed('locale', row.locale, customer.locale, `${customer.locale} -> ${row.locale}`),
    jurisdiction: row.jurisdiction.stated
      ? changed(
          'jurisdiction',
          row.jurisdiction.code,
          customer.jurisdiction,
          `${customer.jurisdiction} -> ${row.jurisdiction.code}`,
        )
      : undefined,
    documentKind: changed('document', row.document.kind, kind, `${kind} -> ${row.document.kind}`),
    facts: {},
  };
  const phone = phoneDifference(row, customer, keyring, coolingOffSeconds, now);
  const sim = simDifference(row, customer, phone?.values.phone !== undefined, now);
  const facts = factDifferences(row, customer);
  return {
    values: { ...values, ...phone?.values, ...sim?.values, facts: facts.values.facts },
    changes: [...changes, ...(phone?.changes ?? []), ...(sim?.changes ?? []), ...facts.changes],
  };
}
