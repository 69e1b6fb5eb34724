import VoiceResponse from 'twilio/lib/twiml/VoiceResponse.js';
import { labelText } from '../../escalation/carrier-command.ts';
import type { CallerAtDesk, CallerPlace } from '../../escalation/desk-door.ts';
import { LANGUAGES, type Language } from '../../locales/catalogue.ts';
import type { Speech } from '../../speech/reply.ts';
import type { RendererSettings } from '../carrier.ts';
import { DESK_PROMPTS, type DeskAnswers } from '../desk-answers.ts';
import { callerLabel, type DeskPath, type DeskQuery, deskUrl } from '../desk-url.ts';
import { asideUrl, freezeUrl, waitUrl } from '../own-url.ts';
import { HOLD_SECONDS, WAIT_SECONDS } from '../static-answers.ts';
import { CONFERENCE_EVENTS, REPORTED_AGAIN } from './conference-reports.ts';
import { hearAside } from './hear-aside.ts';
import { createSay } from './say.ts';

/** `**` and no more. */
const FREEZE_KEYS = 2;

/**
 * The TwiML of hand-offs. Throws where a prompt is missing, at once and not at the first hand-off. `goodbye` is the answer for
 * a talk that is over.
 */
export function deskAnswers(
  { publicUrl, prompts }: RendererSettings,
  goodbye: (language: Language) => string,
): DeskAnswers {
  const say = createSay(prompts);
  const url = (path: DeskPath, query: DeskQuery) => deskUrl(publicUrl, path, query);
  for (const language of LANGUAGES)
    for (const prompt of Object.values(DESK_PROMPTS)) prompts.text(example(prompt), language);

  /** Words, a pause, and the same again: a conference's own documents take no Gather (error 13238). */
  const overAndOver = (prompt: string, path: DeskPath, language: Language): string => {
    const response = new VoiceResponse();
    say(response, { prompt }, language);
    response.pause({ length: WAIT_SECONDS });
    response.redirect({ method: 'POST' }, url(path, { language }));
    return response.toString();
  };

  const joins = (
    { conference, label, adviser, language }: Extract<CallerPlace, { kind: 'conference' }>,
    handoff: string,
  ): string => {
    const response = new VoiceResponse();
    const left = { handoff, leg: label, language };
    const notJoined = url('/voice/desk/left', { ...left, from: 'not_joined' });
    // Another key than the stars brings them here again.
    if (adviser !== undefined) say(hearAside(response, asideUrl(notJoined)), sayAdviser(adviser), language);
    // Keys are not reported from a conference; the star at least ends the Dial, and we ask what it means.
    const dial = response.dial({ action: url('/voice/desk/left', left), method: 'POST', hangupOnStar: true });
    dial.conference(
      {
        participantLabel: labelText(label),
        beep: 'false',
        startConferenceOnEnter: true,
        endConferenceOnExit: false,
        // For a caller who comes first, because the adviser has just left: these of the first participant count.
        waitUrl: url('/voice/desk/hold', { language }),
        waitMethod: 'POST',
        statusCallback: `${publicUrl}/voice/desk/events${REPORTED_AGAIN}`,
        statusCallbackMethod: 'POST',
        statusCallbackEvent: [...CONFERENCE_EVENTS],
      },
      conference,
    );
    // Reached only by a leg whose label was used (error 16025): it has not been in the conference.
    response.redirect({ method: 'POST' }, notJoined);
    return response.toString();
  };

  const queues = ({ queue, language }: Extract<CallerPlace, { kind: 'queue' }>): string => {
    const response = new VoiceResponse();
    say(hearAside(response, freezeUrl(publicUrl)), { prompt: DESK_PROMPTS.stay }, language);
    response.enqueue(
      {
        action: `${publicUrl}/voice/fallback`,
        method: 'POST',
        waitUrl: waitUrl(publicUrl, language),
        waitUrlMethod: 'POST',
      },
      queue,
    );
    return response.toString();
  };

  const asksToFreeze = (language: Language, { handoff, legNumber }: Caller): string => {
    const response = new VoiceResponse();
    const gather = response.gather({
      input: ['dtmf'],
      method: 'POST',
      action: asideUrl(
        url('/voice/desk/left', { handoff, leg: callerLabel(legNumber), language, from: 'answered_star' }),
      ),
      numDigits: FREEZE_KEYS,
      finishOnKey: '',
      timeout: HOLD_SECONDS,
      actionOnEmptyResult: true,
    });
    say(gather, { prompt: DESK_PROMPTS.starred }, language);
    return response.toString();
  };

  return {
    callerPlace: (place, caller) => {
      switch (place.kind) {
        case 'conference':
          return joins(place, caller.handoff);
        case 'queue':
          return queues(place);
        case 'asked_to_freeze':
          return asksToFreeze(place.language, caller);
        case 'goodbye':
          return goodbye(place.language);
      }
    },
    onHold: (language) => overAndOver(DESK_PROMPTS.hold, '/voice/desk/hold', language),
    staffWaits: (language) => overAndOver(DESK_PROMPTS.staff, '/voice/desk/staff', language),
  };
}

type Caller = Pick<CallerAtDesk, 'handoff' | 'legNumber'>;

function sayAdviser(digits: string): Speech {
  return { prompt: DESK_PROMPTS.adviser, values: { adviser: { kind: 'digits', digits } } };
}

function example(prompt: string): Speech {
  return prompt === DESK_PROMPTS.adviser ? sayAdviser('0000') : { prompt };
}
