import { createHmac } from 'node:crypto';
import { z } from 'zod';
import type { Carrier, CarrierEvent, CarrierRenderer, RendererSettings } from '../../src/carriers/carrier.ts';
import { type ClaimedConference, completeEvent } from '../../src/carriers/claimed-event.ts';
import { deskUrl } from '../../src/carriers/desk-url.ts';
import {
  asideUrl,
  freezeUrl,
  type HoldPath,
  holdUrl,
  type Parameters,
  readOwnUrl,
  turnUrl,
  waitUrl,
} from '../../src/carriers/own-url.ts';
import {
  FREEZE_QUEUE,
  HOLD_SECONDS,
  STATIC_PROMPTS,
  type StaticAnswers,
  UNVERIFIED_QUEUE,
  WAIT_SECONDS,
} from '../../src/carriers/static-answers.ts';
import type { ConferenceEvent, LeaveReason } from '../../src/escalation/carrier-command.ts';
import type { QueueResult } from '../../src/escalation/queue-result.ts';
import { LANGUAGES, type Language } from '../../src/locales/catalogue.ts';
import { digestsEqual } from '../../src/platform/digest.ts';
import type { Speech } from '../../src/speech/reply.ts';
import { answer, type Words } from './json-answer.ts';
import { jsonDeskAnswers } from './json-desk.ts';

/** Signs a webhook as this carrier does: an HMAC over the URL and the body. */
export function jsonSignature(url: string, body: string, secret: string): string {
  return createHmac('sha256', secret).update(`${url}\n${body}`).digest('hex');
}

const QUEUE_WORDS: { readonly [word: string]: QueueResult } = {
  talked: 'answered',
  sent_elsewhere: 'answered',
  gone: 'hung_up',
  taken_out: 'left',
  no_room: 'full',
  broken: 'failed',
};
const ENDS = {
  over: 'completed',
  engaged: 'busy',
  error: 'failed',
  unanswered: 'no-answer',
  dropped: 'canceled',
} as const;

const ROOM_WORDS: { readonly [word: string]: ConferenceEvent['what']['kind'] } = {
  opened: 'started',
  closed: 'ended',
  in: 'joined',
  out: 'left',
  parked: 'held',
  unparked: 'unheld',
  silenced: 'muted',
  unsilenced: 'unmuted',
  altered: 'changed',
};
const OUT_WORDS: { readonly [word: string]: LeaveReason } = {
  told_to: 'moved',
  gone: 'hung_up',
  closed: 'ended',
  never_in: 'failed',
};

const optional = <Value>(schema: z.ZodType<Value>) => schema.optional().catch(undefined);
const text = optional(z.string());
const bodySchema = z
  .object({
    call: text,
    caller: text,
    dialled: text,
    trust: text,
    keys: text,
    endKey: text,
    queue: optional(z.string()),
    state: optional(z.string()),
    error: optional(z.int().min(0).max(99_999)),
    message: optional(z.object({ id: z.string(), fate: z.string() })),
    room: optional(
      z.object({ id: text, name: text, count: optional(z.number()), what: text, place: text, why: text }),
    ),
  })
  .catch({});

function readEvent(json: string, query: Parameters): CarrierEvent {
  const body = bodySchema.parse(parseJson(json));
  const { message, state, queue, error } = body;
  const end = Object.entries(ENDS).find(([word]) => word === state)?.[1];
  const fate = (['sent', 'delivered', 'failed'] as const).find((word) => word === message?.fate);
  const report = message && fate && { messageId: message.id, delivery: fate };
  return completeEvent({
    callId: body.call,
    from: body.caller,
    to: body.dialled,
    attestation: body.trust,
    isForged: body.trust === 'forged',
    digits: body.keys,
    finishKey: body.endKey,
    ownUrl: readOwnUrl(query),
    ...(queue === undefined || queue === ''
      ? {}
      : { queueResult: Object.hasOwn(QUEUE_WORDS, queue) ? (QUEUE_WORDS[queue] ?? 'failed') : 'failed' }),
    ...(queue === 'sent_elsewhere' ? { moved: true as const } : {}),
    ...(body.room ? { conference: roomOf(body) } : {}),
    ...(state === undefined ? {} : { callStatus: end ?? 'live' }),
    ...(error === undefined ? {} : { fallbackError: error }),
    ...(message === undefined
      ? {}
      : {
          message: report ? { ...report, ...(error === undefined ? {} : { carrierError: error }) } : 'no_use',
        }),
  });
}

