import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { LANGUAGES } from '../locales/catalogue.ts';
import type { SpokenValue } from '../locales/spoken-value.ts';
import { SPOKEN_TEXT_CHARACTERS, speakValue, spokenSeconds } from './spoken.ts';

const cny = (minor: number): SpokenValue => ({ kind: 'money', minor, currency: 'CNY' });
const vnd = (minor: number): SpokenValue => ({ kind: 'money', minor, currency: 'VND' });
const digits = (text: string): SpokenValue => ({ kind: 'digits', digits: text });
const phone = (e164: string): SpokenValue => ({ kind: 'phone', e164 });
const words = (text: string): SpokenValue => ({ kind: 'text', text });

/** Value, then zh-CN, vi-VN, en-US. */
const SPOKEN: readonly [SpokenValue, string, string, string][] = [
  [digits('1380'), '幺 3 8 0', '1 3 8 0', '1 3 8 0'],
  [digits('0042'), '0 0 4 2', '0 0 4 2', '0 0 4 2'],
  [digits('123x'), '幺 2 3 X', '1 2 3 X', '1 2 3 X'],
  [digits('+84 90-1'), '加 8 4 9， 0 幺', 'cộng 8 4 9, 0 1', 'plus 8 4 9, 0 1'],
  [digits('32133172'), '3 2 幺 3， 3 幺 7 2', '3 2 1 3, 3 1 7 2', '3 2 1 3, 3 1 7 2'],
  [
    phone('+8613900002222'),
    '幺 3 9， 0 0 0 0， 2 2 2 2',
    '1 3 9, 0 0 0 0, 2 2 2 2',
    '1 3 9, 0 0 0 0, 2 2 2 2',
  ],
  [phone('+84912345678'), '0 9 幺 2， 3 4 5， 6 7 8', '0 9 1 2, 3 4 5, 6 7 8', '0 9 1 2, 3 4 5, 6 7 8'],
  [
    phone('+12025550143'),
    '加 幺， 2 0 2， 5 5 5， 0 幺 4 3',
    'cộng 1, 2 0 2, 5 5 5, 0 1 4 3',
    'plus 1, 2 0 2, 5 5 5, 0 1 4 3',
  ],
  [cny(1_234_560), '人民币12345元6角', '12.345,60 nhân dân tệ', '12,345.60 yuan'],
  [cny(500_000_000), '人民币5000000元', '5.000.000 nhân dân tệ', '5,000,000 yuan'],
  [cny(50), '人民币5角', '0,50 nhân dân tệ', '0.50 yuan'],
  [cny(365_080), '人民币3650元8角', '3.650,80 nhân dân tệ', '3,650.80 yuan'],
  [cny(365_085), '人民币3650元8角5分', '3.650,85 nhân dân tệ', '3,650.85 yuan'],
  [cny(365_005), '人民币3650元零5分', '3.650,05 nhân dân tệ', '3,650.05 yuan'],
  [cny(5), '人民币5分', '0,05 nhân dân tệ', '0.05 yuan'],
  [cny(0), '人民币0元', '0 nhân dân tệ', '0 yuan'],
  [cny(100), '人民币1元', '1 nhân dân tệ', '1 yuan'],
  [cny(-1_050), '负人民币10元5角', 'âm 10,50 nhân dân tệ', 'minus 10.50 yuan'],
  [vnd(10_000_000), '1000万越南盾', '10.000.000 đồng', '10,000,000 dong'],
  [vnd(0), '0越南盾', '0 đồng', '0 dong'],
  [vnd(999), '999越南盾', '999 đồng', '999 dong'],
  [vnd(10_000), '1万越南盾', '10.000 đồng', '10,000 dong'],
  [vnd(123_456_789), '1亿2345万6789越南盾', '123.456.789 đồng', '123,456,789 dong'],
  [vnd(10_000_005), '1000万零5越南盾', '10.000.005 đồng', '10,000,005 dong'],
  [vnd(100_000_001), '1亿零1越南盾', '100.000.001 đồng', '100,000,001 dong'],
  [vnd(100_500_000), '1亿零50万越南盾', '100.500.000 đồng', '100,500,000 dong'],
  [vnd(2_000_000_000_000), '2万亿越南盾', '2.000.000.000.000 đồng', '2,000,000,000,000 dong'],
  [{ kind: 'count', count: 3 }, '3', '3', '3'],
  [{ kind: 'date', date: '2026-12-03' }, '12月3日', 'ngày 3 tháng 12', 'December 3'],
  [{ kind: 'date', date: '2026-12-03', today: '2026-12-03' }, '今天', 'hôm nay', 'today'],
  [{ kind: 'date', date: '2025-12-31', today: '2026-01-01' }, '昨天', 'hôm qua', 'yesterday'],
  [{ kind: 'date', date: '2026-12-01', today: '2026-12-03' }, '12月1日', 'ngày 1 tháng 12', 'December 1'],
  [{ kind: 'date', date: '2026-12-04', today: '2026-12-03' }, '12月4日', 'ngày 4 tháng 12', 'December 4'],
  [
    { kind: 'date', date: '2025-12-30', today: '2026-01-01' },
    '2025年12月30日',
    'ngày 30 tháng 12 năm 2025',
    'December 30, 2025',
  ],
  [{ kind: 'date', date: '2028-02-29' }, '2月29日', 'ngày 29 tháng 2', 'February 29'],
  [words(' Trần\u0000 Thị\r\n\tHoa\u2028 '), 'Trần Thị Hoa', 'Trần Thị Hoa', 'Trần Thị Hoa'],
  [words('王\u202e小\u200b明\ud800'), '王小明', '王小明', '王小明'],
];
for (const [value, ...expected] of SPOKEN) {
  test(`${JSON.stringify(value)} is spoken as ${expected.join(' / ')}`, () => {
    assert.deepEqual(
      LANGUAGES.map((language) => speakValue(value, language)),
      expected,
    );
  });
}

