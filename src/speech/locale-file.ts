import { parseDocument } from 'yaml';
import { z } from 'zod';
import { LANGUAGES, type Language } from '../locales/catalogue.ts';
import type { Report } from './template.ts';

/** Whether a release is about to be published from files, or was published by this or another version of the program. */
export type ReleaseOrigin = 'files' | 'stored';

/** The texts of one kind, a YAML file for each language. */
export type LocaleTexts = { readonly [language in Language]?: string };

/** What every file of flows/locales/<tag>/ says first: for which language it is. */
export const FILE_LANGUAGE = z.enum(LANGUAGES);

/** Reports every language the program does not have, in words that name those it has. */
export function reportStrangers(texts: object, report: (language: string, problem: string) => void): void {
  for (const language of Object.keys(texts))
    if (!LANGUAGES.some((known) => known === language))
      report(language, `not a language of this program; known are ${LANGUAGES.join(', ')}`);
}

/** Reads one file: YAML, shape, and that it is for this language. Undefined where it has no shape to check further. */
export function readLocaleFile<File extends { readonly language: Language }>(
  language: Language,
  text: string | undefined,
  what: string,
  schema: z.ZodType<File>,
  report: Report,
): File | undefined {
  if (text === undefined) {
    report(`no ${what}; every line and every customer may ask for this language`);
    return undefined;
  }
  const document = parseDocument(text, { prettyErrors: true });
  if (document.errors.length > 0) {
    for (const error of document.errors) report(error.message.split('\n')[0] ?? 'not YAML');
    return undefined;
  }
  const parsed = schema.safeParse(document.toJS());
  if (!parsed.success) {
    for (const issue of parsed.error.issues) report(`${issue.path.join('.') || 'file'}: ${issue.message}`);
    return undefined;
  }
  if (parsed.data.language !== language) report(`language: the file is for ${parsed.data.language}`);
  return parsed.data;
}

/** Nested texts under their dotted keys. White space, including line breaks of the file, is single. */
export function flattenTexts(
  nested: Readonly<Record<string, unknown>>,
  report: Report,
): ReadonlyMap<string, string> {
  const flat = new Map<string, string>();
  const walk = (node: unknown, key: string): void => {
    if (typeof node === 'string') {
      if (flat.has(key)) report(`${key}: given twice`);
      flat.set(key, node.trim().replace(/\s+/g, ' '));
    } else if (typeof node === 'object' && node !== null && !Array.isArray(node)) {
      for (const [name, child] of Object.entries(node)) walk(child, key === '' ? name : `${key}.${name}`);
    } else {
      report(`${key}: must be a text`);
    }
  };
  walk(nested, '');
  return flat;
}
