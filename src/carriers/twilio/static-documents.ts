import VoiceResponse from 'twilio/lib/twiml/VoiceResponse.js';
import { LANGUAGES, type Language } from '../../locales/catalogue.ts';
import type { RendererSettings } from '../carrier.ts';
import { holdUrl } from '../own-url.ts';
import { HOLD_SECONDS, STATIC_PROMPTS, type StaticAnswers, UNVERIFIED_QUEUE } from '../static-answers.ts';
import { createSay, type Say } from './say.ts';

/** `**` and no more. */
const FREEZE_KEYS = 2;

type Documents = ReadonlyMap<Language, string>;

/**
 * Documents that need neither a call nor a database. All but the holding words are rendered here, once, so that a missing
 * prompt stops the start and an outage needs nothing that could be out as well.
 */
export function staticAnswers(settings: RendererSettings): StaticAnswers {
  const { publicUrl, prompts } = settings;
  const say = createSay(prompts);
  // A caller who finds this queue full or broken comes back by the fallback, which looks for the step they were at.
  const enqueueUnverified = (response: VoiceResponse): void => {
    response.enqueue({ action: `${publicUrl}/voice/fallback`, method: 'POST' }, UNVERIFIED_QUEUE);
  };
  const outage = settings.freezesInOutage
    ? inEveryLanguage((response, language) => {
        // Silence goes on to the person without asking a service that is out.
        const gather = hearFreeze(response, `${publicUrl}/voice/freeze`, false);
        sayAll(say, gather, STATIC_PROMPTS.outageAsking, language);
        sayAll(say, response, STATIC_PROMPTS.toPerson, language);
        enqueueUnverified(response);
      })
    : spoken(say, STATIC_PROMPTS.outage, enqueueUnverified);
  const freezeQueued = spoken(say, STATIC_PROMPTS.freezeQueued, enqueueUnverified);
  const toPerson = spoken(say, STATIC_PROMPTS.toPerson, enqueueUnverified);
  const goodbye = spoken(say, STATIC_PROMPTS.goodbye, (response) => void response.hangup());
  return {
    outageAnswer: (language) => documentIn(outage, language),
    freezeQueuedAnswer: (language) => documentIn(freezeQueued, language),
    holdAnswer: (language, path, holdCount) => {
      const response = new VoiceResponse();
      const gather = hearFreeze(response, holdUrl(publicUrl, path, holdCount), true);
      sayAll(say, gather, STATIC_PROMPTS.hold, language);
      return response.toString();
    },
    keepAliveAnswer: (language) => documentIn(toPerson, language),
    goodbyeAnswer: (language) => documentIn(goodbye, language),
    postAgain: (pathAndQuery) => {
      const response = new VoiceResponse();
      response.redirect({ method: 'POST' }, `${publicUrl}${pathAndQuery}`);
      return response.toString();
    },
  };
}

function inEveryLanguage(write: (response: VoiceResponse, language: Language) => void): Documents {
  return new Map(
    LANGUAGES.map((language) => {
      const response = new VoiceResponse();
      write(response, language);
      return [language, response.toString()];
    }),
  );
}

function spoken(say: Say, prompts: readonly string[], end: (response: VoiceResponse) => void): Documents {
  return inEveryLanguage((response, language) => {
    sayAll(say, response, prompts, language);
    end(response);
  });
}

function sayAll(say: Say, verb: Parameters<Say>[0], prompts: readonly string[], language: Language): void {
  for (const prompt of prompts) say(verb, { prompt }, language);
}

function hearFreeze(response: VoiceResponse, action: string, comesBack: boolean) {
  return response.gather({
    input: ['dtmf'],
    method: 'POST',
    action,
    numDigits: FREEZE_KEYS,
    finishOnKey: '',
    timeout: HOLD_SECONDS,
    ...(comesBack ? { actionOnEmptyResult: true } : {}),
  });
}

function documentIn(documents: ReadonlyMap<Language, string>, language: Language): string {
  const document = documents.get(language);
  if (document === undefined) throw new Error(`no static document in ${language}`);
  return document;
}
