import { readFile } from 'node:fs/promises';
import type { Request, RequestHandler } from 'express';
import { middleware as validator } from 'express-openapi-validator';
import type { OpenAPIV3 } from 'express-openapi-validator/dist/framework/types.js';

/**
 * What holds requests and answers to an extract of the carrier's published description (test/carrier-api): what it does not
 * name is an error as well. It stands behind what reads forms.
 */
export async function heldToDescription(
  extract: 'twilio-messages.json' | 'twilio-conferences.json',
  isAuthorised: (request: Request) => boolean,
): Promise<RequestHandler[]> {
  const description = JSON.parse(
    await readFile(new URL(`../carrier-api/${extract}`, import.meta.url), 'utf8'),
  );
  return validator({
    apiSpec: strict(description) as OpenAPIV3.DocumentV3,
    // All of a form is text; a number is one that reads as one, and an array of one has come as itself.
    validateRequests: { coerceTypes: 'array' },
    validateResponses: true,
    ajvFormats: { mode: 'fast' },
    formats: FORMATS,
    validateSecurity: { handlers: { accountSid_authToken: (request) => isAuthorised(request as Request) } },
  }) as RequestHandler[];
}

/** The description's own formats; they are names without a definition there. */
const FORMATS = {
  /** E.164, or the name a sender goes by. */
  'phone-number': /^(?:\+[1-9]\d{6,14}|(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11})$/,
  /** Whom a call is from or to: E.164, a SIP address, a client. */
  endpoint: /^(?:\+[1-9]\d{6,14}|sips?:[^\s@]+@[^\s@]+|client:[\w.-]{1,121})$/,
  'http-method': /^(?:GET|POST)$/,
  'date-time-rfc-2822': /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} \+0000$/,
  currency: /^[A-Za-z]{3}$/,
  twiml: true,
  'uri-map': true,
} as const;

/** A description in which objects have the members that are named and no other. `nullable` without `type` has no meaning. */
function strict(part: unknown): unknown {
  if (Array.isArray(part)) return part.map(strict);
  if (typeof part !== 'object' || part === null) return part;
  const entries = Object.entries(part).map(([key, value]) => [
    key,
    key === 'examples' || key === 'example' ? value : strict(value),
  ]);
  const { nullable, ...rest } = Object.fromEntries(entries);
  return {
    ...rest,
    ...(nullable !== undefined && rest.type !== undefined ? { nullable } : {}),
    ...(rest.type === 'object' && rest.properties ? { additionalProperties: false } : {}),
  };
}
