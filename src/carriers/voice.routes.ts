import { type Request, type Response, Router } from 'express';
import type { Calls, IncomingCall } from '../calls/calls-port.ts';
import type { FreezeRequest } from '../freeze/freeze-journal.service.ts';
import type { Language } from '../locales/catalogue.ts';
import { describeFailure } from '../telemetry/failure.ts';
import type { TurnClass } from './admission.ts';
import { EMPTY_TWIML, sendMethodNotAllowed, sendPlain, sendTwiml } from './carrier-answer.ts';
import { type TurnTakingDependencies, takeTurn } from './take-turn.service.ts';
import {
  asksForFreeze,
  dialledNumber,
  holdCount,
  isFreezeInProgress,
  isUrgent,
  ownQuery,
  type Problem,
  queueWaitEnded,
  readCallStatus,
  readCarrierError,
  readIncomingCall,
  readKeyedTurn,
  stepFromUrl,
} from './twilio/inbound.ts';
import { carrierForm, type Parameters } from './twilio/signature.ts';

export interface VoiceRoutesDependencies extends TurnTakingDependencies {
  readonly calls: Calls;
  /** The language a dialled number is answered in; for words that must be found without the call. Never throws. */
  lineLanguage(dialled: string): Language;
  /** Writes down that a caller wants a freeze, outside the store. Absent where nothing is kept. */
  readonly queueFreezeRequest?: ((request: Omit<FreezeRequest, 'at'>) => Promise<void>) | undefined;
}

type VoiceRoute = 'voice.answer' | 'voice.turn' | 'voice.fallback' | 'voice.freeze';

/** The carrier's voice webhooks. Mount behind `requireCarrierSignature`; every genuine one is answered with words. */
export function voiceRoutes(deps: VoiceRoutesDependencies): Router {
  const router = Router({ caseSensitive: true, strict: true });
  const { answers, calls, log } = deps;

  const malformed = (response: Response, route: VoiceRoute, problem: Problem): void => {
    log.event('request.malformed', { route, reason: problem });
    sendTwiml(response, answers.keepAliveAnswer(languageOf(deps, response)));
  };

  twimlRoute(deps, router, '/voice/answer', async (request, response) => {
    const read = readIncomingCall(carrierForm(response));
    if (read.kind === 'malformed') return malformed(response, 'voice.answer', read.problem);
    const body = await takeTurn(deps, {
      route: 'voice.answer',
      call: read.value.callId,
      language: languageOf(deps, response),
      problems: read.problems,
      turnClass: asksForFreeze(carrierForm(response)) ? 'freeze' : 'new',
      hold: { path: '/voice/answer', times: holdCount(queryOf(request)) },
      run: () => calls.answer(read.value),
      queueFreezeRequest: freezeQueue(deps, request, response, read.value),
    });
    sendTwiml(response, body);
  });

  twimlRoute(deps, router, '/voice/turn', async (request, response) => {
    const form = carrierForm(response);
    const read = readKeyedTurn(form, queryOf(request));
    if (read.kind === 'malformed') return malformed(response, 'voice.turn', read.problem);
    const body = await takeTurn(deps, {
      route: 'voice.turn',
      call: read.value.callId,
      step: read.value.step,
      language: languageOf(deps, response),
      problems: read.problems,
      turnClass: classOf(form, queryOf(request)),
      hold: { path: '/voice/fallback', times: 0 },
      run: () => calls.turn(read.value),
      queueFreezeRequest: freezeQueue(deps, request, response, read.value),
    });
    sendTwiml(response, body);
  });

  // Asked by the carrier after a webhook of ours failed, and by callers leaving the queue of the static documents.
  twimlRoute(deps, router, '/voice/fallback', async (request, response) => {
    const form = carrierForm(response);
    const read = readIncomingCall(form);
    if (read.kind === 'malformed') return malformed(response, 'voice.fallback', read.problem);
    if (queueWaitEnded(form)) return sendTwiml(response, answers.goodbyeAnswer(languageOf(deps, response)));
    log.event('carrier.fell_back', { call: read.value.callId, carrierError: readCarrierError(form) });
    const body = await takeTurn(deps, {
      route: 'voice.fallback',
      call: read.value.callId,
      language: languageOf(deps, response),
      problems: read.problems,
      turnClass: classOf(form, queryOf(request)),
      hold: { path: '/voice/fallback', times: holdCount(queryOf(request)) },
      run: () => calls.resume(read.value),
      queueFreezeRequest: freezeQueue(deps, request, response, read.value),
    });
    sendTwiml(response, body);
  });

  // Asked by the outage words alone: the store is out, and whoever keys ** is to be frozen as soon as it is back.
  twimlRoute(deps, router, '/voice/freeze', async (request, response) => {
    const read = readIncomingCall(carrierForm(response));
    if (read.kind === 'malformed') return malformed(response, 'voice.freeze', read.problem);
    const language = languageOf(deps, response);
    try {
      const keep = freezeQueue(deps, request, response, read.value);
      if (keep === undefined) return sendTwiml(response, answers.keepAliveAnswer(language));
      await keep();
      sendTwiml(response, answers.notedAnswer(language));
    } catch (error) {
      log.event('freeze.not_noted', { call: read.value.callId, ...describeFailure(error) });
      sendTwiml(response, answers.keepAliveAnswer(language));
    }
  });

  // Nobody listens to this one. A failure is said as such, so that the carrier can be told to try again (`#rc=`).
  router.all('/voice/status', async (request, response) => {
    if (request.method !== 'POST') return sendMethodNotAllowed(response, 'POST');
    const read = readCallStatus(carrierForm(response));
    if (read.kind === 'malformed') {
      log.event('request.malformed', { route: 'voice.status', reason: read.problem });
      return sendPlain(response, 400, 'bad request');
    }
    const { callId, end } = read.value;
    if (end !== undefined) {
      try {
        await calls.ended(callId, end);
        log.event('call.ended', { call: callId, end });
      } catch (error) {
        log.event('turn.failed', { call: callId, route: 'voice.status', ...describeFailure(error) });
        return sendPlain(response, 503, 'unavailable');
      }
    }
    sendTwiml(response, EMPTY_TWIML);
  });

  return router;
}

