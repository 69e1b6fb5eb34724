import type { PhoneEvent } from './transcript.ts';
import { type SayLanguage, spokenMilliseconds } from './voices.ts';

/** One thing that was said to the caller. */
export type Said = Extract<PhoneEvent, { kind: 'said' }>;

/** The language most was said in; the greeting has hints in the others. */
export function languageHeard(said: readonly Said[]): SayLanguage | undefined {
  const milliseconds = new Map<SayLanguage, number>();
  for (const { language, text } of said)
    milliseconds.set(language, (milliseconds.get(language) ?? 0) + spokenMilliseconds(text, language));
  return [...milliseconds].sort(([, one], [, other]) => other - one)[0]?.[0];
}

/** The key named in a language where several were heard at once, as in a menu of languages; undefined where there is none. */
export function keyOffered(said: readonly Said[], language: SayLanguage): string | undefined {
  if (new Set(said.map((one) => one.language)).size < 2) return undefined;
  return said.find((one) => one.language === language)?.text.match(/\d/)?.[0];
}
