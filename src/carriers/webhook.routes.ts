import type { Socket } from 'node:net';
import { type Request, type Response, Router } from 'express';
import { assert } from '../platform/fault.ts';
import type { RefusalReason, Telemetry } from '../telemetry/telemetry.ts';
import type { Carrier, CarrierEvent } from './carrier.ts';
import { closeAfter, sendPlain } from './carrier-answer.ts';
import type { Parameters } from './own-url.ts';

/** A genuine body is about 1 kB, a few more with the headers of a SIP call. Nobody is known to be the carrier before it is read. */
export const BODY_BYTES = 16 * 1024;

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
  /** Told of the connection of every genuine webhook: what came over it has shown that it is no stranger's. */
  readonly onGenuine?: ((connection: Socket) => void) | undefined;
}

/**
 * Lets only the carrier's own requests pass, read once; to all others 403, and a counter is all that remains. A stranger
 * costs what its headers cost and a little more (invariant 47): a body is read only where the headers could be the
 * carrier's, up to BODY_BYTES, in one pass. A refusal closes the connection; the rest of the request is not read.
 */
export function receiveWebhooks(deps: WebhookDependencies): Router {
  const { carrier } = deps;
  const refuse = (response: Response, reason: RefusalReason): void => {
    deps.telemetry.webhookRefused(reason);
    closeAfter(response);
    sendPlain(response, 403, 'forbidden');
  };
  const router = Router();
  router.use((request, response, next) => {
    const reason = carrier.refusalByHeaders(request.headers);
    if (reason === undefined) next();
    else refuse(response, reason);
  });
  router.use(async (request, response, next) => {
    const body = await readBody(request, carrier.bodyType);
    if (body === 'gone') return;
    if (!Buffer.isBuffer(body)) {
      closeAfter(response);
      return sendPlain(response, body.status, body.words);
    }
    const received = carrier.receive(
      {
        url: `${deps.publicUrl}${request.originalUrl}`,
        headers: request.headers,
        query: request.query as Parameters,
        body,
      },
      deps.webhookSecrets,
    );
    if (received.kind === 'refused') return refuse(response, received.reason);
    response.locals.carrierEvent = received.event;
    deps.onGenuine?.(request.socket);
    next();
  });
  return router;
}

const TOO_LARGE = { status: 413, words: 'too large' } as const;
const UNSUPPORTED = { status: 415, words: 'unsupported media type' } as const;

/**
 * The body as bytes, because signatures stand over what came; empty where it is of another type, `gone` where the sender went
 * away. Not Express's own reader, which takes in all of what is too large before it says so.
 */
export async function readBody(
  request: Request,
  type: string,
): Promise<Buffer | typeof TOO_LARGE | typeof UNSUPPORTED | 'gone'> {
  const announced = Number(request.headers['content-length'] ?? 0);
  // Carriers do not compress.
  if ((request.headers['content-encoding'] ?? 'identity') !== 'identity') return UNSUPPORTED;
  if (announced > BODY_BYTES) return TOO_LARGE;
  if (!request.is(type)) return Buffer.alloc(0);
  const chunks: Buffer[] = [];
  let bytes = 0;
  return new Promise((resolve) => {
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= BODY_BYTES) {
        chunks.push(chunk);
        return;
      }
      request.pause();
      resolve(TOO_LARGE);
    });
    request.once('end', () => resolve(Buffer.concat(chunks)));
    for (const event of ['error', 'close'] as const) request.once(event, () => resolve('gone'));
  });
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
