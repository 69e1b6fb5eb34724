import { z } from 'zod';
import type { CallEnd, IncomingCall, KeyedTurn } from '../../calls/calls-port.ts';
import { isWaitOver, type QueueResult } from '../../escalation/queue-result.ts';
import { isOpaqueId } from '../../platform/opaque-id.ts';
import { isStepName } from '../../telemetry/events.ts';
import type { Parameters } from './signature.ts';

/** Longest address of a caller that is kept: a SIP address may take 255 characters. */
const ADDRESS_CHARACTERS = 255;
/** More keys than any entry has; a longer one is a cat on the keypad, or not a keypad. */
const MOST_KEYS = 64;

const callId = z.string().refine(isOpaqueId);
const messageId = z.string().refine(isOpaqueId);
const address = z
  .string()
  .min(1)
  .max(ADDRESS_CHARACTERS)
  .regex(/^[\x21-\x7e]+$/);
const keys = z
  .string()
  .max(MOST_KEYS)
  .regex(/^[0-9*#]*$/);
const token = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/);
const step = z.string().refine(isStepName);
const queueWord = z.string().regex(/^[a-z]{1,20}(?:-[a-z]{1,20}){0,3}$/);
const attestation = z.string().regex(/^[A-Za-z0-9-]{1,64}$/);
const carrierError = z.string().regex(/^[0-9]{1,5}$/);
const count = z.string().regex(/^[0-9]{1,3}$/);
const callEnd = z.enum(['completed', 'busy', 'failed', 'no-answer', 'canceled']);
const delivery = z.enum([
  'accepted',
  'queued',
  'sending',
  'sent',
  'delivered',
  'undelivered',
  'failed',
  'canceled',
]);

/** What is wrong with a parameter: names of ours, safe to log. */
export type Problem = 'no_call_id' | 'no_message_id' | 'no_status' | 'no_keys' | 'no_token';

export type Parsed<Value> =
  | { readonly kind: 'understood'; readonly value: Value; readonly problems: readonly Problem[] }
  | { readonly kind: 'malformed'; readonly problem: Problem };

/** A single value of the right shape; missing, repeated and malformed ones are all undefined. */
function single<Value>(schema: z.ZodType<Value>, value: unknown): Value | undefined {
  const parsed = schema.safeParse(value);
  return parsed.success ? parsed.data : undefined;
}

/** The caller's and the dialled number as claimed; nothing hangs on their truth (invariant 24), so neither is refused. */
function addresses(form: Parameters): { readonly from: string; readonly to: string } {
  return { from: single(address, form.From) ?? 'anonymous', to: single(address, form.To) ?? '' };
}

/** Reads the webhook of an incoming call, or of the fallback URL. Pure. */
export function readIncomingCall(form: Parameters): Parsed<IncomingCall> {
  const id = single(callId, form.CallSid);
  if (id === undefined) return { kind: 'malformed', problem: 'no_call_id' };
  const claimed = single(attestation, form.StirVerstat);
  return {
    kind: 'understood',
    value: {
      callId: id,
      ...addresses(form),
      ...(claimed === undefined ? {} : { attestation: claimed }),
    },
    problems: [],
  };
}

/** Reads the webhook of a Gather's or an Enqueue's action URL. Pure. */
export function readKeyedTurn(form: Parameters, query: Parameters): Parsed<KeyedTurn> {
  const id = single(callId, form.CallSid);
  if (id === undefined) return { kind: 'malformed', problem: 'no_call_id' };
  const left = queueResultOf(form);
  const digits = single(keys, form.Digits);
  const stepToken = single(token, query.t);
  const problems: Problem[] = [];
  if (digits === undefined && left === undefined) problems.push('no_keys');
  if (stepToken === undefined) problems.push('no_token');
  return {
    kind: 'understood',
    value: {
      callId: id,
      ...addresses(form),
      token: stepToken,
      step: single(step, query.step),
      digits,
      ...(isUrgent(form, query) ? { urgent: true } : {}),
      ...(left === undefined ? {} : { queueResult: left }),
    },
    problems,
  };
}

/** Reads the webhook of a call's status; `end` is undefined while the call goes on. Pure. */
export function readCallStatus(
  form: Parameters,
): Parsed<{ readonly callId: string; readonly end: CallEnd | undefined }> {
  const id = single(callId, form.CallSid);
  if (id === undefined) return { kind: 'malformed', problem: 'no_call_id' };
  if (single(z.string(), form.CallStatus) === undefined) return { kind: 'malformed', problem: 'no_status' };
  return {
    kind: 'understood',
    value: { callId: id, end: single(callEnd, form.CallStatus) },
    problems: [],
  };
}

export type Delivery = z.infer<typeof delivery>;

/** The carrier says how a message fared; the same may come twice and in any order. */
export interface MessageStatus {
  readonly messageId: string;
  readonly delivery: Delivery;
  /** The carrier's error number, where delivery failed. */
  readonly carrierError?: number;
  /** Ours, from the status URL; finds the message when this webhook overtakes the answer that names its id. */
  readonly reference?: string;
}

/** Reads the webhook of a message's status; undefined value: a status this program has no use for. Pure. */
export function readMessageStatus(
  form: Parameters,
  query: Parameters = {},
): Parsed<MessageStatus | undefined> {
  const id = single(messageId, form.MessageSid);
  if (id === undefined) return { kind: 'malformed', problem: 'no_message_id' };
  if (single(z.string(), form.MessageStatus) === undefined)
    return { kind: 'malformed', problem: 'no_status' };
  const status = single(delivery, form.MessageStatus);
  const error = readCarrierError(form);
  const reference = single(token, query.reference);
  return {
    kind: 'understood',
    value:
      status === undefined
        ? undefined
        : {
            messageId: id,
            delivery: status,
            ...(error === undefined ? {} : { carrierError: error }),
            ...(reference === undefined ? {} : { reference }),
          },
    problems: [],
  };
}

/** The carrier's error number on a fallback or a message. Pure. */
export function readCarrierError(form: Parameters): number | undefined {
  const error = single(carrierError, form.ErrorCode);
  return error === undefined ? undefined : Number(error);
}

/** Twilio's words for how a wait in a queue ended, in ours. */
const QUEUE_WORDS: { readonly [word: string]: QueueResult } = {
  bridged: 'answered',
  'bridging-in-process': 'answered',
  redirected: 'answered',
  'redirected-from-bridged': 'answered',
  hangup: 'hung_up',
  leave: 'left',
  'queue-full': 'full',
  error: 'failed',
  'system-error': 'failed',
};

/** How a wait in a queue ended. A word that was added since counts as a failure, so that the caller hears of it. */
function queueResultOf(form: Parameters): QueueResult | undefined {
  const word = single(queueWord, form.QueueResult);
  if (word === undefined) return undefined;
  return Object.hasOwn(QUEUE_WORDS, word) ? QUEUE_WORDS[word] : 'failed';
}

/** How the carrier says a caller left the queue: served or gone, or never got in and still on the line. */
export function queueWaitEnded(form: Parameters): boolean {
  const result = queueResultOf(form);
  return result !== undefined && isWaitOver(result);
}

/** The number dialled, for the language of the line. */
export function dialledNumber(form: Parameters): string {
  return addresses(form).to;
}

/** The part of a query our own action URLs have; anything else in it is dropped. Pure. */
export function ownQuery(query: Parameters): string {
  const stepName = single(step, query.step);
  const stepToken = single(token, query.t);
  if (stepName === undefined || stepToken === undefined) return '';
  return `?step=${stepName}&t=${stepToken}${isFreezeInProgress(query) ? '&urgent=1' : ''}`;
}

/** The step our own action URL names. Pure. */
export function stepFromUrl(query: Parameters): string | undefined {
  return single(step, query.step);
}

/** How often the caller has been held already, as our own URL says. Pure. */
export function holdCount(query: Parameters): number {
  return Number(single(count, query.held) ?? 0);
}

/** `**` was keyed: the account is to be frozen, whatever else was keyed (policy "keys"). Pure. */
export function asksForFreeze(form: Parameters): boolean {
  return single(keys, form.Digits)?.includes('**') ?? false;
}

/** The step was asked of a caller who wants a freeze, as our own URL says. Pure. */
export function isFreezeInProgress(query: Parameters): boolean {
  return query.urgent === '1';
}

/**
 * What goes before everything else (invariant 30): `**`, one star that may be its first half at a menu, and what is keyed
 * on the way to a freeze. So does what ends a wait in a queue: it makes room. Pure.
 */
export function isUrgent(form: Parameters, query: Parameters): boolean {
  return (
    asksForFreeze(form) ||
    single(keys, form.Digits) === '*' ||
    isFreezeInProgress(query) ||
    queueResultOf(form) !== undefined
  );
}
