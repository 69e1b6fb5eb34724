/**
 * The Say languages this telephone understands, as the carrier writes them. A list of its own, beside that of the
 * product: what the carrier has is not for the product to say (test/half-added-locale.test.ts holds them together).
 */
export const SAY_LANGUAGES = ['cmn-CN', 'vi-VN', 'en-US'] as const;
export type SayLanguage = (typeof SAY_LANGUAGES)[number];

/** The carrier's language when a Say names none. */
export const DEFAULT_SAY_LANGUAGE: SayLanguage = 'en-US';

const CHIRP_NAMES = ['Aoede', 'Charon', 'Fenrir', 'Kore', 'Leda', 'Orus', 'Puck', 'Zephyr'];

/** The carrier's voices for these languages, as its own library lists them; there is no Polly voice for Vietnamese. */
const VOICES: ReadonlyMap<string, SayLanguage> = new Map([
  ...polly('cmn-CN', ['Zhiyu', 'Zhiyu-Neural']),
  ...polly('en-US', ['Joanna', 'Joanna-Neural']),
  ...google('cmn-CN', { Standard: 'ABCD', Wavenet: 'ABCD' }),
  ...google('vi-VN', { Standard: 'ABCD', Wavenet: 'ABCD', Neural2: 'AD' }),
  ...google('en-US', { Standard: 'ABCDEFGHIJ', Wavenet: 'ABCDEFGHIJ', Neural2: 'ACDEFGHIJ' }),
]);

function polly(language: SayLanguage, names: readonly string[]): [string, SayLanguage][] {
  return names.map((name) => [`Polly.${name}`, language]);
}

function google(
  language: SayLanguage,
  letters: { readonly [family: string]: string },
): [string, SayLanguage][] {
  const lettered = Object.entries(letters).flatMap(([family, all]) =>
    [...all].map((letter) => `${family}-${letter}`),
  );
  const named = CHIRP_NAMES.map((name) => `Chirp3-HD-${name}`);
  return [...lettered, ...named].map((name) => [`Google.${language}-${name}`, language]);
}

/** The language a voice speaks, or undefined for a voice the carrier does not have for our languages. */
export function voiceLanguage(voice: string): SayLanguage | undefined {
  return VOICES.get(voice);
}

/** Whether a text is one of the Say languages. */
export function isSayLanguage(text: string): text is SayLanguage {
  return SAY_LANGUAGES.some((language) => language === text);
}

/** Chinese is spoken at about 4.2 characters a second. */
const CHINESE_CHARACTERS_PER_SECOND = 4.2;
/** Alphabetic languages are spoken at about 14 letters a second. */
const LETTERS_PER_SECOND = 14;
const UNSPOKEN_IN_CHINESE = /[\s\p{P}]/gu;

/** How long a text takes to say, in whole milliseconds; an estimate, good enough to tell 5 seconds from 15. */
export function spokenMilliseconds(text: string, language: SayLanguage): number {
  const said = text.trim().replace(/\s+/gu, ' ');
  if (language === 'cmn-CN') {
    const characters = [...said.replace(UNSPOKEN_IN_CHINESE, '')].length;
    return Math.round((characters / CHINESE_CHARACTERS_PER_SECOND) * 1_000);
  }
  return Math.round(([...said].length / LETTERS_PER_SECOND) * 1_000);
}
