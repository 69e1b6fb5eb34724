import { isLanguage, LANGUAGES, type Language } from '../locales/catalogue.ts';

/** The language of a page for somebody unknown: the one asked for, else the browser's first that the desk has, else English. */
export function languageFor(asked: string | null, acceptLanguage: string | undefined): Language {
  if (asked !== null && isLanguage(asked)) return asked;
  for (const part of (acceptLanguage ?? '').split(',')) {
    const [tag = ''] = part.trim().toLowerCase().split(/[-;]/);
    const known = LANGUAGES.find((language) => language.toLowerCase().startsWith(`${tag}-`));
    if (tag !== '' && known) return known;
  }
  return 'en-US';
}
