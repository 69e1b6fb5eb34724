import { amountDigits, type Currency, groupThousands } from '../jurisdictions/currency.ts';
import { type Language, LOCALES } from '../locales/catalogue.ts';
import { type Instant, MINUTE, SECOND } from '../platform/clock.ts';
import { assert } from '../platform/fault.ts';

/** An amount as it is written in messages, with its currency; never six digits in a row, so that it is not taken for the code. */
export function writeMoney(minor: number, currency: Currency, language: Language): string {
  const { negative, whole, fraction } = amountDigits(minor, currency);
  assert(!negative, 'no message is about a negative amount');
  const { group, point, money } = LOCALES[language].written;
  return money[currency](`${groupThousands(whole, group)}${fraction && `${point}${fraction}`}`);
}

/** A moment to the minute, as the clock of a time zone (IANA) shows it. */
export function writeTime(at: Instant, timeZone: string, language: Language): string {
  const parts = new Map(
    new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      month: 'numeric',
      day: 'numeric',
      hour: '2-digit',
      minute: '2-digit',
    })
      .formatToParts(at)
      .map((part) => [part.type, part.value]),
  );
  return LOCALES[language].written.time({
    month: Number(parts.get('month')),
    day: Number(parts.get('day')),
    time: `${parts.get('hour')}:${parts.get('minute')}`,
  });
}

/** Which words a lifetime takes, and how many of them: minutes where it has any, rounded down. */
export function lifetimeWords(seconds: number): {
  readonly key: 'lifetime.minutes' | 'lifetime.seconds';
  readonly count: number;
} {
  const minutes = Math.floor((seconds * SECOND) / MINUTE);
  return minutes > 0
    ? { key: 'lifetime.minutes', count: minutes }
    : { key: 'lifetime.seconds', count: seconds };
}

/** The last four digits: all of an account or a number that may be written (Z1). */
export function lastFourDigits(number: string): string {
  return number.slice(-4);
}
