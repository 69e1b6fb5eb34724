import { z } from 'zod';
import type { Purpose } from '../actions/purpose.ts';
import { CURRENCIES, type Currency } from '../jurisdictions/currency.ts';
import { LANGUAGES, type Language, LOCALES } from '../locales/catalogue.ts';
import { CODE_LIKE, COMPANY_NAME_LENGTH, LINK } from './company-name.ts';
import {
  FILE_LANGUAGE,
  flattenTexts,
  type LocaleTexts,
  type ReleaseOrigin,
  readLocaleFile,
  reportStrangers,
} from './locale-file.ts';
import { countSegments } from './segments.ts';
import { SMS_INSTEAD } from './sms-instead.ts';
import {
  doneKey,
  isSmsKey,
  SMS_FACTORS,
  SMS_KEYS,
  SMS_MESSAGES,
  SMS_VALUES,
  type SmsMessage,
  type SmsValueTypes,
} from './sms-keys.ts';
import { SmsTexts } from './sms-texts.ts';
import { checkKeys, checkValues, type Report, valuesIn, wordsOf } from './template.ts';

/** A message in more parts costs more and arrives in pieces. */
export const SMS_SEGMENTS = 3;
/** Neither is seen on a phone, and both can hide what is. */
const INVISIBLE = /[\p{Cc}\p{Cf}]/u;
/** Texts that releases published before have no use for: their messages name purpose and receipt by themselves. */
const SINCE_0_2_0 = /^done\./;
const VALUE_KIND = {
  what: 'message',
  verb: 'write',
  has: (name: string) => name in EXAMPLES,
};

const fileSchema = z.strictObject({ language: FILE_LANGUAGE, sms: z.record(z.string(), z.unknown()) });

type SmsLoaded =
  | { readonly ok: true; readonly sms: SmsTexts }
  | { readonly ok: false; readonly problems: readonly string[] };

/**
 * Reads the words of messages, one YAML text per language, and reports every problem in all of them at once: a key
 * missing or unknown, values other than the text's own, a link (V10), a message longer than three SMS with the longest
 * values, digits that could be taken for the code. Texts that a `stored` release has and this program does not know
 * are left alone, and those that came after it are there in the words they first had.
 */
export function loadSms(texts: LocaleTexts, origin: ReleaseOrigin = 'files'): SmsLoaded {
  const problems: string[] = [];
  const byLanguage = new Map<Language, ReadonlyMap<string, string>>();
  reportStrangers(texts, (language, problem) => problems.push(`${language}: ${problem}`));
  for (const language of LANGUAGES) {
    const before = problems.length;
    const report = (problem: string) => problems.push(`${language}: ${problem}`);
    const file = readLocaleFile(language, texts[language], 'words for messages', fileSchema, report);
    if (!file) continue;
    const flat = flattenTexts(file.sms, report);
    const templates = origin === 'stored' ? inWordsOfToday(flat, language) : flat;
    checkKeys(
      'text of a message',
      templates,
      SMS_KEYS,
      report,
      origin === 'stored' ? SMS_KEYS.filter((key) => !SINCE_0_2_0.test(key)) : SMS_KEYS,
    );
    // A stored release may name fewer values, or those of its day; which of them there are is checked all the same.
    for (const [key, template] of templates)
      if (isSmsKey(key))
        checkText(key, template, origin === 'stored' ? [...valuesIn(template)] : SMS_VALUES[key], report);
    byLanguage.set(language, templates);
    // A message can be written out only when all its parts are sound.
    if (problems.length === before) {
      const sms = new SmsTexts(new Map([[language, templates]]));
      for (const message of SMS_MESSAGES) checkMessage(sms, message, language, report);
    }
  }
  return problems.length > 0 ? { ok: false, problems } : { ok: true, sms: new SmsTexts(byLanguage) };
}

