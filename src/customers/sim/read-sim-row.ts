import { isJurisdiction, JURISDICTION_RULES, type Jurisdiction } from '../../jurisdictions/catalogue.ts';
import { countryOf } from '../../jurisdictions/phone-number.ts';
import { DAY, type Instant } from '../../platform/clock.ts';
import { toAsciiForms } from '../../platform/digits.ts';
import { type DateOrder, readDay } from '../enrolment/dates.ts';
import { readPhoneNumber } from '../enrolment/numbers.ts';
import { endOfDay } from '../enrolment/read-row.ts';
import type { RowCells } from '../enrolment/row-cells.ts';

/** A moment with its zone, as operators write it. */
const MOMENT = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)(Z|[+-]\d{2}:\d{2})$/;

/** A moment such as 2026-01-15T10:30:00+08:00, or undefined. Pure. */
export function readMoment(text: string): Instant | undefined {
  const [, day, time, zone] = MOMENT.exec(toAsciiForms(text).trim()) ?? [];
  // The day is looked at by itself: the 31st of June is otherwise read as a first of July.
  if (day === undefined || readDay(day, undefined).kind !== 'day') return undefined;
  const at = Date.parse(`${day}T${time}${zone}`);
  return Number.isNaN(at) ? undefined : at;
}

/** A number and when its SIM last changed, as a file says. */
export interface SimRow {
  readonly row: number;
  /** E.164. */
  readonly number: string;
  /** The latest it can mean. */
  readonly changedAt: Instant;
  /** Where a day of it begins and ends. */
  readonly timeZone: string;
}

export interface SimRowContext {
  /** Whose numbers are written without a country code; undefined where all have one. */
  readonly home: Jurisdiction | undefined;
  readonly dateOrder: DateOrder | undefined;
  /** The moment the file is of. */
  readonly asOf: Instant;
}

function readNumber(cells: RowCells, home: Jurisdiction | undefined): string | undefined {
  const text = toAsciiForms(cells.text('phone'));
  if (text === '') return cells.report('phone', 'is empty');
  if (home === undefined && !text.startsWith('+'))
    return cells.report(
      'phone',
      'has no country code: write it such as +8613800138000, or say whose numbers these are (--home CN or --home VN)',
    );
  return readPhoneNumber(cells, home);
}

function readChange(
  cells: RowCells,
  { dateOrder, asOf }: SimRowContext,
  timeZone: string | undefined,
): Instant | undefined {
  const column = 'sim_changed_at';
  const text = cells.text(column);
  if (text === '')
    return cells.report(column, 'is empty: leave out the numbers of which the operator does not know');
  const moment = readMoment(text);
  if (moment !== undefined)
    return moment > asOf ? cells.report(column, 'lies after the moment the file is of') : moment;
  if (timeZone === undefined)
    return cells.report(column, 'must be a moment with its zone, such as 2026-01-15T10:30:00+08:00');
  const day = endOfDay(cells, text, timeZone, dateOrder);
  if ('problem' in day) return cells.report(column, day.problem);
  return day.at - DAY >= asOf
    ? cells.report(column, 'lies after the moment the file is of')
    : Math.min(day.at, asOf);
}

/** Reads one row; undefined where it cannot be used, and `cells` then has every problem of it. */
export function readSimRow(cells: RowCells, context: SimRowContext): SimRow | undefined {
  const number = readNumber(cells, context.home);
  // A day is one of the number's country: without the number there is nothing to say of it.
  if (number === undefined) return undefined;
  const country = countryOf(number);
  const zone =
    country !== undefined && isJurisdiction(country) ? JURISDICTION_RULES[country].timeZone : undefined;
  const changedAt = readChange(cells, context, zone);
  if (changedAt === undefined) return undefined;
  return { row: cells.row, number, changedAt, timeZone: zone ?? 'UTC' };
}
