import type { QueueResult } from '../escalation/queue-result.ts';
import type { Reply } from '../speech/reply.ts';

/** The carrier reports a new call. The network claims everything here; nothing is proof (invariant 24). */
export interface IncomingCall {
  readonly callId: string;
  /** As received: may be E.164, `anonymous`, `client:…`, `sip:…`. */
  readonly from: string;
  readonly to: string;
  /** StirVerstat as received, where present. */
  readonly attestation?: string;
}

/** What the caller did at a step, as the carrier reports it. */
export interface KeyedTurn {
  readonly callId: string;
  readonly from: string;
  readonly to: string;
  /** From the action URL; undefined when it is missing or malformed. */
  readonly token: string | undefined;
  readonly step: string | undefined;
  /** Keys pressed; an empty string is silence. Undefined when the parameter is missing or doubled. */
  readonly digits: string | undefined;
  /** The caller ended the input with `#`. */
  readonly finished?: boolean;
  /** How the caller's wait in a queue ended, on the webhook that says so. */
  readonly queueResult?: QueueResult;
  /** Keyed beside words that only `**` cuts short. */
  readonly aside?: true;
  /** Served before other turns: the caller asks for a freeze (invariant 30). */
  readonly urgent?: boolean;
}

/** `**` beside the steps of a call. `keys` and `token` tell a retry of the webhook from another one. */
export interface FreezeAsked extends IncomingCall {
  readonly keys: string;
  readonly token: string | undefined;
}

export type CallEnd = 'completed' | 'busy' | 'failed' | 'no-answer' | 'canceled';

/** What goes back to the carrier. `kind` is for metrics and logs; `body` is the TwiML. */
export interface Answer {
  readonly kind: 'taken' | 'repeated' | 'reprompted' | 'ended' | 'unknown_call';
  readonly body: string;
}

/** Turns a reply into the carrier's markup. `token` goes into the action URL. Must be pure: answers are stored byte for byte. */
export interface ReplyRenderer {
  reply(reply: Reply, token: string): string;
  /** For an unknown call at /voice/turn: start again from the greeting. */
  startAgain(): string;
}

/** The calls capability as HTTP sees it. Each method throws a Fault when it cannot work; the route then answers with the outage words. */
export interface Calls {
  answer(call: IncomingCall): Promise<Answer>;
  turn(turn: KeyedTurn): Promise<Answer>;
  /** The carrier asks the fallback URL after a failed webhook: keep the caller alive at the step they are at. */
  resume(call: IncomingCall & Pick<KeyedTurn, 'queueResult'>): Promise<Answer>;
  /** `**` where no step's token is at hand: on hold, in a queue, in a document of an outage (invariant 41). */
  freeze(asked: FreezeAsked): Promise<Answer>;
  /** A call is over: its levels and codes are void from now on (invariant 25). Idempotent, any order. */
  ended(callId: string, end: CallEnd): Promise<void>;
}
