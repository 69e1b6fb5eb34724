import type { RequestHandler } from 'express';
import type { FreezeAsked, IncomingCall } from '../calls/calls-port.ts';
import type { Language } from '../locales/catalogue.ts';
import { defined } from '../platform/defined.ts';
import type { Log } from '../telemetry/logger.ts';
import type { Carrier, CarrierEvent } from './carrier.ts';
import { sendAnswer, sendMethodNotAllowed } from './carrier-answer.ts';
import { type DeskPath, deskQuery } from './desk-url.ts';
import { ownQuery, type VoicePath } from './own-url.ts';
import type { StaticAnswers } from './static-answers.ts';
import type { AskedTurn } from './take-turn.service.ts';
import { carrierEvent } from './webhook.routes.ts';

/** A webhook of a call: its event with the call's id. */
export type CallEvent = CarrierEvent & { readonly callId: string };

interface HeardRouteDependencies {
  readonly answers: StaticAnswers;
  readonly carrier: Carrier;
  readonly log: Log;
  /** The language a dialled number is answered in; for words that must be found without the call. Never throws. */
  lineLanguage(dialled: string): Language;
}

/** Handles a route whose answers are heard: POST is answered, GET is asked to come by POST, the rest is refused. */
export function heardRoute(
  deps: HeardRouteDependencies,
  path: VoicePath | DeskPath,
  name: AskedTurn['route'],
  answer: (event: CallEvent, language: Language) => Promise<string>,
): RequestHandler {
  const { answers, carrier, log } = deps;
  return async (request, response) => {
    const event = carrierEvent(response);
    // A URL set up with the wrong method. The numbers of the call stand in such a query; only ours goes back.
    if (request.method === 'GET')
      return sendAnswer(response, carrier, answers.postAgain(`${path}${queryOf(event)}`));
    if (request.method !== 'POST') return sendMethodNotAllowed(response, 'GET, POST');
    const { callId } = event;
    const language = deps.lineLanguage(event.to);
    if (callId !== undefined)
      return sendAnswer(response, carrier, await answer({ ...event, callId }, language));
    log.event('request.malformed', { route: name, reason: 'no_call_id' });
    sendAnswer(response, carrier, answers.keepAliveAnswer(language));
  };
}

/** The query of ours, of a turn or of a hand-off. */
function queryOf({ ownUrl }: CarrierEvent): string {
  return ownUrl.handoff === undefined ? ownQuery(ownUrl) : deskQuery(ownUrl);
}

/** What the network claims of the call. */
export function incomingCall({ callId, from, to, attestation }: CallEvent): IncomingCall {
  return { callId, from, to, ...defined({ attestation }) };
}

/** `**` beside the steps of a call. */
export function freezeAsked(event: CallEvent): FreezeAsked {
  return { ...incomingCall(event), keys: event.digits ?? '', token: event.ownUrl.token };
}
