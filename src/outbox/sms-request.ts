import type { Instant } from '../platform/clock.ts';

/** What a message is for. */
export type SmsPurpose = 'code' | 'summary' | `${'lock' | 'change' | 'action' | 'freeze' | 'number'}_notice`;

/** A message to be put into the outbox. */
export interface SmsRequest {
  readonly purpose: SmsPurpose;
  readonly callId?: string;
  /** The code the message carries; its `delivery` follows the message's. */
  readonly codeId?: string;
  /** E.164. */
  readonly to: string;
  readonly body: string;
  /** Not sent at or after this: a late code is worse than none. */
  readonly expiresAt: Instant;
  readonly now: Instant;
  /** Blind index of the number; of a notice, so that those of a day can be counted. */
  readonly numberIndex?: string;
  /** How many events a summary tells of. */
  readonly events?: number;
  /** Not sent before; at once where left out. */
  readonly dueAt?: Instant;
}