/** Adds a route whose answers are heard: POST is handled, GET is asked to come by POST, the rest is refused. */
function twimlRoute(
  deps: VoiceRoutesDependencies,
  router: Router,
  path: string,
  handle: (request: Request, response: Response) => Promise<void>,
): void {
  router.all(path, (request, response) => {
    switch (request.method) {
      case 'POST':
        return handle(request, response);
      case 'GET':
        // A URL set up with the wrong method. The numbers of the call stand in such a query; only ours goes back.
        return sendTwiml(response, deps.answers.postAgain(`${path}${ownQuery(queryOf(request))}`));
      default:
        return sendMethodNotAllowed(response, 'GET, POST');
    }
  });
}

function queryOf(request: Request): Parameters {
  return request.query as Parameters;
}

function classOf(form: Parameters, query: Parameters): TurnClass {
  return isUrgent(form, query) ? 'freeze' : 'in_progress';
}

/** How this caller's wish to freeze is written down; undefined when they have not told of one, or nothing is kept. */
function freezeQueue(
  deps: VoiceRoutesDependencies,
  request: Request,
  response: Response,
  { callId, from, to }: Pick<IncomingCall, 'callId' | 'from' | 'to'>,
): (() => Promise<void>) | undefined {
  const { queueFreezeRequest } = deps;
  const query = queryOf(request);
  const asked = asksForFreeze(carrierForm(response)) || isFreezeInProgress(query);
  if (!queueFreezeRequest || !asked) return undefined;
  const step = stepFromUrl(query);
  const language = languageOf(deps, response);
  return () =>
    queueFreezeRequest({ callId, line: to, source: from, language, ...(step === undefined ? {} : { step }) });
}

function languageOf(deps: VoiceRoutesDependencies, response: Response): Language {
  return deps.lineLanguage(dialledNumber(carrierForm(response)));
}
