import type { Locale } from './locale.ts';
import { CHARACTERS_PER_SECOND, SYLLABLE_DIGITS } from './pace.ts';

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

const NUMERALS: { readonly [word: string]: string } = Object.fromEntries(
  [...'零一二三四五六七八九'].map((word, key) => [word, String(key)]),
);
const KEY = '[0-9零一二三四五六七八九]';

/** 3650.85 as 人民币3650元8角5分, with 零 where there is no 角: nobody says 点八五. */
function yuanInParts({ whole, fraction }: { readonly whole: string; readonly fraction: string }): string {
  const [jiao = '0', fen = '0'] = fraction;
  const yuan = whole === '0' && fraction !== '' ? '' : `${whole}元`;
  const parts = [
    jiao === '0' ? (yuan !== '' && fen !== '0' ? '零' : '') : `${jiao}角`,
    fen === '0' ? '' : `${fen}分`,
  ];
  return `人民币${yuan}${parts.join('')}`;
}

/** Mandarin, in simplified characters. */
export const zhCn: Locale = {
  englishName: 'Mandarin',
  sayLanguage: 'cmn-CN',
  script: /[\p{Script=Han}A-Za-z]/u,
  nameCharacters: /[\p{Script=Han}A-Za-z]/u,
  ownNames: /\p{Script=Han}/u,
  homeJurisdiction: 'CN',
  documentNames: {
    cn_id: '身份证',
    cn_id15: '15位身份证',
    cn_hk_macau_permit: '通行证',
    cn_taiwan_permit: '通行证',
    cn_foreigner_permit: '居留证',
    vn_cccd: '12位越南证',
    vn_cmnd: '9位越南证',
    vn_residence_card: '居留证',
    passport: '护照',
  },
  between: '、',
  formOfAddress: {
    mr: (family) => `${family}先生`,
    ms: (family) => `${family}女士`,
    none: (family) => `${family}客户`,
  },
  spoken: {
    plus: '加',
    pause: '，',
    // On the telephone 1 (yī) is taken for 7 (qī).
    digits: { 1: '幺' },
    moneyInParts: { CNY: yuanInParts },
    minus: '负',
    money: {
      // 元 makes every voice read a number; before the rarer 越南盾 some read long ones digit by digit, 万 and 亿 prevent it.
      CNY: ({ whole, fraction }) => `人民币${whole}${fraction && `.${fraction}`}元`,
      VND: ({ whole }) => `${groupByTenThousands(whole)}越南盾`,
    },
    date: (month, day) => `${month}月${day}日`,
    dateOfYear: (year, month, day) => `${year}年${month}月${day}日`,
    time: (hour, minute) => (minute === 0 ? `${hour}点整` : `${hour}点${minute}分`),
    timeOfDay: (time, day) => `${day}${time}`,
    today: '今天',
    yesterday: '昨天',
  },
  keys: {
    // 按一次 is how often, not which key.
    pressed: new RegExp(
      `(?:按|拨)(?:下|数字|键)*\\s*(${KEY}(?:[、或和]${KEY})*)(?![次下遍位个])|(${KEY})号?键`,
      'g',
    ),
    numeral: new RegExp(KEY, 'g'),
    numerals: NUMERALS,
    starTwice: /连按两次星号键|按两次星号键/,
  },
  written: {
    group: ',',
    point: '.',
    money: { CNY: (number) => `人民币${number}元`, VND: (number) => `${number}越南盾` },
    time: ({ month, day, time }) => `${month}月${day}日${time}`,
  },
  pace: {
    ...SYLLABLE_DIGITS,
    restSeconds: (rest) => (rest.match(/\p{L}/gu) ?? []).length / CHARACTERS_PER_SECOND,
  },
  longest: {
    company: '蓝鹊消费信贷股份有限公司',
    department: '电话银行客户服务中心',
    formOfAddress: '欧阳女士',
    payee: '欧阳上官明德',
    companyCharacter: '信',
  },
};
