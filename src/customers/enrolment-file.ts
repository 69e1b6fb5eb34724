import { CsvError, parse } from 'csv-parse/sync';
import { PIN_KINDS, type PinKind } from '../actions/requirement.ts';
import { findPinWeakness, type OwnNumbers, type PinWeakness } from '../credentials/pin-strength.ts';
import type { Jurisdiction } from '../jurisdictions/catalogue.ts';
import {
  describeNationalIds,
  type NationalId,
  nationalIdBirthDigits,
  readNationalId,
} from '../jurisdictions/national-id.ts';
import { normalisePhoneNumber } from '../jurisdictions/phone-number.ts';
import { LANGUAGES, type Language, LOCALES } from '../locales/catalogue.ts';
import { TITLES } from '../locales/locale.ts';
import { DAY, type Instant } from '../platform/clock.ts';
import type { Policy } from '../policy/policy.ts';
import type { CustomerName } from './customer.ts';

const REQUIRED_COLUMNS = ['name', 'family_name', 'title', 'locale', 'phone', 'national_id'] as const;
const OPTIONAL_COLUMNS = ['query_pin', 'transaction_pin', 'phone_since'] as const;
export const ENROLMENT_COLUMNS = [...REQUIRED_COLUMNS, ...OPTIONAL_COLUMNS] as const;
type EnrolmentColumn = (typeof ENROLMENT_COLUMNS)[number];

/** Two PINs a row and 20 to 40 ms each: more rows than this would hash for a quarter of an hour. */
export const MOST_ENROLMENT_ROWS = 10_000;
/** Ten thousand full rows are about 2 MB. */
const MOST_ENROLMENT_BYTES = 10 * 1024 * 1024;
/** How a phone is read where neither ID nor language tells: the row is refused anyway. */
const DEFAULT_JURISDICTION: Jurisdiction = 'CN';
const LONGEST_NAME = 120;
const PIN_COLUMN: { readonly [kind in PinKind]: EnrolmentColumn } = {
  query: 'query_pin',
  transaction: 'transaction_pin',
};
const WEAKNESS: { readonly [weakness in PinWeakness]: string } = {
  not_digits: 'is not digits only',
  date: 'is a date',
  repeat: 'repeats itself',
  run: 'is a run of neighbouring digits',
  pattern: 'is a well-known pattern',
  own_number: "is part of the customer's own ID, phone or birth date",
};

/** What is wrong and where; never holds a PIN or a full ID. `row` counts lines of the file from 1, the header. */
export interface EnrolmentProblem {
  readonly row: number;
  readonly column?: EnrolmentColumn;
  readonly problem: string;
}

export interface EnrolmentRow {
  readonly row: number;
  readonly name: CustomerName;
  readonly locale: Language;
  readonly nationalId: NationalId;
  readonly phone?: { readonly e164: string; readonly since: Instant };
  readonly pins: { readonly [kind in PinKind]?: string };
}

type EnrolmentFile =
  | { readonly ok: true; readonly rows: readonly EnrolmentRow[] }
  | { readonly ok: false; readonly problems: readonly EnrolmentProblem[] };

interface CsvLine {
  readonly row: number;
  readonly cells: readonly string[];
}

const refuse = (row: number, problem: string): EnrolmentFile => ({ ok: false, problems: [{ row, problem }] });

function readLines(bytes: Buffer): readonly CsvLine[] | EnrolmentProblem {
  if (bytes.length > MOST_ENROLMENT_BYTES)
    return { row: 1, problem: `the file is larger than ${MOST_ENROLMENT_BYTES / 1024 / 1024} MB: split it` };
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return { row: 1, problem: 'the file is not UTF-8: save it as "CSV UTF-8"' };
  }
  try {
    const records = parse(text, {
      bom: true,
      trim: true,
      info: true,
      relax_column_count: true,
      skip_empty_lines: true,
    }) as unknown as { record: string[]; info: { lines: number } }[];
    return records.map(({ record, info }) => ({ row: info.lines, cells: record }));
  } catch (error) {
    // The parser's own message quotes the row.
    const row = error instanceof CsvError && typeof error.lines === 'number' ? error.lines : 1;
    return { row, problem: 'this is not CSV: look for a quotation mark without its partner' };
  }
}

