import { addressAt } from './carrier.client.ts';
import { type CarrierRequest, expectedSignature } from './carrier-request.ts';
import type { RawPost } from './phone-options.ts';

/** The request of a webhook that a test composes itself. Pure. */
export function rawRequest(raw: RawPost, publicUrl: string, authToken: string): CarrierRequest {
  const method = raw.method ?? 'POST';
  const url = new URL(raw.url.startsWith('/') ? addressAt(publicUrl, raw.url) : raw.url);
  const pairs = raw.parameters ?? [];
  const body = raw.body ?? new URLSearchParams(pairs.map(([name, value]) => [name, value])).toString();
  const signed: { [name: string]: string } = {};
  // The carrier's signature knows each name once; a doubled one is signed with its values run together.
  for (const [name, value] of pairs) signed[name] = (signed[name] ?? '') + value;
  const signature = raw.signature ?? 'right';
  const headers: { [name: string]: string } = {};
  if (method === 'POST') headers['Content-Type'] = raw.contentType ?? 'application/x-www-form-urlencoded';
  if (signature === 'right') headers['X-Twilio-Signature'] = expectedSignature(authToken, url.href, signed);
  else if (signature !== 'absent') headers['X-Twilio-Signature'] = signature.value;
  return { method, url: url.href, headers, body: method === 'POST' ? body : '' };
}
