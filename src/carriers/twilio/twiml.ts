import VoiceResponse from 'twilio/lib/twiml/VoiceResponse.js';
import { defined } from '../../platform/defined.ts';
import type { Collect, Reply } from '../../speech/reply.ts';
import type { CarrierRenderer, RendererSettings } from '../carrier.ts';
import { turnUrl } from '../own-url.ts';
import { createSay, type Say, speakable } from './say.ts';
import { staticAnswers } from './static-documents.ts';

/** Makes TwiML of replies. Pure: the same reply and token give the same bytes. Throws where a static prompt is missing. */
export function createTwimlRenderer(settings: RendererSettings): CarrierRenderer {
  const { publicUrl, prompts } = settings;
  const say = createSay(prompts);
  const answers = staticAnswers(settings);
  return {
    ...answers,
    reply: (reply, token) => {
      const action = turnUrl(publicUrl, reply.step, token, reply.urgent === true);
      return replyDocument(say, reply, action);
    },
    startAgain: () => answers.postAgain('/voice/answer'),
  };
}

function replyDocument(say: Say, { ending, language, speech, pauseSeconds }: Reply, action: string): string {
  const response = new VoiceResponse();
  if (pauseSeconds) response.pause({ length: wholeSeconds(pauseSeconds) });
  // A key cuts short whatever is nested in the Gather; keys pressed before the Gather are lost. So everything up to
  // the last speech that must be heard to its end stands before it.
  const heardOut =
    ending.kind === 'collect' ? speech.findLastIndex(({ bargeIn }) => bargeIn === false) + 1 : speech.length;
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
