import { createHmac, timingSafeEqual } from 'node:crypto';
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
 *
 * Twilio's own library finds the same, but sorts the parameters and hashes them anew for each of six spellings of the URL and
 * each token, all of it a stranger's to ask for (invariant 47). Our URLs are spelled in one way, so that only the port,
 * which Twilio signs or leaves out, makes a second. The library is what the tests compare with.
 */
export function isCarrierSignature(
  header: unknown,
  url: string,
  form: Parameters,
  authTokens: readonly string[],
): boolean {
  if (typeof header !== 'string' || refusalByShape(header) !== undefined) return false;
  const signature = Buffer.from(header);
  const parameters = signedParameters(form);
  return authTokens.some(
    (token) =>
      token !== '' &&
      spellings(url).some((spelling) =>
        timingSafeEqual(
          signature,
          Buffer.from(createHmac('sha1', token).update(`${spelling}${parameters}`).digest('base64')),
        ),
      ),
  );
}

/** Names in order, each with its value; of a repeated name each value once, in order. */
function signedParameters(form: Parameters): string {
  return Object.keys(form)
    .sort()
    .map((name) => {
      const value = form[name] ?? '';
      return typeof value === 'string'
        ? `${name}${value}`
        : [...new Set(value)]
            .sort()
            .map((one) => `${name}${one}`)
            .join('');
    })
    .join('');
}

/** The URL without its port, and with it. */
function spellings(url: string): readonly string[] {
  const parts = /^([a-z][a-z0-9+.-]*:\/\/)([^/?#]*)/i.exec(url);
  if (!parts) return [url];
  const [prefix, scheme = '', authority = ''] = parts;
  const host = authority.replace(/:[0-9]*$/, '');
  const port = authority.slice(host.length) || (scheme.toLowerCase() === 'https://' ? ':443' : ':80');
  const rest = url.slice(prefix.length);
  return [`${scheme}${host}${rest}`, `${scheme}${host}${port}${rest}`];
}
