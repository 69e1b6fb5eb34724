import express, { type ErrorRequestHandler, type Express, type RequestHandler, type Response } from 'express';
import {
  type CommandForm,
  type CommandResult,
  createParticipant,
  listConferences,
  refusal,
  updateCall,
  updateParticipant,
  updateRecording,
} from './carrier-commands.ts';
import type { CarrierWorld } from './carrier-world.service.ts';
import { serveOnLoopback } from './loopback.service.ts';
import { addTerminals, type StaffTerminals } from './terminals.service.ts';

/** A command as it came in. */
interface ReceivedCommand {
  readonly method: string;
  readonly path: string;
  readonly form: CommandForm;
}

/** Another answer than the world's: a refusal, or silence on an open connection. */
type OtherAnswer = (CommandResult & { readonly retryAfter?: string }) | 'hang';

interface CarrierApiOptions {
  readonly world: CarrierWorld;
  readonly authToken: string;
  /** Stands in front, such as a check against the carrier's published description. */
  readonly check?: readonly RequestHandler[];
  /** Told why a request was refused, or an answer of this server was, by what stands in front. */
  refused?(reason: string): void;
  /** Lets telephones of other processes connect; told of the staff phones somebody sits at. */
  readonly terminals?: StaffTerminals;
}

/** The REST API of the simulated carrier, on this machine only. */
export interface CarrierApi {
  readonly url: string;
  /** Every command that was in order, oldest first. */
  readonly received: readonly ReceivedCommand[];
  /** What the next commands get instead, one each; nothing of them is carried out. */
  answer(...others: readonly OtherAnswer[]): void;
  stop(): Promise<void>;
}

const FORM_BYTES = '16kb';

/** Starts the API of a world for its one account; a request with another account or token is refused with 401. */
export async function startCarrierApi({
  world,
  authToken,
  check = [],
  refused = () => {},
  terminals,
}: CarrierApiOptions): Promise<CarrierApi> {
  const received: ReceivedCommand[] = [];
  let others: readonly OtherAnswer[] = [];
  const app = express();
  app.disable('x-powered-by');
  app.set('etag', false);
  app.use(onlyOwn(world, authToken));
  if (terminals) addTerminals(app, world, terminals);
  app.use(express.urlencoded({ extended: false, limit: FORM_BYTES }));
  // The check may change what it has read; what came is kept.
  app.use((request, response, next) => {
    response.locals.form = { ...request.body };
    next();
  });
  for (const handler of check) app.use(handler);
  app.use((request, response, next) => {
    received.push({ method: request.method, path: request.path, form: response.locals.form });
    const [other, ...rest] = others;
    others = rest;
    if (other === undefined) return next();
    if (other === 'hang') return;
    if (other.retryAfter !== undefined) response.set('retry-after', other.retryAfter);
    give(response, other);
  });
  addCommands(app, world);
  const refuse: ErrorRequestHandler = (error, _request, response, _next) => {
    refused(error instanceof Error ? error.message : 'unknown reason');
    const { status } = error as { readonly status?: unknown };
    give(response, refusal(typeof status === 'number' ? status : 500, 20_001, 'Refused'));
  };
  app.use((_request, response) =>
    give(response, refusal(404, 20_404, 'The requested resource was not found')),
  );
  app.use(refuse);
  const { url, stop } = await serveOnLoopback(app);
  return {
    ...{ url, stop },
    received,
    answer: (...next) => {
      others = next;
    },
  };
}

/** Lets the account of the world in, and nobody else. */
function onlyOwn({ accountSid }: CarrierWorld, authToken: string): RequestHandler {
  const expected = `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}`;
  return (request, response, next) => {
    const isOwn = request.path.startsWith('/terminals/') || request.path.includes(`/Accounts/${accountSid}/`);
    if (request.headers.authorization === expected && isOwn) next();
    else give(response, refusal(401, 20_003, 'Authenticate'));
  };
}

function addCommands(app: Express, world: CarrierWorld): void {
  const account = `/2010-04-01/Accounts/${world.accountSid}`;
  const command = (
    method: 'get' | 'post',
    path: string,
    carryOut: (parameters: { readonly [name: string]: string }, form: CommandForm) => CommandResult,
  ) =>
    app[method](`${account}${path}.json`, (request, response) =>
      give(
        response,
        carryOut(
          request.params as { readonly [name: string]: string },
          method === 'get' ? (request.query as CommandForm) : response.locals.form,
        ),
      ),
    );
  command('get', '/Conferences', (_, query) => listConferences(world, query));
  command('post', '/Conferences/:name/Participants', ({ name = '' }, form) =>
    createParticipant(world, name, form),
  );
  command('post', '/Conferences/:sid/Participants/:call', ({ sid = '', call = '' }, form) =>
    updateParticipant(world, sid, call, form),
  );
  command('post', '/Conferences/:sid/Recordings/:recording', ({ sid = '', recording = '' }, form) =>
    updateRecording(world, sid, recording, form),
  );
  command('post', '/Calls/:call', ({ call = '' }, form) => updateCall(world, call, form));
}

function give(response: Response, { status, body }: CommandResult): void {
  if (status < 400) response.status(status).json(body);
  // Past what checks answers: errors are not in the carrier's description.
  else response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
