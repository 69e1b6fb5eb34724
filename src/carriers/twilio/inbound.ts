import { z } from 'zod';
import type { CallEnd } from '../../calls/calls-port.ts';
import type { QueueResult } from '../../escalation/queue-result.ts';
import { LONGEST_INPUT } from '../../keying/input.ts';
import type { ReportedDelivery } from '../../outbox/carried-codes.ts';
import { defined } from '../../platform/defined.ts';
import { isOpaqueId } from '../../platform/opaque-id.ts';
import { type CarrierEvent, completeEvent, type MessageReport } from '../carrier.ts';
import { type Parameters, readOwnUrl, single } from '../own-url.ts';

/** Longest address of a caller that is kept: a SIP address may take 255 characters. */
const ADDRESS_CHARACTERS = 255;

const id = z.string().refine(isOpaqueId);
const address = z
  .string()
  .min(1)
  .max(ADDRESS_CHARACTERS)
  .regex(/^[\x21-\x7e]+$/);
const keys = z
  .string()
  .max(LONGEST_INPUT)
  .regex(/^[0-9*#]*$/);
const finishKey = z.string().regex(/^[0-9*#]$/);
const queueWord = z.string().regex(/^[a-z]{1,20}(?:-[a-z]{1,20}){0,3}$/);
const attestation = z.string().regex(/^[A-Za-z0-9-]{1,64}$/);
const errorNumber = z.string().regex(/^[0-9]{1,5}$/);
const anyWord = z.string();

const CALL_ENDS = new Map<string, CallEnd>(
  (['completed', 'busy', 'failed', 'no-answer', 'canceled'] as const).map((word) => [word, word]),
);

/** Twilio's words for how a wait in a queue ended, in ours. */
const QUEUE_WORDS = new Map<string, QueueResult>([
  ['bridged', 'answered'],
  ['bridging-in-process', 'answered'],
  ['redirected', 'answered'],
  ['redirected-from-bridged', 'answered'],
  ['hangup', 'hung_up'],
  ['leave', 'left'],
  ['queue-full', 'full'],
  ['error', 'failed'],
  ['system-error', 'failed'],
]);

/** Twilio's words for how a message fared, in ours. */
const MESSAGE_WORDS = new Map<string, ReportedDelivery>([
  ['accepted', 'sent'],
  ['scheduled', 'sent'],
  ['queued', 'sent'],
  ['sending', 'sent'],
  ['sent', 'sent'],
  ['delivered', 'delivered'],
  ['read', 'delivered'],
  ['undelivered', 'failed'],
  ['failed', 'failed'],
  ['canceled', 'failed'],
]);

/** Reads a form that Twilio has signed. Never throws for any content. */
export function readEvent(form: Parameters, query: Parameters): CarrierEvent {
  const claimed = single(attestation, form.StirVerstat);
  const finished = single(finishKey, form.FinishedOnKey);
  const queueResult = queueResultOf(form);
  const callStatus = callStatusOf(form);
  const message = messageOf(form);
  const fallbackError = errorOf(form);
  return completeEvent({
    callId: single(id, form.CallSid),
    from: single(address, form.From) ?? 'anonymous',
    to: single(address, form.To) ?? '',
    digits: single(keys, form.Digits),
    ownUrl: readOwnUrl(query),
    ...defined({
      attestation: claimed,
      finishKey: finished,
      queueResult,
      callStatus,
      message,
      fallbackError,
    }),
  });
}

/** How a wait in a queue ended. A word that was added since counts as a failure, so that the caller hears of it. */
function queueResultOf(form: Parameters): QueueResult | undefined {
  const word = single(queueWord, form.QueueResult);
  return word === undefined ? undefined : (QUEUE_WORDS.get(word) ?? 'failed');
}

function callStatusOf(form: Parameters): CallEnd | 'live' | undefined {
  const word = single(anyWord, form.CallStatus);
  return word === undefined ? undefined : (CALL_ENDS.get(word) ?? 'live');
}

function messageOf(form: Parameters): MessageReport | 'no_use' | undefined {
  const messageId = single(id, form.MessageSid);
  const word = single(anyWord, form.MessageStatus);
  if (messageId === undefined || word === undefined) return undefined;
  const delivery = MESSAGE_WORDS.get(word);
  if (delivery === undefined) return 'no_use';
  const carrierError = errorOf(form);
  return { messageId, delivery, ...defined({ carrierError }) };
}

function errorOf(form: Parameters): number | undefined {
  const error = single(errorNumber, form.ErrorCode);
  return error === undefined ? undefined : Number(error);
}
