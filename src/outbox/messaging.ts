/** A text message for one number. */
export interface TextMessage {
  /** E.164. */
  readonly to: string;
  readonly body: string;
  /** Where the provider reports what became of it; absent: it does not. */
  readonly statusCallback?: string;
  /** Our own id of the message; stays the same when it is sent again. */
  readonly reference: string;
  /** The provider need not send it later than this; absent: at any time. */
  readonly validSeconds?: number;
}

/** Why a message was not taken this time. A closed list, free of numbers and texts. */
export type Unavailability =
  | 'timeout'
  | 'unreachable'
  | 'rate_limited'
  | 'provider_error'
  | 'not_authorised'
  | 'not_understood';

/** What the provider said: it has the message, it will never take it (its error number), or not now. */
export type SendOutcome =
  | { readonly kind: 'accepted'; readonly providerId: string }
  | { readonly kind: 'refused'; readonly code: number }
  | {
      readonly kind: 'unavailable';
      readonly reason: Unavailability;
      /** How long the provider asks us to wait, where it does. */
      readonly retryAfterSeconds?: number;
    };

/** Whether the message may have gone out although no answer says so (invariant 17). */
export function mayHaveBeenSent(reason: Unavailability): boolean {
  return reason === 'timeout' || reason === 'provider_error' || reason === 'not_understood';
}

/** The port to the SMS provider. `send` tries once, answers within a limit of its own and never throws. */
export interface MessagingPort {
  send(message: TextMessage): Promise<SendOutcome>;
}
