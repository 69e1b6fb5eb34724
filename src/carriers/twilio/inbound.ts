import { z } from 'zod';
import type { CallEnd } from '../../calls/calls-port.ts';
import type { ConferenceEvent, LeaveReason } from '../../escalation/carrier-command.ts';
import type { QueueResult } from '../../escalation/queue-result.ts';
import type { ReportedDelivery } from '../../outbox/carried-codes.ts';
import { defined } from '../../platform/defined.ts';
import type { CarrierEvent, MessageReport } from '../carrier.ts';
import { type ClaimedConference, completeEvent } from '../claimed-event.ts';
import { type Parameters, readOwnUrl, single } from '../own-url.ts';

const text = z.string();
const errorNumber = z.string().regex(/^[0-9]{1,5}$/);
const sequenceNumber = z.string().regex(/^[0-9]{1,7}$/);

/** STIR/SHAKEN: the signature over the calling number does not fit it, at any level that it claims. */
const FAILED_ATTESTATION = /^TN-Validation-Failed/i;

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

/** Twilio's word for a call in a queue that a command took elsewhere. */
const MOVED_FROM_QUEUE = 'redirected';

/** Twilio's words for what happens in a conference, in ours; the others are not asked for. */
const CONFERENCE_WORDS = new Map<string, ConferenceEvent['what']['kind']>([
  ['conference-start', 'started'],
  ['conference-end', 'ended'],
  ['participant-join', 'joined'],
  ['participant-leave', 'left'],
  ['participant-hold', 'held'],
  ['participant-unhold', 'unheld'],
  ['participant-mute', 'muted'],
  ['participant-unmute', 'unmuted'],
  ['participant-modify', 'changed'],
]);

/** Twilio's words for why somebody left, in ours. */
const LEAVE_WORDS = new Map<string, LeaveReason>([
  ['participant_updated_via_api', 'moved'],
  ['participant_hung_up', 'hung_up'],
  ['conference_ended_via_api', 'ended'],
  ['moderator_ended_conference', 'ended'],
  ['participant_add_failed', 'failed'],
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
  const queueResult = queueResultOf(form);
  const callStatus = callStatusOf(form);
  const message = messageOf(form);
  const fallbackError = errorOf(form);
  const moved = single(text, form.QueueResult) === MOVED_FROM_QUEUE ? (true as const) : undefined;
  const conference = conferenceOf(form);
  const attestation = single(text, form.StirVerstat);
  return completeEvent({
    callId: single(text, form.CallSid),
    from: single(text, form.From),
    to: single(text, form.To),
    attestation,
    isForged: attestation !== undefined && FAILED_ATTESTATION.test(attestation),
    digits: single(text, form.Digits),
    finishKey: single(text, form.FinishedOnKey),
    ownUrl: readOwnUrl(query),
    ...defined({ queueResult, moved, conference, callStatus, message, fallbackError }),
  });
}

/** How a wait in a queue ended. A word that was added since counts as a failure, so that the caller hears of it. */
function queueResultOf(form: Parameters): QueueResult | undefined {
  const word = single(text, form.QueueResult);
  return word === undefined || word === '' ? undefined : (QUEUE_WORDS.get(word) ?? 'failed');
}

function callStatusOf(form: Parameters): CallEnd | 'live' | undefined {
  const word = single(text, form.CallStatus);
  return word === undefined ? undefined : (CALL_ENDS.get(word) ?? 'live');
}

function conferenceOf(form: Parameters): ClaimedConference | undefined {
  const id = single(text, form.ConferenceSid);
  if (id === undefined) return undefined;
  const sequence = single(sequenceNumber, form.SequenceNumber);
  return {
    id,
    name: single(text, form.FriendlyName),
    sequence: sequence === undefined ? undefined : Number(sequence),
    what: CONFERENCE_WORDS.get(single(text, form.StatusCallbackEvent) ?? ''),
    callId: single(text, form.CallSid),
    label: single(text, form.ParticipantLabel),
    reason: LEAVE_WORDS.get(single(text, form.ReasonParticipantLeft) ?? ''),
  };
}

function messageOf(form: Parameters): MessageReport | 'no_use' | undefined {
  const messageId = single(text, form.MessageSid);
  const word = single(text, form.MessageStatus);
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
