import { z } from 'zod';
import { type ByLanguage, byLanguage, LANGUAGES, type Language } from '../../locales/catalogue.ts';
import {
  FILE_LANGUAGE,
  flattenTexts,
  type LocaleTexts,
  readLocaleFile,
  reportStrangers,
} from '../../speech/locale-file.ts';
import { checkKeys, checkValues, wordsOf } from '../../speech/template.ts';
import { DESK_WORDS, type Words, wordsFrom } from './words.ts';

const fileSchema = z.strictObject({ language: FILE_LANGUAGE, words: z.record(z.string(), z.unknown()) });

const KEYS = Object.keys(DESK_WORDS);
/** A page is no place for these; markup is made by views alone. */
const UNFIT = /[<>\p{Cc}]|\p{Cf}/u;
/** Words that cannot be the same in two languages: several letters of the other language's words in a row. */
const ENGLISH_WORDS = /\b[a-z]{3,}\b.*\b[a-z]{3,}\b/;

type WordsLoaded =
  | { readonly ok: true; readonly words: ByLanguage<Words> }
  | { readonly ok: false; readonly problems: readonly string[] };

/**
 * Reads the words of the desk, one YAML text per language, and reports every problem in all of them at once: a key missing or
 * unknown, values other than the words' own, markup, a text left in English.
 */
export function loadWords(texts: LocaleTexts): WordsLoaded {
  const problems: string[] = [];
  const templates = new Map<Language, ReadonlyMap<string, string>>();
  reportStrangers(texts, (language, problem) => problems.push(`${language} desk words: ${problem}`));
  for (const language of LANGUAGES) {
    const report = (problem: string) => problems.push(`${language} desk words: ${problem}`);
    const file = readLocaleFile(language, texts[language], 'words of the desk', fileSchema, report);
    if (!file) continue;
    const flat = flattenTexts(file.words, report);
    checkKeys('words of the desk', flat, KEYS, report);
    for (const [key, template] of flat) checkWords(key, template, report);
    templates.set(language, flat);
  }
  for (const [language, flat] of templates)
    if (language !== 'en-US')
      for (const [key, template] of flat)
        if (ENGLISH_WORDS.test(wordsOf(template)) && templates.get('en-US')?.get(key) === template)
          problems.push(`${language} desk words: ${key}: is still in English`);
  if (problems.length > 0) return { ok: false, problems };
  return {
    ok: true,
    words: byLanguage((language) => wordsFrom(language, templates.get(language) ?? new Map())),
  };
}

function checkWords(key: string, template: string, report: (problem: string) => void): void {
  if (wordsOf(template) === '' && !template.includes('{')) report(`${key}: empty`);
  const unfit = UNFIT.exec(template);
  if (unfit) report(`${key}: ${JSON.stringify(unfit[0])} has no place in words`);
  const expected: readonly string[] =
    (DESK_WORDS as { readonly [key: string]: readonly string[] })[key] ?? [];
  const kind = { what: 'text', verb: 'show', has: (name: string) => expected.includes(name) };
  checkValues(key, template, expected, kind, report);
}
