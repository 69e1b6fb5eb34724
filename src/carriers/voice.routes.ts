import { type Response, Router } from 'express';
import type { Answer, Calls } from '../calls/calls-port.ts';
import type { DeskDoor, DeskWaiting } from '../escalation/desk-door.ts';
import { isWaitOver } from '../escalation/queue-result.ts';
import type { FreezeRequest } from '../freeze/freeze-journal.service.ts';
import type { Language } from '../locales/catalogue.ts';
import { SECOND } from '../platform/clock.ts';
import { defined } from '../platform/defined.ts';
import { TIMED_OUT, withTimeout } from '../platform/with-timeout.service.ts';
import type { Speech } from '../speech/reply.ts';
import { describeFailure } from '../telemetry/failure.ts';
import type { TurnClass } from './admission.service.ts';
import type { Carrier } from './carrier.ts';
import { sendAnswer, sendMethodNotAllowed, sendPlain } from './carrier-answer.ts';
import { type CallEvent, freezeAsked, heardRoute, incomingCall } from './heard-route.service.ts';
import { type HoldPath, ownQuery } from './own-url.ts';
import type { StaticAnswers, WaitingWords } from './static-answers.ts';
import { type TurnTakingDependencies, takeTurn } from './take-turn.service.ts';
import { UnlistedLines } from './unlisted-lines.ts';
import { carrierEvent } from './webhook.routes.ts';

export interface VoiceRoutesDependencies extends TurnTakingDependencies {
  readonly carrier: Carrier;
  readonly calls: Calls;
  /** Where staff take calls at a desk of ours: desk.routes.ts. */
  readonly desk?: DeskDoor | undefined;
  readonly deskWaiting?: DeskWaiting | undefined;
  /** Without a slash at its end. */
  readonly publicUrl: string;
  /** The language a dialled number is answered in; for words that must be found without the call. Never throws. */
  lineLanguage(dialled: string): Language;
  /** Whether the company file lists a dialled number. Never throws. */
  isListedLine(dialled: string): boolean;
  /** Queues a caller's freeze outside the store. Absent where none is queued. */
  readonly queueFreezeRequest?: ((request: Omit<FreezeRequest, 'at'>) => Promise<void>) | undefined;
}

/** Silence is what a waiting caller must not hear: the words of waiting come with or without their place. */
const WAITING_WORDS_MILLISECONDS = SECOND;

type Problem = 'no_call_id' | 'no_status' | 'no_keys' | 'no_token';

interface TurnRoute {
  readonly path: '/voice/answer' | '/voice/turn' | '/voice/fallback' | '/voice/freeze';
  readonly name: 'voice.answer' | 'voice.turn' | 'voice.fallback' | 'voice.freeze';
  /** What the webhook should say and does not; it is answered all the same. */
  readonly read: (event: CallEvent) => readonly Problem[];
  readonly urgency: (event: CallEvent) => TurnClass;
  /** Where the caller comes back to where there is no room for the turn. */
  readonly onHold: HoldPath;
  readonly run: (calls: Calls, event: CallEvent) => Promise<Answer>;
}

/** Every webhook that is a turn of a call, and how it is taken. */
const TURN_ROUTES: readonly TurnRoute[] = [
  {
    path: '/voice/answer',
    name: 'voice.answer',
    read: () => [],
    urgency: ({ freezeAsked }) => (freezeAsked ? 'freeze' : 'new'),
    onHold: '/voice/answer',
    // The words of a hold ask for **; a call may hold before it has been greeted.
    run: (calls, event) =>
      event.freezeAsked ? calls.freeze(freezeAsked(event)) : calls.answer(incomingCall(event)),
  },
  {
    path: '/voice/turn',
    name: 'voice.turn',
    read: missingOfTurn,
    urgency: ({ urgent }) => (urgent ? 'freeze' : 'in_progress'),
    onHold: '/voice/fallback',
    run: (calls, event) => calls.turn(keyedTurn(event)),
  },
  {
    // Asked by the carrier after a webhook of ours failed, and by callers leaving the queue of the static documents.
    path: '/voice/fallback',
    name: 'voice.fallback',
    read: () => [],
    urgency: ({ urgent }) => (urgent ? 'freeze' : 'in_progress'),
    onHold: '/voice/fallback',
    run: freezeOrResume,
  },
  {
    // Asked beside the static documents alone: ** is carried out, or queued while the store is out.
    path: '/voice/freeze',
    name: 'voice.freeze',
    read: () => [],
    urgency: () => 'freeze',
    onHold: '/voice/fallback',
    run: freezeOrResume,
  },
];

