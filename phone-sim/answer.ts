import type { CarrierResponse, Exchange } from './carrier.client.ts';
import type { Verb } from './twiml.ts';
import { readTwiml } from './twiml-reader.ts';

/** Documents fetched in a row without a key or a moment passing: more is a loop that a caller would never leave. */
export const MAXIMUM_DOCUMENTS_IN_A_ROW = 25;
/** The carrier's errors: the webhook failed, the document cannot be read, it is of the wrong kind. */
const HTTP_RETRIEVAL_FAILURE = 11_200;
export const DOCUMENT_PARSE_FAILURE = 12_100;
const INVALID_CONTENT_TYPE = 12_300;
const TWIML_CONTENT_TYPES = ['text/xml', 'application/xml', 'text/html'];

/** The note on a webhook that was sent twice and answered differently (invariant 39). */
export const DIFFERENT_ANSWER = 'sent twice, DIFFERENT answer';

/** Why the carrier cannot carry out an answer, with its error number. */
export interface AnswerFault {
  readonly kind: 'fault';
  readonly code: number;
  readonly reason: string;
}

export const LOOP_FAULT: AnswerFault = {
  kind: 'fault',
  code: HTTP_RETRIEVAL_FAILURE,
  reason: `more than ${MAXIMUM_DOCUMENTS_IN_A_ROW} documents in a row without a key or a moment passing`,
};

/** Reads an answer as the carrier does: its status, its type, its document. */
export function readAnswer(exchange: Exchange): { kind: 'read'; verbs: readonly Verb[] } | AnswerFault {
  if (exchange.outcome.kind === 'unreachable')
    return { kind: 'fault', code: HTTP_RETRIEVAL_FAILURE, reason: exchange.outcome.reason };
  const { response } = exchange.outcome;
  if (response.status < 200 || response.status > 299)
    return { kind: 'fault', code: HTTP_RETRIEVAL_FAILURE, reason: `status ${response.status}` };
  if (response.contentType === undefined)
    return { kind: 'fault', code: HTTP_RETRIEVAL_FAILURE, reason: 'no Content-Type' };
  const type = response.contentType.split(';')[0]?.trim().toLowerCase() ?? '';
  if (!TWIML_CONTENT_TYPES.includes(type))
    return { kind: 'fault', code: INVALID_CONTENT_TYPE, reason: `Content-Type ${type} is not TwiML` };
  const read = readTwiml(response.body);
  if (read.kind === 'refused')
    return { kind: 'fault', code: DOCUMENT_PARSE_FAILURE, reason: read.problems.join('; ') };
  return read;
}

/** Whether two answers are the same byte for byte. */
export function sameAnswer(one: Exchange, other: Exchange): boolean {
  const first = answerOf(one);
  const second = answerOf(other);
  return (
    first !== undefined &&
    second !== undefined &&
    first.status === second.status &&
    first.body === second.body
  );
}

/** The answer, or undefined where the service could not be reached. */
export function answerOf(exchange: Exchange): CarrierResponse | undefined {
  return exchange.outcome.kind === 'answered' ? exchange.outcome.response : undefined;
}

/** The readable step in an action URL. */
export function stepOf(url: string): string | undefined {
  return new URL(url).searchParams.get('step') ?? undefined;
}
