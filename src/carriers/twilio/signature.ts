import { parse } from 'node:querystring';
import express, { type RequestHandler, type Response } from 'express';
import { validateRequest } from 'twilio/lib/webhooks/webhooks.js';
import type { RefusalReason, Telemetry } from '../../telemetry/telemetry.ts';

/** Form or query parameters; a repeated one is an array. */
export type Parameters = { readonly [name: string]: string | readonly string[] | undefined };

/** A genuine body is about 1 kB; a megabyte of keyed digits is still read, checked and answered in words. */
export const BODY_BYTES = 1024 * 1024 + 64 * 1024;
/** The carrier sends about thirty; what comes after these is not read, so that no signature fits it. */
const PARAMETERS = 1_000;
/** Base64 of an HMAC-SHA1. */
const SIGNATURE_SHAPE = /^[A-Za-z0-9+/]{27}=$/;

/** Whether a header can be a signature at all; decided before any body is read. */
function refusalByShape(header: unknown): RefusalReason | undefined {
  if (header === undefined || header === '') return 'absent';
  return typeof header === 'string' && SIGNATURE_SHAPE.test(header) ? undefined : 'malformed';
}

/**
 * Whether the carrier signed these parameters for this URL with one of the account's tokens (two during a rotation).
 * Anything that is not such a signature is refused; nothing makes it throw (invariant 39).
 */
export function isCarrierSignature(
  header: unknown,
  url: string,
  form: Parameters,
  authTokens: readonly string[],
): boolean {
  if (typeof header !== 'string' || refusalByShape(header) !== undefined) return false;
  try {
    return authTokens.some((token) => token !== '' && validateRequest(token, header, url, form));
  } catch {
    // The library parses the URL; one it cannot parse was not signed by the carrier.
    return false;
  }
}

export interface SignatureSettings {
  /**
   * The address the carrier is told to call, without a slash at its end. It may have a path prefix, which the proxy
   * in front takes off. The Host header is never asked: whoever sends the request writes it.
   */
  readonly publicUrl: string;
  readonly authTokens: readonly string[];
  readonly telemetry: Telemetry;
}

/** Lets only the carrier's own requests pass, their form read; to all others 403, and a counter is all that remains. */
export function requireCarrierSignature(settings: SignatureSettings): readonly RequestHandler[] {
  const refuse = (response: Response, reason: RefusalReason): void => {
    settings.telemetry.webhookRefused(reason);
    response.status(403).type('text/plain').send('forbidden');
  };
  return [
    (request, response, next) => {
      const reason = refusalByShape(request.headers['x-twilio-signature']);
      if (reason === undefined) next();
      else refuse(response, reason);
    },
    // Read as bytes and parsed here, because the signature stands over names and values exactly as they came:
    // Express's own parser gives names with brackets a meaning. The carrier does not compress.
    express.raw({ type: 'application/x-www-form-urlencoded', limit: BODY_BYTES, inflate: false }),
    (request, response, next) => {
      const body: unknown = request.body;
      const form: Parameters = Buffer.isBuffer(body)
        ? parse(body.toString('utf8'), '&', '=', { maxKeys: PARAMETERS })
        : {};
      const url = `${settings.publicUrl}${request.originalUrl}`;
      const header = request.headers['x-twilio-signature'];
      if (!isCarrierSignature(header, url, form, settings.authTokens)) return refuse(response, 'wrong');
      response.locals.carrierForm = form;
      next();
    },
  ];
}

/** Whether the carrier's signature on this request has been found right. */
export function isSigned(response: Response): boolean {
  return response.locals.carrierForm !== undefined;
}

/** The signed form of a request that passed `requireCarrierSignature`; empty for any other. */
export function carrierForm(response: Response): Parameters {
  return (response.locals.carrierForm as Parameters | undefined) ?? {};
}
