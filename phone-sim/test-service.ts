import type { AddressInfo } from 'node:net';
import express from 'express';
import twilio from 'twilio';
import { type Clock, ManualClock } from '../src/platform/clock.ts';
import { seededRandom } from '../src/platform/random.ts';
import { systemClock } from '../src/platform/system-clock.ts';
import { Phone } from './phone.ts';
import type { PhoneOptions } from './phone-options.ts';

/** What the test service was sent, with whether it was signed as the carrier signs. */
export interface Received {
  readonly path: string;
  readonly query: { readonly [name: string]: string };
  readonly form: { readonly [name: string]: string };
  readonly signed: boolean;
}

export type TestAnswer =
  | string
  | { readonly status?: number; readonly type?: string | undefined; readonly body?: string }
  | 'never';

export interface TestService {
  readonly url: string;
  readonly received: Received[];
  readonly inbox: { to: string; body: string; sentAt: string }[];
  close(): Promise<void>;
}

export const TEST_TOKEN = 'token-of-the-test-service';

/** A small real HTTP service for the phone's tests: `answer` gives the verbs for each webhook, without the Response around them. */
export async function startTestService(
  answer: (received: Received) => TestAnswer,
  publicUrl?: string,
): Promise<TestService> {
  const app = express();
  // Keeps express from printing the errors that tests provoke.
  app.set('env', 'test');
  const received: Received[] = [];
  const inbox: { to: string; body: string; sentAt: string }[] = [];
  app.get('/demo/inbox', (request, response) => {
    response.json(inbox.filter(({ to }) => to === request.query.to));
  });
  app.use(express.urlencoded({ extended: false }), (request, response) => {
    const form = (request.body ?? {}) as { [name: string]: string };
    const one: Received = {
      path: request.path,
      query: request.query as { [name: string]: string },
      form,
      signed: twilio.validateRequest(
        TEST_TOKEN,
        request.header('X-Twilio-Signature') ?? '',
        `${publicUrl ?? service.url}${request.originalUrl}`,
        form,
      ),
    };
    received.push(one);
    if (request.path === '/voice/status') return void response.type('text/xml').send('<Response/>');
    const given = answer(one);
    if (given === 'never') return;
    if (typeof given === 'string')
      return void response.type('text/xml').send(`<Response>${given}</Response>`);
    response.status(given.status ?? 200);
    if (given.type !== undefined) response.setHeader('Content-Type', given.type);
    response.end(given.body ?? '');
  });
  const server = app.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const service: TestService = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    inbox,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return service;
}

/** A phone to a test service; its time is the manual clock's. */
export function testPhone(
  service: Pick<TestService, 'url'>,
  options: Partial<PhoneOptions> & { readonly clock?: ManualClock } = {},
): Phone {
  const clock = options.clock ?? new ManualClock();
  const stopwatch: Clock = systemClock;
  return new Phone({
    baseUrl: service.url,
    authToken: TEST_TOKEN,
    random: seededRandom('phone'),
    time: { pass: async (milliseconds) => clock.advance(milliseconds) },
    stopwatch,
    ...options,
  });
}
