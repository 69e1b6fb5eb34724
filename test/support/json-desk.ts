import { DESK_PROMPTS, type DeskAnswers } from '../../src/carriers/desk-answers.ts';
import { callerLabel, type DeskPath, type DeskQuery, deskUrl } from '../../src/carriers/desk-url.ts';
import { asideUrl, freezeUrl, waitUrl } from '../../src/carriers/own-url.ts';
import { HOLD_SECONDS, WAIT_SECONDS } from '../../src/carriers/static-answers.ts';
import { labelText } from '../../src/escalation/carrier-command.ts';
import type { CallerPlace } from '../../src/escalation/desk-door.ts';
import { LANGUAGES, type Language } from '../../src/locales/catalogue.ts';
import type { Speech } from '../../src/speech/reply.ts';
import { answer, type Words } from './json-answer.ts';

/** The documents of hand-offs, as the JSON carrier is told them. */
export function jsonDeskAnswers(
  publicUrl: string,
  words: Words,
  goodbye: (language: Language) => string,
): DeskAnswers {
  const url = (path: DeskPath, query: DeskQuery) => deskUrl(publicUrl, path, query);
  const again = (prompt: string, path: DeskPath, language: Language) =>
    answer({ say: [words({ prompt }, language)], waitSeconds: WAIT_SECONDS, again: url(path, { language }) });
  for (const language of LANGUAGES)
    for (const prompt of Object.values(DESK_PROMPTS))
      words(prompt === DESK_PROMPTS.adviser ? adviserIs('0000') : { prompt }, language);
  return {
    onHold: (language) => again(DESK_PROMPTS.hold, '/voice/desk/hold', language),
    staffWaits: (language) => again(DESK_PROMPTS.staff, '/voice/desk/staff', language),
    callerPlace: (place, { handoff, legNumber }) => {
      const { language } = place;
      switch (place.kind) {
        case 'conference':
          return joins(publicUrl, place, handoff, words);
        case 'queue':
          return answer({
            say: [words({ prompt: DESK_PROMPTS.stay }, language)],
            starsTo: freezeUrl(publicUrl),
            queue: {
              name: place.queue,
              url: `${publicUrl}/voice/fallback`,
              whileWaiting: waitUrl(publicUrl, language),
            },
          });
        case 'asked_to_freeze':
          return answer({
            say: [words({ prompt: DESK_PROMPTS.starred }, language)],
            collect: {
              url: asideUrl(
                url('/voice/desk/left', {
                  ...{ handoff, leg: callerLabel(legNumber), language },
                  from: 'answered_star',
                }),
              ),
              keys: 'two',
              seconds: HOLD_SECONDS,
            },
          });
        case 'goodbye':
          return goodbye(language);
      }
    },
  };
}

function joins(
  publicUrl: string,
  place: Extract<CallerPlace, { kind: 'conference' }>,
  handoff: string,
  words: Words,
): string {
  const { language, adviser, refusal } = place;
  const said: readonly Speech[] = [
    ...(refusal ? [{ prompt: DESK_PROMPTS.refusal }] : []),
    ...(adviser === undefined ? [] : [adviserIs(adviser)]),
  ];
  const left = { handoff, leg: place.label, language };
  const taken = deskUrl(publicUrl, '/voice/desk/left', { ...left, from: 'not_joined' });
  return answer({
    say: said.map((speech) => words(speech, language)),
    ...(said.length === 0 ? {} : { starsTo: asideUrl(taken) }),
    room: {
      name: place.conference,
      place: labelText(place.label),
      next: deskUrl(publicUrl, '/voice/desk/left', left),
      taken,
    },
  });
}

function adviserIs(digits: string): Speech {
  return { prompt: DESK_PROMPTS.adviser, values: { adviser: { kind: 'digits', digits } } };
}
