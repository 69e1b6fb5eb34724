import { type Language, LOCALES } from '../locales/catalogue.ts';
import { wordsOf } from './template.ts';

/** The keys that words name as they stand, without those that are put in as values; `**` where star twice is named. */
export function keysNamed(template: string, language: Language): ReadonlySet<string> {
  const { pressed, numeral, numerals, starTwice } = LOCALES[language].keys;
  const words = wordsOf(template);
  const named = new Set<string>();
  for (const [asked] of words.matchAll(pressed))
    for (const [key] of asked.matchAll(numeral)) named.add(numerals[key.toLowerCase()] ?? key);
  if (starTwice.test(words)) named.add('**');
  return named;
}
