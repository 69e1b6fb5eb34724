import { calendarDay, HOUR, type Instant } from './clock.ts';

/** Longer than any calendar day, daylight-saving changes included. */
const LONGEST_DAY_HOURS = 26;

/** The start of the calendar day of `now` in a time zone (IANA). */
function startOfDay(now: Instant, timeZone: string): Instant {
  const today = calendarDay(now, timeZone);
  let [outside, inside] = [now - LONGEST_DAY_HOURS * HOUR, now];
  while (inside - outside > 1) {
    const middle = Math.floor((inside + outside) / 2);
    if (calendarDay(middle, timeZone) === today) inside = middle;
    else outside = middle;
  }
  return inside;
}

/**
 * The calendar day around `now` in a time zone, `to` exclusive: what a day's sum is taken over (V1, V2, R7.1). To its end,
 * because after a clock was put back what was done today may lie in the future. Pure.
 */
export function dayAround(now: Instant, timeZone: string): { readonly from: Instant; readonly to: Instant } {
  const from = startOfDay(now, timeZone);
  return { from, to: startOfDay(from + LONGEST_DAY_HOURS * HOUR, timeZone) };
}
