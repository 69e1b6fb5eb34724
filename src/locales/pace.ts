/**
 * How fast a language is spoken, in units a second. The unit is a syllable where writing shows syllables (a Han
 * character, a Vietnamese word) and a character elsewhere.
 */
export interface Pace {
  readonly perSecond: number;
  /** Units of a digit that is read alone or last. */
  readonly digit: number;
  /** Units of a digit inside a number, with its hundred or thousand. */
  readonly placed: number;
  /** Units of a zero inside a number: it is mostly silent. */
  readonly zero: number;
  /** Seconds of what is left once numbers and Han characters are taken out. */
  restSeconds(rest: string): number;
}

export const SYLLABLES_PER_SECOND = 4.2;
export const CHARACTERS_PER_SECOND = 14;

/** Digits of a language with one syllable for each. */
export const SYLLABLE_DIGITS = { perSecond: SYLLABLES_PER_SECOND, digit: 1, placed: 2, zero: 0.5 } as const;

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

/** Estimates how long a text takes to say, in seconds. */
export function secondsAtPace(text: string, pace: Pace): number {
  let seconds = 0;
  let rest = text.replace(NUMBER, (_number, whole: string, fraction: string | undefined) => {
    seconds += numberUnits(whole.replace(/\D/g, ''), fraction ?? '', pace) / pace.perSecond;
    return ' ';
  });
  rest = rest.replace(/\p{Script=Han}/gu, () => {
    seconds += 1 / SYLLABLES_PER_SECOND;
    return ' ';
  });
  return seconds + pace.restSeconds(rest);
}
