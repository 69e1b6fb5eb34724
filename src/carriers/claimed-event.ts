import {
  type ConferenceEvent,
  handoffOf,
  type LeaveReason,
  readLabel,
} from '../escalation/carrier-command.ts';
import { readDialled } from '../jurisdictions/dialled-number.ts';
import { asksForFreeze, mayAskForFreeze, readKeyed } from '../keying/input.ts';
import { defined } from '../platform/defined.ts';
import { isOpaqueId, readOpaqueId } from '../platform/opaque-id.ts';
import { isWord } from '../platform/word.ts';
import type { CarrierEvent, MessageReport } from './carrier.ts';

/** Longest address of a caller that is kept: a SIP address may take 255 characters. */
const CALLER_ADDRESS = /^[\x21-\x7e]{1,255}$/;
const ONE_KEY = /^[0-9*#]$/;
const MOST_ERROR_NUMBER = 99_999;
/** Nobody joins, leaves or is held so often. */
const MOST_REPORTS = 1_000_000;

/** A report of a conference as a carrier words it: texts as they came, its words in ours, undefined where there is none. */
export interface ClaimedConference {
  readonly name?: string | undefined;
  readonly id?: string | undefined;
  readonly sequence?: number | undefined;
  readonly what?: ConferenceEvent['what']['kind'] | undefined;
  readonly callId?: string | undefined;
  readonly label?: string | undefined;
  readonly reason?: LeaveReason | undefined;
}

/** What a carrier has found in a genuine webhook: texts as they came, and its words in ours. */
interface ClaimedEvent
  extends Pick<CarrierEvent, 'queueResult' | 'moved' | 'callStatus' | 'fallbackError' | 'ownUrl'> {
  readonly callId?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly attestation?: string | undefined;
  /** The network has found that nobody rightly vouches for `from`: it is treated as a number that is hidden (Z11). */
  readonly isForged?: boolean;
  readonly digits?: string | undefined;
  readonly finishKey?: string | undefined;
  readonly message?: MessageReport | 'no_use' | undefined;
  readonly conference?: ClaimedConference | undefined;
}

/**
 * Gives every value its one shape, and adds what follows from them for every carrier. This is the only door: what no inner
 * assertion would take is absent or a digest from here on (invariant 45).
 */
export function completeEvent(claimed: ClaimedEvent): CarrierEvent {
  const { callId, from, to, attestation, finishKey, queueResult, message, callStatus, ownUrl } = claimed;
  const { moved, conference } = claimed;
  const digits = readKeyed(claimed.digits);
  const mayBeFreeze = mayAskForFreeze(digits ?? '');
  // Beside a step no keys are asked for, so that nothing else can be meant by ** there.
  const freezeAsked = ownUrl.aside ? mayBeFreeze : asksForFreeze(digits ?? '');
  return {
    callId: readOpaqueId(callId),
    from: from !== undefined && !claimed.isForged && CALLER_ADDRESS.test(from) ? from : 'anonymous',
    to: readDialled(to),
    digits,
    ownUrl,
    ...defined({
      attestation: attestation !== undefined && isWord(attestation) ? attestation : undefined,
      finishKey: finishKey !== undefined && ONE_KEY.test(finishKey) ? finishKey : undefined,
      queueResult,
      moved,
      conference: conference && readConference(conference),
      callStatus,
      message: message && readMessage(message),
      fallbackError: errorNumber(claimed.fallbackError),
    }),
    freezeAsked,
    urgent: mayBeFreeze || digits === '*' || ownUrl.freezeInProgress || queueResult !== undefined,
  };
}

/** An id that is none was given to no message of ours: the provider's answer is held to the same shape. */
function readMessage(message: MessageReport | 'no_use'): MessageReport | 'no_use' | undefined {
  if (message === 'no_use') return message;
  const { messageId, delivery } = message;
  const carrierError = errorNumber(message.carrierError);
  return isOpaqueId(messageId) ? { messageId, delivery, ...defined({ carrierError }) } : undefined;
}

/** A report from which nothing follows is `no_use`: of a conference that is not ours, of what we do not ask for, or odd. */
function readConference(claimed: ClaimedConference): ConferenceEvent | 'no_use' {
  const { name = '', sequence, what, reason } = claimed;
  const conferenceId = readOpaqueId(claimed.id);
  const isCounted = Number.isInteger(sequence) && Number(sequence) >= 1 && Number(sequence) <= MOST_REPORTS;
  if (handoffOf(name) === undefined || conferenceId === undefined || !isCounted || what === undefined)
    return 'no_use';
  const about = { conference: name, conferenceId, sequence: Number(sequence) };
  if (what === 'started' || what === 'ended') return { ...about, what: { kind: what } };
  const callId = readOpaqueId(claimed.callId);
  if (callId === undefined) return 'no_use';
  const leg = { callId, ...defined({ label: readLabel(claimed.label) }) };
  return what === 'left'
    ? { ...about, what: { kind: what, ...leg, ...defined({ reason }) } }
    : { ...about, what: { kind: what, ...leg } };
}

function errorNumber(error: number | undefined): number | undefined {
  return error !== undefined && Number.isInteger(error) && error >= 0 && error <= MOST_ERROR_NUMBER
    ? error
    : undefined;
}
