import express, { type RequestHandler, type Response } from 'express';
import { assert } from '../platform/fault.ts';
import type { RefusalReason, Telemetry } from '../telemetry/telemetry.ts';
import type { Carrier, CarrierEvent } from './carrier.ts';
import type { Parameters } from './own-url.ts';

/** A genuine body is about 1 kB; a megabyte of keyed digits is still read, checked and answered in words. */
export const BODY_BYTES = 1024 * 1024 + 64 * 1024;

interface WebhookDependencies {
  readonly carrier: Carrier;
  /**
   * The address the carrier is told to call, without a slash at its end. It may have a path prefix, which the proxy
   * in front takes off. The Host header is never asked: any sender can write it.
   */
  readonly publicUrl: string;
  /** What the carrier signs with; two during a rotation. */
  readonly webhookSecrets: readonly string[];
  readonly telemetry: Telemetry;
}

/** Lets only the carrier's own requests pass, read once; to all others 403, and a counter is all that remains. */
export function receiveWebhooks(deps: WebhookDependencies): readonly RequestHandler[] {
  const { carrier } = deps;
  const refuse = (response: Response, reason: RefusalReason): void => {
    deps.telemetry.webhookRefused(reason);
    response.status(403).type('text/plain').send('forbidden');
  };
  return [
    (request, response, next) => {
      const reason = carrier.refusalByHeaders(request.headers);
      if (reason === undefined) next();
      else refuse(response, reason);
    },
    // As bytes, because signatures stand over what came. Carriers do not compress.
    express.raw({ type: carrier.bodyType, limit: BODY_BYTES, inflate: false }),
    (request, response, next) => {
      const received = carrier.receive(
        {
          url: `${deps.publicUrl}${request.originalUrl}`,
          headers: request.headers,
          query: request.query as Parameters,
          body: Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0),
        },
        deps.webhookSecrets,
      );
      if (received.kind === 'refused') return refuse(response, received.reason);
      response.locals.carrierEvent = received.event;
      next();
    },
  ];
}

/** What the genuine webhook behind this response says; undefined where there is none. */
export function receivedEvent(response: Response): CarrierEvent | undefined {
  return response.locals.carrierEvent as CarrierEvent | undefined;
}

/** The same behind `receiveWebhooks`, where there always is one. */
export function carrierEvent(response: Response): CarrierEvent {
  const event = receivedEvent(response);
  assert(event, 'only genuine webhooks come to a carrier route');
  return event;
}
