import type { ServerResponse } from 'node:http';
import express, { type ErrorRequestHandler, type Express, type RequestHandler } from 'express';
import { serveOnLoopback } from '../../phone-sim/loopback.service.ts';
import { heldToDescription } from './carrier-description.ts';

const MESSAGES = '/2010-04-01/Accounts/:account/Messages.json';
/** Often enough that no silence is ever as long as a client's limit on it. */
const DRIP_MILLISECONDS = 20;

/** The fields of a request to send a message, as they came. */
export interface SentForm {
  readonly To: string;
  readonly Body: string;
  readonly [field: string]: string;
}

/** What the carrier does with one request that is in order. */
export type CarrierAnswer =
  /** Takes it, once `after` is over; `failed` is an error number that the good answer holds. */
  | { readonly kind: 'accept'; readonly after?: Promise<void>; readonly failed?: number }
  /** Twilio's way to say no; the text quotes number and body, as Twilio's texts do. */
  | {
      readonly kind: 'error';
      readonly status: number;
      readonly code?: number;
      readonly retryAfter?: string;
    }
  /** Any other answer, made of what was sent. */
  | { readonly kind: 'other'; readonly status: number; readonly text: (form: SentForm) => string }
  /** Takes it and never says so, ends the connection at once or in the middle of the answer, or answers without end. */
  | { readonly kind: 'hang' | 'reset' | 'cut' | 'drip' | 'flood' };

/** A strict stand-in for the carrier's REST API on this machine. */
export interface CarrierApi {
  readonly url: string;
  /** Requests that were in order, oldest first. */
  readonly sent: readonly SentForm[];
  /** What the description did not admit: of requests, and of this server's own good answers. */
  readonly violations: readonly string[];
  /** The most requests that were ever open at the same time. */
  readonly mostAtOnce: number;
  /** Connections that are open now. */
  connections(): Promise<number>;
  /** Answers the next requests with these, one each; later ones with the last. Accepts until told otherwise. */
  answer(...answers: readonly CarrierAnswer[]): void;
  /** Resolves when this many requests have come since the beginning. */
  received(count: number): Promise<void>;
  stop(): Promise<void>;
}

/** Starts the stand-in for one account; a request with another account or token is refused with 401. */
export async function startCarrierApi(account: string, token: string): Promise<CarrierApi> {
  const sent: SentForm[] = [];
  const violations: string[] = [];
  let answers: CarrierAnswer[] = [{ kind: 'accept' }];
  let waiting: { readonly count: number; readonly resolve: () => void }[] = [];
  let open = 0;
  let mostAtOnce = 0;
  const app = express();
  app.disable('x-powered-by');
  app.use((_request, response, next) => {
    open += 1;
    mostAtOnce = Math.max(mostAtOnce, open);
    response.on('close', () => {
      open -= 1;
    });
    next();
  });
  await validate(app, account, token);
  app.post(MESSAGES, async (_request, response) => {
    const form = response.locals.form as SentForm;
    sent.push(form);
    const [answer = { kind: 'accept' }, ...others] = answers;
    if (others.length > 0) answers = others;
    for (const { count, resolve } of waiting) if (sent.length >= count) resolve();
    waiting = waiting.filter(({ count }) => sent.length < count);
    await give(answer, form, account, sent.length, response);
  });
  const refuse: ErrorRequestHandler = (error, _request, response, _next) => {
    const status = typeof error.status === 'number' ? error.status : 500;
    if (status !== 401) violations.push(String(error.message));
    response.status(status).json(errorBody(status, status === 401 ? 20003 : 20001, 'Refused'));
  };
  app.use(refuse);
  const { server, url, stop } = await serveOnLoopback(app);
  return {
    ...{ url, stop },
    sent,
    violations,
    get mostAtOnce() {
      return mostAtOnce;
    },
    connections: () =>
      new Promise((resolve, reject) =>
        server.getConnections((error, count) => (error ? reject(error) : resolve(count))),
      ),
    answer: (...next) => {
      answers = [...next];
    },
    received: (count) =>
      new Promise((resolve) => {
        if (sent.length >= count) resolve();
        else waiting.push({ count, resolve });
      }),
  };
}

