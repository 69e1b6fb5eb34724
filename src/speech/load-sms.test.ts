import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { byLanguage, LANGUAGES, type Language } from '../locales/catalogue.ts';
import { COMPANY_NAME_LENGTH, isCompanyName } from './company-name.ts';
import { loadSms, SMS_SEGMENTS } from './load-sms.ts';
import { countSegments } from './segments.ts';

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
    'query: query PIN',
    'query: query PIN {pin}',
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
  'braces around no value': ['query PIN', 'query {PIN 1}', /^en-US: factor\.query: braces stand around/],
  'a list': ['query: query PIN', 'query: [query, PIN]', /^en-US: factor\.query: must be a text$/],
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
