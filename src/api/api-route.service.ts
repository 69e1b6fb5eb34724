import { z } from 'zod';
import type { DeskAtWork, DeskParts } from '../console/page.ts';
import type { Words } from '../console/words/words.ts';
import type { DeskAnswer } from '../desk/desk-answer.ts';
import type { Instant } from '../platform/clock.ts';
import type { StaffAction } from '../staff/permissions.ts';
import type { SignedIn } from '../staff/sessions.service.ts';
import type { Workload } from '../staff/workload.ts';
import type { ApiRefusal, RequestFault } from './problems.ts';

/** A request of a program for the person whose session it has, who may do what the route is for. */
export interface ApiContext extends SignedIn {
  readonly now: Instant;
  readonly parts: DeskParts;
  readonly words: Words;
  readonly workload: Workload | undefined;
}

type Result<Value> =
  | { readonly kind: 'done'; readonly value: Value }
  | { readonly kind: 'refused'; readonly reason: ApiRefusal };

/** A request as it came, nothing of it believed. */
interface RawRequest {
  readonly params: unknown;
  readonly query: unknown;
  readonly body: unknown;
}

/** What a route answers. `done` without a body is 204. */
type Outcome =
  | { readonly kind: 'done'; readonly body: unknown }
  | { readonly kind: 'refused'; readonly reason: ApiRefusal }
  | { readonly kind: 'invalid'; readonly problems: readonly RequestFault[] };

/** What every route says of itself. */
interface Described {
  /** `operationId` of the description. */
  readonly id: string;
  readonly method: 'get' | 'post' | 'put';
  readonly path: `/api/${string}`;
  /** What the table of permissions is asked; the use case behind it may ask for more. */
  readonly permission: StaffAction;
  /** What the use case asks besides, by what the request is about. */
  readonly alsoAsks?: readonly StaffAction[];
  /** Where people do the same: `click take`, or `POST /desk/shift/step`; undefined where only programs do. */
  readonly twin: string | undefined;
  /** One sentence. */
  readonly summary: string;
  /** Asked by a program of itself: it keeps no session awake. Everything that only reads is. */
  readonly isQuiet?: boolean;
}

/** A route of the API, as the door and the description take it. */
export interface ApiRoute extends Described {
  readonly params: z.ZodObject;
  readonly query: z.ZodObject;
  readonly body: z.ZodType | undefined;
  /** Undefined where there is nothing to tell but that it is done. */
  readonly answer: z.ZodType | undefined;
  /** Reads the request, does it, and answers what the schema of the answer has and nothing else. */
  run(context: ApiContext, raw: RawRequest): Promise<Outcome>;
}

interface Asked<Params, Query, Body> {
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
}

const NONE = z.strictObject({});

/** A route from its schemas and the use case behind it. The compiler holds what is handled to what is read and answered. */
export function apiRoute<
  Params extends z.ZodObject = typeof NONE,
  Query extends z.ZodObject = typeof NONE,
  Body extends z.ZodType = z.ZodUndefined,
  Answer extends z.ZodType = z.ZodUndefined,
>(
  route: Described & {
    readonly params?: Params;
    readonly query?: Query;
    readonly body?: Body;
    readonly answer?: Answer;
    handle(
      context: ApiContext,
      asked: Asked<z.output<Params>, z.output<Query>, z.output<Body>>,
    ): Promise<Result<z.input<Answer>>>;
  },
): ApiRoute {
  const { params = NONE, query = NONE, body, answer, handle, ...described } = route;
  const asked = z.object({ params, query, body: body ?? z.undefined() });
  return {
    ...{ ...described, params, query, body, answer },
    run: async (context, raw) => {
      const read = asked.safeParse(raw);
      if (!read.success) return { kind: 'invalid', problems: read.error.issues.map(faultOf) };
      const done = await handle(context, read.data as Parameters<typeof handle>[1]);
      return done.kind === 'refused' ? done : { kind: 'done', body: answer?.parse(done.value) };
    },
  };
}

function faultOf({ path, message }: z.core.$ZodIssue): RequestFault {
  return { at: path.join('.'), says: message };
}

export function refused(reason: ApiRefusal): { readonly kind: 'refused'; readonly reason: ApiRefusal } {
  return { kind: 'refused', reason };
}

/** A use case of the desk, where staff take calls at it. */
export async function atDesk<Value>(
  { parts }: ApiContext,
  use: (desk: DeskAtWork) => Promise<Result<Value>>,
): Promise<Result<Value>> {
  return parts.desk ? use(parts.desk) : refused('desk_elsewhere');
}

/** The same for one that has nothing to tell but that it is done. */
export function clicked(
  context: ApiContext,
  use: (desk: DeskAtWork) => Promise<DeskAnswer>,
): Promise<Result<undefined>> {
  return atDesk(context, async (desk) => {
    const answer = await use(desk);
    return answer.kind === 'refused' ? answer : { kind: 'done', value: undefined };
  });
}
