import VoiceResponse from 'twilio/lib/twiml/VoiceResponse.js';
import type { ReplyRenderer } from '../../calls/calls-port.ts';
import { LANGUAGES, type Language } from '../../locales/catalogue.ts';
import type { SpeechTexts } from '../../speech/prompts-port.ts';
import type { Collect, Speech } from '../../speech/reply.ts';

/** Where callers wait whom no flow could bring there: nothing is known of them, and staff treat them so. */
export const UNVERIFIED_QUEUE = 'verification';

/** What the static documents say, in this order. */
export const STATIC_PROMPTS = {
  /** R12.1: the truth about an outage, then that a person follows. */
  outage: ['common.outage', 'handoff.connecting'],
  /** The same where a freeze can be taken without the store; the caller is asked before a person follows (invariant 28). */
  outageAsking: ['common.outage', 'freeze.inOutage'],
  noted: ['freeze.noted', 'handoff.connecting'],
  hold: ['common.hold'],
  toPerson: ['handoff.connecting'],
  goodbye: ['goodbye.plain'],
} as const;

/** Documents that need neither a call nor a database. */
export interface StaticAnswers {
  /** R12.1: says honestly that the service is out, then hands over to a person as unverified. */
  outageAnswer(language: Language): string;
  /** Invariant 28: the freeze could not be carried out, is written down and will be; then a person. */
  notedAnswer(language: Language): string;
  /**
   * For a webhook there is no room for now: busy, please hold, and after a pause the carrier asks `path` again, with how
   * often the caller has been held. Meanwhile `**` is heard (invariant 30).
   */
  holdAnswer(language: Language, path: HoldPath, held: number): string;
  /** For a genuine webhook nothing can be made of: a person. */
  keepAliveAnswer(language: Language): string;
  /** For a caller whose talk with a person is over. */
  goodbyeAnswer(language: Language): string;
  /** Asks the carrier to come again by POST; `pathAndQuery` begins with a slash. */
  postAgain(pathAndQuery: string): string;
}

/** Where a held caller comes back to: the greeting, or the step the call stands at. */
export type HoldPath = '/voice/answer' | '/voice/fallback';

/** How long a held caller has to press `**`, and what a round of holding lasts beside its words. */
const HOLD_SECONDS = 5;
/** `**` and no more. */
const FREEZE_KEYS = 2;

export interface TwimlSettings {
  /** Without a slash at its end. */
  readonly publicUrl: string;
  readonly prompts: SpeechTexts;
  /** Whether a freeze can be taken while the store is out. */
  readonly freezesInOutage?: boolean;
}

/** What a Response and a Gather have in common here. */
type Speaking = Pick<VoiceResponse, 'say' | 'pause'>;

/**
 * Makes TwiML of replies. Pure: the same reply and token give the same bytes. The static documents are rendered once,
 * here, so that a missing prompt stops the start and an outage needs nothing that could be out as well.
 */
