import type { IncomingHttpHeaders } from 'node:http';
import type { CallEnd, ReplyRenderer } from '../calls/calls-port.ts';
import type { CallControl, ConferenceEvent } from '../escalation/carrier-command.ts';
import type { QueueResult } from '../escalation/queue-result.ts';
import type { ReportedDelivery } from '../outbox/carried-codes.ts';
import type { MessagingPort } from '../outbox/messaging.ts';
import type { SpeechTexts } from '../speech/prompts-port.ts';
import type { RefusalReason } from '../telemetry/telemetry.ts';
import type { OwnUrl, Parameters } from './own-url.ts';
import type { StaticAnswers } from './static-answers.ts';

/** A webhook as it came in, before anything of it is believed. */
export interface ReceivedWebhook {
  /** PUBLIC_URL and the path and query as received: signatures stand over it. The Host header is never asked. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly query: Parameters;
  /** Empty where the body is not of the carrier's type. */
  readonly body: Uint8Array;
}

/** How a message fared; the same report may come twice and in any order. */
export interface MessageReport {
  readonly messageId: string;
  readonly delivery: ReportedDelivery;
  /** The carrier's error number, where delivery failed. */
  readonly carrierError?: number;
}

/**
 * What a genuine webhook says, read once, in no carrier's words and each value in its one shape (claimed-event.ts). Everything
 * here is claimed by the network, nothing is proof (invariant 24); what is missing, repeated or malformed counts as not there.
 */
export interface CarrierEvent {
  readonly callId: string | undefined;
  /** `anonymous` where it is withheld, or found to be forged by the network. */
  readonly from: string;
  /** As `readDialled` writes it; empty where the carrier does not say. */
  readonly to: string;
  /** How well the network vouches for `from`, in a word of its own. */
  readonly attestation?: string;
  /** Keys pressed; an empty text is silence. */
  readonly digits: string | undefined;
  /** The key that ended an input, where the carrier tells. It is not part of `digits`. */
  readonly finishKey?: string;
  readonly queueResult?: QueueResult;
  /**
   * The wait in a queue ended by a command that took the call elsewhere. Its answer is heard by nobody, and the call goes on
   * there. `queueResult` is `answered`: without a desk of ours, a person's tools have done it.
   */
  readonly moved?: true;
  /** What is reported of a conference of ours; `no_use` for one of somebody else, or where nothing follows from it. */
  readonly conference?: ConferenceEvent | 'no_use';
  /** `live` while the call goes on; undefined where the webhook does not speak of it. */
  readonly callStatus?: CallEnd | 'live';
  /** `no_use` for a status that says nothing of the delivery. */
  readonly message?: MessageReport | 'no_use';
  /** The carrier's error number, where it turned to the fallback URL. */
  readonly fallbackError?: number;
  readonly ownUrl: OwnUrl;
  /** `**` was keyed and nothing else can be meant: the account is to be frozen. */
  readonly freezeAsked: boolean;
  /**
   * Goes before everything else (invariant 30): a freeze or what may be one, one star that may be its first half at a menu, and what is keyed
   * on the way to a freeze. So does what ends a wait in a queue: it makes room.
   */
  readonly urgent: boolean;
}

type Received =
  | { readonly kind: 'genuine'; readonly event: CarrierEvent }
  | { readonly kind: 'refused'; readonly reason: RefusalReason };

export interface RendererSettings {
  /** Without a slash at its end. */
  readonly publicUrl: string;
  readonly prompts: SpeechTexts;
  /** Whether a freeze can be taken while the store is out. */
  readonly freezesInOutage?: boolean;
  /**
   * Marks each static document that is sent, so that a late copy of `**` beside it can be told from `**` beside the next one.
   * Absent where documents are only made again to be compared.
   */
  readonly newMark?: () => string;
}

export type CarrierRenderer = ReplyRenderer & StaticAnswers;

/** An account with a carrier, for what is sent to it. */
interface CarrierAccount {
  readonly account: string;
  readonly secret: string;
  /** What messages come from: a number (E.164), a service of the carrier's, or a name. */
  readonly sender: string;
  /** A stand-in for the carrier's API. */
  readonly apiBaseUrl?: string | undefined;
}

/** The same, for hand-offs: where the carrier finds our documents, what staff are called from, whether talks are recorded. */
interface DeskAccount extends Omit<CarrierAccount, 'sender'> {
  readonly publicUrl: string;
  readonly callsFrom: string;
  readonly talksRecorded: boolean;
}

/**
 * What a telephone carrier is to this service. One implementation each in a folder of this room, one line in
 * catalogue.ts, held by test/contracts/carrier.contract.ts. All of it is pure but what `messaging` and `callControl` make.
 */
export interface Carrier {
  readonly name: string;
  /** The media type of the webhooks' bodies; a body of another type is not read. */
  readonly bodyType: string;
  /** Why a request cannot be the carrier's, by its headers alone: asked before any body is read. Never throws. */
  refusalByHeaders(headers: IncomingHttpHeaders): RefusalReason | undefined;
  /** Verifies a webhook with any of the secrets (two during a rotation) and reads it. Never throws (invariant 39). */
  receive(webhook: ReceivedWebhook, secrets: readonly string[]): Received;
  /** The media type of the answers. */
  readonly answerType: string;
  /** What a webhook gets that nobody listens to. */
  readonly acknowledgement: string;
  /** Renders replies; the same reply and token give the same bytes. Throws where a static prompt is missing. */
  createRenderer(settings: RendererSettings): CarrierRenderer;
  /** Sends SMS; undefined for a carrier that has none. */
  readonly messaging: ((account: CarrierAccount) => MessagingPort) | undefined;
  /** Commands calls and conferences; undefined for a carrier that cannot be told to: its callers are answered by its queue. */
  readonly callControl: ((account: DeskAccount) => CallControl) | undefined;
}
