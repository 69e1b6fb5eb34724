import VoiceResponse from 'twilio/lib/twiml/VoiceResponse.js';
import { LANGUAGES, type Language } from '../../locales/catalogue.ts';
import type { SpeechTexts } from '../../speech/prompts-port.ts';
import type { Speech } from '../../speech/reply.ts';
import type { RendererSettings } from '../carrier.ts';
import { freezeUrl, holdUrl, waitUrl } from '../own-url.ts';
import {
  ASIDE_SECONDS,
  FREEZE_QUEUE,
  STATIC_PROMPTS,
  type StaticAnswers,
  UNVERIFIED_QUEUE,
  WAIT_SECONDS,
} from '../static-answers.ts';
import { deskAnswers } from './desk-documents.ts';
import { hearAside, hearFreeze } from './hear-aside.ts';
import { createSay, type Say } from './say.ts';

/** Stands in the documents that are rendered once; each that is sent has a mark of its own in its place. */
const MARK = '__mark_of_this_document__';

type Documents = ReadonlyMap<Language, string>;
type End = (response: VoiceResponse, language: Language) => void;

/**
 * Documents that need neither a call nor a database. All but the holding and waiting words are rendered here, once, so that a
 * missing prompt stops the start and an outage needs nothing that could be out as well. `**` is heard beside all of them, and
 * goes where the mark of the document stands, which a late copy repeats and the next document does not (invariant 39).
 */
export function staticAnswers(settings: RendererSettings): StaticAnswers {
  const { publicUrl, prompts, newMark } = settings;
  const say = createSay(prompts);
  const mark = newMark && MARK;
  const sent = (documents: Documents, language: Language) =>
    withMark(documentIn(documents, language), newMark);
  // A caller who finds the queue full or broken comes back by the fallback, which looks for the step they were at.
  const enqueue =
    (queue: string): End =>
    (response, language) => {
      const waiting = { waitUrl: waitUrl(publicUrl, language, { token: mark }), waitUrlMethod: 'POST' };
      response.enqueue({ action: `${publicUrl}/voice/fallback`, method: 'POST', ...waiting }, queue);
    };
  const spoken = (words: readonly string[], end: End): Documents =>
    inEveryLanguage((response, language) => {
      sayAll(say, hearAside(response, freezeUrl(publicUrl, mark)), words, language);
      end(response, language);
    });
  const toFraud = enqueue(FREEZE_QUEUE);
  const outage = settings.freezesInOutage
    ? inEveryLanguage((response, language) => {
        // Silence goes on to the person without asking a service that is out.
        const gather = hearFreeze(response, freezeUrl(publicUrl, mark), false);
        sayAll(say, gather, STATIC_PROMPTS.outageAsking, language);
        sayAll(say, hearAside(response, freezeUrl(publicUrl, mark)), STATIC_PROMPTS.toPerson, language);
        enqueue(UNVERIFIED_QUEUE)(response, language);
      })
    : spoken(STATIC_PROMPTS.outage, enqueue(UNVERIFIED_QUEUE));
  const outageNotFrozen = spoken(STATIC_PROMPTS.outageNotFrozen, toFraud);
  const freezeQueued = spoken(STATIC_PROMPTS.freezeQueued, toFraud);
  const toPerson = spoken(STATIC_PROMPTS.toPerson, enqueue(UNVERIFIED_QUEUE));
  const notFrozen = spoken(STATIC_PROMPTS.notFrozen, toFraud);
  const goodbye = spoken(STATIC_PROMPTS.goodbye, (response) => void response.hangup());
  const goodbyeAnswer = (language: Language) => sent(goodbye, language);
  return {
    ...deskAnswers(settings, goodbyeAnswer),
    outageAnswer: (language, wanted = false) => sent(wanted ? outageNotFrozen : outage, language),
    freezeQueuedAnswer: (language) => sent(freezeQueued, language),
    holdAnswer: (language, path, holdCount) => {
      const response = new VoiceResponse();
      const gather = hearFreeze(response, holdUrl(publicUrl, path, holdCount, newMark?.()), true);
      sayAll(say, gather, STATIC_PROMPTS.hold, language);
      return response.toString();
    },
    waitAnswer: (language, words, url, told = []) =>
      waitDocument(say, wordsOfWait(prompts, STATIC_PROMPTS[words], told, language), url, language),
    leaveAnswer: () => {
      const response = new VoiceResponse();
      response.leave();
      return response.toString();
    },
    keepAliveAnswer: (language, wanted = false) => sent(wanted ? notFrozen : toPerson, language),
    goodbyeAnswer,
    postAgain: (pathAndQuery) => {
      const response = new VoiceResponse();
      response.redirect({ method: 'POST' }, `${publicUrl}${pathAndQuery}`);
      return response.toString();
    },
  };
}

/** What the desk knows of the wait, then the words of waiting. A release from before has those in its place: they are said once. */
function wordsOfWait(
  prompts: SpeechTexts,
  words: readonly string[],
  told: readonly Speech[],
  language: Language,
): readonly Speech[] {
  const waiting = words.map((prompt): Speech => ({ prompt }));
  const known = new Set(waiting.map((speech) => prompts.text(speech, language)));
  return [...told.filter((speech) => !known.has(prompts.text(speech, language))), ...waiting];
}

/** A wait document may gather keys; the carrier asks again when nothing was keyed. */
function waitDocument(say: Say, words: readonly Speech[], url: string, language: Language): string {
  const response = new VoiceResponse();
  const gather = response.gather({
    input: ['dtmf'],
    method: 'POST',
    action: url,
    actionOnEmptyResult: true,
    finishOnKey: '',
    timeout: ASIDE_SECONDS,
  });
  for (const speech of words) say(gather, speech, language);
  gather.pause({ length: WAIT_SECONDS });
  return response.toString();
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

function sayAll(say: Say, verb: Parameters<Say>[0], prompts: readonly string[], language: Language): void {
  for (const prompt of prompts) say(verb, { prompt }, language);
}

function documentIn(documents: ReadonlyMap<Language, string>, language: Language): string {
  const document = documents.get(language);
  if (document === undefined) throw new Error(`no static document in ${language}`);
  return document;
}

/** A document as it is sent: with a mark of its own, which all its addresses share. */
function withMark(document: string, newMark: (() => string) | undefined): string {
  return newMark ? document.replaceAll(MARK, newMark()) : document;
}
