import { calendarDay, type Instant } from '../platform/clock.ts';
import { EARLIEST_BIRTH_YEAR } from './birth-year.ts';
import { type DocumentRules, digitsOf, PLAIN_NUMBER } from './document.ts';

export const CN_TIME_ZONE = 'Asia/Shanghai';
const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2] as const;
const CHECK_CHARACTERS = '10X98765432';
/** Fifteen-digit IDs were issued until 1999 and leave out the century. */
const CENTURY_OF_OLD_IDS = '19';
const DIGITS_BEFORE_BIRTH_DATE = 6;
/** A travel permit has a number for life, and behind it how often the card was renewed. */
const PERMIT_DIGITS_FOR_LIFE = 8;

/** The check character (ISO 7064 MOD 11-2) of the first 17 digits of a Chinese ID. */
export function chineseIdCheckCharacter(first17: string): string {
  const sum = WEIGHTS.reduce<number>((total, weight, index) => total + weight * Number(first17[index]), 0);
  return CHECK_CHARACTERS.charAt(sum % CHECK_CHARACTERS.length);
}

function isBirthDate(yyyymmdd: string, today: string): boolean {
  const text = `${yyyymmdd.slice(0, 4)}-${yyyymmdd.slice(4, 6)}-${yyyymmdd.slice(6)}`;
  const at = Date.parse(`${text}T00:00:00Z`);
  // Date.parse takes 02-30 for 03-02; a real date survives the way back.
  const real = !Number.isNaN(at) && new Date(at).toISOString().startsWith(text);
  return real && Number(yyyymmdd.slice(0, 4)) >= EARLIEST_BIRTH_YEAR && text <= today;
}

/** The 18-character form of a 15-digit ID: the number its holder was given later, on every card since. */
function eighteenOf(fifteen: string): string {
  const first17 =
    fifteen.slice(0, DIGITS_BEFORE_BIRTH_DATE) + CENTURY_OF_OLD_IDS + fifteen.slice(DIGITS_BEFORE_BIRTH_DATE);
  return first17 + chineseIdCheckCharacter(first17);
}

/** Region codes are not judged: libraries disagree on them. */
const idForm = {
  issuedIn: 'CN',
  canExist: (id: string, now: Instant) =>
    chineseIdCheckCharacter(id) === id[17] && isBirthDate(id.slice(6, 14), calendarDay(now, CN_TIME_ZONE)),
  birthDigits: (id: string) => id.slice(6, 14),
} as const;

const permitForm = {
  ...PLAIN_NUMBER,
  issuedIn: 'CN',
  keyedShape: /^\d{8}(?:\d{2})?$/,
  lookUpForm: (number: string) => digitsOf(number).slice(0, PERMIT_DIGITS_FOR_LIFE),
} as const;

/** Documents of mainland China. A residence permit of 18 characters (for Hong Kong, Macau and Taiwan, for foreigners) is made like an ID. */
export const cnDocuments = {
  cn_id: {
    ...idForm,
    description: 'a Chinese ID or residence permit (18 characters, check character right)',
    tellsItself: true,
    shape: /^\d{17}[\dX]$/,
    keyedShape: /^\d{17}[\dX]$/,
    lookUpForm: (number) => number,
  },
  cn_id15: {
    ...idForm,
    description: 'an old Chinese ID (15 digits)',
    tellsItself: true,
    shape: /^\d{15}$/,
    keyedShape: /^\d{15}$/,
    lookUpForm: eighteenOf,
  },
  cn_hk_macau_permit: {
    ...permitForm,
    description: 'a travel permit of a resident of Hong Kong or Macau (H or M and 8 or 10 digits)',
    shape: /^[HM]\d{8}(?:\d{2})?$/,
  },
  cn_taiwan_permit: {
    ...permitForm,
    description: 'a travel permit of a resident of Taiwan (8 digits, or 10 and a letter)',
    shape: /^\d{8}(?:\d{2}[A-Z]?)?$/,
  },
  cn_foreigner_permit: {
    ...PLAIN_NUMBER,
    description: 'an old permanent residence permit of a foreigner (3 letters and 12 digits)',
    issuedIn: 'CN',
    shape: /^[A-Z]{3}\d{12}$/,
    keyedShape: /^\d{12}$/,
  },
} as const satisfies Readonly<Record<string, DocumentRules>>;