function readHeader(header: CsvLine): ReadonlyMap<EnrolmentColumn, number> | readonly EnrolmentProblem[] {
  const problems: EnrolmentProblem[] = [];
  const places = new Map<EnrolmentColumn, number>();
  for (const [place, cell] of header.cells.entries()) {
    const column = ENROLMENT_COLUMNS.find((name) => name === cell.toLowerCase());
    if (column === undefined)
      problems.push({
        row: header.row,
        problem: `column ${place + 1} is not one of ${ENROLMENT_COLUMNS.join(', ')} (separated by commas)`,
      });
    else if (places.has(column)) problems.push({ row: header.row, column, problem: 'stands here twice' });
    else places.set(column, place);
  }
  for (const column of REQUIRED_COLUMNS)
    if (!places.has(column)) problems.push({ row: header.row, column, problem: 'is missing' });
  return problems.length > 0 ? problems : places;
}

/** Reads one row and tells every problem with it to `report`. */
class RowReader {
  readonly #cells: (column: EnrolmentColumn) => string;
  readonly #row: number;
  readonly problems: EnrolmentProblem[] = [];

  constructor(line: CsvLine, places: ReadonlyMap<EnrolmentColumn, number>) {
    this.#row = line.row;
    this.#cells = (column) => line.cells[places.get(column) ?? -1] ?? '';
    if (line.cells.length > places.size)
      this.problems.push({
        row: line.row,
        problem: `has ${line.cells.length} cells, the header has ${places.size}`,
      });
  }

  cell(column: EnrolmentColumn): string {
    return this.#cells(column);
  }

