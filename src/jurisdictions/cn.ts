import { calendarDay } from '../platform/clock.ts';
import { EARLIEST_BIRTH_YEAR } from './birth-year.ts';
import type { JurisdictionRules } from './jurisdiction.ts';

const TIME_ZONE = 'Asia/Shanghai';
const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2] as const;
const CHECK_CHARACTERS = '10X98765432';

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

/** Mainland China. Region codes of an ID are not judged: libraries disagree on them. */
export const cn: JurisdictionRules = {
  nationalId: {
    description: 'a Chinese one (18 characters, check character right)',
    shape: /^\d{17}[\dX]$/,
    canExist: (id, now) =>
      chineseIdCheckCharacter(id) === id[17] && isBirthDate(id.slice(6, 14), calendarDay(now, TIME_ZONE)),
    birthDigits: (id) => id.slice(6, 14),
  },
  callingCode: '86',
  currency: 'CNY',
  timeZone: TIME_ZONE,
  policyPack: 'cn.yaml',
};
