import type { Socket } from 'node:net';
import express, { type ErrorRequestHandler, type Express, type RequestHandler, type Router } from 'express';
import helmet from 'helmet';
import type { Calls } from '../calls/calls-port.ts';
import { Admission, MOST_TURNS } from '../carriers/admission.service.ts';
import type { Carrier } from '../carriers/carrier.ts';
import { closeAfter, sendAnswer, sendPlain } from '../carriers/carrier-answer.ts';
import { type StartDeadline, systemDeadline } from '../carriers/deadline.service.ts';
import { type DemoCarrierAddress, type DemoInbox, demoRoutes } from '../carriers/demo.routes.ts';
import { type BeginKeying, deskRoutes } from '../carriers/desk.routes.ts';
import { type SmsRoutesDependencies, smsRoutes } from '../carriers/sms.routes.ts';
import type { StaticAnswers } from '../carriers/static-answers.ts';
import { type VoiceRoutesDependencies, voiceRoutes } from '../carriers/voice.routes.ts';
import { receivedEvent, receiveWebhooks } from '../carriers/webhook.routes.ts';
import type { DeskDoor } from '../escalation/desk-door.ts';
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
  /** Whether the company file lists a dialled number. Never throws. */
  isListedLine(dialled: string): boolean;
  readonly messageStatus: SmsRoutesDependencies['messageStatus'];
  ready(): Promise<readonly ReadinessProblem[]>;
  /** How many turns are let in at once; the usual number when left out. */
  readonly admission?: Admission;
  /** Queues a caller's freeze outside the store. Absent where none is queued. */
  readonly queueFreezeRequest?: VoiceRoutesDependencies['queueFreezeRequest'];
  /** Where staff take calls at a desk of ours. */
  readonly desk?: DeskDoor | undefined;
  readonly deskWaiting?: VoiceRoutesDependencies['deskWaiting'];
  /** Begins what a caller is to key for the person they talk to. */
  readonly beginKeying?: BeginKeying | undefined;
  /** Only in the demo. */
  readonly demoInbox?: DemoInbox;
  readonly demoCarrier?: DemoCarrierAddress | undefined;
  readonly log: Log;
  readonly telemetry: Telemetry;
  /** Told of the connection of every genuine webhook. */
  readonly onGenuine?: ((connection: Socket) => void) | undefined;
  /** The desk's pages and its API, each with the paths it is at; absent where the desk is off. */
  readonly deskDoors?: readonly { readonly paths: readonly string[]; readonly routes: Router }[];
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
  app.disable('x-powered-by');
  // Names with brackets mean nothing here, and a repeated parameter stays an array.
  app.set('query parser', 'simple');
  // What is not the carrier's learns nothing, not even which paths exist, and stands before all other work.
  app.use(['/voice', '/sms'], receiveWebhooks(deps));
  // The desk reads forms of its own, and says itself what a browser may do.
  for (const { paths, routes } of deps.deskDoors ?? []) app.use(onPaths(paths, routes));
  app.use(helmet());
  // The service reads bodies of genuine webhooks alone; it closes the connection of any other request that has one.
  app.use((request, response, next) => {
    const sends =
      request.headers['transfer-encoding'] !== undefined ||
      Number(request.headers['content-length'] ?? 0) > 0;
    if (sends && receivedEvent(response) === undefined) closeAfter(response);
    next();
  });
  app.use(healthRoutes(deps));
  if (deps.demoInbox) app.use(demoRoutes(deps.demoInbox, deps.demoCarrier));
  app.use(voiceRoutes(deps));
  if (deps.desk) app.use(deskRoutes({ ...deps, desk: deps.desk }));
  app.use(smsRoutes(deps));
  app.use((_request, response) => {
    closeAfter(response);
    sendPlain(response, 404, 'not found');
  });
  app.use(answerFailure(deps));
  return app;
}

/** Routes that see requests of these paths, and of what is below them, with their whole path. */
function onPaths(paths: readonly string[], routes: Router): RequestHandler {
  return (request, response, next) => {
    const under = paths.some((path) => request.path === path || request.path.startsWith(`${path}/`));
    if (under) routes(request, response, next);
    else next();
  };
}

/** The last resort for any error: no detail of it goes out, and a genuine caller hears words. */
function answerFailure(deps: HttpAppDependencies): ErrorRequestHandler {
  // Express tells an error handler by its four parameters.
  return (error: unknown, request, response, _next) => {
    if (response.headersSent) {
      response.destroy();
      return;
    }
    if (isBadRequest(error)) {
      closeAfter(response);
      return sendPlain(response, 400, 'bad request');
    }
    deps.log.event('request.failed', { route: 'other', status: 503, ...describeFailure(error) });
    const event = receivedEvent(response);
    if (event && request.path.startsWith('/voice/')) {
      const language = deps.lineLanguage(event.to);
      return sendAnswer(response, deps.carrier, deps.answers.outageAnswer(language));
    }
    sendPlain(response, 503, 'unavailable');
  };
}

/** Express could not make sense of the request, such as of its URL. */
function isBadRequest(error: unknown): boolean {
  return error instanceof Error && 'status' in error && error.status === 400;
}
