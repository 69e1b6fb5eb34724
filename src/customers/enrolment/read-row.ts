import { PIN_KINDS, type PinKind } from '../../actions/requirement.ts';
import { findPinWeakness, type OwnNumbers, type PinWeakness } from '../../credentials/pin-strength.ts';
import {
  isJurisdiction,
  JURISDICTION_RULES,
  JURISDICTIONS,
  type Jurisdiction,
} from '../../jurisdictions/catalogue.ts';
import { documentBirthDigits, type IdentityDocument, jurisdictionOf } from '../../jurisdictions/documents.ts';
import { countryOf } from '../../jurisdictions/phone-number.ts';
import { LANGUAGES, type Language, LOCALES } from '../../locales/catalogue.ts';
import { TITLES } from '../../locales/locale.ts';
import { DAY, endOfCalendarDay, type Instant } from '../../platform/clock.ts';
import type { Policy } from '../../policy/policy.ts';
import type { CustomerName } from '../customer.ts';
import type { EnrolmentColumn } from './columns.ts';
import { type DateOrder, readDay } from './dates.ts';
import { FACT_NAMES, type FactContext, type Facts, factRules } from './facts.ts';
import { familyNameQuestion, isOneName, readName } from './names.ts';
import { DEFAULT_JURISDICTION, readDocument, readPhoneNumber } from './numbers.ts';
import type { RowCells } from './row-cells.ts';

const PIN_COLUMN: { readonly [kind in PinKind]: EnrolmentColumn } = {
  query: 'query_pin',
  transaction: 'transaction_pin',
};
/** A version says nothing without its day (E1.2). */
const DATED = [
  ['agreement_version', 'agreed_on'],
  ['risk_notice_version', 'risk_notice_on'],
] as const;
const WEAKNESS: { readonly [weakness in PinWeakness]: string } = {
  not_digits: 'is not digits only',
  date: 'is a date',
  repeat: 'repeats itself',
  run: 'is a run of neighbouring digits',
  pattern: 'is a well-known pattern',
  own_number: "is part of the customer's own ID, phone or birth date",
};

/** One customer as a file says. What the file leaves open is not in it. */
export interface EnrolmentRow {
  readonly row: number;
  readonly name: CustomerName;
  readonly locale: Language;
  /** Whose rules hold; `stated` where the file says so itself. */
  readonly jurisdiction: { readonly code: Jurisdiction; readonly stated: boolean };
  readonly document: IdentityDocument;
  readonly phone?: {
    readonly e164: string;
    /** The end of the day the file names; undefined where it names none. */
    readonly since: Instant | undefined;
  };
  /** The latest moment at which the SIM of that phone can have been changed. */
  readonly simChangedAt?: Instant;
  readonly pins: { readonly [kind in PinKind]?: string };
  readonly facts: Facts;
}

/** What rows are read with. */
export interface RowContext {
  readonly policy: Policy;
  readonly dateOrder: DateOrder | undefined;
  readonly now: Instant;
}

function readWords(cells: RowCells, locale: Language | undefined): CustomerName | undefined {
  const title = cells.oneOf('title', TITLES, 'none');
  const name = readName(cells.text('name'), locale);
  if (name.kind === 'problem') cells.report('name', name.problem);
  else if (name.question !== undefined) cells.ask('names', 'name', name.question);
  const full = name.kind === 'name' ? name.text : undefined;
  const written = cells.text('family_name');
  if (written === '' && full !== undefined && isOneName(full)) {
    cells.notice('one_name', cells.place);
    return title && { full, family: full, title };
  }
  if (written === '')
    return cells.report('family_name', 'is empty: of somebody with one name only, write that name here too');
  const family = readName(written, locale);
  if (family.kind === 'problem') return cells.report('family_name', family.problem);
  const question =
    family.question ?? (full === undefined ? undefined : familyNameQuestion(full, family.text));
  if (question !== undefined) cells.ask('names', 'family_name', question);
  return full !== undefined && title ? { full, family: family.text, title } : undefined;
}

type EndOfDay = FactContext['endOfDay'];

/** The end of the calendar day a cell names, in the customer's zone. */
export function endOfDay(cells: RowCells, text: string, zone: string, order: DateOrder | undefined) {
  const read = readDay(text, order);
  if (read.kind === 'ambiguous')
    return {
      problem: 'can be read day first or month first: write YYYY-MM-DD, or say --dates dmy or --dates mdy',
    };
  if (read.kind === 'none') return { problem: 'must be a date written YYYY-MM-DD' };
  if (read.serial) cells.notice('spreadsheet_days', cells.place);
  return { at: endOfCalendarDay(read.day, zone) };
}

