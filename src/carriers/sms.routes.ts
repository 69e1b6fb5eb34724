import { type Response, Router } from 'express';
import { defined } from '../platform/defined.ts';
import { describeFailure } from '../telemetry/failure.ts';
import type { Log } from '../telemetry/logger.ts';
import type { Carrier, MessageReport } from './carrier.ts';
import { sendAnswer, sendMethodNotAllowed, sendPlain } from './carrier-answer.ts';
import { carrierEvent } from './webhook.routes.ts';

/** How a message fared, with our own id of it where the status URL has it. */
export interface MessageStatus extends MessageReport {
  /** Finds the message where this webhook overtakes the answer that names its id. */
  readonly reference?: string;
}

export interface SmsRoutesDependencies {
  readonly carrier: Carrier;
  /** Records how a message fared. Idempotent, any order; throws a Fault when it cannot. */
  messageStatus(status: MessageStatus): Promise<void>;
  readonly log: Log;
}

/** The carrier's message webhooks. Mount behind `receiveWebhooks`. */
export function smsRoutes(deps: SmsRoutesDependencies): Router {
  const router = Router({ caseSensitive: true, strict: true });
  router.all('/sms/status', (request, response) =>
    request.method === 'POST' ? recordStatus(deps, response) : sendMethodNotAllowed(response, 'POST'),
  );
  return router;
}

async function recordStatus({ carrier, log, messageStatus }: SmsRoutesDependencies, response: Response) {
  const { message, ownUrl } = carrierEvent(response);
  if (message === undefined) {
    log.event('request.malformed', { route: 'sms.status', reason: 'no_message' });
    return sendPlain(response, 400, 'bad request');
  }
  if (message !== 'no_use') {
    const { reference } = ownUrl;
    const { messageId, delivery, carrierError } = message;
    try {
      await messageStatus({ ...message, ...defined({ reference }) });
      log.event('message.status', { message: messageId, delivery, carrierError });
    } catch (error) {
      // Not 200: the carrier can be told to try again (`#rc=`), and delivery is then not lost.
      log.event('request.failed', { route: 'sms.status', status: 503, ...describeFailure(error) });
      return sendPlain(response, 503, 'unavailable');
    }
  }
  sendAnswer(response, carrier, carrier.acknowledgement);
}