/** Puts the description in front: what it does not name is refused as well, and so is an answer that does not fit it. */
async function validate(app: Express, account: string, token: string): Promise<void> {
  const expected = `Basic ${Buffer.from(`${account}:${token}`).toString('base64')}`;
  app.use(express.urlencoded({ extended: false }) as RequestHandler);
  app.use((request, response, next) => {
    response.locals.form = { ...request.body };
    next();
  });
  app.use(
    await heldToDescription(
      'twilio-messages.json',
      (request) =>
        request.headers.authorization === expected && request.path.includes(`/Accounts/${account}/`),
    ),
  );
}

async function give(
  answer: CarrierAnswer,
  form: SentForm,
  account: string,
  count: number,
  response: express.Response,
): Promise<void> {
  switch (answer.kind) {
    case 'accept':
      await answer.after;
      response.status(201).json(messageBody(form, account, count, answer.failed));
      return;
    case 'error': {
      const { status, code, retryAfter } = answer;
      const text = `The 'To' number ${form.To} is not a valid phone number. Body: ${form.Body}`;
      if (retryAfter !== undefined) response.set('retry-after', retryAfter);
      // Past the validator: errors are not in the description.
      raw(response, status, 'application/json', JSON.stringify(errorBody(status, code, text)));
      return;
    }
    case 'other':
      raw(response, answer.status, 'text/html', answer.text(form));
      return;
    case 'hang':
      return;
    case 'reset':
      response.socket?.resetAndDestroy();
      return;
    case 'cut':
      response.writeHead(201, { 'content-type': 'application/json', 'content-length': '1000' });
      response.write(`{"to":"${form.To}",`, () => response.socket?.resetAndDestroy());
      return;
    case 'drip':
      response.writeHead(201, { 'content-type': 'application/json' });
      drip(response);
      return;
    case 'flood':
      response.writeHead(201, { 'content-type': 'application/json' });
      flood(response);
  }
}

function raw(response: ServerResponse, status: number, type: string, text: string): void {
  response.writeHead(status, { 'content-type': type }).end(text);
}

/** White space before a value is JSON so far, at any length. */
function drip(response: ServerResponse): void {
  const timer = setInterval(() => response.write(' '), DRIP_MILLISECONDS);
  response.on('close', () => clearInterval(timer));
}

function flood(response: ServerResponse): void {
  const pour = (): void => {
    while (!response.destroyed && response.write(' '.repeat(64 * 1024)));
  };
  response.on('drain', pour);
  pour();
}

function errorBody(status: number, code: number | undefined, message: string) {
  return {
    ...(code === undefined ? {} : { code, more_info: `https://www.twilio.com/docs/errors/${code}` }),
    message,
    status,
  };
}

/** A message as the carrier describes it after taking it. */
function messageBody(form: SentForm, account: string, count: number, failed: number | undefined) {
  const sid = `SM${count.toString(16).padStart(32, '0')}`;
  const created = 'Thu, 15 Jan 2026 02:00:00 +0000';
  const service = form.MessagingServiceSid ?? null;
  return {
    account_sid: account,
    api_version: '2010-04-01',
    body: form.Body,
    date_created: created,
    date_sent: null,
    date_updated: created,
    direction: 'outbound-api',
    error_code: failed ?? null,
    error_message: failed === undefined ? null : `${form.To} cannot be reached: ${form.Body}`,
    from: form.From ?? null,
    messaging_service_sid: service,
    num_media: '0',
    num_segments: service === null ? '1' : '0',
    price: null,
    price_unit: 'USD',
    sid,
    status: failed === undefined ? 'queued' : 'failed',
    subresource_uris: { media: `/2010-04-01/Accounts/${account}/Messages/${sid}/Media.json` },
    to: form.To,
    uri: `/2010-04-01/Accounts/${account}/Messages/${sid}.json`,
  };
}
