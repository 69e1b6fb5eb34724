import { groupThousands } from '../jurisdictions/currency.ts';
import type { Locale } from './locale.ts';
import { SYLLABLE_DIGITS, SYLLABLES_PER_SECOND } from './pace.ts';

/** A Vietnamese syllable has at most seven letters; longer words are foreign and cost more. */
const SYLLABLE_LETTERS = 7;

const amount = (whole: string, fraction: string) =>
  `${groupThousands(whole, '.')}${fraction && `,${fraction}`}`;

const NUMERALS: { readonly [word: string]: string } = Object.fromEntries(
  'không một hai ba bốn năm sáu bảy tám chín'.split(' ').map((word, key) => [word, String(key)]),
);
const KEY = `(?:\\d|${Object.keys(NUMERALS).join('|')})(?![\\p{L}\\p{M}\\d])`;

/** Vietnamese. */
export const viVn: Locale = {
  englishName: 'Vietnamese',
  sayLanguage: 'vi-VN',
  script: /[\p{Script=Latin}\p{M}]/u,
  nameCharacters: /[A-Za-zĐđ]|[\u0300\u0301\u0302\u0303\u0306\u0309\u031b\u0323]/u,
  ownNames: /[àáâãèéêìíòóôõùúýăđĩũơư\u1ea0-\u1ef9]/iu,
  homeJurisdiction: 'VN',
  documentNames: {
    cn_id: 'căn cước Trung Quốc',
    cn_id15: 'căn cước cũ 15 số',
    cn_hk_macau_permit: 'giấy thông hành',
    cn_taiwan_permit: 'giấy thông hành',
    cn_foreigner_permit: 'thẻ cư trú',
    vn_cccd: 'căn cước 12 số',
    vn_cmnd: 'chứng minh 9 số',
    vn_residence_card: 'thẻ cư trú',
    passport: 'hộ chiếu',
  },
  between: ', ',
  addressesByGivenName: true,
  formOfAddress: {
    mr: (name) => `ông ${name}`,
    ms: (name) => `bà ${name}`,
    none: (name) => `Quý khách ${name}`,
  },
  spoken: {
    plus: 'cộng',
    pause: ',',
    minus: 'âm ',
    money: {
      CNY: ({ whole, fraction }) => `${amount(whole, fraction)} nhân dân tệ`,
      VND: ({ whole, fraction }) => `${amount(whole, fraction)} đồng`,
    },
    date: (month, day) => `ngày ${day} tháng ${month}`,
    dateOfYear: (year, month, day) => `ngày ${day} tháng ${month} năm ${year}`,
    time: (hour, minute) => (minute === 0 ? `${hour} giờ` : `${hour} giờ ${minute} phút`),
    timeOfDay: (time, day) => `${time} ${day}`,
    today: 'hôm nay',
    yesterday: 'hôm qua',
  },
  keys: {
    // "chọn một khoản vay" is no key: a numeral in words is one only after "phím" or "số".
    pressed: new RegExp(
      `(?:bấm|nhấn|ấn|chọn)\\s+(?:lại\\s+)?((?:(?:phím|số)\\s+)+${KEY}(?:(?:,\\s*|\\s+(?:hoặc|và)\\s+)${KEY})*|\\d(?!\\d)(?:(?:,\\s*|\\s+(?:hoặc|và)\\s+)\\d(?!\\d))*)`,
      'giu',
    ),
    numeral: new RegExp(KEY, 'giu'),
    numerals: NUMERALS,
    starTwice: /phím sao hai lần|hai lần phím sao/iu,
  },
  written: {
    group: '.',
    point: ',',
    money: { CNY: (number) => `${number} CNY`, VND: (number) => `${number} VND` },
    time: ({ month, day, time }) => `${time} ngày ${day}/${month}`,
  },
  pace: {
    ...SYLLABLE_DIGITS,
    restSeconds: (rest) =>
      (rest.match(/[\p{L}\p{M}]+/gu) ?? []).reduce(
        (seconds, word) => seconds + Math.ceil(word.length / SYLLABLE_LETTERS) / SYLLABLES_PER_SECOND,
        0,
      ),
  },
  longest: {
    company: 'Công ty Tài chính Tiêu dùng Lam Tước',
    department: 'Trung tâm Dịch vụ Khách hàng qua Điện thoại',
    formOfAddress: 'Quý khách Nguyễn Phước',
    payee: 'Nguyễn Hoàng Phương Thảo',
    companyCharacter: 'Ệ',
  },
};
