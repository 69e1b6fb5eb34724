import type { Clock } from '../src/platform/clock.ts';
import type { CarrierRequest } from './carrier-request.ts';

export interface CarrierResponse {
  readonly status: number;
  /** As received; undefined when there is none. */
  readonly contentType: string | undefined;
  readonly body: string;
}

/** One webhook and what came of it. */
export interface Exchange {
  readonly request: CarrierRequest;
  readonly outcome:
    | { readonly kind: 'answered'; readonly response: CarrierResponse }
    | { readonly kind: 'unreachable'; readonly reason: string };
  readonly milliseconds: number;
}

/** The carrier gives a webhook 15 seconds in all. */
export const READ_LIMIT_MILLISECONDS = 15_000;

export interface ServiceEndpoint {
  /** Where the service is known to the outside world; signatures are made over it. */
  readonly publicUrl: string;
  /** Where it is reached from here. */
  readonly baseUrl: string;
  readonly readLimitMilliseconds: number;
  /** Measures the answer times; the virtual time of a call is not this one. */
  readonly stopwatch: Clock;
}

/** Sends a webhook and waits for the answer, at most the read limit. Never throws for what the network does. */
export async function sendToService(line: ServiceEndpoint, request: CarrierRequest): Promise<Exchange> {
  const started = line.stopwatch.now();
  const target = reachableUrl(line, request.url);
  try {
    if (target === undefined) throw new Error(`${new URL(request.url).origin} is not the service`);
    const response = await fetch(target, {
      method: request.method,
      headers: request.headers,
      ...(request.method === 'POST' ? { body: request.body } : {}),
      redirect: 'manual',
      signal: AbortSignal.timeout(line.readLimitMilliseconds),
    });
    const body = await response.text();
    return {
      request,
      outcome: {
        kind: 'answered',
        response: {
          status: response.status,
          contentType: response.headers.get('content-type') ?? undefined,
          body,
        },
      },
      milliseconds: line.stopwatch.now() - started,
    };
  } catch (error) {
    return {
      request,
      outcome: { kind: 'unreachable', reason: reasonOf(error) },
      milliseconds: line.stopwatch.now() - started,
    };
  }
}

/** A path of the service as a full address; the service may live below a path of its own. */
export function addressAt(base: string, path: string): string {
  return new URL(`${base.replace(/\/+$/, '')}${path}`).href;
}

/** The address to connect to for a public URL, or undefined when it leads to somebody else. */
function reachableUrl(line: ServiceEndpoint, url: string): string | undefined {
  const home = addressAt(line.publicUrl, '/');
  return url.startsWith(home) ? addressAt(line.baseUrl, url.slice(home.length - 1)) : undefined;
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown reason';
  if (error.name === 'TimeoutError') return 'no answer within the read limit';
  const cause = error.cause;
  if (cause instanceof Error) return 'code' in cause ? String(cause.code) : cause.message;
  return error.message;
}