/** `**` wherever the call stands; any other key, or none, has the call asked where it stands. */
function freezeOrResume(calls: Calls, event: CallEvent): Promise<Answer> {
  if (event.freezeAsked) return calls.freeze(freezeAsked(event));
  return calls.resume({ ...incomingCall(event), ...defined({ queueResult: event.queueResult }) });
}

/** The carrier's voice webhooks. Mount behind `receiveWebhooks`; every genuine one is answered with words. */
export function voiceRoutes(deps: VoiceRoutesDependencies): Router {
  const router = Router({ caseSensitive: true, strict: true });
  const unlisted = new UnlistedLines();
  for (const route of TURN_ROUTES) {
    const answer = async (event: CallEvent, language: Language) => {
      // Asked of a call that has gone where a command sent it; what that leads to is the desk's to say.
      if (event.moved && deps.desk) return deps.carrier.acknowledgement;
      // Its language, country and currency are then a guess; the call's record says which number it was.
      if (route.name === 'voice.answer' && !deps.isListedLine(event.to) && unlisted.isNew(event.to))
        deps.log.event('line.unlisted', { call: event.callId });
      return answerTurn(deps, route, event, language);
    };
    router.all(route.path, heardRoute(deps, route.path, route.name, answer));
  }
  // Asked while a caller waits in a queue, whose place is kept until they key **.
  const waits = (event: CallEvent, language: Language) => wait(deps, event, language);
  router.all('/voice/wait', heardRoute(deps, '/voice/wait', 'voice.wait', waits));
  // Nobody listens to this one. A failure is said as such, so that the carrier can be told to try again (`#rc=`).
  router.all('/voice/status', (request, response) =>
    request.method === 'POST' ? endCall(deps, response) : sendMethodNotAllowed(response, 'POST'),
  );
  return router;
}

async function answerTurn(
  deps: VoiceRoutesDependencies,
  { name, read, urgency, onHold, run }: TurnRoute,
  event: CallEvent,
  language: Language,
): Promise<string> {
  const { callId, queueResult, ownUrl } = event;
  if (name === 'voice.fallback') {
    if (queueResult !== undefined && isWaitOver(queueResult)) return deps.answers.goodbyeAnswer(language);
    deps.log.event('carrier.fell_back', { call: callId, carrierError: event.fallbackError });
  }
  return takeTurn(deps, {
    route: name,
    call: callId,
    step: name === 'voice.turn' ? ownUrl.step : undefined,
    language,
    problems: read(event),
    turnClass: urgency(event),
    hold: { path: onHold, count: ownUrl.holdCount },
    freezeWanted: event.freezeAsked || ownUrl.freezeInProgress,
    run: () => run(deps.calls, event),
    queueFreezeRequest: freezeQueue(deps, event, language),
  });
}

/**
 * What a caller hears who waits in a queue. `**` takes the turn and then the caller out of the queue: the carrier asks what
 * follows, and hears the answer of that turn. Where it cannot be taken the caller goes on waiting and hears so.
 */
