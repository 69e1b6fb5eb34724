import type VoiceResponse from 'twilio/lib/twiml/VoiceResponse.js';
import type { Language } from '../../locales/catalogue.ts';
import type { SpeechTexts } from '../../speech/prompts-port.ts';
import type { Speech } from '../../speech/reply.ts';

/** Says a speech inside a Response or a Gather; what is empty is left out. */
export type Say = (verb: Pick<VoiceResponse, 'say'>, speech: Speech, callLanguage: Language) => void;

/** Speaks a release's own prompts, each language by its voice. */
export function createSay(prompts: SpeechTexts): Say {
  return (verb, speech, callLanguage) => {
    for (const { language, text } of prompts.spoken(speech, callLanguage)) {
      const words = speakable(text);
      if (words === '') continue;
      const spoken = prompts.voice(language);
      // The typings list the voices of one day; which are used is the locale's matter.
      verb.say({ language: spoken.language, voice: spoken.voice } as VoiceResponse.SayAttributes, words);
    }
  };
}

/** Text that XML 1.0 can hold: control characters and line ends become spaces, what is no character goes. */
export function speakable(text: string): string {
  return text
    .toWellFormed()
    .replace(/[\p{Cc}\u2028\u2029]+/gu, ' ')
    .replace(/[\ufffd\p{Noncharacter_Code_Point}]/gu, '')
    .trim();
}
