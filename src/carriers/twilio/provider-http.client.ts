import RequestClient from 'twilio/lib/base/RequestClient.js';
import type LibraryResponse from 'twilio/lib/http/response.js';

/** The provider's answers are about 1 KB; what is longer is not one of them, and memory is not to be filled with it. */
const MOST_ANSWER_BYTES = 64 * 1024;

/** An answer that is not a success, by its numbers only: the provider's texts quote number and message (invariant 15). */
export class ProviderRefusal extends Error {
  readonly status: number;
  /** The provider's own error number. */
  readonly code: number | undefined;
  /** How long the provider asks us to wait. */
  readonly retryAfterSeconds: number | undefined;

  constructor(status: number, code: number | undefined, retryAfterSeconds: number | undefined) {
    super(`the provider answered ${status}`);
    this.name = 'ProviderRefusal';
    this.status = status;
    this.code = code;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/**
 * How the twilio library reaches the provider, in place of its own client, which neither ends an answer that drips or
 * floods nor tells how long to wait after a refusal, and holds the last request with number and text. One request, over
 * within the limit however the provider behaves; nothing is logged, kept, followed elsewhere or tried again.
 */
class ProviderHttp extends RequestClient {
  readonly #limitMilliseconds: number;

  constructor(limitMilliseconds: number) {
    super();
    this.#limitMilliseconds = limitMilliseconds;
  }

  /** Answers a success with its JSON; rejects with a ProviderRefusal for any other status, and with the system's error otherwise. */
  override async request<TData>(
    options: RequestClient.RequestOptions<TData>,
  ): Promise<LibraryResponse.default<TData>> {
    const { method, uri, username = '', password = '', headers, data, params } = options;
    const asks = method.toLowerCase() === 'get';
    const query = form(params as Fields | undefined).toString();
    const answer = await fetch(query === '' ? uri : `${uri}?${query}`, {
      method: method.toUpperCase(),
      headers: {
        ...(headers as { readonly [name: string]: string } | undefined),
        authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`,
      },
      ...(asks ? {} : { body: form(data as Fields | undefined) }),
      redirect: 'manual',
      signal: AbortSignal.timeout(this.#limitMilliseconds),
    });
    const text = await readText(answer);
    if (!answer.ok) throw refusal(answer, text);
    return { statusCode: answer.status, body: JSON.parse(text), headers: {} };
  }
}

/** How the provider's REST API is reached with an account. */
export interface ProviderAccount {
  /** AC… */
  readonly accountSid: string;
  readonly authToken: string;
  /** A stand-in for https://api.twilio.com, in the demo and in tests. */
  readonly baseUrl?: string;
  /** How long one request may take. */
  readonly limitMilliseconds?: number;
}

/** What the twilio library is made with. */
export function providerOptions(limitMilliseconds: number) {
  // Where requests go is for our settings to say; the library would also ask TWILIO_EDGE and TWILIO_REGION.
  return { httpClient: new ProviderHttp(limitMilliseconds), edge: '', region: '' };
}

/**
 * Errors 20000 to 20999 are about the account or the address asked, which an operator can mend, and so is an answer that is
 * not the provider's own; the others are about what was asked.
 */
export function isAccountError(code: number | undefined): boolean {
  return code === undefined || (code >= 20_000 && code < 21_000);
}

type Fields = { readonly [field: string]: string | readonly string[] };

/** A form as the provider reads it: of several values each stands by itself. */
function form(fields: Fields = {}): URLSearchParams {
  return new URLSearchParams(
    Object.entries(fields).flatMap(([name, value]) =>
      [value].flat().map((one): [string, string] => [name, String(one)]),
    ),
  );
}

async function readText(answer: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  // Leaving the loop early ends the connection.
  for await (const chunk of answer.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > MOST_ANSWER_BYTES) throw new RangeError('the answer is too long to be the provider’s');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function refusal(answer: Response, text: string): ProviderRefusal {
  // The other form that HTTP allows, a date, is not used by this provider.
  const wait = /^\d{1,6}$/.exec(answer.headers.get('retry-after') ?? '')?.[0];
  return new ProviderRefusal(answer.status, errorNumber(text), wait === undefined ? undefined : Number(wait));
}

function errorNumber(text: string): number | undefined {
  try {
    const { code } = JSON.parse(text) as { readonly code?: unknown };
    // Five digits at most, so that no other number passes for one.
    return typeof code === 'number' && Number.isInteger(code) && code > 0 && code < 100_000
      ? code
      : undefined;
  } catch {
    return undefined;
  }
}
