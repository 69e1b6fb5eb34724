import twilio from 'twilio';
import { SECOND } from '../platform/clock.ts';
import type { MessagingPort, SendOutcome, TextMessage } from './messaging.ts';

const SEND_LIMIT_MILLISECONDS = 10 * SECOND;

/** The request cannot have reached the provider. */
const NOT_SENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']);

export interface TwilioSmsSettings {
  /** AC… */
  readonly accountSid: string;
  readonly authToken: string;
  /** A number of the account (E.164), or a Messaging Service (MG…). */
  readonly sender: string;
  /** A stand-in for https://api.twilio.com, in tests. */
  readonly baseUrl?: string;
  readonly limitMilliseconds?: number;
}

/** Sends through Twilio's REST API. One try, at most 10 s; who retries is the outbox. */
export class TwilioSms implements MessagingPort {
  readonly #client: twilio.Twilio;
  readonly #sender: { readonly from: string } | { readonly messagingServiceSid: string };
  readonly #limitMilliseconds: number;

  constructor(settings: TwilioSmsSettings) {
    this.#limitMilliseconds = settings.limitMilliseconds ?? SEND_LIMIT_MILLISECONDS;
    this.#client = twilio(settings.accountSid, settings.authToken, {
      timeout: this.#limitMilliseconds,
      autoRetry: false,
    });
    if (settings.baseUrl !== undefined) this.#client.api.baseUrl = settings.baseUrl;
    this.#sender = settings.sender.startsWith('MG')
      ? { messagingServiceSid: settings.sender }
      : { from: settings.sender };
  }

  async send(message: TextMessage): Promise<SendOutcome> {
    let timer: NodeJS.Timeout | undefined;
    // The library's own limit is on a silent socket; an answer that drips would pass it.
    const late = new Promise<SendOutcome>((resolve) => {
      timer = setTimeout(() => resolve({ kind: 'unavailable', reason: 'timeout' }), this.#limitMilliseconds);
    });
    try {
      return await Promise.race([this.#create(message), late]);
    } finally {
      clearTimeout(timer);
    }
  }

  async #create({ to, body, statusCallback }: TextMessage): Promise<SendOutcome> {
    try {
      const created = await this.#client.messages.create({
        to,
        body,
        ...this.#sender,
        ...(statusCallback === undefined ? {} : { statusCallback }),
      });
      if (created.status === 'failed') return { kind: 'refused', code: created.errorCode ?? 0 };
      // Every answer of 2xx comes here; one without an id is not the provider's.
      if (typeof created.sid !== 'string' || created.sid === '')
        return { kind: 'unavailable', reason: 'not_understood' };
      return { kind: 'accepted', providerId: created.sid };
    } catch (error) {
      return outcomeOfError(error);
    }
  }
}

/** Reads the library's error by number only: its texts quote the number that was sent to. */
function outcomeOfError(error: unknown): SendOutcome {
  const { status, code } = error as { readonly status?: unknown; readonly code?: unknown };
  if (typeof status === 'number') {
    if (status === 429) return { kind: 'unavailable', reason: 'rate_limited' };
    if (status === 401 || (status === 403 && isAccountError(code)))
      return { kind: 'unavailable', reason: 'not_authorised' };
    if (status >= 400 && status < 500)
      return { kind: 'refused', code: typeof code === 'number' ? code : status };
    if (status >= 500) return { kind: 'unavailable', reason: 'provider_error' };
    return { kind: 'unavailable', reason: 'not_understood' };
  }
  if (typeof code === 'string' && NOT_SENT.has(code)) return { kind: 'unavailable', reason: 'unreachable' };
  // A reset or an abort: nobody knows whether the message went out.
  return { kind: 'unavailable', reason: typeof code === 'string' ? 'timeout' : 'not_understood' };
}

/** Errors 20000 to 20999 are about the account, which an operator can mend; the others are about the message. */
function isAccountError(code: unknown): boolean {
  return typeof code !== 'number' || (code >= 20_000 && code < 21_000);
}
