import { amountDigits } from '../jurisdictions/currency.ts';
import { phoneGroups } from '../jurisdictions/phone-number.ts';
import { type Language, LOCALES } from '../locales/catalogue.ts';
import { secondsAtPace } from '../locales/pace.ts';
import type { SpokenMoment, SpokenValue } from '../locales/spoken-value.ts';
import { DAY, isCalendarDay } from '../platform/clock.ts';
import { assert, assertNever } from '../platform/fault.ts';

type Money = Extract<SpokenValue, { kind: 'money' }>;

/** Nobody's name is longer; a fault in a source of names must not keep a caller listening for minutes. */
export const SPOKEN_TEXT_CHARACTERS = 120;

/** How values are said: 2 since version 0.2.0, in the manner of each country; 1 for releases that were published before. */
export type ValueForms = 1 | 2;

/** The words for a value in a language, in a form every voice reads the same way; a bug in the value is an assertion. */
export function speakValue(value: SpokenValue, language: Language, forms: ValueForms = 2): string {
  switch (value.kind) {
    case 'text':
      return speakText(value.text);
    case 'digits':
      return speakDigits(value.digits, language, forms);
    case 'phone':
      return forms === 1
        ? speakDigits(value.e164.replace(/^\+/, ''), language, forms)
        : speakPhone(value.e164, language);
    case 'money':
      return speakMoney(value, language, forms);
    case 'count':
      assert(Number.isSafeInteger(value.count) && value.count >= 0, 'a count is a whole number');
      return String(value.count);
    case 'date':
      return speakDate(value, language);
    case 'moment':
      return speakMoment(value, language);
    default:
      return assertNever(value, 'kind of spoken value');
  }
}

/** Free text without what a voice cannot say: control, format and unpaired characters; white space is single. */
function speakText(text: string): string {
  const clean = text
    .replace(/[\s\u0085]+/gu, ' ')
    .replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '')
    .trim();
  return [...clean].slice(0, SPOKEN_TEXT_CHARACTERS).join('');
}

/** Longer numbers are said in groups of this many digits: nobody remembers eight in a row. */
const GROUP = 4;

/** One by one, with spaces: `1 3 8 0`. Letters (the X of an ID, a receipt) are spelt; other characters are not spoken. */
function speakDigits(digits: string, language: Language, forms: ValueForms): string {
  const { plus, pause, digits: said = {} } = LOCALES[language].spoken;
  const spoken = [...digits.toUpperCase()].flatMap((character) => {
    if (character === '+') return [plus];
    if (!/[0-9A-Z]/.test(character)) return [];
    return [forms === 1 ? character : (said[character] ?? character)];
  });
  assert(spoken.length > 0, 'digits to be spoken are not empty');
  if (forms === 1 || spoken.length <= GROUP) return spoken.join(' ');
  const groups = Array.from({ length: Math.ceil(spoken.length / GROUP) }, (_, at) =>
    spoken.slice(at * GROUP, (at + 1) * GROUP).join(' '),
  );
  return groups.join(`${pause} `);
}

/** A whole number as people of its country say it, with a pause between its groups. */
function speakPhone(e164: string, language: Language): string {
  const { pause } = LOCALES[language].spoken;
  return phoneGroups(e164)
    .map((group) => speakDigits(group, language, 2))
    .join(`${pause} `);
}

/** An amount from integer minor units (invariant 27). Decimals are spoken only where there are any. */
function speakMoney({ minor, currency }: Money, language: Language, forms: ValueForms): string {
  const { negative, whole, fraction } = amountDigits(minor, currency);
  const { minus, money, moneyInParts } = LOCALES[language].spoken;
  const say = (forms === 2 ? moneyInParts?.[currency] : undefined) ?? money[currency];
  return `${negative ? minus : ''}${say({ whole, fraction: /^0*$/.test(fraction) ? '' : fraction })}`;
}

type Day = Extract<SpokenValue, { kind: 'date' }>;

/**
 * A calendar day (YYYY-MM-DD). A due date is the next one and has no year: a prompt with two amounts beside it has no
 * time for more. A day that has passed is said by what it is to `today`.
 */
function speakDate({ date, today }: Day, language: Language): string {
  const [year, month, day] = date.split('-').map(Number);
  assert(
    isCalendarDay(date) && year !== undefined && month !== undefined && day !== undefined,
    'a date is a calendar day, YYYY-MM-DD',
  );
  const { spoken } = LOCALES[language];
  if (today === undefined) return spoken.date(month, day);
  assert(isCalendarDay(today), 'today is a calendar day, YYYY-MM-DD');
  if (date === today) return spoken.today;
  if (Date.parse(date) === Date.parse(today) - DAY) return spoken.yesterday;
  return today.startsWith(`${year}-`) ? spoken.date(month, day) : spoken.dateOfYear(year, month, day);
}

/** A minute (HH:MM of a day): by its time today, otherwise with its day. */
function speakMoment({ time, date, today }: SpokenMoment, language: Language): string {
  const [, hour, minute] = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(time) ?? [];
  assert(hour !== undefined && minute !== undefined, 'a time of day is HH:MM');
  const { spoken } = LOCALES[language];
  const spokenTime = spoken.time(Number(hour), Number(minute));
  if (date === today) return spokenTime;
  // A past minute of another year is not taken for one to come, so the year costs seconds and tells nothing.
  const isThisYear = today.slice(0, YEAR_DIGITS) === date.slice(0, YEAR_DIGITS);
  return spoken.timeOfDay(
    spokenTime,
    speakDate({ kind: 'date', date, ...(isThisYear && { today }) }, language),
  );
}

const YEAR_DIGITS = 4;

/** Estimates how long a text takes to say, in seconds; what the limit of 15 s a prompt is held against. */
export function spokenSeconds(text: string, language: Language): number {
  return secondsAtPace(text, LOCALES[language].pace);
}
