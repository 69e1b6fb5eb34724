import { DAY } from '../../platform/clock.ts';
import { toAsciiForms } from '../../platform/digits.ts';

/** How a file writes dates whose day and month could be swapped. */
export const DATE_ORDERS = ['dmy', 'mdy'] as const;
export type DateOrder = (typeof DATE_ORDERS)[number];

type DayReading =
  /** `serial`: a spreadsheet's own count of days was read. */
  | { readonly kind: 'day'; readonly day: string; readonly serial: boolean }
  | { readonly kind: 'ambiguous' }
  | { readonly kind: 'none' };

const TIME = /[T ]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?Z?$/;
const YEAR_FIRST = /^(\d{4})(?:[-/.]|年)(\d{1,2})(?:[-/.]|月)(\d{1,2})日?$/;
const YEAR_LAST = /^(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})$/;
/** Day 0 of spreadsheets, so that day 60 and all after it are right; they take 1900 for a leap year. */
const SERIAL_ZERO = Date.UTC(1899, 11, 30);
/** From 1954 to 2064: five digits that are no date are far outside. */
const SERIAL_DAY = /^[2-5]\d{4}$/;

function realDay(year: number, month: number, day: number): string | undefined {
  const at = Date.UTC(year, month - 1, day);
  const text = `${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(text) ? text : undefined;
}

const found = (day: string | undefined, serial = false): DayReading =>
  day === undefined ? { kind: 'none' } : { kind: 'day', day, serial };

/**
 * The calendar day a cell names, as YYYY-MM-DD. Where day and month could be swapped, only an `order` decides: a guess would
 * be wrong for one customer in three. Pure.
 */
export function readDay(cell: string, order: DateOrder | undefined): DayReading {
  const text = toAsciiForms(cell).trim().replace(TIME, '');
  const first = YEAR_FIRST.exec(text);
  if (first) return found(realDay(Number(first[1]), Number(first[2]), Number(first[3])));
  if (SERIAL_DAY.test(text))
    return found(new Date(SERIAL_ZERO + Number(text) * DAY).toISOString().slice(0, 10), true);
  const last = YEAR_LAST.exec(text);
  if (!last) return { kind: 'none' };
  const [one, two, year] = [Number(last[1]), Number(last[2]), Number(last[3])];
  const [dayFirst, monthFirst] = [realDay(year, two, one), realDay(year, one, two)];
  if (dayFirst !== undefined && monthFirst !== undefined && dayFirst !== monthFirst) {
    if (order === undefined) return { kind: 'ambiguous' };
    return found(order === 'dmy' ? dayFirst : monthFirst);
  }
  return found(dayFirst ?? monthFirst);
}
