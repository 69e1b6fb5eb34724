import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parse } from 'yaml';
import type { Purpose } from '../actions/purpose.ts';
import { byLanguage, LANGUAGES, type Language } from '../locales/catalogue.ts';
import { COMPANY_NAME_LENGTH, isCompanyName } from './company-name.ts';
import { loadSms, SMS_SEGMENTS } from './load-sms.ts';
import { countSegments } from './segments.ts';
import {
  doneKey,
  SMS_FACTORS,
  SMS_MESSAGES,
  SMS_VALUES,
  type SmsMessage,
  type SmsValueTypes,
} from './sms-keys.ts';

const SHIPPED = byLanguage((language) =>
  readFileSync(new URL(`../../flows/locales/${language}/sms.yaml`, import.meta.url), 'utf8'),
);

function problemsOf(texts: { readonly [language in Language]?: string }, origin?: 'files' | 'stored') {
  const loaded = loadSms(texts, origin);
  return loaded.ok ? [] : loaded.problems;
}

/** The problems once this part of the English words is replaced; fails when it does not stand there once. */
function problemsWith(part: string, replacement: string): readonly string[] {
  assert.equal(SHIPPED['en-US'].split(part).length, 2, part);
  return problemsOf({ ...SHIPPED, 'en-US': SHIPPED['en-US'].replace(part, () => replacement) });
}

test('the shipped words are in order in every language', () => {
  assert.deepEqual(problemsOf(SHIPPED), []);
});

/** What is replaced in the English words, and what is said of it. */
const MISTAKES: { readonly [what: string]: readonly [part: string, replacement: string, says: RegExp] } = {
  'a text that is missing': ['    code: one-time code\n', '', /^en-US: factor\.code: missing$/],
  'a text nobody asks for': [
    '  purpose:\n',
    '  greeting: Hello\n  purpose:\n',
    /^en-US: greeting: unknown text of a message$/,
  ],
  'a value that is not written by messages': [
    'query: inquiry PIN',
    'query: inquiry PIN {pin}',
    /^en-US: factor\.query: \{pin\} is no value a message can write$/,
  ],
  'a value of another message': [
    'loan application for {money}',
    'loan application for {money} to {lastFour}',
    /^en-US: purpose\.loan_application: \{lastFour\} is not given to this message$/,
  ],
  'a value left out': [
    'valid {lifetime}',
    'valid for a short time',
    /^en-US: code: \{lifetime\} is missing, every language writes the same values$/,
  ],
  'a link': ['then text you.', 'see www.bank.example', /^en-US: freeze\.thisLine: .* link of \(V10\)$/],
  'a link that the company’s name completes': [
    '{company}: {purpose}. Code',
    '{company}.com {purpose}. Code',
    /^en-US: code: .* link of \(V10\)$/,
  ],
  'digits that could be taken for the code': [
    'Never tell anyone',
    'Call 95555 and never tell anyone',
    /^en-US: code: the code must be the only five digits/,
  ],
  'the code written twice': [
    'Code {code}, valid',
    'Code {code}, again {code}, valid',
    /^en-US: code: .* once$/,
  ],
  'a message that is too long': [
    'Never tell anyone, staff',
    `${'Never tell anyone. '.repeat(8)}Staff`,
    /^en-US: code: takes \d SMS with a name of 30 characters and long values, at most 3 are allowed$/,
  ],
  'a character that cannot be seen': [
    'one-time code',
    '"one-time\\u200b code"',
    /^en-US: factor\.code: has a character that cannot be seen$/,
  ],
  'a text without words': ['transaction PIN', '""', /^en-US: factor\.transaction: empty$/],
  'braces around no value': ['inquiry PIN', 'inquiry {PIN 1}', /^en-US: factor\.query: braces stand around/],
  'a list': ['query: inquiry PIN', 'query: [inquiry, PIN]', /^en-US: factor\.query: must be a text$/],
  'something that is not YAML': ['sms:', 'sms: [', /^en-US: /],
  'a setting nobody reads': ['language: en-US', 'language: en-US\nspeed: 2', /^en-US: .*speed/],
  'words of another language': [
    'language: en-US',
    'language: vi-VN',
    /^en-US: language: the file is for vi-VN$/,
  ],
};

for (const [what, [part, replacement, says]] of Object.entries(MISTAKES))
  test(`${what} is refused in words`, () => {
    const problems = problemsWith(part, replacement);
    assert.ok(problems.length > 0);
    assert.match(problems.find((problem) => says.test(problem)) ?? problems.join('\n'), says);
  });

test('a language that is missing and one the program lacks are named', () => {
  const { 'vi-VN': _vietnamese, ...others } = SHIPPED;
  assert.match(problemsOf(others).join('\n'), /^vi-VN: no words for messages/);
  const withFrench = { ...SHIPPED, 'fr-FR': 'language: fr-FR' };
  assert.match(problemsOf(withFrench).join('\n'), /^fr-FR: not a language of this program; known are zh-CN/);
});

