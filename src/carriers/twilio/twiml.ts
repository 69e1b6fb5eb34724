import VoiceResponse from 'twilio/lib/twiml/VoiceResponse.js';
import { LANGUAGES, type Language } from '../../locales/catalogue.ts';
import type { Collect, Speech } from '../../speech/reply.ts';
import type { CarrierRenderer, RendererSettings } from '../carrier.ts';
import { holdUrl, turnUrl } from '../own-url.ts';
import { HOLD_SECONDS, STATIC_PROMPTS, UNVERIFIED_QUEUE } from '../static-answers.ts';

/** `**` and no more. */
const FREEZE_KEYS = 2;

/** What a Response and a Gather have in common here. */
type Speaking = Pick<VoiceResponse, 'say' | 'pause'>;

/**
 * Makes TwiML of replies. Pure: the same reply and token give the same bytes. The static documents are rendered once,
 * here, so that a missing prompt stops the start and an outage needs nothing that could be out as well.
 */
export function createTwimlRenderer(settings: RendererSettings): CarrierRenderer {
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
      action,
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
          const gather = hearFreeze(response, `${publicUrl}/voice/freeze`, false);
          for (const prompt of STATIC_PROMPTS.outageAsking) say(gather, { prompt }, language);
          for (const prompt of STATIC_PROMPTS.toPerson) say(response, { prompt }, language);
          enqueueUnverified(response);
          return [language, response.toString()];
        }),
      )
    : staticDocument(STATIC_PROMPTS.outage, enqueueUnverified);
  const freezeQueued = staticDocument(STATIC_PROMPTS.freezeQueued, enqueueUnverified);
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
      const action = turnUrl(publicUrl, reply.step, token, reply.urgent === true);
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
    freezeQueuedAnswer: (language) => documentIn(freezeQueued, language),
    holdAnswer: (language, path, holdCount) => {
      const response = new VoiceResponse();
      const gather = hearFreeze(response, holdUrl(publicUrl, path, holdCount), true);
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

function documentIn(documents: ReadonlyMap<Language, string>, language: Language): string {
  const document = documents.get(language);
  if (document === undefined) throw new Error(`no static document in ${language}`);
  return document;
}
