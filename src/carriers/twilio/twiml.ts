import VoiceResponse from 'twilio/lib/twiml/VoiceResponse.js';
import { defined } from '../../platform/defined.ts';
import type { Collect, Reply, Speech } from '../../speech/reply.ts';
import type { CarrierRenderer, RendererSettings } from '../carrier.ts';
import { deskUrl } from '../desk-url.ts';
import { asideUrl, turnUrl, waitUrl } from '../own-url.ts';
import { hearAside } from './hear-aside.ts';
import { createSay, type Say, speakable } from './say.ts';
import { staticAnswers } from './static-documents.ts';

/** How long a caller is silent before the ways out of an input are named: they look for the number, or do not have it. */
const SILENCE_SECONDS = 5;

/** Makes TwiML of replies. Pure: the same reply and token give the same bytes. Throws where a static prompt is missing. */
export function createTwimlRenderer(settings: RendererSettings): CarrierRenderer {
  const { publicUrl, prompts } = settings;
  const say = createSay(prompts);
  const answers = staticAnswers(settings);
  return {
    ...answers,
    reply: (reply, token) => {
      const { step, language } = reply;
      const action = turnUrl(publicUrl, step, token, reply.urgent === true);
      const wait = waitUrl(publicUrl, language, { step, token });
      const desk = (handoff: string) => deskUrl(publicUrl, '/voice/desk/queue', { handoff, language });
      return replyDocument(say, reply, { action, wait, desk });
    },
    startAgain: () => answers.postAgain('/voice/answer'),
  };
}

/** Where a caller's keys go: those asked for, and those of a wait in a queue; and where a hand-off goes on. */
interface Addresses {
  readonly action: string;
  readonly wait: string;
  desk(handoff: string): string;
}

function replyDocument(say: Say, reply: Reply, { action, wait, desk }: Addresses): string {
  const { ending, language, speech, pauseSeconds } = reply;
  const response = new VoiceResponse();
  if (pauseSeconds) response.pause({ length: wholeSeconds(pauseSeconds) });
  const saySome = (verb: Parameters<Say>[0], some: readonly Speech[]) => {
    for (const item of some) say(verb, item, language);
  };
  switch (ending.kind) {
    case 'collect': {
      // A key cuts short whatever is nested in the Gather; keys pressed before the Gather are lost. So everything up to
      // the last speech that must be heard to its end stands before it.
      const heardOut = speech.findLastIndex(({ bargeIn }) => bargeIn !== undefined) + 1;
      const before = speech.slice(0, heardOut);
      // What only ** cuts short stands in a Gather of its own: another key has it said once more (ADR 27).
      const hearsFreeze = before.length > 0 && before.every(({ bargeIn }) => bargeIn !== false);
      saySome(hearsFreeze ? hearAside(response, asideUrl(action)) : response, before);
      // With actionOnEmptyResult silence comes to the action too; a Redirect after the Gather would be dead.
      const gather = response.gather({
        input: ['dtmf'],
        method: 'POST',
        action,
        actionOnEmptyResult: true,
        ...gatherKeys(ending.collect),
      });
      for (const [index, item] of speech.slice(heardOut).entries()) {
        // The first of what only silent callers are told waits for their silence; a key cuts it short with the rest.
        const isFirst = item.afterSilence && !speech[heardOut + index - 1]?.afterSilence;
        if (isFirst) gather.pause({ length: SILENCE_SECONDS });
        saySome(gather, [item]);
      }
      const extra = extraPauseSeconds(ending.collect);
      if (extra > 0) gather.pause({ length: extra });
      break;
    }
    case 'queue': {
      saySome(ending.hears ? hearAside(response, asideUrl(action)) : response, speech);
      // However the caller leaves the queue, also when it is full, the action is asked what follows.
      const waiting = ending.hears ? { waitUrl: wait, waitUrlMethod: 'POST' } : {};
      response.enqueue({ action, method: 'POST', ...waiting }, speakable(ending.queue));
      break;
    }
    case 'desk':
      saySome(ending.hears ? hearAside(response, asideUrl(action)) : response, speech);
      response.redirect({ method: 'POST' }, desk(ending.handoff));
      break;
    case 'hangup':
      saySome(ending.hears ? hearAside(response, asideUrl(action)) : response, speech);
      response.hangup();
      break;
  }
  return response.toString();
}

/**
 * The carrier has one time-out, counted from the end of what is nested and again from each key. The policy has two:
 * so long for the first key, so long between keys. For an input the time-out is the one between keys, and a nested
 * Pause, which a key cuts short, makes up the rest of the first.
 */
function gatherKeys(collect: Collect): VoiceResponse.GatherAttributes {
  return collect.keys === 'one'
    ? // No finishing key, so that # and * arrive like every other.
      { numDigits: 1, finishOnKey: '', timeout: wholeSeconds(collect.firstKeySeconds) }
    : // Without a length no number of keys: * begins an input again and ** freezes, so it may be longer than its meaning.
      {
        ...defined({ numDigits: collect.length }),
        finishOnKey: '#',
        timeout: wholeSeconds(collect.betweenKeysSeconds),
      };
}

function extraPauseSeconds(collect: Collect): number {
  if (collect.keys === 'one') return 0;
  return wholeSeconds(collect.firstKeySeconds) - wholeSeconds(collect.betweenKeysSeconds);
}

/** The carrier takes whole seconds from one up; a caller gets rather more time than less. */
function wholeSeconds(seconds: number): number {
  return Math.max(1, Math.ceil(seconds));
}