  report(column: EnrolmentColumn, problem: string): undefined {
    this.problems.push({ row: this.#row, column, problem });
  }

  words(column: 'name' | 'family_name'): string | undefined {
    const text = this.cell(column).normalize('NFC');
    if (text === '') return this.report(column, 'is empty');
    if ([...text].length > LONGEST_NAME)
      return this.report(column, `is longer than ${LONGEST_NAME} characters`);
    if (/[\p{C}\p{Zl}\p{Zp}]/u.test(text))
      return this.report(column, 'holds a control character or line break');
    if (!/\p{L}/u.test(text)) return this.report(column, 'holds no letter');
    return text;
  }

  oneOf<Choice extends string>(column: EnrolmentColumn, choices: readonly Choice[], otherwise?: Choice) {
    const text = this.cell(column);
    const choice = choices.find((name) => name.toLowerCase() === text.toLowerCase());
    if (choice !== undefined) return choice;
    if (text === '' && otherwise !== undefined) return otherwise;
    return this.report(column, `must be one of ${choices.join(', ')}`);
  }
}

/** The end of a calendar day (YYYY-MM-DD) in UTC, or undefined when there is no such day. */
function endOfDay(date: string): Instant | undefined {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(date)) return undefined;
  const at = Date.parse(`${date}T00:00:00Z`);
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(date) ? at + DAY : undefined;
}

function readPhone(reader: RowReader, country: Jurisdiction, now: Instant): EnrolmentRow['phone'] {
  const text = reader.cell('phone');
  const sinceText = reader.cell('phone_since');
  if (text === '') {
    if (sinceText !== '') reader.report('phone_since', 'is given without a phone');
    return undefined;
  }
  const e164 = normalisePhoneNumber(text, country);
  if (e164 === undefined)
    reader.report('phone', 'is not a valid number: write it with its country code, such as +8613800138000');
  const since = sinceText === '' ? now : endOfDay(sinceText);
  if (since === undefined) return reader.report('phone_since', 'must be a date written YYYY-MM-DD');
  if (since - DAY > now) return reader.report('phone_since', 'lies in the future');
  // A date says no time: the latest it can mean is the safe reading, codes go to a number only when it is a day old.
  return e164 === undefined ? undefined : { e164, since: Math.min(since, now) };
}

function readPins(reader: RowReader, own: OwnNumbers, policy: Policy): EnrolmentRow['pins'] {
  const pins: { [kind in PinKind]?: string } = {};
  for (const kind of PIN_KINDS) {
    const column = PIN_COLUMN[kind];
    const pin = reader.cell(column);
    if (pin === '') continue;
    const weakness = findPinWeakness(pin, own);
    if (weakness === 'not_digits') reader.report(column, WEAKNESS.not_digits);
    else if (pin.length !== policy.pin.length)
      reader.report(
        column,
        `must have ${policy.pin.length} digits (a spreadsheet drops zeros in front: make the column text)`,
      );
    else if (weakness) reader.report(column, `${WEAKNESS[weakness]}: too easy to guess`);
    else pins[kind] = pin;
  }
  if (pins.query !== undefined && pins.query === pins.transaction)
    reader.report('transaction_pin', 'must differ from query_pin (R6.1)');
  return pins;
}

function readRow(
  line: CsvLine,
  places: ReadonlyMap<EnrolmentColumn, number>,
  policy: Policy,
  now: Instant,
): EnrolmentRow | readonly EnrolmentProblem[] {
  const reader = new RowReader(line, places);
  const full = reader.words('name');
  const family = reader.words('family_name');
  const title = reader.oneOf('title', TITLES, 'none');
  const locale = reader.oneOf('locale', LANGUAGES);
  const nationalId = readNationalId(reader.cell('national_id'), now);
  if (!nationalId)
    reader.report(
      'national_id',
      `is no national ID: ${describeNationalIds()}; a spreadsheet rounds long numbers: make the column text`,
    );
  const phone = readPhone(
    reader,
    nationalId?.kind ?? (locale ? LOCALES[locale].homeJurisdiction : DEFAULT_JURISDICTION),
    now,
  );
  const own: OwnNumbers = {
    nationalId: nationalId?.id ?? '',
    birthDigits: nationalId ? nationalIdBirthDigits(nationalId) : '',
    ...(phone && { phone: phone.e164 }),
  };
  // Also where the ID is wrong, so that every problem of a row is told at once; its digits are then looked for next time.
  const pins = readPins(reader, own, policy);
  if (reader.problems.length > 0 || !full || !family || !title || !locale || !nationalId)
    return reader.problems;
  return { row: line.row, name: { full, family, title }, locale, nationalId, ...(phone && { phone }), pins };
}

/**
 * Reads an enrolment file (CSV in UTF-8, columns as in ENROLMENT_COLUMNS) and answers all its rows or every problem
 * found. A missing phone or PIN is allowed: that customer is served in person until it is set there. Pure.
 */
export function readEnrolmentFile(bytes: Buffer, policy: Policy, now: Instant): EnrolmentFile {
  const lines = readLines(bytes);
  if ('problem' in lines) return { ok: false, problems: [lines] };
  const [header, ...body] = lines;
  if (!header) return refuse(1, 'the file is empty');
  const places = readHeader(header);
  if (!(places instanceof Map)) return { ok: false, problems: places as readonly EnrolmentProblem[] };
  if (body.length === 0) return refuse(header.row, 'there is no customer below the header');
  if (body.length > MOST_ENROLMENT_ROWS)
    return refuse(header.row, `there are more than ${MOST_ENROLMENT_ROWS} customers: split the file`);

  const rows: EnrolmentRow[] = [];
  const problems: EnrolmentProblem[] = [];
  const firstRowOf = new Map<string, number>();
  for (const line of body) {
    const read = readRow(line, places, policy, now);
    if (!('nationalId' in read)) {
      problems.push(...read);
      continue;
    }
    const first = firstRowOf.get(read.nationalId.id);
    if (first === undefined) firstRowOf.set(read.nationalId.id, read.row);
    else problems.push({ row: read.row, column: 'national_id', problem: `is the same as in row ${first}` });
    rows.push(read);
  }
  return problems.length > 0 ? { ok: false, problems } : { ok: true, rows };
}