async function wait(deps: VoiceRoutesDependencies, event: CallEvent, language: Language): Promise<string> {
  const { ownUrl, freezeAsked: isFreeze } = event;
  const spokenIn = ownUrl.language ?? language;
  const url = `${deps.publicUrl}/voice/wait${ownQuery({ ...ownUrl, language: spokenIn })}`;
  const saying = (words: WaitingWords) => deps.answers.waitAnswer(spokenIn, words, url);
  if (!isFreeze)
    return deps.answers.waitAnswer(spokenIn, 'waiting', url, await toldWhileWaiting(deps, event));
  const answers: StaticAnswers = {
    ...deps.answers,
    outageAnswer: () => saying('waitingNotFrozen'),
    keepAliveAnswer: () => saying('waitingNotFrozen'),
    holdAnswer: () => saying('waitingNotFrozen'),
    postAgain: () => saying('waitingNotFrozen'),
    freezeQueuedAnswer: () => saying('waitingQueued'),
  };
  return takeTurn(
    { ...deps, answers },
    {
      route: 'voice.wait',
      call: event.callId,
      step: ownUrl.step,
      language: spokenIn,
      problems: [],
      turnClass: 'freeze',
      hold: { path: '/voice/fallback', count: 0 },
      freezeWanted: true,
      run: async () => {
        const { kind } = await deps.calls.freeze(freezeAsked(event));
        return { kind, body: deps.answers.leaveAnswer() };
      },
      queueFreezeRequest: freezeQueue(deps, event, spokenIn),
    },
  );
}

/** What the desk knows of the wait; where it does not say in time, today's words are enough. Never throws. */
async function toldWhileWaiting(
  { deskWaiting, log }: VoiceRoutesDependencies,
  { callId, to, digits }: CallEvent,
): Promise<readonly Speech[]> {
  if (!deskWaiting) return [];
  try {
    const words = deskWaiting.waitingWords({ callId, dialled: to, keyed: digits });
    const told = await withTimeout(words, WAITING_WORDS_MILLISECONDS);
    return told === TIMED_OUT ? [] : told;
  } catch (error) {
    log.event('waiting.failed', { call: callId, ...describeFailure(error) });
    return [];
  }
}

async function endCall(deps: VoiceRoutesDependencies, response: Response): Promise<void> {
  const { calls, carrier, log } = deps;
  const { callId, callStatus } = carrierEvent(response);
  if (callId === undefined || callStatus === undefined) {
    const reason: Problem = callId === undefined ? 'no_call_id' : 'no_status';
    log.event('request.malformed', { route: 'voice.status', reason });
    return sendPlain(response, 400, 'bad request');
  }
  if (callStatus !== 'live') {
    try {
      await calls.ended(callId, callStatus);
      log.event('call.ended', { call: callId, end: callStatus });
      await deps.deskWaiting?.callerGone(callId);
    } catch (error) {
      log.event('turn.failed', { call: callId, route: 'voice.status', ...describeFailure(error) });
      return sendPlain(response, 503, 'unavailable');
    }
  }
  sendAnswer(response, carrier, carrier.acknowledgement);
}

/** Queues this caller's freeze; undefined where they have not asked for one, or none is queued. */
export function freezeQueue(
  { queueFreezeRequest }: Pick<VoiceRoutesDependencies, 'queueFreezeRequest'>,
  { callId, from, to, freezeAsked, ownUrl }: CallEvent,
  language: Language,
): (() => Promise<void>) | undefined {
  if (!queueFreezeRequest || !(freezeAsked || ownUrl.freezeInProgress)) return undefined;
  const { step } = ownUrl;
  return () => queueFreezeRequest({ callId, line: to, source: from, language, ...defined({ step }) });
}

function missingOfTurn({ digits, queueResult, ownUrl }: CallEvent): readonly Problem[] {
  return [
    ...(digits === undefined && queueResult === undefined ? ['no_keys' as const] : []),
    ...(ownUrl.token === undefined ? ['no_token' as const] : []),
  ];
}

function keyedTurn({ callId, from, to, digits, finishKey, queueResult, urgent, ownUrl }: CallEvent) {
  return {
    ...{ callId, from, to, digits, token: ownUrl.token, step: ownUrl.step },
    ...(urgent ? { urgent } : {}),
    ...(finishKey === '#' ? { finished: true } : {}),
    ...(ownUrl.aside ? { aside: true as const } : {}),
    ...defined({ queueResult }),
  };
}