/** The texts of a stored release as this program asks for them. */
function inWordsOfToday(
  stored: ReadonlyMap<string, string>,
  language: Language,
): ReadonlyMap<string, string> {
  const templates = new Map([...stored].filter(([key]) => isSmsKey(key)));
  for (const [key, words] of Object.entries(SMS_INSTEAD)) {
    const instead = words[language];
    if (!templates.has(key) && instead !== undefined) templates.set(key, instead);
  }
  return templates;
}

function checkText(key: string, template: string, values: readonly string[], report: Report): void {
  const words = wordsOf(template);
  if (words === '') report(`${key}: empty`);
  if (INVISIBLE.test(words)) report(`${key}: has a character that cannot be seen`);
  if (/[{}]/.test(words)) report(`${key}: braces stand around the name of a value only`);
  checkValues(key, template, values, VALUE_KIND, report);
}

/** Writes a message out with the longest values of each kind and reports what is wrong with it, once for each reason. */
function checkMessage(sms: SmsTexts, message: SmsMessage, language: Language, report: Report): void {
  const found = new Set<string>();
  for (const values of exampleValues(SMS_VALUES[message], language)) {
    const text = sms.write(message, language, values);
    if (LINK.test(text)) found.add('holds what a phone makes a link of (V10)');
    const digits = (text.match(CODE_LIKE) ?? []).filter(
      (run) => run !== values.receipt && run !== values.done?.receipt,
    );
    const codes = (SMS_VALUES[message] as readonly string[]).includes('code') ? [values.code] : [];
    if (digits.join() !== codes.join())
      found.add('the code must be the only five digits or more in a row, and stand there once');
    const segments = countSegments(text);
    if (segments > SMS_SEGMENTS)
      found.add(
        `takes ${segments} SMS with a name of ${COMPANY_NAME_LENGTH} characters and long values, at most ${SMS_SEGMENTS} are allowed`,
      );
  }
  for (const problem of found) report(`${message}: ${problem}`);
}

const LONGEST_MONEY: { readonly [currency in Currency]: number } = { CNY: 500_000_000, VND: 5_000_000_000 };
const moneyExamples = CURRENCIES.map((currency) => ({ minor: LONGEST_MONEY[currency], currency }));
const LAST_FOUR = '8888';
const purposeExamples: readonly Purpose[] = [
  ...moneyExamples.flatMap((money): Purpose[] => [
    { key: 'purpose.transfer', values: { money, lastFour: LAST_FOUR } },
    { key: 'purpose.repayment', values: { money, lastFour: LAST_FOUR } },
    { key: 'purpose.loan_application', values: { money } },
  ]),
  { key: 'purpose.contact_change', values: { lastFour: LAST_FOUR } },
];

/** The longest plausible values of each kind. */
const EXAMPLES: {
  readonly [Name in keyof SmsValueTypes]: (language: Language) => readonly SmsValueTypes[Name][];
} = {
  company: (language) => [LOCALES[language].longest.companyCharacter.repeat(COMPANY_NAME_LENGTH)],
  code: () => ['987654'],
  receipt: () => ['97531864'],
  lastFour: () => [LAST_FOUR],
  money: () => moneyExamples,
  time: () => [{ at: Date.UTC(2026, 11, 23, 22, 50), timeZone: 'UTC' }],
  // As long as any code may live, and the longest that is written in seconds.
  lifetime: () => [300, 59],
  count: () => [59],
  purpose: () => purposeExamples,
  done: () =>
    purposeExamples
      .filter((purpose) => doneKey(purpose) !== undefined)
      .map((purpose) => ({ purpose, receipt: '97531864' })),
  hotline: () => ['+84 28 7300 0001'],
  factor: () => SMS_FACTORS,
};

/** Every combination of the examples of these values. */
function exampleValues(
  names: readonly (keyof SmsValueTypes)[],
  language: Language,
): readonly SmsValueTypes[] {
  return names.reduce<readonly SmsValueTypes[]>(
    (rows, name) =>
      rows.flatMap((row) => EXAMPLES[name](language).map((value) => ({ ...row, [name]: value }))),
    [{} as SmsValueTypes],
  );
}
