import { groupThousands } from '../jurisdictions/currency.ts';
import type { Locale } from './locale.ts';
import { CHARACTERS_PER_SECOND } from './pace.ts';

const MONTHS = 'January February March April May June July August September October November December'.split(
  ' ',
);
const monthName = (month: number) => MONTHS[month - 1] ?? String(month);
/** Messages are short: the first three letters of a month. */
const MONTH_LETTERS = 3;
/** Hours on the face of a clock. */
const HALF_DAY = 12;

const amount = (whole: string, fraction: string) => `${groupThousands(whole)}${fraction && `.${fraction}`}`;

const NUMERALS: { readonly [word: string]: string } = Object.fromEntries(
  'zero one two three four five six seven eight nine'.split(' ').map((word, key) => [word, String(key)]),
);
const KEY = `(?:\\d|${Object.keys(NUMERALS).join('|')})\\b`;

/** American English. */
export const enUs: Locale = {
  englishName: 'English',
  sayLanguage: 'en-US',
  script: /[\p{Script=Latin}\p{M}]/u,
  nameCharacters: /[A-Za-z\u00df-\u017f]|\p{M}/u,
  homeJurisdiction: 'CN',
  documentNames: {
    cn_id: 'Chinese ID',
    cn_id15: 'old Chinese ID',
    cn_hk_macau_permit: 'travel permit',
    cn_taiwan_permit: 'travel permit',
    cn_foreigner_permit: 'residence permit',
    vn_cccd: '12 digit Vietnamese ID',
    vn_cmnd: 'old 9 digit ID',
    vn_residence_card: 'residence permit',
    passport: 'passport',
  },
  between: ', ',
  formOfAddress: {
    mr: (family) => `Mr ${family}`,
    ms: (family) => `Ms ${family}`,
    none: (family) => `customer ${family}`,
  },
  spoken: {
    plus: 'plus',
    pause: ',',
    minus: 'minus ',
    money: {
      CNY: ({ whole, fraction }) => `${amount(whole, fraction)} yuan`,
      VND: ({ whole, fraction }) => `${amount(whole, fraction)} dong`,
    },
    date: (month, day) => `${monthName(month)} ${day}`,
    dateOfYear: (year, month, day) => `${monthName(month)} ${day}, ${year}`,
    time: (hour, minute) =>
      `${hour % HALF_DAY || HALF_DAY}:${String(minute).padStart(2, '0')} ${hour < HALF_DAY ? 'AM' : 'PM'}`,
    timeOfDay: (time, day) => `${time} on ${day}`,
    today: 'today',
    yesterday: 'yesterday',
  },
  keys: {
    pressed: new RegExp(
      `\\b(?:press|dial|hit)\\s+(?:the\\s+)?(?:key\\s+|number\\s+)?(${KEY}(?:(?:,\\s*|\\s+(?:or|and)\\s+)${KEY})*)`,
      'gi',
    ),
    numeral: new RegExp(KEY, 'gi'),
    numerals: NUMERALS,
    starTwice: /\bstar(?: key)? twice\b/i,
  },
  written: {
    group: ',',
    point: '.',
    money: { CNY: (number) => `CNY ${number}`, VND: (number) => `VND ${number}` },
    time: ({ month, day, time }) => `${time} on ${monthName(month).slice(0, MONTH_LETTERS)} ${day}`,
  },
  pace: {
    perSecond: CHARACTERS_PER_SECOND,
    digit: 5,
    placed: 8,
    zero: 2,
    restSeconds: (rest) => [...rest.trim().replace(/\s+/gu, ' ')].length / CHARACTERS_PER_SECOND,
  },
  longest: {
    company: 'Blue Magpie Consumer Credit',
    department: 'Telephone Banking Customer Service',
    formOfAddress: 'Ms. Featherstonehaugh',
    payee: 'Alexandra Fitzgerald',
    // A name in another script makes the whole message as costly as Chinese.
    companyCharacter: '信',
  },
};
