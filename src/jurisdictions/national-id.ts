import { calendarDay, type Instant } from '../platform/clock.ts';
import { toAsciiForms } from '../platform/digits.ts';

export interface NationalId {
  readonly kind: 'CN' | 'VN';
  /** 18 characters for CN (the last may be X), 12 digits for VN. */
  readonly id: string;
}

const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2] as const;
const CHECK_CHARACTERS = '10X98765432';
/** Nobody born earlier is alive; a date before it is a typing error. */
const EARLIEST_BIRTH_YEAR = 1900;
const HIGHEST_PROVINCE = 96;

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

/**
 * Reads a Chinese ID (18 characters, check character and birth date right; region codes are not judged, libraries
 * disagree on them) or a Vietnamese CCCD (12 digits, province, century, year). Undefined for anything else, so
 * that a typing error costs neither an attempt nor a look-up.
 */
export function readNationalId(text: string, now: Instant): NationalId | undefined {
  const id = toAsciiForms(text).trim().toUpperCase();
  if (/^\d{17}[\dX]$/.test(id)) {
    const right =
      chineseIdCheckCharacter(id) === id[17] &&
      isBirthDate(id.slice(6, 14), calendarDay(now, 'Asia/Shanghai'));
    return right ? { kind: 'CN', id } : undefined;
  }
  if (/^\d{12}$/.test(id)) {
    const province = Number(id.slice(0, 3));
    const thisYear = Number(calendarDay(now, 'Asia/Ho_Chi_Minh').slice(0, 4));
    const right =
      province >= 1 && province <= HIGHEST_PROVINCE && Number(nationalIdBirthDigits(id)) <= thisYear;
    return right ? { kind: 'VN', id } : undefined;
  }
  return undefined;
}

/** What an ID tells of its holder's birth: YYYYMMDD for a Chinese ID, YYYY for a Vietnamese one (weak PINs). */
export function nationalIdBirthDigits(id: string): string {
  if (id.length === 18) return id.slice(6, 14);
  const century = EARLIEST_BIRTH_YEAR / 100 + Math.floor(Number(id[3]) / 2);
  return `${century}${id.slice(4, 6)}`;
}

/** The last four characters of an ID: all of it that may be spoken or shown (Z1). */
export function lastFourOfId(id: string): string {
  return id.slice(-4);
}
