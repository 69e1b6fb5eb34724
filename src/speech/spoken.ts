import type { SpokenValue } from '../locales/spoken-value.ts';
import { assert, assertNever } from '../platform/fault.ts';
import type { Language } from './reply.ts';

type Money = Extract<SpokenValue, { kind: 'money' }>;

/** Nobody's name is longer; a fault in a source of names must not keep a caller listening for minutes. */
export const SPOKEN_TEXT_CHARACTERS = 120;

/** Digits behind the separator when minor units are written as units. */
const DECIMALS = { CNY: 2, VND: 0 } as const satisfies Record<Money['currency'], number>;

const PLUS = { 'zh-CN': '加', 'vi-VN': 'cộng', 'en-US': 'plus' } as const satisfies Record<Language, string>;
const MINUS = { 'zh-CN': '负', 'vi-VN': 'âm ', 'en-US': 'minus ' } as const satisfies Record<
  Language,
  string
>;
const ENGLISH_MONTHS =
  'January February March April May June July August September October November December'.split(' ');

/** The words for a value in a language, in a form every voice reads the same way; a bug in the value is an assertion. */
export function speakValue(value: SpokenValue, language: Language): string {
  switch (value.kind) {
    case 'text':
      return speakText(value.text);
    case 'digits':
      return speakDigits(value.digits, language);
    case 'money':
      return speakMoney(value, language);
    case 'count':
      assert(Number.isSafeInteger(value.count) && value.count >= 0, 'a count is a whole number');
      return String(value.count);
    case 'date':
      return speakDate(value.date, language);
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

/** One by one, with spaces: `1 3 8 0`. Letters (the X of an ID, a receipt) are spelt; other characters are not spoken. */
function speakDigits(digits: string, language: Language): string {
  const spoken = [...digits.toUpperCase()].flatMap((character) => {
    if (character === '+') return [PLUS[language]];
    return /[0-9A-Z]/.test(character) ? [character] : [];
  });
  assert(spoken.length > 0, 'digits to be spoken are not empty');
  return spoken.join(' ');
}

/** An amount from integer minor units (invariant 27). Decimals are spoken only where there are any. */
function speakMoney({ minor, currency }: Money, language: Language): string {
  assert(Number.isSafeInteger(minor), 'money is integer minor units');
  const digits = String(Math.abs(minor)).padStart(DECIMALS[currency] + 1, '0');
  const cut = digits.length - DECIMALS[currency];
  const whole = digits.slice(0, cut);
  const fraction = /^0*$/.test(digits.slice(cut)) ? '' : digits.slice(cut);
  const sign = minor < 0 ? MINUS[language] : '';
  switch (language) {
    case 'zh-CN':
      // 元 makes every voice read a number; before the rarer 越南盾 some read long ones digit by digit, 万 and 亿 prevent it.
      if (currency === 'VND') return `${sign}${groupByTenThousands(whole)}越南盾`;
      return `${sign}人民币${whole}${fraction && `.${fraction}`}元`;
    case 'vi-VN':
      return `${sign}${groupByThousands(whole, '.')}${fraction && `,${fraction}`} ${currency === 'CNY' ? 'nhân dân tệ' : 'đồng'}`;
    case 'en-US':
      return `${sign}${groupByThousands(whole, ',')}${fraction && `.${fraction}`} ${currency === 'CNY' ? 'yuan' : 'dong'}`;
    default:
      return assertNever(language, 'language');
  }
}

function groupByThousands(whole: string, separator: string): string {
  return whole.replace(/\B(?=(\d{3})+$)/g, separator);
}

/** 1234567 as 123万4567, with 零 where a group begins with a gap: 10000005 as 1000万零5. */
function groupByTenThousands(whole: string): string {
  const units = ['', '万', '亿', '万亿'];
  let spoken = '';
  for (let end = whole.length, rank = 0; end > 0; end -= 4, rank++) {
    const digits = whole.slice(Math.max(0, end - 4), end);
    const group = Number(digits);
    if (group === 0) continue;
    const gap = end > 4 && digits.startsWith('0') ? '零' : '';
    spoken = `${gap}${group}${units[rank]}${spoken}`;
  }
  return spoken === '' ? '0' : spoken;
}

function isCalendarDay(date: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(date)) return false;
  const instant = Date.parse(`${date}T00:00:00Z`);
  return !Number.isNaN(instant) && new Date(instant).toISOString().startsWith(date);
}

/**
 * A calendar day (YYYY-MM-DD) with the month named, so that day and month cannot be mixed up. Without the year: what is
 * spoken is the next due date, and a prompt with two amounts beside it has no time for more.
 */
function speakDate(date: string, language: Language): string {
  const [, month, day] = date.split('-').map(Number);
  assert(isCalendarDay(date) && month !== undefined, 'a date is a calendar day, YYYY-MM-DD');
  switch (language) {
    case 'zh-CN':
      return `${month}月${day}日`;
    case 'vi-VN':
      return `ngày ${day} tháng ${month}`;
    case 'en-US':
      return `${ENGLISH_MONTHS[month - 1]} ${day}`;
    default:
      return assertNever(language, 'language');
  }
}

/**
 * How fast a language is spoken, in units a second. The unit is a syllable where writing shows syllables (a Han
 * character, a Vietnamese word) and a character elsewhere. `digit`: units of a digit read alone or last; `placed`: of one inside
 * a number, with its hundred or thousand; `zero`: of a zero inside a number, mostly silent.
 */
interface Pace {
  readonly perSecond: number;
  readonly digit: number;
  readonly placed: number;
  readonly zero: number;
}
const SYLLABLES_PER_SECOND = 4.2;
const CHARACTERS_PER_SECOND = 14;
const SYLLABLE_PACE: Pace = { perSecond: SYLLABLES_PER_SECOND, digit: 1, placed: 2, zero: 0.5 };
const PACES = {
  'zh-CN': SYLLABLE_PACE,
  'vi-VN': SYLLABLE_PACE,
  'en-US': { perSecond: CHARACTERS_PER_SECOND, digit: 5, placed: 8, zero: 2 },
} as const satisfies Record<Language, Pace>;

/** A number with its groups of three, then one or two decimals. */
const NUMBER = /(\d+(?:[.,]\d{3})*)(?:[.,](\d{1,2}))?(?!\d)/g;

function numberUnits(whole: string, fraction: string, pace: Pace): number {
  const spokenFraction = fraction === '' ? 0 : (fraction.length + 1) * pace.digit;
  const places = [...whole.slice(0, -1)].reduce(
    (sum, digit) => sum + (digit === '0' ? pace.zero : pace.placed),
    0,
  );
  const last = whole.length > 1 && whole.endsWith('0') ? pace.zero : pace.digit;
  return places + last + spokenFraction;
}

/** Estimates how long a text takes to say, in seconds; what the limit of 15 s a prompt is held against. */
export function spokenSeconds(text: string, language: Language): number {
  const pace = PACES[language];
  let seconds = 0;
  let rest = text.replace(NUMBER, (_number, whole: string, fraction: string | undefined) => {
    seconds += numberUnits(whole.replace(/\D/g, ''), fraction ?? '', pace) / pace.perSecond;
    return ' ';
  });
  rest = rest.replace(/\p{Script=Han}/gu, () => {
    seconds += 1 / SYLLABLES_PER_SECOND;
    return ' ';
  });
  if (language === 'vi-VN') {
    // A Vietnamese syllable has at most seven letters; longer words are foreign and cost more.
    for (const word of rest.match(/[\p{L}\p{M}]+/gu) ?? []) {
      seconds += Math.ceil(word.length / 7) / SYLLABLES_PER_SECOND;
    }
    return seconds;
  }
  const letters =
    language === 'zh-CN' ? (rest.match(/\p{L}/gu) ?? []) : [...rest.trim().replace(/\s+/gu, ' ')];
  return seconds + letters.length / CHARACTERS_PER_SECOND;
}
