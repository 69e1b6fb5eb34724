import { validateRequest } from 'twilio/lib/webhooks/webhooks.js';
import type { RefusalReason } from '../../telemetry/telemetry.ts';
import type { Parameters } from '../own-url.ts';

/** Base64 of an HMAC-SHA1. */
const SIGNATURE_SHAPE = /^[A-Za-z0-9+/]{27}=$/;

/** Why a header cannot be a signature; undefined where it may be one. */
export function refusalByShape(header: unknown): RefusalReason | undefined {
  if (header === undefined || header === '') return 'absent';
  return typeof header === 'string' && SIGNATURE_SHAPE.test(header) ? undefined : 'malformed';
}

/**
 * Whether the carrier signed these parameters for this URL with one of the account's tokens (two during a rotation).
 * `url` begins with PUBLIC_URL, never with what the Host header says. Anything that is not such a signature
 * is refused; nothing makes it throw (invariant 39).
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
