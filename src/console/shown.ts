import type { Language } from '../locales/catalogue.ts';
import {
  calendarDay,
  endOfCalendarDay,
  type Instant,
  isCalendarDay,
  MINUTE,
  SECOND,
} from '../platform/clock.ts';

/** How moments and times are shown, in a language and a time zone. */
export interface Shown {
  /** 10:42. */
  time(at: Instant): string;
  /** 10:42:07. */
  second(at: Instant): string;
  /** A calendar day with its year. */
  day(at: Instant): string;
  /** Day and time. */
  moment(at: Instant): string;
  /** YYYY-MM-DD, as forms have it. */
  isoDay(at: Instant): string;
  /** When a day (YYYY-MM-DD) is over; undefined for one that does not exist. */
  endOfDay(day: string): Instant | undefined;
  /** 4:12 or 1:04:12, for a time that passes. */
  length(milliseconds: number): string;
}

/** Ways to show moments in a language, at the time of an IANA zone. */
export function shownIn(language: Language, timeZone: string): Shown {
  const format = (options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat(language, { ...options, timeZone, hourCycle: 'h23' });
  const time = format({ hour: '2-digit', minute: '2-digit' });
  const second = format({ hour: '2-digit', minute: '2-digit', second: '2-digit' });
  const day = format({ year: 'numeric', month: '2-digit', day: '2-digit' });
  const moment = format({ month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit' });
  return {
    time: (at) => time.format(at),
    second: (at) => second.format(at),
    day: (at) => day.format(at),
    moment: (at) => moment.format(at),
    isoDay: (at) => calendarDay(at, timeZone),
    endOfDay: (day) => (isCalendarDay(day) ? endOfCalendarDay(day, timeZone) + 1 : undefined),
    length: (milliseconds) => {
      const seconds = Math.max(0, Math.floor(milliseconds / SECOND));
      const two = (value: number) => String(value).padStart(2, '0');
      const hours = Math.floor(seconds / 3600);
      const minutes = Math.floor(seconds / 60) % 60;
      return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
    },
  };
}

/** Whole minutes of a time, upwards: what is due in 30 seconds is due in a minute. */
export function minutesOf(milliseconds: number): number {
  return Math.max(0, Math.ceil(milliseconds / MINUTE));
}
