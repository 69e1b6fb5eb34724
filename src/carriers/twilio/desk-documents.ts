import VoiceResponse from 'twilio/lib/twiml/VoiceResponse.js';
import { labelText } from '../../escalation/carrier-command.ts';
import type { CallerAtDesk, CallerPlace } from '../../escalation/desk-door.ts';
import { LANGUAGES, type Language } from '../../locales/catalogue.ts';
import { defined } from '../../platform/defined.ts';
import type { Speech } from '../../speech/reply.ts';
import type { RendererSettings } from '../carrier.ts';
import { DESK_PROMPTS, type DeskAnswers } from '../desk-answers.ts';
import { callerLabel, type DeskPath, deskUrl } from '../desk-url.ts';
import { asideUrl, freezeUrl, waitUrl } from '../own-url.ts';
import { WAIT_SECONDS } from '../static-answers.ts';
import { CONFERENCE_EVENTS, REPORTED_AGAIN } from './conference-reports.ts';
import { hearAside, hearFreeze } from './hear-aside.ts';
import { createSay, type Say } from './say.ts';

type Caller = Pick<CallerAtDesk, 'handoff' | 'legNumber'>;
type Place<Kind extends CallerPlace['kind']> = Extract<CallerPlace, { kind: Kind }>;

/** What every document is made with. `publicUrl` has no slash at its end. */
interface Parts {
  readonly publicUrl: string;
  readonly say: Say;
  readonly newMark?: () => string;
}

/**
 * The TwiML of hand-offs. Throws where a prompt is missing, at once and not at the first hand-off. `goodbye` is the answer for
 * a talk that is over.
 */
export function deskAnswers(
  { publicUrl, prompts, newMark }: RendererSettings,
  goodbye: (language: Language) => string,
): DeskAnswers {
  const parts: Parts = { publicUrl, say: createSay(prompts), ...defined({ newMark }) };
  for (const language of LANGUAGES)
    for (const prompt of Object.values(DESK_PROMPTS)) prompts.text(example(prompt), language);
  return {
    callerPlace: (place, caller) => {
      switch (place.kind) {
        case 'conference':
          return joins(parts, place, caller);
        case 'queue':
          return queues(parts, place);
        case 'asked_to_freeze':
          return asksToFreeze(parts, place, caller);
        case 'goodbye':
          return goodbye(place.language);
      }
    },
    onHold: (language) => overAndOver(parts, DESK_PROMPTS.hold, '/voice/desk/hold', language),
    staffWaits: (language) => overAndOver(parts, DESK_PROMPTS.staff, '/voice/desk/staff', language),
  };
}

function joins(
  { publicUrl, say }: Parts,
  { conference, label, adviser, refusal, language }: Place<'conference'>,
  { handoff }: Caller,
): string {
  const response = new VoiceResponse();
  const left = { handoff, leg: label, language };
  const notJoined = deskUrl(publicUrl, '/voice/desk/left', { ...left, from: 'not_joined' });
  if (refusal) say(hearAside(response, asideUrl(notJoined)), { prompt: DESK_PROMPTS.refusal }, language);
  // Another key than the stars brings them here again.
  if (adviser !== undefined) say(hearAside(response, asideUrl(notJoined)), sayAdviser(adviser), language);
  // Keys are not reported from a conference; the star at least ends the Dial, and we ask what it means.
  const action = deskUrl(publicUrl, '/voice/desk/left', left);
  response.dial({ action, method: 'POST', hangupOnStar: true }).conference(
    {
      participantLabel: labelText(label),
      beep: 'false',
      startConferenceOnEnter: true,
      endConferenceOnExit: false,
      // For a caller who comes first, because the adviser has just left: these of the first participant count.
      waitUrl: deskUrl(publicUrl, '/voice/desk/hold', { language }),
      waitMethod: 'POST',
      statusCallback: `${deskUrl(publicUrl, '/voice/desk/events')}${REPORTED_AGAIN}`,
      statusCallbackMethod: 'POST',
      statusCallbackEvent: [...CONFERENCE_EVENTS],
    },
    conference,
  );
  // Reached only by a leg whose label was used (error 16025): it has not been in the conference.
  response.redirect({ method: 'POST' }, notJoined);
  return response.toString();
}

function queues({ publicUrl, say, newMark }: Parts, { queue, language }: Place<'queue'>): string {
  const response = new VoiceResponse();
  const mark = newMark?.();
  say(hearAside(response, freezeUrl(publicUrl, mark)), { prompt: DESK_PROMPTS.stay }, language);
  const waiting = { waitUrl: waitUrl(publicUrl, language, { token: mark }), waitUrlMethod: 'POST' };
  response.enqueue({ action: `${publicUrl}/voice/fallback`, method: 'POST', ...waiting }, queue);
  return response.toString();
}

function asksToFreeze(
  { publicUrl, say }: Parts,
  { language }: Place<'asked_to_freeze'>,
  { handoff, legNumber }: Caller,
): string {
  const response = new VoiceResponse();
  const query = { handoff, leg: callerLabel(legNumber), language, from: 'answered_star' } as const;
  const action = asideUrl(deskUrl(publicUrl, '/voice/desk/left', query));
  say(hearFreeze(response, action, true), { prompt: DESK_PROMPTS.starred }, language);
  return response.toString();
}

/** Words, a pause, and the same again: a conference's own documents take no Gather (error 13238). */
function overAndOver({ publicUrl, say }: Parts, prompt: string, path: DeskPath, language: Language): string {
  const response = new VoiceResponse();
  say(response, { prompt }, language);
  response.pause({ length: WAIT_SECONDS });
  response.redirect({ method: 'POST' }, deskUrl(publicUrl, path, { language }));
  return response.toString();
}

function sayAdviser(digits: string): Speech {
  return { prompt: DESK_PROMPTS.adviser, values: { adviser: { kind: 'digits', digits } } };
}

function example(prompt: string): Speech {
  return prompt === DESK_PROMPTS.adviser ? sayAdviser('0000') : { prompt };
}
