import { LANGUAGES, type Language, LOCALES } from '../locales/catalogue.ts';

/** Words with the language whose voice says them. */
export interface SpokenPart {
  readonly language: Language;
  readonly text: string;
}

const LETTER = /\p{L}/u;
const COMMAS = /^[\s,.:;，。：；、]+/u;

/** The language whose voice can say a run of a name on a line: its own, else the line's; undefined where no voice can. */
function voiceOf(run: string, line: Language): Language | undefined {
  const own = LANGUAGES.find((language) => LOCALES[language].ownNames?.test(run));
  const language = own ?? line;
  const { script } = LOCALES[language];
  return [...run].every((character) => !LETTER.test(character) || script.test(character))
    ? language
    : undefined;
}

/**
 * A name in the parts that different voices say: Han characters by the voice of Chinese, Vietnamese letters by that of
 * Vietnamese, plain Latin by the line's own (invariant 49). Undefined where some of it no voice can say.
 */
export function nameParts(name: string, line: Language): readonly SpokenPart[] | undefined {
  const parts: SpokenPart[] = [];
  for (const run of name.normalize('NFC').split(/(\p{Script=Han}+)/u)) {
    if (run === '') continue;
    const language = voiceOf(run, line);
    if (language === undefined) return undefined;
    parts.push({ language, text: run });
  }
  return joined(parts);
}

/** Neighbours of one voice in one; what holds nothing to say goes to the one before it. */
export function joined(parts: readonly SpokenPart[]): readonly SpokenPart[] {
  const made: SpokenPart[] = [];
  for (const part of parts) {
    const last = made.at(-1);
    if (last && (last.language === part.language || !/[\p{L}\p{N}]/u.test(part.text)))
      made[made.length - 1] = { language: last.language, text: last.text + part.text };
    else if (part.text.trim() !== '') made.push(part);
  }
  // The change of voice is the pause that a comma at the beginning would ask for.
  return made
    .map(({ language, text }, at) => ({ language, text: (at > 0 ? text.replace(COMMAS, '') : text).trim() }))
    .filter(({ text }) => text !== '');
}