export function createTwimlRenderer(settings: TwimlSettings): ReplyRenderer & StaticAnswers {
  const { publicUrl, prompts } = settings;

  const say = (verb: Speaking, speech: Speech, callLanguage: Language): void => {
    const language = speech.language ?? callLanguage;
    const words = speakable(prompts.text(speech, language));
    if (words === '') return;
    const spoken = prompts.voice(language);
    // The typings list the voices of one day; which are used is the prompt files' matter.
    verb.say({ language: spoken.language, voice: spoken.voice } as VoiceResponse.SayAttributes, words);
  };

  const staticDocument = (
    spoken: readonly string[],
    end: (response: VoiceResponse) => void,
  ): ReadonlyMap<Language, string> =>
    new Map(
      LANGUAGES.map((language) => {
        const response = new VoiceResponse();
        for (const prompt of spoken) say(response, { prompt }, language);
        end(response);
        return [language, response.toString()];
      }),
    );
  // A caller who finds this queue full or broken comes back by the fallback, which looks for the step they were at.
  const enqueueUnverified = (response: VoiceResponse): void => {
    response.enqueue({ action: `${publicUrl}/voice/fallback`, method: 'POST' }, UNVERIFIED_QUEUE);
  };
  const hearFreeze = (response: VoiceResponse, action: string, comesBack: boolean) =>
    response.gather({
      input: ['dtmf'],
      method: 'POST',
      action: `${publicUrl}${action}`,
      numDigits: FREEZE_KEYS,
      finishOnKey: '',
      timeout: HOLD_SECONDS,
      ...(comesBack ? { actionOnEmptyResult: true } : {}),
    });
  const outage = settings.freezesInOutage
    ? new Map(
        LANGUAGES.map((language) => {
          const response = new VoiceResponse();
          // Silence goes on to the person without asking a service that is out.
          const gather = hearFreeze(response, '/voice/freeze', false);
          for (const prompt of STATIC_PROMPTS.outageAsking) say(gather, { prompt }, language);
          for (const prompt of STATIC_PROMPTS.toPerson) say(response, { prompt }, language);
          enqueueUnverified(response);
          return [language, response.toString()];
        }),
      )
    : staticDocument(STATIC_PROMPTS.outage, enqueueUnverified);
  const noted = staticDocument(STATIC_PROMPTS.noted, enqueueUnverified);
  const toPerson = staticDocument(STATIC_PROMPTS.toPerson, enqueueUnverified);
  const goodbye = staticDocument(STATIC_PROMPTS.goodbye, (response) => void response.hangup());

  const postAgain = (pathAndQuery: string): string => {
    const response = new VoiceResponse();
    response.redirect({ method: 'POST' }, `${publicUrl}${pathAndQuery}`);
    return response.toString();
  };

  return {
    reply(reply, token) {
      const { ending, language, speech } = reply;
      const response = new VoiceResponse();
      const action = `${publicUrl}/voice/turn?step=${encoded(reply.step)}&t=${encoded(token)}${reply.urgent ? '&urgent=1' : ''}`;
      if (reply.pauseSeconds) response.pause({ length: wholeSeconds(reply.pauseSeconds) });
      // A key cuts short whatever is nested in the Gather; keys pressed before the Gather are lost. So everything up to
      // the last speech that must be heard to its end stands before it.
      const heardOut =
        ending.kind === 'collect'
          ? speech.findLastIndex(({ bargeIn }) => bargeIn === false) + 1
          : speech.length;
      for (const item of speech.slice(0, heardOut)) say(response, item, language);
      switch (ending.kind) {
        case 'collect': {
          // With actionOnEmptyResult silence comes to the action too; a Redirect after the Gather would be dead.
          const gather = response.gather({
            input: ['dtmf'],
            method: 'POST',
            action,
            actionOnEmptyResult: true,
            ...gatherKeys(ending.collect),
          });
          for (const item of speech.slice(heardOut)) say(gather, item, language);
          const wait = extraPauseSeconds(ending.collect);
          if (wait > 0) gather.pause({ length: wait });
          break;
        }
        case 'queue':
          // However the caller leaves the queue, also when it is full, the action is asked what follows.
          response.enqueue({ action, method: 'POST' }, speakable(ending.queue));
          break;
        case 'hangup':
          response.hangup();
          break;
      }
      return response.toString();
    },
    startAgain: () => postAgain('/voice/answer'),
    outageAnswer: (language) => documentIn(outage, language),
    notedAnswer: (language) => documentIn(noted, language),
    holdAnswer: (language, path, held) => {
      const response = new VoiceResponse();
      const gather = hearFreeze(response, `${path}?held=${held}`, true);
      for (const prompt of STATIC_PROMPTS.hold) say(gather, { prompt }, language);
      return response.toString();
    },
    keepAliveAnswer: (language) => documentIn(toPerson, language),
    goodbyeAnswer: (language) => documentIn(goodbye, language),
    postAgain,
  };
}

/**
 * The carrier has one time-out, counted from the end of what is nested and again from each key. The policy has two:
 * so long for the first key, so long between keys. For an entry the time-out is the one between keys, and a nested
 * Pause, which a key cuts short, makes up the rest of the first.
 */
function gatherKeys(collect: Collect): VoiceResponse.GatherAttributes {
  return collect.keys === 'one'
    ? // No finishing key, so that # and * arrive like every other.
      { numDigits: 1, finishOnKey: '', timeout: wholeSeconds(collect.firstKeySeconds) }
    : // No number of keys: * begins an entry again and ** freezes, so an entry may be longer than its meaning.
      { finishOnKey: '#', timeout: wholeSeconds(collect.betweenKeysSeconds) };
}

function extraPauseSeconds(collect: Collect): number {
  if (collect.keys === 'one') return 0;
  return wholeSeconds(collect.firstKeySeconds) - wholeSeconds(collect.betweenKeysSeconds);
}

/** The carrier takes whole seconds from one up; a caller gets rather more time than less. */
function wholeSeconds(seconds: number): number {
  return Math.max(1, Math.ceil(seconds));
}

/** Text that XML 1.0 can hold: control characters and line ends become spaces, what is no character goes. */
function speakable(text: string): string {
  return text
    .toWellFormed()
    .replace(/[\p{Cc}\u2028\u2029]+/gu, ' ')
    .replace(/[\ufffd\p{Noncharacter_Code_Point}]/gu, '')
    .trim();
}

function encoded(part: string): string {
  return encodeURIComponent(part.toWellFormed());
}

function documentIn(documents: ReadonlyMap<Language, string>, language: Language): string {
  const document = documents.get(language);
  if (document === undefined) throw new Error(`no static document in ${language}`);
  return document;
}
