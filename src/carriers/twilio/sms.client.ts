import twilio from 'twilio';
import type { MessagingPort, SendOutcome, TextMessage } from '../../outbox/messaging.ts';
import { SECOND } from '../../platform/clock.ts';
import { defined } from '../../platform/defined.ts';
import { isOpaqueId } from '../../platform/opaque-id.ts';
import {
  isAccountError,
  type ProviderAccount,
  ProviderRefusal,
  providerOptions,
} from './provider-http.client.ts';

const SEND_LIMIT_MILLISECONDS = 10 * SECOND;

/** The request cannot have reached the provider: there was no connection. */
const NOT_SENT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EAI_FAIL',
  'EHOSTUNREACH',
  'EHOSTDOWN',
  'ENETUNREACH',
  'ENETDOWN',
  'EADDRNOTAVAIL',
  'EMFILE',
  'ENFILE',
  'EACCES',
  'EPERM',
  'UND_ERR_CONNECT_TIMEOUT',
  // Certificates are verified before a byte of the request is written.
  'HOSTNAME_MISMATCH',
  'INVALID_CA',
  'INVALID_PURPOSE',
  'PATH_LENGTH_EXCEEDED',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'ERR_TLS_HANDSHAKE_TIMEOUT',
  'ERR_SSL_WRONG_VERSION_NUMBER',
  'ERR_SSL_UNSUPPORTED_PROTOCOL',
  'ERR_SSL_NO_PROTOCOLS_AVAILABLE',
  'ERR_SSL_PACKET_LENGTH_TOO_LONG',
]);
/** Families of the same kind: CERT_HAS_EXPIRED, UNABLE_TO_VERIFY_LEAF_SIGNATURE, ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE … */
const NOT_SENT_BY_TLS =
  /^(?:CERT|CRL)_|^UNABLE_TO_|^ERR_SSL_.*(?:HANDSHAKE|PROTOCOL_VERSION|CERTIFICATE|UNKNOWN_CA)/;

/** What the provider takes as the time a message may wait in its own queue, in seconds; less than 5 is not advised. */
const LEAST_VALIDITY_SECONDS = 5;
const MOST_VALIDITY_SECONDS = 36_000;

export interface TwilioSmsSettings extends ProviderAccount {
  /** A number of the account (E.164), a Messaging Service (MG…), or a sender's name. */
  readonly sender: string;
}

/** Sends through Twilio's REST API. One try, at most 10 s; the outbox retries. */
export class TwilioSms implements MessagingPort {
  readonly #client: twilio.Twilio;
  readonly #sender: { readonly from: string } | { readonly messagingServiceSid: string };

  constructor(settings: TwilioSmsSettings) {
    const { accountSid, authToken, limitMilliseconds = SEND_LIMIT_MILLISECONDS, baseUrl } = settings;
    this.#client = twilio(accountSid, authToken, providerOptions(limitMilliseconds));
    if (baseUrl !== undefined) this.#client.api.baseUrl = baseUrl;
    this.#sender = settings.sender.startsWith('MG')
      ? { messagingServiceSid: settings.sender }
      : { from: settings.sender };
  }

  async send({ to, body, statusCallback, validSeconds }: TextMessage): Promise<SendOutcome> {
    try {
      const created = await this.#client.messages.create({
        to,
        body,
        ...this.#sender,
        ...defined({ statusCallback }),
        ...(validSeconds === undefined ? {} : { validityPeriod: validityOf(validSeconds) }),
      });
      if (created.status === 'failed') return { kind: 'refused', code: created.errorCode ?? 0 };
      // Every answer of 2xx comes here; one without an id is not the provider's. Its reports are held to the same shape.
      if (typeof created.sid !== 'string' || !isOpaqueId(created.sid))
        return { kind: 'unavailable', reason: 'not_understood' };
      return { kind: 'accepted', providerId: created.sid };
    } catch (error) {
      return error instanceof ProviderRefusal ? outcomeOfRefusal(error) : outcomeOfFailure(error);
    }
  }
}

function validityOf(validSeconds: number): number {
  return Math.max(LEAST_VALIDITY_SECONDS, Math.min(Math.floor(validSeconds), MOST_VALIDITY_SECONDS));
}

function outcomeOfRefusal({ status, code, retryAfterSeconds }: ProviderRefusal): SendOutcome {
  const later = retryAfterSeconds === undefined ? {} : { retryAfterSeconds };
  if (status === 429) return { kind: 'unavailable', reason: 'rate_limited', ...later };
  if (status >= 500) return { kind: 'unavailable', reason: 'provider_error', ...later };
  if (status < 400) return { kind: 'unavailable', reason: 'not_understood' };
  if (status === 401 || ((status === 403 || status === 404) && isAccountError(code)))
    return { kind: 'unavailable', reason: 'not_authorised' };
  return { kind: 'refused', code: code ?? status };
}

/** Reads an error by its names only: the texts of some quote what was sent or answered. */
function outcomeOfFailure(error: unknown): SendOutcome {
  if (!(error instanceof Error)) return { kind: 'unavailable', reason: 'not_understood' };
  if (error.name === 'TimeoutError') return { kind: 'unavailable', reason: 'timeout' };
  const { code } = (error.cause ?? error) as { readonly code?: unknown };
  if (typeof code === 'string' && (NOT_SENT.has(code) || NOT_SENT_BY_TLS.test(code)))
    return { kind: 'unavailable', reason: 'unreachable' };
  // A reset or an abort: nobody knows whether the message went out.
  return { kind: 'unavailable', reason: typeof code === 'string' ? 'timeout' : 'not_understood' };
}
