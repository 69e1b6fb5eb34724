import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LANGUAGES, type Language } from '../../locales/catalogue.ts';
import { loadWords } from './load-words.ts';

/** The file of a language in its folder below flows/locales/. */
const WORDS_FILE = 'desk.yaml';

/** Reads the words of the desk in every language; a file that cannot be read is one of the problems. */
export async function readWords(locales: string): Promise<ReturnType<typeof loadWords>> {
  const texts: Partial<Record<Language, string>> = {};
  const problems: string[] = [];
  for (const language of LANGUAGES) {
    const file = join(locales, language, WORDS_FILE);
    try {
      texts[language] = await readFile(file, 'utf8');
    } catch {
      problems.push(`${language} desk words: the file ${file} cannot be read`);
    }
  }
  return problems.length > 0 ? { ok: false, problems } : loadWords(texts);
}
