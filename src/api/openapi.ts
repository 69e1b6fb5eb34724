import { z } from 'zod';
import { createDocument, type ZodOpenApiOperationObject, type ZodOpenApiPathsObject } from 'zod-openapi';
import type { ApiRoute } from './api-route.service.ts';
import { API_REASONS } from './problems.ts';

const [firstReason = '', ...otherReasons] = API_REASONS;

/** How every answer that says why not looks (RFC 9457). */
const problem = z
  .object({
    type: z.string().meta({ description: '`urn:verification-hotline:problem:` and the reason.' }),
    title: z.string().meta({ description: 'For the person, in the language of their pages.' }),
    status: z.int(),
    reason: z.enum([firstReason, ...otherReasons]),
    problems: z
      .array(z.object({ at: z.string(), says: z.string() }))
      .optional()
      .meta({ description: 'What is wrong with the request, by place.' }),
  })
  .meta({ id: 'Problem' });

/** Of the description; its first part changes with what a program of before would not survive. */
const API_VERSION = '1.0.0';

/** The answers that any request may get. */
const PROBLEMS = {
  default: {
    description: 'Why not; nothing was done.',
    content: { 'application/problem+json': { schema: problem } },
  },
} as const;

const DESCRIPTION = `The desk of the verification hotline for a bank's own programs: the same use cases, checks and records as its pages.

A person signs in at the desk, opens "My sessions" and makes a key for the program. It is sent as \`Authorization: Bearer …\` with every request,
acts for that person alone, and ends with their session. Nothing of it stands in an address.

A request that changes something may be sent again when its answer was lost: what is done already is refused with a reason and not done twice.`;

/** The description of the API, OpenAPI 3.1, made of the schemas that requests and answers are held to. */
export function apiDescription(routes: readonly ApiRoute[]): object {
  const paths: { [path: string]: { [method: string]: ZodOpenApiOperationObject } } = {};
  for (const route of routes) paths[route.path] = { ...paths[route.path], [route.method]: operation(route) };
  return createDocument({
    openapi: '3.1.0',
    info: { title: 'Verification desk', version: API_VERSION, description: DESCRIPTION },
    servers: [{ url: '/' }],
    security: [{ key: [] }],
    components: {
      securitySchemes: { key: { type: 'http', scheme: 'bearer', description: 'The key of a program.' } },
    },
    paths: paths as ZodOpenApiPathsObject,
  });
}

function operation(route: ApiRoute): ZodOpenApiOperationObject {
  const { id, summary, permission, alsoAsks = [], params, query, body, answer } = route;
  const hasQuery = Object.keys(query.shape).length > 0;
  const hasParams = Object.keys(params.shape).length > 0;
  return {
    operationId: id,
    summary,
    tags: [route.path.split('/')[2] ?? ''],
    description: `Asks for ${[permission, ...alsoAsks].map((action) => `\`${action}\``).join(' or ')}.`,
    ...((hasQuery || hasParams) && {
      requestParams: { ...(hasParams && { path: params }), ...(hasQuery && { query }) },
    }),
    ...(body && { requestBody: { required: true, content: { 'application/json': { schema: body } } } }),
    responses: { ...answersOf(answer), ...PROBLEMS },
  };
}

function answersOf(answer: z.ZodType | undefined): ZodOpenApiOperationObject['responses'] {
  const done = { 204: { description: answer ? 'Nothing has changed.' : 'Done.' } };
  if (!answer) return done;
  const isOptional = answer instanceof z.ZodOptional;
  const schema = isOptional ? (answer.unwrap() as z.ZodType) : answer;
  return {
    200: { description: 'Done.', content: { 'application/json': { schema } } },
    ...(isOptional && done),
  };
}
