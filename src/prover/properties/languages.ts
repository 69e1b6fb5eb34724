import { newContext } from '../../flow/context.ts';
import type { Release } from '../../flow/release.ts';
import { speak } from '../../flow/speech.ts';
import { LANGUAGES, type Language, LOCALES } from '../../locales/catalogue.ts';
import type { Speech } from '../../speech/reply.ts';
import { spokenSeconds } from '../../speech/spoken.ts';
import { KNOWN_CUSTOMER } from '../symbolic-customer.ts';
import { speechOf } from './observed.ts';
import type { Property } from './property.ts';

/** What is said, in every language. */
export const IN_EVERY_LANGUAGE: readonly Property[] = [
  {
    id: 'prompts-in-every-language',
    rules: ['R4.1', 'R13.2'],
    claim:
      'Everything that is spoken exists in every language, with its values, within the time a prompt may take.',
    onTransition({ decision }, release) {
      for (const speech of speechOf(decision)) {
        const problem = remembered(spoken, release, speech, () => speakingProblem(release, speech));
        if (problem !== undefined) return problem;
      }
      return undefined;
    },
  },
  {
    id: 'said-by-a-voice-that-can',
    rules: ['R4.1', 'R13.2'],
    claim: 'Everything that is spoken is given to a voice that can say its script, names among it.',
    onTransition({ decision }, release) {
      for (const speech of speechOf(decision)) {
        const problem = remembered(voiced, release, speech, () => voiceProblem(release, speech));
        if (problem !== undefined) return problem;
      }
      return undefined;
    },
  },
];

/** Findings about a speech, remembered per release: the same words are said at very many calls. */
type Remembered = WeakMap<Release, Map<string, string | undefined>>;
const spoken: Remembered = new WeakMap();
const voiced: Remembered = new WeakMap();

function remembered(
  all: Remembered,
  release: Release,
  speech: Speech,
  find: () => string | undefined,
): string | undefined {
  const known = all.get(release) ?? new Map<string, string | undefined>();
  all.set(release, known);
  const key = JSON.stringify(speech);
  if (!known.has(key)) known.set(key, find());
  return known.get(key);
}

/** The languages a speech is said in. */
function languagesOf(speech: Speech): readonly Language[] {
  return speech.language ? [speech.language] : LANGUAGES;
}

/** What is wrong with a speech in any language. */
function speakingProblem(release: Release, speech: Speech): string | undefined {
  return languagesOf(speech)
    .map((language) => speakingProblemIn(language, release, speech))
    .find((problem) => problem !== undefined);
}

/** The first letter of a speech that its voice cannot say, in any language (invariant 49). Words that cannot be made are looked at elsewhere. */
function voiceProblem(release: Release, speech: Speech): string | undefined {
  if (speakingProblem(release, speech) !== undefined) return undefined;
  for (const line of languagesOf(speech))
    for (const { language, text } of release.prompts.spoken(inLanguage(line, release, speech), line)) {
      const { script } = LOCALES[language];
      const letter = [...text].find((one) => /\p{L}/u.test(one) && !script.test(one));
      if (letter !== undefined)
        return `${speech.prompt} gives “${letter}” to the voice of ${language}, which cannot say it.`;
    }
  return undefined;
}

/** Values that have other words in every language. */
const WORDED: ReadonlySet<string> = new Set([
  'hotline',
  'company',
  'department',
  'documents',
  'formOfAddress',
]);

/** The same speech with the words it has in another language. */
function inLanguage(language: Language, release: Release, speech: Speech): Speech {
  const given = Object.entries(speech.values ?? {});
  if (!given.some(([name]) => WORDED.has(name))) return speech;
  const values = Object.fromEntries(given.filter(([name]) => !WORDED.has(name)));
  return speak({ ...speech, values }, newContext(language), KNOWN_CUSTOMER, release);
}

function speakingProblemIn(language: Language, release: Release, speech: Speech): string | undefined {
  try {
    const said = release.prompts.text(inLanguage(language, release, speech), language);
    const seconds = spokenSeconds(said, language);
    const most = release.policy.dialogue.promptSeconds;
    return seconds > most
      ? `${speech.prompt} takes ${Math.ceil(seconds)} seconds in ${language}, ${most} are allowed.`
      : undefined;
  } catch (error) {
    return `${speech.prompt} cannot be spoken in ${language}: ${error instanceof Error ? error.message : 'unknown'}.`;
  }
}
