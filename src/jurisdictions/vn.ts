import { calendarDay } from '../platform/clock.ts';
import { EARLIEST_BIRTH_YEAR } from './birth-year.ts';
import type { JurisdictionRules } from './jurisdiction.ts';

const TIME_ZONE = 'Asia/Ho_Chi_Minh';
const HIGHEST_PROVINCE = 96;

/** The fourth digit of a CCCD tells century and sex: 0 and 1 for the 1900s, 2 and 3 for the 2000s. */
function birthYear(id: string): string {
  const century = EARLIEST_BIRTH_YEAR / 100 + Math.floor(Number(id[3]) / 2);
  return `${century}${id.slice(4, 6)}`;
}

/** Vietnam. */
export const vn: JurisdictionRules = {
  nationalId: {
    description: 'a Vietnamese one (12 digits)',
    shape: /^\d{12}$/,
    canExist: (id, now) => {
      const province = Number(id.slice(0, 3));
      const thisYear = Number(calendarDay(now, TIME_ZONE).slice(0, 4));
      return province >= 1 && province <= HIGHEST_PROVINCE && Number(birthYear(id)) <= thisYear;
    },
    birthDigits: birthYear,
  },
  callingCode: '84',
  currency: 'VND',
  timeZone: TIME_ZONE,
  policyPack: 'vn.yaml',
};
