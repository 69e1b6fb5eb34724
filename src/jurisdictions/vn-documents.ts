import { calendarDay } from '../platform/clock.ts';
import { EARLIEST_BIRTH_YEAR } from './birth-year.ts';
import { type DocumentRules, PLAIN_NUMBER } from './document.ts';

export const VN_TIME_ZONE = 'Asia/Ho_Chi_Minh';

/** The fourth digit of a CCCD tells century and sex: 0 and 1 for the 1900s, 2 and 3 for the 2000s. */
function birthYear(id: string): string {
  const century = EARLIEST_BIRTH_YEAR / 100 + Math.floor(Number(id[3]) / 2);
  return `${century}${id.slice(4, 6)}`;
}

/** Documents of Vietnam. The first three digits of a CCCD are not judged: citizens born abroad have the code of a country there. */
export const vnDocuments = {
  vn_cccd: {
    description: 'a Vietnamese citizen ID (12 digits)',
    issuedIn: 'VN',
    tellsItself: true,
    shape: /^\d{12}$/,
    keyedShape: /^\d{12}$/,
    lookUpForm: (number) => number,
    canExist: (id, now) => Number(birthYear(id)) <= Number(calendarDay(now, VN_TIME_ZONE).slice(0, 4)),
    birthDigits: birthYear,
  },
  vn_cmnd: {
    ...PLAIN_NUMBER,
    description: 'an old Vietnamese ID (9 digits)',
    issuedIn: 'VN',
    shape: /^\d{9}$/,
    keyedShape: /^\d{9}$/,
  },
  vn_residence_card: {
    ...PLAIN_NUMBER,
    description: 'a Vietnamese residence card (letters and 6 to 9 digits)',
    issuedIn: 'VN',
    shape: /^[A-Z]{1,3}\d{6,9}$/,
    keyedShape: /^\d{6,9}$/,
  },
} as const satisfies Readonly<Record<string, DocumentRules>>;
