import { newContext } from '../../flow/context.ts';
import type { Release } from '../../flow/release.ts';
import { speak } from '../../flow/speech.ts';
import { LANGUAGES, type Language } from '../../locales/catalogue.ts';
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
        const problem = speakingProblem(release, speech);
        if (problem !== undefined) return problem;
      }
      return undefined;
    },
  },
];

const spoken = new WeakMap<Release, Map<string, string | undefined>>();

/** What is wrong with a speech in any language, remembered per release: the same words are said at very many calls. */
function speakingProblem(release: Release, speech: Speech): string | undefined {
  const known = spoken.get(release) ?? new Map<string, string | undefined>();
  spoken.set(release, known);
  const key = JSON.stringify(speech);
  if (!known.has(key)) {
    const problems = (speech.language ? [speech.language] : LANGUAGES).map((language) =>
      speakingProblemIn(language, release, speech),
    );
    known.set(
      key,
      problems.find((problem) => problem !== undefined),
    );
  }
  return known.get(key);
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