function roomOf({ call, room = {} }: z.infer<typeof bodySchema>): ClaimedConference {
  const own = <Value>(words: { readonly [word: string]: Value }, word: string | undefined) =>
    word !== undefined && Object.hasOwn(words, word) ? words[word] : undefined;
  return {
    ...{ id: room.id, name: room.name, sequence: room.count, callId: call, label: room.place },
    what: own(ROOM_WORDS, room.what),
    reason: own(OUT_WORDS, room.why),
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

function createRenderer({ publicUrl, prompts, ...settings }: RendererSettings): CarrierRenderer {
  const words = (speech: Speech, language: Language) => ({
    text: prompts.text(speech, speech.language ?? language),
    language: prompts.voice(speech.language ?? language).language,
    cutByKey: speech.bargeIn === undefined,
  });
  return {
    ...staticAnswers({ publicUrl, prompts, ...settings }, words),
    reply: ({ language, step, speech, ending, pauseSeconds, urgent }, token) => {
      const url = turnUrl(publicUrl, step, token, urgent === true);
      const base = {
        ...(pauseSeconds === undefined ? {} : { waitSeconds: pauseSeconds }),
        say: speech.map((item) => words(item, language)),
      };
      switch (ending.kind) {
        case 'collect': {
          const { keys, firstKeySeconds } = ending.collect;
          return answer({
            ...base,
            collect: { url, keys: keys === 'one' ? 'one' : 'many', seconds: firstKeySeconds },
          });
        }
        case 'queue':
          return answer({
            ...base,
            ...(ending.hears ? { starsTo: asideUrl(url) } : {}),
            queue: {
              name: ending.queue,
              url,
              ...(ending.hears ? { whileWaiting: waitUrl(publicUrl, language, { step, token }) } : {}),
            },
          });
        case 'desk':
          return answer({
            ...base,
            ...(ending.hears ? { starsTo: asideUrl(url) } : {}),
            ask: deskUrl(publicUrl, '/voice/desk/queue', { handoff: ending.handoff, language }),
          });
        case 'hangup':
          return answer({ ...base, ...(ending.hears ? { starsTo: asideUrl(url) } : {}), hangUp: true });
      }
    },
    startAgain: () => answer({ say: [], ask: `${publicUrl}/voice/answer` }),
  };
}

function staticAnswers(
  { publicUrl, freezesInOutage, newMark }: RendererSettings,
  words: Words,
): StaticAnswers {
  const sayAll = (keys: readonly string[], language: Language) =>
    keys.map((prompt) => words({ prompt }, language));
  // Once here, so that a missing prompt stops the start.
  for (const language of LANGUAGES) Object.values(STATIC_PROMPTS).map((keys) => sayAll(keys, language));
  const starsTo = () => freezeUrl(publicUrl, newMark?.());
  const queueOf = (name: string, language: Language) => ({
    starsTo: starsTo(),
    queue: {
      name,
      url: `${publicUrl}/voice/fallback`,
      whileWaiting: waitUrl(publicUrl, language, { token: newMark?.() }),
    },
  });
  const twoStars = (url: string) => ({ url, keys: 'two' as const, seconds: HOLD_SECONDS });
  const goodbyeAnswer = (language: Language) =>
    answer({ say: sayAll(STATIC_PROMPTS.goodbye, language), starsTo: starsTo(), hangUp: true });
  return {
    ...jsonDeskAnswers(publicUrl, words, goodbyeAnswer),
    goodbyeAnswer,
    outageAnswer: (language, freezeWanted) => {
      if (freezeWanted)
        return answer({
          say: sayAll(STATIC_PROMPTS.outageNotFrozen, language),
          ...queueOf(FREEZE_QUEUE, language),
        });
      return freezesInOutage
        ? answer({
            say: sayAll(STATIC_PROMPTS.outageAsking, language),
            collect: twoStars(starsTo()),
            ...queueOf(UNVERIFIED_QUEUE, language),
          })
        : answer({ say: sayAll(STATIC_PROMPTS.outage, language), ...queueOf(UNVERIFIED_QUEUE, language) });
    },
    freezeQueuedAnswer: (language) =>
      answer({ say: sayAll(STATIC_PROMPTS.freezeQueued, language), ...queueOf(FREEZE_QUEUE, language) }),
    waitAnswer: (language, waiting, url, told = []) =>
      answer({
        say: [...told.map((speech) => words(speech, language)), ...sayAll(STATIC_PROMPTS[waiting], language)],
        collect: { url, keys: 'many', seconds: WAIT_SECONDS },
      }),
    leaveAnswer: () => answer({ say: [], leave: true }),
    holdAnswer: (language: Language, path: HoldPath, holdCount: number) =>
      answer({
        say: sayAll(STATIC_PROMPTS.hold, language),
        collect: twoStars(holdUrl(publicUrl, path, holdCount, newMark?.())),
      }),
    keepAliveAnswer: (language, freezeWanted) =>
      freezeWanted
        ? answer({ say: sayAll(STATIC_PROMPTS.notFrozen, language), ...queueOf(FREEZE_QUEUE, language) })
        : answer({ say: sayAll(STATIC_PROMPTS.toPerson, language), ...queueOf(UNVERIFIED_QUEUE, language) }),
    postAgain: (pathAndQuery) => answer({ say: [], ask: `${publicUrl}${pathAndQuery}` }),
  };
}

/**
 * A second carrier, so that the port is not the shape of one: signed JSON in, JSON out, ids of its own form, no SMS. Its
 * words differ from Twilio's in every place.
 */
export const jsonCarrier: Carrier = {
  name: 'json',
  bodyType: 'application/json',
  refusalByHeaders: (headers) => {
    const header = headers['x-json-signature'];
    if (header === undefined || header === '') return 'absent';
    return typeof header === 'string' && /^[0-9a-f]{64}$/.test(header) ? undefined : 'malformed';
  },
  receive: ({ url, headers, query, body }, secrets) => {
    const text = Buffer.from(body).toString('utf8');
    const header = String(headers['x-json-signature']);
    const genuine = secrets.some(
      (secret) => secret !== '' && digestsEqual(jsonSignature(url, text, secret), header),
    );
    return genuine
      ? { kind: 'genuine', event: readEvent(text, query) }
      : { kind: 'refused', reason: 'wrong' };
  },
  answerType: 'application/json',
  acknowledgement: '{}',
  createRenderer,
  messaging: undefined,
  callControl: undefined,
};
