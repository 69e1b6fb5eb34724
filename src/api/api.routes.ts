import { type Request, type Response, Router } from 'express';
import { closeAfter } from '../carriers/carrier-answer.ts';
import { readBody } from '../carriers/webhook.routes.ts';
import type { ConsoleDependencies } from '../console/console-dependencies.ts';
import { SECURITY_HEADERS } from '../console/security-headers.ts';
import { may } from '../staff/permissions.ts';
import { signedIn } from '../staff/sessions.service.ts';
import { workload } from '../staff/shift.service.ts';
import { recordRefused } from '../staff/staff-record.service.ts';
import { describeFailure } from '../telemetry/failure.ts';
import type { ApiContext, ApiRoute } from './api-route.service.ts';
import { docsPage } from './docs.view.ts';
import { apiDescription } from './openapi.ts';
import { type Problem, refusalProblem, requestProblem } from './problems.ts';

/** Where the API is served; what is below no other part of the service. */
export const API_PATHS = ['/api'];
const JSON_TYPE = 'application/json';
const KEY = /^Bearer ([A-Za-z0-9_-]{1,64})$/i;

/** The API of the desk. Mount it before anything else answers `/api`. */
export function apiRoutes(deps: ConsoleDependencies, routes: readonly ApiRoute[]): Router {
  const router = Router({ caseSensitive: true, strict: true });
  const description = JSON.stringify(apiDescription(routes));
  router.use((_request, response, next) => {
    response.set({ ...SECURITY_HEADERS, 'Cache-Control': 'no-store' });
    next();
  });
  router.get('/api/openapi.json', (_request, response) => void response.type(JSON_TYPE).end(description));
  router.get('/api/docs', (_request, response) => {
    response.type('html').end(String(docsPage(deps.assets)));
  });
  const door = new Door(deps);
  for (const route of routes)
    router[route.method](expressPath(route.path), (request, response) =>
      door.serve(route, request, response),
    );
  for (const path of new Set(routes.map((route) => expressPath(route.path))))
    router.all(path, (_request, response) => {
      const methods = routes.filter((one) => expressPath(one.path) === path).map(({ method }) => method);
      response.set('Allow', methods.join(', ').toUpperCase());
      refuse(response, requestProblem('method_not_allowed'));
    });
  router.use((_request, response) => refuse(response, requestProblem('not_found')));
  router.use((error: unknown, _request: Request, response: Response, _next: () => void) => {
    if (response.headersSent) return void response.destroy();
    deps.log.event('request.failed', { route: 'api', status: 503, ...describeFailure(error) });
    refuse(response, requestProblem('unavailable'));
  });
  return router;
}

/** `/api/handoffs/{handoff}/take` as Express has it. */
function expressPath(path: string): string {
  return path.replaceAll(/\{(\w+)\}/g, ':$1');
}

/** Says why not. What else comes of the request is not read. */
function refuse(response: Response, problem: Problem): void {
  closeAfter(response);
  send(response, problem);
}

function send(response: Response, problem: Problem): void {
  response.status(problem.status).type('application/problem+json').end(JSON.stringify(problem));
}

/** Lets programs in that act for somebody who has signed in: session, table of permissions, body, use case, in this order. */
class Door {
  readonly #deps: ConsoleDependencies;

  constructor(deps: ConsoleDependencies) {
    this.#deps = deps;
  }

  async serve(route: ApiRoute, request: Request, response: Response): Promise<void> {
    const context = await this.#enter(route, request);
    if (!context) {
      response.set('WWW-Authenticate', 'Bearer');
      return refuse(response, requestProblem('not_signed_in'));
    }
    this.#deps.onSignedIn?.(request.socket);
    const { words } = context;
    // Before the body is read: of a person who may not do it nothing is looked at.
    const refusal = await this.#refusal(route, context);
    if (refusal) return refuse(response, refusalProblem(refusal, words));
    const body = await this.#body(route, request, response);
    if (body === 'answered') return;
    const raw = { params: { ...request.params }, query: { ...request.query }, body: body.value };
    const outcome = await route.run(context, raw);
    if (route.method !== 'get') context.parts.desk?.pulse.wake(context.member.id);
    if (outcome.kind === 'invalid') send(response, requestProblem('invalid_request', outcome.problems));
    else if (outcome.kind === 'refused') send(response, refusalProblem(outcome.reason, words));
    else if (outcome.body === undefined) response.status(204).end();
    else response.type(JSON_TYPE).end(JSON.stringify(outcome.body));
  }

  /** Whom the key of a request acts for; undefined for no key of a session that goes on. */
  async #enter(route: ApiRoute, request: Request): Promise<ApiContext | undefined> {
    const { clock, parts, words } = this.#deps;
    const token = KEY.exec(request.headers.authorization ?? '')?.[1];
    if (token === undefined) return undefined;
    const now = clock.now();
    // What a program asks by itself, all night if it likes, is nobody being there.
    const touch = route.method !== 'get' && route.isQuiet !== true;
    const found = await signedIn(parts.knex, token, now, { touch, as: 'program' });
    if (!found) return undefined;
    const hasShifts = may(found.member, 'own.shift', now).kind === 'allowed';
    return {
      ...found,
      ...{ now, parts, words: words[found.account.language] },
      workload: hasShifts ? await workload(parts.knex, found.member.id, parts.policy(), now) : undefined,
    };
  }

  /** Why the table does not allow it, recorded as an attempt beyond authority (R10.2). */
  async #refusal({ permission }: ApiRoute, { member, parts, now }: ApiContext) {
    const asked = may(member, permission, now);
    if (asked.kind === 'allowed') return undefined;
    const refused = { command: permission, reason: asked.reason };
    await parts.transactions.run((transaction) => recordRefused(transaction, member, refused, now));
    return asked.reason;
  }

  /** The body of a request as it came, or `answered` where it was none that is read. */
  async #body(
    route: ApiRoute,
    request: Request,
    response: Response,
  ): Promise<{ readonly value: unknown } | 'answered'> {
    const answered = (problem: Problem) => {
      refuse(response, problem);
      return 'answered' as const;
    };
    if (route.method === 'get') return { value: undefined };
    if (request.headers['content-type'] !== undefined && !request.is(JSON_TYPE))
      return answered(requestProblem('unsupported_media_type'));
    const body = await readBody(request, JSON_TYPE);
    if (body === 'gone') return 'answered';
    if (!Buffer.isBuffer(body))
      return answered(requestProblem(body.status === 413 ? 'too_large' : 'unsupported_media_type'));
    if (body.length === 0) return { value: undefined };
    try {
      return { value: JSON.parse(body.toString('utf8')) };
    } catch {
      return answered(requestProblem('invalid_request', [{ at: 'body', says: 'is not JSON' }]));
    }
  }
}