test('a release from before says its values as it did', () => {
  const said = (value: SpokenValue) => LANGUAGES.map((language) => speakValue(value, language, 1));
  assert.deepEqual(said(digits('32133172')), Array(3).fill('3 2 1 3 3 1 7 2'));
  assert.deepEqual(said(phone('+8613900002222')), Array(3).fill('8 6 1 3 9 0 0 0 0 2 2 2 2'));
  assert.equal(said(cny(365_080))[0], '人民币3650.80元');
});

const BUGS: readonly [string, SpokenValue][] = [
  ['money that is not a whole number of minor units', cny(12.5)],
  ['money past what a number can hold exactly', vnd(2 ** 53)],
  ['a negative count', { kind: 'count', count: -1 }],
  ['a date in another order', { kind: 'date', date: '03-12-2026' }],
  ['a day that does not exist', { kind: 'date', date: '2026-02-30' }],
  ['no digits at all', digits('--')],
];
for (const [what, value] of BUGS) {
  test(`${what} is a bug, never spoken`, () => {
    for (const language of LANGUAGES) assert.throws(() => speakValue(value, language), /assertion failed/);
  });
}

test('whatever a name holds, what is spoken is short, well-formed and free of control characters', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary', maxLength: 400 }),
      fc.constantFrom(...LANGUAGES),
      (text, language) => {
        const spoken = speakValue(words(text), language);
        assert.ok([...spoken].length <= SPOKEN_TEXT_CHARACTERS);
        assert.ok(spoken.isWellFormed());
        assert.doesNotMatch(spoken, /[\p{C}\p{Zl}\p{Zp}]/u);
      },
    ),
  );
});

test('a Vietnamese amount in Chinese words is the same number', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 9_999_999_999_999 }), (minor) => {
      const spoken = speakValue(vnd(minor), 'zh-CN');
      let total = 0;
      for (const [, group, unit] of spoken.matchAll(/(\d+)(万亿|亿|万)?/g)) {
        total += Number(group) * { 万亿: 1e12, 亿: 1e8, 万: 1e4, none: 1 }[(unit ?? 'none') as '万'];
      }
      assert.equal(total, minor);
    }),
  );
});

test('speaking time: Chinese and Vietnamese by the syllable, English by the character, digits as words', () => {
  assert.equal(spokenSeconds('您好，请按1。', 'zh-CN').toFixed(2), (5 / 4.2).toFixed(2));
  assert.equal(spokenSeconds('1 3 8 0', 'zh-CN').toFixed(2), (4 / 4.2).toFixed(2));
  assert.equal(spokenSeconds('Xin chào Quý khách', 'vi-VN').toFixed(2), (4 / 4.2).toFixed(2));
  // mười hai nghìn ba trăm bốn mươi lăm
  assert.equal(spokenSeconds('12.345', 'vi-VN').toFixed(2), (9 / 4.2).toFixed(2));
  assert.equal(spokenSeconds('Thank you', 'en-US').toFixed(2), (9 / 14).toFixed(2));
  assert.ok(spokenSeconds('1 3 8 0', 'en-US') > 4 * 0.3);
  // twelve thousand three hundred forty-five point six seven
  assert.ok(Math.abs(spokenSeconds('12,345.67', 'en-US') - 56 / 14) < 0.5);
  for (const language of LANGUAGES) assert.equal(spokenSeconds('', language), 0);
});
