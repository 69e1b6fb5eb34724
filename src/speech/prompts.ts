import { parseDocument } from 'yaml';
import { z } from 'zod';
import { LANGUAGES, type Language } from '../locales/catalogue.ts';
import type { SpokenValue } from '../locales/spoken-value.ts';
import { assert } from '../platform/fault.ts';
import {
  isPromptKey,
  isPromptVariable,
  PROMPT_KEYS,
  PROMPT_VALUES,
  PROMPT_VARIABLES,
  type PromptKey,
  SAID_INSTEAD,
} from './prompt-keys.ts';
import type { SpeechTexts } from './prompts-port.ts';
import type { Speech } from './reply.ts';
import { speakValue, spokenSeconds } from './spoken.ts';

/** Policy default: nobody remembers the first key of a longer prompt. */
export const PROMPT_SECONDS = 15;

const VARIABLE = /\{([A-Za-z]+)\}/g;
/** V10: no links, in speech neither; and no address that a voice would read as one. */
const LINK_LIKE = /:\/\/|www\.|\S@\S|[a-z0-9-]\.[a-z]{2,}/i;
/** A voice swallows these or reads them each in its own way; keys are named in words. */
const UNSPEAKABLE = /[#*<>&_=/\\|{}[\]]|[\p{Cc}\p{Cf}]/u;

const fileSchema = z.strictObject({
  language: z.enum(LANGUAGES),
  voice: z.strictObject({
    language: z.string().regex(/^[a-z]{2,3}-[A-Z]{2}$/, "the carrier's name of a language, such as cmn-CN"),
    voice: z.string().regex(/^[A-Z]\w*\.[\w-]+$/, 'a voice of the carrier, such as Polly.Joanna-Neural'),
  }),
  prompts: z.record(z.string(), z.unknown()),
});
type PromptFile = z.infer<typeof fileSchema>;

interface LanguageTexts {
  readonly voice: { readonly language: string; readonly voice: string };
  readonly templates: ReadonlyMap<string, string>;
}

/** Whether a release is about to be published from files, or was published by this or another version of the program. */
export type ReleaseOrigin = 'files' | 'stored';

export type PromptsLoaded =
  | { readonly ok: true; readonly prompts: Prompts }
  | { readonly ok: false; readonly problems: readonly string[] };

/**
 * Reads the prompt files, one YAML text per language, and reports every problem in all of them at once: a key missing
 * or unknown, values other than the prompt's own, a prompt longer than `promptSeconds` with long values, a link, a
 * character no voice can say. Of a release that is `stored` already nothing is asked that came after it: prompts it
 * does not have yet are said in other words, and those this program does not know are left alone.
 */
export function loadPrompts(
  texts: { readonly [language in Language]?: string },
  promptSeconds: number = PROMPT_SECONDS,
  origin: ReleaseOrigin = 'files',
): PromptsLoaded {
  const problems: string[] = [];
  const byLanguage = new Map<Language, LanguageTexts>();
  for (const language of Object.keys(texts).filter((name) => !LANGUAGES.some((known) => known === name))) {
    problems.push(`${language}: not a language of this line; known are ${LANGUAGES.join(', ')}`);
  }
  for (const language of LANGUAGES) {
    const report = (problem: string) => problems.push(`${language}: ${problem}`);
    const file = parseFile(language, texts[language], report);
    if (!file) continue;
    const flat = flatten(file.prompts, report);
    const templates = origin === 'stored' ? inWordsOfToday(flat) : flat;
    checkKeys(templates, report);
    for (const [key, template] of templates) {
      if (isPromptKey(key)) checkPrompt(language, key, template, promptSeconds, report);
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

  /** Whether the prompt exists; if so, it does in every language. */
  has(key: string): boolean {
    return isPromptKey(key);
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
    return fill(template, spokenIn, (name) => {
      const value = speech.values?.[name];
      assert(value !== undefined, `prompt ${speech.prompt} is given its value ${name}`);
      return value;
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

type Report = (problem: string) => void;

function parseFile(language: Language, text: string | undefined, report: Report): PromptFile | undefined {
  if (text === undefined) {
    report('no prompts');
    return undefined;
  }
  const document = parseDocument(text, { prettyErrors: true });
  if (document.errors.length > 0) {
    for (const error of document.errors) report(error.message.split('\n')[0] ?? 'not YAML');
    return undefined;
  }
  const parsed = fileSchema.safeParse(document.toJS());
  if (!parsed.success) {
    for (const issue of parsed.error.issues) report(`${issue.path.join('.') || 'file'}: ${issue.message}`);
    return undefined;
  }
  if (parsed.data.language !== language) report(`language: the file is for ${parsed.data.language}`);
  return parsed.data;
}

/** The nested prompts under their dotted keys. White space, including line breaks of the file, is single. */
function flatten(nested: Readonly<Record<string, unknown>>, report: Report): ReadonlyMap<string, string> {
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

/** The prompts of a stored release as this program asks for them. */
function inWordsOfToday(stored: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const templates = new Map([...stored].filter(([key]) => isPromptKey(key)));
  for (const [key, instead] of Object.entries(SAID_INSTEAD)) {
    const words = templates.get(instead);
    if (!templates.has(key) && words !== undefined) templates.set(key, words);
  }
  return templates;
}

function checkKeys(templates: ReadonlyMap<string, string>, report: Report): void {
  for (const key of PROMPT_KEYS) if (!templates.has(key)) report(`${key}: missing`);
  for (const key of templates.keys()) if (!isPromptKey(key)) report(`${key}: unknown prompt`);
}

function checkPrompt(
  language: Language,
  key: PromptKey,
  template: string,
  promptSeconds: number,
  report: Report,
): void {
  const words = template.replace(VARIABLE, ' ').trim();
  if (words === '') report(`${key}: empty`);
  if (LINK_LIKE.test(words)) report(`${key}: looks like a link or an address (V10)`);
  const unspeakable = UNSPEAKABLE.exec(words);
  if (unspeakable) report(`${key}: ${JSON.stringify(unspeakable[0])} is not read well; say it in words`);

  const named = new Set([...template.matchAll(VARIABLE)].map((match) => match[1] ?? ''));
  const expected: ReadonlySet<string> = new Set(PROMPT_VALUES[key]);
  const unknown = [...named].filter((name) => !isPromptVariable(name));
  for (const name of unknown) report(`${key}: {${name}} is no value a prompt can speak`);
  for (const name of named) {
    if (isPromptVariable(name) && !expected.has(name))
      report(`${key}: {${name}} is not given to this prompt`);
  }
  for (const name of expected) {
    if (!named.has(name)) report(`${key}: {${name}} is missing, every language speaks the same values`);
  }
  if (unknown.length > 0) return;

  const seconds = longestSeconds(language, template);
  if (seconds > promptSeconds) {
    report(
      `${key}: takes about ${seconds.toFixed(1)} s with long values, at most ${promptSeconds} s are allowed`,
    );
  }
}

/** Seconds a prompt takes with the longest values of each currency. */
function longestSeconds(language: Language, template: string): number {
  const examplesOf = (name: string): readonly SpokenValue[] =>
    isPromptVariable(name) ? PROMPT_VARIABLES[name].examples(language) : [];
  const rounds = Math.max(
    1,
    ...[...template.matchAll(VARIABLE)].map((match) => examplesOf(match[1] ?? '').length),
  );
  let longest = 0;
  for (let round = 0; round < rounds; round++) {
    const text = fill(template, language, (name) => {
      const examples = examplesOf(name);
      const example = examples[Math.min(round, examples.length - 1)];
      assert(example !== undefined, `value ${name} has an example`);
      return example;
    });
    longest = Math.max(longest, spokenSeconds(text, language));
  }
  return longest;
}

/** Puts the values in, in one pass: braces inside a value stay what they are. */
function fill(template: string, language: Language, lookUp: (name: string) => SpokenValue): string {
  return template.replace(VARIABLE, (_whole, name: string) => speakValue(lookUp(name), language));
}
