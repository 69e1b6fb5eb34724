import { z } from 'zod';
import { LANGUAGES, type Language, LOCALES } from '../locales/catalogue.ts';
import { assert } from '../platform/fault.ts';
import {
  FILE_LANGUAGE,
  flattenTexts,
  type LocaleTexts,
  type ReleaseOrigin,
  readLocaleFile,
  reportStrangers,
} from './locale-file.ts';
import { checkPrompt, checkScript } from './prompt-checks.ts';
import { isPromptKey, PROMPT_KEYS, PROMPT_VALUES, SAID_BY_PROGRAM, SAID_INSTEAD } from './prompt-keys.ts';
import type { SpeechTexts } from './prompts-port.ts';
import type { Speech } from './reply.ts';
import { speakValue } from './spoken.ts';
import { checkKeys, fillTemplate } from './template.ts';

/** Policy default: nobody remembers the first key of a longer prompt. */
export const PROMPT_SECONDS = 15;

const fileSchema = z.strictObject({
  language: FILE_LANGUAGE,
  voice: z.strictObject({
    language: z.string().regex(/^[a-z]{2,3}-[A-Z]{2}$/, "the carrier's name of a language, such as cmn-CN"),
    voice: z.string().regex(/^[A-Z]\w*\.[\w-]+$/, 'a voice of the carrier, such as Polly.Joanna-Neural'),
  }),
  prompts: z.record(z.string(), z.unknown()),
});

interface LanguageTexts {
  readonly voice: { readonly language: string; readonly voice: string };
  readonly templates: ReadonlyMap<string, string>;
}

type PromptsLoaded =
  | { readonly ok: true; readonly prompts: Prompts }
  | { readonly ok: false; readonly problems: readonly string[] };

/**
 * Reads the prompt files, one YAML text per language, and reports every problem in all of them at once: a key missing
 * or unknown, values other than the prompt's own, a prompt longer than `promptSeconds` with long values, a link, a
 * character no voice can say. Of a release that is `stored` already nothing is asked that came after it: prompts that the
 * program says by itself are said in other words, those this program does not know are left alone, and whether it has
 * all that it says is asked of its flow (flow/load-release.ts).
 */
export function loadPrompts(
  texts: LocaleTexts,
  promptSeconds: number = PROMPT_SECONDS,
  origin: ReleaseOrigin = 'files',
): PromptsLoaded {
  const problems: string[] = [];
  const byLanguage = new Map<Language, LanguageTexts>();
  reportStrangers(texts, (language, problem) => problems.push(`${language}: ${problem}`));
  for (const language of LANGUAGES) {
    const report = (problem: string) => problems.push(`${language}: ${problem}`);
    const file = readLocaleFile(language, texts[language], 'prompts', fileSchema, report);
    if (!file) continue;
    const { sayLanguage } = LOCALES[language];
    if (origin === 'files' && file.voice.language !== sayLanguage)
      report(`voice.language: the carrier's name of this language is ${sayLanguage}`);
    const flat = flattenTexts(file.prompts, report);
    const templates = origin === 'stored' ? inWordsOfToday(flat) : flat;
    // What a stored release has beside today's prompts is left alone.
    if (origin === 'stored') checkKeys('prompt', templates, [...templates.keys()], report, SAID_BY_PROGRAM);
    else checkKeys('prompt', templates, PROMPT_KEYS, report);
    for (const [key, template] of templates) {
      if (!isPromptKey(key)) continue;
      checkPrompt(language, key, template, promptSeconds, report);
      if (origin === 'files') checkScript(language, key, template, report);
    }
    byLanguage.set(language, { voice: file.voice, templates });
  }
  return problems.length > 0 ? { ok: false, problems } : { ok: true, prompts: new Prompts(byLanguage) };
}

/** The checked prompts of every language. */
export class Prompts implements SpeechTexts {
  readonly #byLanguage: ReadonlyMap<Language, LanguageTexts>;

  constructor(byLanguage: ReadonlyMap<Language, LanguageTexts>) {
    this.#byLanguage = byLanguage;
  }

  keys(): readonly string[] {
    return PROMPT_KEYS;
  }

  /** Whether the prompt exists in every language. A release from files has all that are known; a stored one may be older. */
  has(key: string): boolean {
    return isPromptKey(key) && [...this.#byLanguage.values()].every(({ templates }) => templates.has(key));
  }

  /** The values a prompt must be given. */
  variables(key: string): ReadonlySet<string> {
    assert(isPromptKey(key), `prompt ${key} exists`);
    return new Set(PROMPT_VALUES[key]);
  }

  /** The words of a speech in its own language, if it has one, else in `language`. A missing prompt or value is an assertion. */
  text(speech: Speech, language: Language): string {
    const spokenIn = speech.language ?? language;
    const template = this.#texts(spokenIn).templates.get(speech.prompt);
    assert(template !== undefined, `prompt ${speech.prompt} exists in ${spokenIn}`);
    return fillTemplate(template, (name) => {
      const value = speech.values?.[name];
      assert(value !== undefined, `prompt ${speech.prompt} is given its value ${name}`);
      return speakValue(value, spokenIn);
    });
  }

  /** The words of a prompt as the file has them, its values in braces. */
  template(key: string, language: Language): string {
    assert(isPromptKey(key), `prompt ${key} exists`);
    return this.#texts(language).templates.get(key) ?? '';
  }

  /** The carrier's names of a language and of the voice that speaks it. */
  voice(language: Language): { readonly language: string; readonly voice: string } {
    return this.#texts(language).voice;
  }

  #texts(language: Language): LanguageTexts {
    const texts = this.#byLanguage.get(language);
    assert(texts !== undefined, `prompts are loaded for ${language}`);
    return texts;
  }
}

/** The prompts of a stored release as this program asks for them. */
function inWordsOfToday(stored: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const templates = new Map([...stored].filter(([key]) => isPromptKey(key)));
  for (const [key, instead] of Object.entries(SAID_INSTEAD)) {
    const words = templates.get(instead);
    if (!templates.has(key) && words !== undefined) templates.set(key, words);
  }
  return templates;
}
