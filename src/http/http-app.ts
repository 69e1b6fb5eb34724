import express, { type ErrorRequestHandler, type Express } from 'express';
import helmet from 'helmet';
import type { Calls } from '../calls/calls-port.ts';
import { Admission, MOST_TURNS } from '../carriers/admission.service.ts';
import type { Carrier } from '../carriers/carrier.ts';
import { sendAnswer, sendPlain } from '../carriers/carrier-answer.ts';
import { type StartDeadline, systemDeadline } from '../carriers/deadline.service.ts';
import { type DemoInbox, demoRoutes } from '../carriers/demo.routes.ts';
import { type SmsRoutesDependencies, smsRoutes } from '../carriers/sms.routes.ts';
import type { StaticAnswers } from '../carriers/static-answers.ts';
import { type VoiceRoutesDependencies, voiceRoutes } from '../carriers/voice.routes.ts';
import { receivedEvent, receiveWebhooks } from '../carriers/webhook.routes.ts';
import type { Language } from '../locales/catalogue.ts';
import { describeFailure } from '../telemetry/failure.ts';
import type { Log } from '../telemetry/logger.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import { healthRoutes, type ReadinessProblem } from './health.routes.ts';

export interface HttpAppDependencies {
  /** The address the carrier calls, without a slash at its end; signatures are checked over it. */
  readonly publicUrl: string;
  readonly carrier: Carrier;
  /** What the carrier signs with; two during a rotation. */
  readonly webhookSecrets: readonly string[];
  readonly calls: Calls;
  readonly answers: StaticAnswers;
  /** The language a dialled number is answered in. Never throws. */
  lineLanguage(dialled: string): Language;
  readonly messageStatus: SmsRoutesDependencies['messageStatus'];
  ready(): Promise<readonly ReadinessProblem[]>;
  /** How many turns are let in at once; the usual number when left out. */
  readonly admission?: Admission;
  /** Queues a caller's freeze outside the store. Absent where none is queued. */
  readonly queueFreezeRequest?: VoiceRoutesDependencies['queueFreezeRequest'];
  /** Only in the demo. */
  readonly demoInbox?: DemoInbox;
  readonly log: Log;
  readonly telemetry: Telemetry;
  readonly startDeadline?: StartDeadline;
  readonly elapsed?: () => number;
}

/** Assembles everything the service answers over HTTP. */
export function createHttpApp(dependencies: HttpAppDependencies): Express {
  const deps = {
    startDeadline: systemDeadline,
    elapsed: () => performance.now(),
    admission: new Admission(MOST_TURNS),
    ...dependencies,
  };
  const app = express();
  // Answers are never the same resource twice, and a 304 would leave a caller in silence.
  app.set('etag', false);
  // Names with brackets mean nothing here, and a repeated parameter stays an array.
  app.set('query parser', 'simple');
  app.use(helmet());
  app.use(healthRoutes(deps));
  if (deps.demoInbox) app.use(demoRoutes(deps.demoInbox));
  // What is not the carrier's learns nothing, not even which paths exist.
  app.use(['/voice', '/sms'], ...receiveWebhooks(deps));
  app.use(voiceRoutes(deps));
  app.use(smsRoutes(deps));
  app.use((_request, response) => sendPlain(response, 404, 'not found'));
  app.use(answerFailure(deps));
  return app;
}

/** Bodies that could not be read: status and fixed words, by allow-list. */
const UNREADABLE: ReadonlyMap<number, string> = new Map([
  [400, 'bad request'],
  [413, 'too large'],
  [415, 'unsupported media type'],
]);

/** The last resort for any error: no detail of it goes out, and a genuine caller hears words. */
function answerFailure(deps: HttpAppDependencies): ErrorRequestHandler {
  // Express tells an error handler by its four parameters.
  return (error: unknown, request, response, _next) => {
    if (response.headersSent) {
      response.destroy();
      return;
    }
    const status = statusOf(error);
    const words = status === undefined ? undefined : UNREADABLE.get(status);
    if (status !== undefined && words !== undefined) return sendPlain(response, status, words);
    deps.log.event('request.failed', { route: 'other', status: 503, ...describeFailure(error) });
    const event = receivedEvent(response);
    if (event && request.path.startsWith('/voice/')) {
      const language = deps.lineLanguage(event.to);
      return sendAnswer(response, deps.carrier, deps.answers.outageAnswer(language));
    }
    sendPlain(response, 503, 'unavailable');
  };
}

function statusOf(error: unknown): number | undefined {
  return error instanceof Error && 'status' in error && typeof error.status === 'number'
    ? error.status
    : undefined;
}
