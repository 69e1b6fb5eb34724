import { Router } from 'express';
import { describeFailure } from '../telemetry/failure.ts';
import type { Log } from '../telemetry/logger.ts';
import { EMPTY_TWIML, sendMethodNotAllowed, sendPlain, sendTwiml } from './carrier-answer.ts';
import { type MessageStatus, readMessageStatus } from './twilio/inbound.ts';
import { carrierForm, type Parameters } from './twilio/signature.ts';

export interface SmsRoutesDependencies {
  /** Takes note of how a message fared. Idempotent, any order; throws a Fault when it cannot. */
  messageStatus(status: MessageStatus): Promise<void>;
  readonly log: Log;
}

/** The carrier's message webhooks. Mount behind `requireCarrierSignature`. */
export function smsRoutes(deps: SmsRoutesDependencies): Router {
  const router = Router({ caseSensitive: true, strict: true });
  router.all('/sms/status', async (request, response) => {
    if (request.method !== 'POST') return sendMethodNotAllowed(response, 'POST');
    const read = readMessageStatus(carrierForm(response), request.query as Parameters);
    if (read.kind === 'malformed') {
      deps.log.event('request.malformed', { route: 'sms.status', reason: read.problem });
      return sendPlain(response, 400, 'bad request');
    }
    if (read.value !== undefined) {
      const { messageId, delivery, carrierError } = read.value;
      try {
        await deps.messageStatus(read.value);
        deps.log.event('message.status', { message: messageId, delivery, carrierError });
      } catch (error) {
        // Not 200: the carrier can be told to try again (`#rc=`), and delivery is then not lost.
        deps.log.event('request.failed', { route: 'sms.status', status: 503, ...describeFailure(error) });
        return sendPlain(response, 503, 'unavailable');
      }
    }
    sendTwiml(response, EMPTY_TWIML);
  });
  return router;
}
