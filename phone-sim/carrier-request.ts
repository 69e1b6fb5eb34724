import twilio from 'twilio';
import type { Instant } from '../src/platform/clock.ts';
import type { Random } from '../src/platform/random.ts';
import type { Method } from './twiml.ts';

/** What the network says of the calling number, where it says anything; `failed`: somebody else's number was put in. */
const VERDICTS = {
  A: 'TN-Validation-Passed-A',
  B: 'TN-Validation-Passed-B',
  C: 'TN-Validation-Passed-C',
  failed: 'TN-Validation-Failed-C',
} as const;
export type Attestation = keyof typeof VERDICTS;

/** Whether a word of a script is one of them. */
export function isAttestation(word: string | undefined): word is Attestation {
  return word !== undefined && Object.hasOwn(VERDICTS, word);
}

export type CarrierCallStatus =
  | 'queued'
  | 'ringing'
  | 'in-progress'
  | 'completed'
  | 'busy'
  | 'failed'
  | 'no-answer'
  | 'canceled';

const NOT_OVER: ReadonlySet<CarrierCallStatus> = new Set(['queued', 'ringing', 'in-progress']);

/** Whether a call of this status can still be reached. */
export function isOpen(status: CarrierCallStatus): boolean {
  return NOT_OVER.has(status);
}

/** The account of the simulation: no real account has it. */
export const SIMULATED_ACCOUNT_SID = `AC${'0'.repeat(32)}`;

/** A moment as the carrier writes it (RFC 2822). */
export function carrierDate(at: Instant): string {
  return new Date(at).toUTCString().replace('GMT', '+0000');
}

/** A webhook as the carrier sends it; sending it again byte for byte is a genuine retry. */
export interface CarrierRequest {
  readonly method: Method;
  /** Where it goes, as the outside world writes it; the signature is made over this. */
  readonly url: string;
  readonly headers: { readonly [name: string]: string };
  /** Empty for GET. */
  readonly body: string;
}

export interface CallIdentity {
  readonly callSid: string;
  readonly accountSid: string;
  readonly from: string;
  readonly to: string;
  readonly attestation?: Attestation;
  /** Inbound where left out. */
  readonly direction?: 'inbound' | 'outbound-api';
}

export type Parameters = { readonly [name: string]: string };

/** A new call id in the carrier's form. */
export function newCallSid(random: Random): string {
  return `CA${random.bytes(16).toString('hex')}`;
}

/** The parameters the carrier sends with every voice webhook. */
export function standardParameters(call: CallIdentity, callStatus: CarrierCallStatus): Parameters {
  return {
    AccountSid: call.accountSid,
    ApiVersion: '2010-04-01',
    CallSid: call.callSid,
    CallStatus: callStatus,
    Called: call.to,
    Caller: call.from,
    Direction: call.direction ?? 'inbound',
    From: call.from,
    To: call.to,
    ...places('Called', call.to),
    ...places('Caller', call.from),
    ...places('From', call.from),
    ...places('To', call.to),
    ...(call.attestation ? { StirVerstat: VERDICTS[call.attestation] } : {}),
  };
}

function places(prefix: string, number: string): Parameters {
  return {
    [`${prefix}City`]: '',
    [`${prefix}Country`]: country(number),
    [`${prefix}State`]: '',
    [`${prefix}Zip`]: '',
  };
}

function country(number: string): string {
  if (number.startsWith('+86')) return 'CN';
  if (number.startsWith('+84')) return 'VN';
  if (number.startsWith('+1')) return 'US';
  return '';
}

/** A signed webhook: form in the body for POST, in the query for GET. */
export function signedRequest(
  method: Method,
  url: string,
  parameters: Parameters,
  authToken: string,
): CarrierRequest {
  const form = new URLSearchParams(parameters).toString();
  const target = new URL(url);
  target.hash = '';
  if (method === 'GET') target.search = [target.search.slice(1), form].filter(Boolean).join('&');
  const signedOver = method === 'POST' ? parameters : {};
  return {
    method,
    url: target.href,
    headers: {
      'User-Agent': 'TwilioProxy/1.1',
      Accept: '*/*',
      'X-Twilio-Signature': expectedSignature(authToken, target.href, signedOver),
      ...(method === 'POST' ? { 'Content-Type': 'application/x-www-form-urlencoded; charset=UTF-8' } : {}),
    },
    body: method === 'POST' ? form : '',
  };
}

/** The signature the carrier would send, made by its own library. */
export function expectedSignature(authToken: string, url: string, parameters: Parameters): string {
  return twilio.getExpectedTwilioSignature(authToken, url, parameters);
}