/** The end of a day that is told of the phone, as far as the file says. */
function readDayOfPhone(
  cells: RowCells,
  column: 'phone_since' | 'sim_changed_at',
  endOf: EndOfDay,
  now: Instant,
): Instant | undefined {
  const text = cells.text(column);
  if (text === '') return undefined;
  if (cells.text('phone') === '') return cells.report(column, 'is given without a phone');
  const day = endOf(text);
  if ('problem' in day) return cells.report(column, day.problem);
  if (day.at - DAY >= now) return cells.report(column, 'lies in the future');
  return day.at;
}

function readPins(cells: RowCells, own: OwnNumbers, policy: Policy): EnrolmentRow['pins'] {
  const pins: { [kind in PinKind]?: string } = {};
  for (const kind of PIN_KINDS) {
    const column = PIN_COLUMN[kind];
    const pin = cells.text(column);
    if (pin === '') continue;
    const weakness = findPinWeakness(pin, own);
    if (weakness === 'not_digits') cells.report(column, WEAKNESS.not_digits);
    else if (pin.length !== policy.pin.length)
      cells.report(
        column,
        `must have ${policy.pin.length} digits (a spreadsheet drops zeros in front: make the column text)`,
      );
    else if (weakness) cells.report(column, `${WEAKNESS[weakness]}: too easy to guess`);
    else pins[kind] = pin;
  }
  if (pins.query !== undefined && pins.query === pins.transaction)
    cells.report('transaction_pin', 'must differ from query_pin (R6.1)');
  return pins;
}

function readFacts(cells: RowCells, endOf: EndOfDay, now: Instant): Facts {
  const facts: { [fact: string]: string | number | boolean } = {};
  for (const fact of FACT_NAMES) {
    const text = cells.text(fact);
    if (text === '') continue;
    const read = factRules(fact).read(text, { endOfDay: endOf, now });
    if ('problem' in read) cells.report(fact, read.problem);
    else facts[fact] = read.value;
  }
  for (const [version, day] of DATED)
    if (cells.text(version) !== '' && cells.text(day) === '')
      cells.report(day, `is needed beside ${version}`);
  return facts;
}

/** Whose rules hold: as the file states, as the document tells, or as the country of the phone suggests. */
function readJurisdiction(
  cells: RowCells,
  stated: Jurisdiction | undefined,
  document: IdentityDocument | undefined,
  e164: string | undefined,
): EnrolmentRow['jurisdiction'] | undefined {
  const told = document && jurisdictionOf(document.kind);
  const country = e164 === undefined ? undefined : countryOf(e164);
  const suggested = country !== undefined && isJurisdiction(country) ? country : undefined;
  const code = stated ?? told ?? suggested;
  if (code !== undefined) return { code, stated: stated !== undefined };
  if (document === undefined) return undefined;
  const problem = `is needed where neither document nor phone tells it: one of ${JURISDICTIONS.join(', ')}`;
  return cells.report('jurisdiction', problem);
}

/** Reads one row; undefined where it cannot be used, and `cells` then has every problem of it. */
export function readRow(cells: RowCells, { policy, dateOrder, now }: RowContext): EnrolmentRow | undefined {
  const locale = cells.oneOf('locale', LANGUAGES);
  const name = readWords(cells, locale);
  const stated = cells.text('jurisdiction') === '' ? undefined : cells.oneOf('jurisdiction', JURISDICTIONS);
  const home = stated ?? (locale && LOCALES[locale].homeJurisdiction);
  const document = readDocument(cells, home);
  const e164 = readPhoneNumber(cells, (document && jurisdictionOf(document.kind)) ?? home);
  const jurisdiction = readJurisdiction(cells, stated, document, e164);
  const zone = JURISDICTION_RULES[jurisdiction?.code ?? home ?? DEFAULT_JURISDICTION].timeZone;
  const endOf: EndOfDay = (text) => endOfDay(cells, text, zone, dateOrder);
  const since = readDayOfPhone(cells, 'phone_since', endOf, now);
  const simDay = readDayOfPhone(cells, 'sim_changed_at', endOf, now);
  const own: OwnNumbers = {
    nationalId: document?.id ?? '',
    birthDigits: document ? documentBirthDigits(document) : '',
    ...(e164 !== undefined && { phone: e164 }),
  };
  // Also where the ID is wrong, so that every problem of a row is told at once; its digits are then looked for next time.
  const pins = readPins(cells, own, policy);
  const facts = readFacts(cells, endOf, now);
  if (cells.problems.length > 0 || !name || !locale || !document || !jurisdiction) return undefined;
  const phone = e164 === undefined ? undefined : { e164, since };
  return {
    ...{ row: cells.row, name, locale, jurisdiction, document, ...(phone && { phone }), pins, facts },
    ...(simDay !== undefined && { simChangedAt: Math.min(simDay, now) }),
  };
}