test('a stored release may have texts this program does not know, a new one may not', () => {
  const texts = byLanguage((language) =>
    SHIPPED[language].replace('  purpose:\n', '  receipt: R\n  purpose:\n'),
  );
  assert.equal(problemsOf(texts).length, LANGUAGES.length);
  assert.deepEqual(problemsOf(texts, 'stored'), []);
});

test('every message but the code names the line to call (V4, V8.2)', () => {
  for (const message of SMS_MESSAGES)
    assert.equal((SMS_VALUES[message] as readonly string[]).includes('hotline'), message !== 'code', message);
});

test('a stored release from before a freeze named the line keeps its words', () => {
  const words = '{company}: frozen since {time}.';
  const texts = {
    ...SHIPPED,
    'en-US': SHIPPED['en-US'].replace(/ {4}thisLine: ".*"/, `    thisLine: "${words}"`),
  };
  assert.match(problemsOf(texts).join('\n'), /en-US: freeze\.thisLine: \{hotline\} is missing/);
  const loaded = loadSms(texts, 'stored');
  assert.ok(loaded.ok);
  const time = { at: Date.UTC(2026, 0, 15, 2), timeZone: 'UTC' };
  const values = { company: 'Bank', time, hotline: '+84 28 7300 0001' };
  assert.match(loaded.sms.write('freeze.thisLine', 'en-US', values), /^Bank: frozen since [^+]+\.$/);
});

test('a company name that looks like a link or a code, or is too long, is not a name for messages', () => {
  for (const name of ['Demo Credit', '示范信贷', 'Tín dụng Mẫu', 'A. B. Bank Ltd.', '1818 Bank'])
    assert.ok(isCompanyName(name), name);
  const refused = [
    '',
    'bank.com',
    'www.bank',
    'http://x',
    'x'.repeat(COMPANY_NAME_LENGTH + 1),
    'Bank 123456',
    '蓝鹊.com',
  ];
  for (const name of refused) assert.ok(!isCompanyName(name), name);
});

test('SMS are counted as carriers count them', () => {
  assert.equal(SMS_SEGMENTS, 3);
  assert.equal(countSegments('a'.repeat(160)), 1);
  assert.equal(countSegments('a'.repeat(161)), 2);
  assert.equal(countSegments('€'.repeat(80)), 1);
  assert.equal(countSegments('€'.repeat(81)), 2);
  assert.equal(countSegments('信'.repeat(70)), 1);
  assert.equal(countSegments('信'.repeat(71)), 2);
  assert.equal(countSegments('信'.repeat(134)), 2);
  assert.equal(countSegments('信'.repeat(135)), 3);
});

/** How many SMS each message may take at most with the shipped company's name and the longest values. */
const SEGMENTS_ALLOWED: { readonly [message in SmsMessage]?: number } = { code: 2 };
const LONGEST: { readonly [Name in keyof SmsValueTypes]?: readonly SmsValueTypes[Name][] } = {
  code: ['987654'],
  receipt: ['97531864'],
  lastFour: ['8888'],
  time: [{ at: Date.UTC(2026, 11, 23, 22, 50), timeZone: 'UTC' }],
  lifetime: [300, 59],
  factor: SMS_FACTORS,
  hotline: ['+84 28 7300 0001'],
};
const MONEY = [
  { minor: 500_000_000, currency: 'CNY' },
  { minor: 5_000_000_000, currency: 'VND' },
] as const;
const PURPOSES: readonly Purpose[] = [
  ...MONEY.flatMap((money): Purpose[] => [
    { key: 'purpose.transfer', values: { money, lastFour: '8888' } },
    { key: 'purpose.repayment', values: { money, lastFour: '8888' } },
    { key: 'purpose.loan_application', values: { money } },
  ]),
  { key: 'purpose.contact_change', values: { lastFour: '8888' } },
];

const company = parse(readFileSync(new URL('../../flows/company.yaml', import.meta.url), 'utf8')) as {
  readonly name: { readonly [language in Language]: string };
};

for (const message of SMS_MESSAGES)
  test(`${message} takes at most ${SEGMENTS_ALLOWED[message] ?? SMS_SEGMENTS} SMS in the shipped company's name (R21)`, () => {
    const loaded = loadSms(SHIPPED);
    assert.ok(loaded.ok);
    for (const language of LANGUAGES)
      for (const purpose of PURPOSES)
        for (const lifetime of LONGEST.lifetime ?? [])
          for (const factor of SMS_FACTORS) {
            if (message === 'action_done' && doneKey(purpose) === undefined) continue;
            const values = {
              ...Object.fromEntries(Object.entries(LONGEST).map(([name, longest]) => [name, longest[0]])),
              company: company.name[language],
              purpose,
              done: { purpose, receipt: '97531864' },
              lifetime,
              factor,
              count: 59,
            } as unknown as SmsValueTypes;
            const text: string = loaded.sms.write(message, language, values);
            const segments = countSegments(text);
            assert.ok(
              segments <= (SEGMENTS_ALLOWED[message] ?? SMS_SEGMENTS),
              `${segments} SMS of ${text.length} characters: ${text}`,
            );
          }
  });
