/** A moment, in milliseconds since 1970-01-01T00:00:00Z. Always passed in, never read where a decision is made. */
export type Instant = number;

/** The only way to learn what time it is. */
export interface Clock {
  now(): Instant;
}

/** The end of the year 9999: later moments are no dates that can be said. */
export const LAST_INSTANT: Instant = 253_402_300_799_999;

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** A clock that moves only when told to; for tests, scripted calls and simulations. */
export class ManualClock implements Clock {
  #now: Instant;
  constructor(start: Instant = Date.UTC(2026, 0, 15, 2, 0, 0)) {
    this.#now = start;
  }
  now(): Instant {
    return this.#now;
  }
  advance(milliseconds: number): void {
    this.#now += milliseconds;
  }
  set(instant: Instant): void {
    this.#now = instant;
  }
}

/** Makes a format once for each time zone. */
function perTimeZone(locale: string, options: Intl.DateTimeFormatOptions) {
  const formats = new Map<string, Intl.DateTimeFormat>();
  return (timeZone: string): Intl.DateTimeFormat => {
    const known = formats.get(timeZone);
    if (known) return known;
    const format = new Intl.DateTimeFormat(locale, { ...options, timeZone });
    formats.set(timeZone, format);
    return format;
  };
}

const dayFormat = perTimeZone('en-CA', { year: 'numeric', month: '2-digit', day: '2-digit' });
const timeFormat = perTimeZone('en-GB', { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });

/** The calendar day (YYYY-MM-DD) of an instant in an IANA time zone; day totals (V1, V2) are counted by it. */
export function calendarDay(at: Instant, timeZone: string): string {
  return dayFormat(timeZone).format(at);
}

/** The time of day (HH:MM, of 24 hours) of an instant in an IANA time zone. */
export function timeOfDay(at: Instant, timeZone: string): string {
  return timeFormat(timeZone).format(at);
}

/** Whether a text is a calendar day (YYYY-MM-DD) that exists. */
export function isCalendarDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const at = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(text);
}

const daysEnded = new Map<string, Instant>();

/**
 * The last millisecond of a calendar day (YYYY-MM-DD, a day that exists) in an IANA time zone: the latest a date can mean
 * where the customer is.
 */
export function endOfCalendarDay(day: string, timeZone: string): Instant {
  const key = `${timeZone} ${day}`;
  const known = daysEnded.get(key);
  if (known !== undefined) return known;
  const noon = Date.parse(`${day}T12:00:00Z`);
  // Midnight is nowhere more than a day away from noon in UTC.
  let [inside, outside] = [noon - DAY, noon + 2 * DAY];
  while (outside - inside > 1) {
    const middle = Math.floor((inside + outside) / 2);
    if (calendarDay(middle, timeZone) <= day) inside = middle;
    else outside = middle;
  }
  daysEnded.set(key, inside);
  return inside;
}
