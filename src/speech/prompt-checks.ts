import { type Language, LOCALES } from '../locales/catalogue.ts';
import type { SpokenValue } from '../locales/spoken-value.ts';
import { assert } from '../platform/fault.ts';
import { PROMPT_VALUES, type PromptKey } from './prompt-keys.ts';
import { isPromptVariable, PROMPT_VARIABLES } from './prompt-variables.ts';
import { speakValue, spokenSeconds } from './spoken.ts';
import { checkValues, fillTemplate, type Report, valuesIn, wordsOf } from './template.ts';

/** V10: no links, in speech neither; and no address that a voice would read as one. */
const LINK_LIKE = /:\/\/|www\.|\S@\S|[a-z0-9-]\.[a-z]{2,}/i;
/** A voice swallows these or reads them each in its own way; keys are named in words. */
const UNSPEAKABLE = /[#*<>&_=/\\|{}[\]]|[\p{Cc}\p{Cf}]/u;
const VALUE_KIND = { what: 'prompt', verb: 'speak', has: isPromptVariable };

/** Reports what is wrong with a prompt: values, link, characters no voice can say, more than `promptSeconds` with long values. */
export function checkPrompt(
  language: Language,
  key: PromptKey,
  template: string,
  promptSeconds: number,
  report: Report,
  expected: readonly string[] = PROMPT_VALUES[key],
): void {
  const words = wordsOf(template);
  if (words === '') report(`${key}: empty`);
  if (LINK_LIKE.test(words)) report(`${key}: looks like a link or an address (V10)`);
  const unspeakable = UNSPEAKABLE.exec(words);
  if (unspeakable) report(`${key}: ${JSON.stringify(unspeakable[0])} is not read well; say it in words`);
  if (!checkValues(key, template, expected, VALUE_KIND, report)) return;
  const seconds = longestSeconds(language, template);
  if (seconds > promptSeconds) {
    report(
      `${key}: takes about ${seconds.toFixed(1)} s with long values, at most ${promptSeconds} s are allowed`,
    );
  }
}

/** Reports letters the voice of a language cannot say: words of another language, or a letter that only looks right. */
export function checkScript(language: Language, key: string, template: string, report: Report): void {
  const { script } = LOCALES[language];
  const foreign = [...wordsOf(template)].find((letter) => /\p{L}/u.test(letter) && !script.test(letter));
  if (foreign) report(`${key}: “${foreign}” is no letter of this language`);
}

/** Seconds a prompt takes with the longest values of each currency. */
function longestSeconds(language: Language, template: string): number {
  const examplesOf = (name: string): readonly SpokenValue[] =>
    isPromptVariable(name) ? PROMPT_VARIABLES[name].examples(language) : [];
  const rounds = Math.max(1, ...[...valuesIn(template)].map((name) => examplesOf(name).length));
  let longest = 0;
  for (let round = 0; round < rounds; round++) {
    const text = fillTemplate(template, (name) => {
      const examples = examplesOf(name);
      const example = examples[Math.min(round, examples.length - 1)];
      assert(example !== undefined, `value ${name} has an example`);
      return speakValue(example, language);
    });
    longest = Math.max(longest, spokenSeconds(text, language));
  }
  return longest;
}
