import { type Request, type Response, Router } from 'express';
import type { Answer, Calls } from '../calls/requests.ts';
import type { Language } from '../flow/reply.ts';
import { describeFailure } from '../telemetry/failure.ts';
import type { Log } from '../telemetry/logger.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import { EMPTY_TWIML, sendMethodNotAllowed, sendPlain, sendTwiml } from './carrier-answer.ts';
import { type StartDeadline, TURN_MILLISECONDS } from './deadline.ts';
import {
  dialledNumber,
  leftQueueForGood,
  ownQuery,
  type Problem,
  readCallStatus,
  readCarrierError,
  readIncomingCall,
  readKeyedTurn,
} from './inbound.ts';
import { carrierForm, type Parameters } from './signature.ts';
import type { StaticAnswers } from './twiml.ts';

export interface VoiceRoutesDependencies {
  readonly calls: Calls;
  readonly answers: StaticAnswers;
  /** The language a dialled number is answered in; for words that must be found without the call. Never throws. */
  lineLanguage(dialled: string): Language;
  readonly log: Log;
  readonly telemetry: Telemetry;
  readonly startDeadline: StartDeadline;
  /** Milliseconds from any fixed moment. */
  elapsed(): number;
}

type VoiceRoute = 'voice.answer' | 'voice.turn' | 'voice.fallback';

/** A turn as the routes below have read it from a webhook. */
interface Asked {
  readonly route: VoiceRoute;
  readonly call: string;
  readonly step?: string | undefined;
  readonly language: Language;
  readonly problems: readonly Problem[];
  run(): Promise<Answer>;
}

/** The carrier's voice webhooks. Mount behind `requireCarrierSignature`; every genuine one is answered with words. */
export function voiceRoutes(deps: VoiceRoutesDependencies): Router {
  const router = Router({ caseSensitive: true, strict: true });
  const { answers, calls, log } = deps;

  const malformed = (response: Response, route: VoiceRoute, problem: Problem): void => {
    log.event('request.malformed', { route, reason: problem });
    sendTwiml(response, answers.keepAliveAnswer(languageOf(deps, response)));
  };

  spoken(deps, router, '/voice/answer', async (_request, response) => {
    const read = readIncomingCall(carrierForm(response));
    if (read.kind === 'malformed') return malformed(response, 'voice.answer', read.problem);
    const body = await takeTurn(deps, {
      route: 'voice.answer',
      call: read.value.callId,
      language: languageOf(deps, response),
      problems: read.problems,
      run: () => calls.answer(read.value),
    });
    sendTwiml(response, body);
  });

  spoken(deps, router, '/voice/turn', async (request, response) => {
    const read = readKeyedTurn(carrierForm(response), request.query as Parameters);
    if (read.kind === 'malformed') return malformed(response, 'voice.turn', read.problem);
    const body = await takeTurn(deps, {
      route: 'voice.turn',
      call: read.value.callId,
      step: read.value.step,
      language: languageOf(deps, response),
      problems: read.problems,
      run: () => calls.turn(read.value),
    });
    sendTwiml(response, body);
  });

  // Asked by the carrier after a webhook of ours failed, and by callers leaving the queue of the static documents.
  spoken(deps, router, '/voice/fallback', async (_request, response) => {
    const form = carrierForm(response);
    const read = readIncomingCall(form);
    if (read.kind === 'malformed') return malformed(response, 'voice.fallback', read.problem);
    if (leftQueueForGood(form)) return sendTwiml(response, answers.goodbyeAnswer(languageOf(deps, response)));
    log.event('carrier.fell_back', { call: read.value.callId, carrierError: readCarrierError(form) });
    const body = await takeTurn(deps, {
      route: 'voice.fallback',
      call: read.value.callId,
      language: languageOf(deps, response),
      problems: read.problems,
      run: () => calls.resume(read.value),
    });
    sendTwiml(response, body);
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
function spoken(
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
        return sendTwiml(response, deps.answers.postAgain(`${path}${ownQuery(request.query as Parameters)}`));
      default:
        return sendMethodNotAllowed(response, 'GET, POST');
    }
  });
}

function languageOf(deps: VoiceRoutesDependencies, response: Response): Language {
  return deps.lineLanguage(dialledNumber(carrierForm(response)));
}

/**
 * Runs a turn and gives its TwiML, or the outage words when it fails or takes too long (R12.1). A turn that is too late
 * is not stopped and may still commit: the call then stands one step further than its caller has heard. That is safe.
 * What was carried out is in the audit trail for the person they wait for, a repeated webhook gets the answer that was
 * stored, and whoever comes back from that queue goes by the fallback and is asked the step the call stands at.
 */
async function takeTurn(deps: VoiceRoutesDependencies, asked: Asked): Promise<string> {
  const { log, telemetry } = deps;
  const { route, call, step, language } = asked;
  const from = deps.elapsed();
  const milliseconds = () => deps.elapsed() - from;
  for (const reason of asked.problems) log.event('request.malformed', { call, route, reason });

  const work = telemetry.turn({ call, route, step }, async (note) => {
    const answer = await asked.run();
    note({ outcome: answer.kind });
    return answer;
  });
  const deadline = deps.startDeadline(TURN_MILLISECONDS);
  try {
    const first = await Promise.race([work, deadline.passed]);
    if (first !== 'late') {
      log.event('turn.taken', { call, route, step, outcome: first.kind, milliseconds: milliseconds() });
      return first.body;
    }
    log.event('turn.failed', { call, route, step, fault: 'late', milliseconds: milliseconds() });
    work.then(
      (answer) =>
        log.event('turn.late', { call, route, step, outcome: answer.kind, milliseconds: milliseconds() }),
      (error) =>
        log.event('turn.failed', {
          call,
          route,
          step,
          milliseconds: milliseconds(),
          ...describeFailure(error),
        }),
    );
  } catch (error) {
    log.event('turn.failed', { call, route, step, milliseconds: milliseconds(), ...describeFailure(error) });
  } finally {
    deadline.cancel();
  }
  return deps.answers.outageAnswer(language);
}
