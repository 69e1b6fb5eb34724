import type { Language } from '../locales/catalogue.ts';
import type { SpokenPart } from './name-parts.ts';
import type { Speech } from './reply.ts';

/** How prompts become words and voices; prompts.ts implements it from flows/locales/<tag>/prompts.yaml. */
export interface SpeechTexts {
  /** The words of one speech. Throws (a bug) for a prompt that does not exist: prompts are checked at the start. */
  text(speech: Speech, language: Language): string;
  /** The same words in the parts that different voices say, in order. */
  spoken(speech: Speech, language: Language): readonly SpokenPart[];
  /** The carrier's names for a language and the voice that speaks it. */
  voice(language: Language): { readonly language: string; readonly voice: string };
}
