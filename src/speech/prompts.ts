import { z } from 'zod';
import { LANGUAGES, type Language, LOCALES } from '../locales/catalogue.ts';
import type { SpokenValue } from '../locales/spoken-value.ts';
import { assert } from '../platform/fault.ts';
import {
  FILE_LANGUAGE,
  flattenTexts,
  type LocaleTexts,
  type ReleaseOrigin,
  readLocaleFile,
  reportStrangers,
} from './locale-file.ts';
import { joined, nameParts, type SpokenPart } from './name-parts.ts';
import { checkPrompt, checkScript } from './prompt-checks.ts';
import {
  isPromptKey,
  PROMPT_KEYS,
  PROMPT_VALUES,
  SAID_BY_PROGRAM,
  SAID_INSTEAD,
  SUPERSEDED,
} from './prompt-keys.ts';
import { isNameOfSomebody } from './prompt-variables.ts';
import type { SpeechTexts } from './prompts-port.ts';
import type { Speech } from './reply.ts';
import { speakValue, type ValueForms } from './spoken.ts';
import { checkKeys, fillTemplate, valuesIn } from './template.ts';

/** Policy default: nobody remembers the first key of a longer prompt. */
export const PROMPT_SECONDS = 15;

const fileSchema = z.strictObject({
  language: FILE_LANGUAGE,
  voice: z.strictObject({
    language: z.string().regex(/^[a-z]{2,3}-[A-Z]{2}$/, "the carrier's name of a language, such as cmn-CN"),
    voice: z.string().regex(/^[A-Z]\w*\.[\w-]+$/, 'a voice of the carrier, such as Polly.Joanna-Neural'),
  }),
  /** How values are said; a release that was stored before this was written says them as it did. */
  forms: z.literal(2).optional(),
  prompts: z.record(z.string(), z.unknown()),
});

/** Every prompt that a release from files has. */
const ASKED_OF_FILES = PROMPT_KEYS.filter((key) => !SUPERSEDED.has(key));

interface LanguageTexts {
  readonly voice: { readonly language: string; readonly voice: string };
  readonly templates: ReadonlyMap<string, string>;
  readonly forms: ValueForms;
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
    else checkKeys('prompt', templates, PROMPT_KEYS, report, ASKED_OF_FILES);
    for (const [key, template] of templates) {
      if (!isPromptKey(key)) continue;
      // A stored release may speak fewer values: those of its day.
      const expected = origin === 'stored' ? [...valuesIn(template)] : PROMPT_VALUES[key];
      checkPrompt(language, key, template, promptSeconds, report, expected);
      if (origin === 'files') checkScript(language, key, template, report);
    }
    if (origin === 'files' && file.forms === undefined) report('forms: says how values are spoken; write 2');
    byLanguage.set(language, { voice: file.voice, templates, forms: file.forms ?? 1 });
  }
  return problems.length > 0 ? { ok: false, problems } : { ok: true, prompts: new Prompts(byLanguage) };
}

/** Stands for a name until its voice is known; no words hold it, for it is no character. */
const NAME_PLACE = '\uffff';

/** The checked prompts of every language. */
export class Prompts implements SpeechTexts {
  readonly #byLanguage: ReadonlyMap<Language, LanguageTexts>;
  readonly #spokenValues = new Map<string, ReadonlySet<string>>();

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

  /** The values a prompt must be given: those its words speak. A stored release may speak fewer than today's. */
  variables(key: string): ReadonlySet<string> {
    assert(isPromptKey(key), `prompt ${key} exists`);
    const known = this.#spokenValues.get(key);
    if (known) return known;
    const templates = [...this.#byLanguage.values()].map(({ templates }) => templates.get(key) ?? '');
    const spoken = new Set(templates.flatMap((template) => [...valuesIn(template)]));
    this.#spokenValues.set(key, spoken);
    return spoken;
  }

  /** The words of a speech in its own language, if it has one, else in `language`. A missing prompt or value is an assertion. */
  text(speech: Speech, language: Language): string {
    return this.#fill(speech, speech.language ?? language, (value, spokenIn, forms) =>
      speakValue(value, spokenIn, forms),
    );
  }

  /** The same words in the parts that different voices say: a name by the voice of its own script (invariant 49). */
  spoken(speech: Speech, language: Language): readonly SpokenPart[] {
    const spokenIn = speech.language ?? language;
    const names: (readonly SpokenPart[])[] = [];
    const text = this.#fill(speech, spokenIn, (value, line, forms, name) => {
      const words = speakValue(value, line, forms);
      if (forms === 1 || value.kind !== 'text' || !isNameOfSomebody(name)) return words;
      const parts = nameParts(words, line);
      if (!parts)
        return value.otherwise === undefined
          ? ''
          : speakValue({ kind: 'digits', digits: value.otherwise }, line);
      names.push(parts);
      return NAME_PLACE;
    });
    const between = text.split(NAME_PLACE);
    return joined(
      between.flatMap((words, at) => [{ language: spokenIn, text: words }, ...(names[at] ?? [])]),
    );
  }

  #fill(
    { prompt, values }: Speech,
    language: Language,
    say: (value: SpokenValue, language: Language, forms: ValueForms, name: string) => string,
  ): string {
    const { templates, forms } = this.#texts(language);
    const template = templates.get(prompt);
    assert(template !== undefined, `prompt ${prompt} exists in ${language}`);
    return fillTemplate(template, (name) => {
      const value = values?.[name];
      assert(value !== undefined, `prompt ${prompt} is given its value ${name}`);
      return say(value, language, forms, name);
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
