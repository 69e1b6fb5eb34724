import { type Response, Router } from 'express';
import type { Answer, IncomingCall } from '../calls/calls-port.ts';
import type { CallerPlace, DeskDoor } from '../escalation/desk-door.ts';
import type { Language } from '../locales/catalogue.ts';
import { describeFailure } from '../telemetry/failure.ts';
import type { CarrierEvent } from './carrier.ts';
import { sendAnswer, sendMethodNotAllowed, sendPlain } from './carrier-answer.ts';
import type { DeskPath } from './desk-url.ts';
import { type CallEvent, freezeAsked, heardRoute, incomingCall } from './heard-route.service.ts';
import { takeTurn } from './take-turn.service.ts';
import { freezeQueue, type VoiceRoutesDependencies } from './voice.routes.ts';
import { carrierEvent } from './webhook.routes.ts';

/** Begins what a caller is to key for the person they talk to, and answers its first document; undefined where nothing is wanted. */
export type BeginKeying = (asked: IncomingCall & { readonly handoff: string }) => Promise<Answer | undefined>;

interface DeskRoutesDependencies extends VoiceRoutesDependencies {
  readonly desk: DeskDoor;
  /** Left out where callers key nothing for staff: they are then brought back at once. */
  readonly beginKeying?: BeginKeying | undefined;
}

/** A caller's webhook about their hand-off: all that its URL must say. */
type CallerEvent = CallEvent & { readonly handoff: string; readonly legNumber: number };

/** The carrier's webhooks of hand-offs. Mount behind `receiveWebhooks`. */
export function deskRoutes(deps: DeskRoutesDependencies): Router {
  const router = Router({ caseSensitive: true, strict: true });
  const { desk } = deps;
  callerRoute(deps, router, '/voice/desk/join', (caller) => desk.joinDocument(atDesk(caller)));
  callerRoute(deps, router, '/voice/desk/queue', (caller) => desk.requeueDocument(atDesk(caller)));
  callerRoute(deps, router, '/voice/desk/left', (caller) =>
    // One star of the two: what they answer is asked once more.
    caller.ownUrl.from === 'answered_star' && caller.digits === '*'
      ? Promise.resolve({
          kind: 'asked_to_freeze',
          language: caller.ownUrl.language ?? deps.lineLanguage(caller.to),
        })
      : desk.callerLeft(atDesk(caller), caller.ownUrl.from ?? 'over'),
  );
  callerRoute(
    deps,
    router,
    '/voice/keying',
    (caller) => desk.callerLeft(atDesk(caller), 'not_joined'),
    deps.beginKeying,
  );
  for (const [path, words] of [
    ['/voice/desk/hold', 'onHold'],
    ['/voice/desk/staff', 'staffWaits'],
  ] as const)
    router.all(path, (request, response) => {
      if (!['GET', 'POST'].includes(request.method)) return sendMethodNotAllowed(response, 'GET, POST');
      const { ownUrl, to } = carrierEvent(response);
      const language = ownUrl.language ?? deps.lineLanguage(to);
      // Asked for a leg in a conference, where nothing else may be said: also where the call has no id.
      sendAnswer(response, deps.carrier, deps.answers[words](language));
    });
  reportRoute(deps, router, '/voice/desk/events', 'desk.events', 'no_conference', ({ conference }) =>
    conference === undefined || conference === 'no_use' ? conference : () => desk.conferenceEvent(conference),
  );
  reportRoute(deps, router, '/voice/desk/leg', 'desk.leg', 'no_leg', (event) => {
    const { callId, callStatus: state, ownUrl } = event;
    const { handoff, leg: label } = ownUrl;
    if (callId === undefined || state === undefined || handoff === undefined || label === undefined)
      return undefined;
    return () => desk.staffLeg({ handoff, label, callId, state });
  });
  return router;
}

/**
 * A document of a caller's leg, taken as a turn is: with room, within its time, and `**` before all else. Where the desk does
 * not know the hand-off the call is asked where it stands.
 */
function callerRoute(
  deps: DeskRoutesDependencies,
  router: Router,
  path: Extract<DeskPath, '/voice/desk/join' | '/voice/desk/queue' | '/voice/desk/left' | '/voice/keying'>,
  place: (caller: CallerEvent) => Promise<CallerPlace | undefined>,
  begin?: BeginKeying,
): void {
  const route = path === '/voice/keying' ? 'voice.keying' : 'voice.desk';
  const answer = async (event: CallEvent, lineLanguage: Language): Promise<string> => {
    // The caller has hung up: nobody hears the answer, and the end of the call is reported by itself.
    if (event.callStatus !== undefined && event.callStatus !== 'live') return deps.carrier.acknowledgement;
    const { handoff, leg, language = lineLanguage } = event.ownUrl;
    const run = async (): Promise<Answer> => {
      if (event.freezeAsked) return deps.calls.freeze(freezeAsked(event));
      if (handoff === undefined) return deps.calls.resume(incomingCall(event));
      const begun = await begin?.({ ...incomingCall(event), handoff });
      if (begun) return begun;
      const caller: CallerEvent = { ...event, handoff, legNumber: leg?.role === 'caller' ? leg.number : 1 };
      const next = await place(caller);
      if (next === undefined) return deps.calls.resume(incomingCall(event));
      return { kind: 'taken', body: deps.answers.callerPlace(next, caller) };
    };
    return takeTurn(deps, {
      route,
      call: event.callId,
      language,
      problems: handoff === undefined ? ['no_handoff'] : [],
      turnClass: event.urgent ? 'freeze' : 'in_progress',
      hold: { path: '/voice/fallback', count: 0 },
      run,
      freezeWanted: event.freezeAsked,
      queueFreezeRequest: freezeQueue(deps, event, language),
    });
  };
  router.all(path, heardRoute(deps, path, route, answer));
}

function atDesk({ handoff, callId, legNumber }: CallerEvent) {
  return { handoff, callId, legNumber };
}

/**
 * Nobody listens to the answer of a report. `read` answers what to do with it, `no_use` where nothing follows from it, or
 * undefined for what is no report. A failure is said as such, so that the carrier sends it again (`#rc=`).
 */
function reportRoute(
  deps: DeskRoutesDependencies,
  router: Router,
  path: DeskPath,
  route: 'desk.events' | 'desk.leg',
  reason: 'no_conference' | 'no_leg',
  read: (event: CarrierEvent) => (() => Promise<void>) | 'no_use' | undefined,
): void {
  const { carrier, log } = deps;
  const answer = async (response: Response) => {
    const report = read(carrierEvent(response));
    if (report === undefined) {
      log.event('request.malformed', { route, reason });
      return sendPlain(response, 400, 'bad request');
    }
    try {
      if (report !== 'no_use') await report();
    } catch (error) {
      log.event('request.failed', { route, status: 503, ...describeFailure(error) });
      return sendPlain(response, 503, 'unavailable');
    }
    sendAnswer(response, carrier, carrier.acknowledgement);
  };
  router.all(path, (request, response) =>
    request.method === 'POST' ? answer(response) : sendMethodNotAllowed(response, 'POST'),
  );
}
