import { type Instant, MINUTE } from '../platform/clock.ts';
import type { AttemptBudget, SecretTries } from './budget.ts';
import type { AttemptRefusal, CallerLine } from './ladder.ts';

export type ReservationRefusal = AttemptRefusal | 'code_tries_spent' | 'source_limited';

export interface AttemptRequest {
  readonly id: string;
  readonly callId: string;
  readonly stepToken: string;
  /** Keyed digest of what was keyed: tells a genuine retry from another input on the same token. */
  readonly requestDigest: string;
  readonly budget: AttemptBudget;
  /** Undefined where nobody is known. */
  readonly customerId?: string;
  readonly sourceIndex: string;
  /** Keyed digest of whom the caller says to be; undefined where that is known already. */
  readonly subjectIndex?: string;
  readonly line: CallerLine;
  /** The secret whose own tries the attempt draws on as well. */
  readonly secret?: { readonly id: string; readonly tries: SecretTries };
  readonly now: Instant;
}

/** `repeated`: the same webhook came again and was not charged again; the first one may be comparing. */
export type Reservation =
  | { readonly kind: 'reserved'; readonly attemptId: string; readonly repeated: boolean }
  | { readonly kind: 'refused'; readonly reason: ReservationRefusal }
  | { readonly kind: 'conflict' };

/**
 * `refundedUnlessShared`: nothing was compared on the attempt (busy, or out of order). It is refunded unless a repeated
 * webhook shares it and may be comparing: an attempt is refunded only when nobody has looked (invariants 3, 8).
 */
export type AttemptOutcome = 'passed' | 'failed' | 'late' | 'refunded' | 'refundedUnlessShared';

/** A row of `attempts`. */
export interface AttemptRow {
  id: string;
  request_digest: string;
  factor: string;
  customer_id: string | null;
  source_index: string;
  subject_index: string | null;
  own_line: boolean | number;
  code_id: string | null;
  status: 'reserved' | 'refused' | Exclude<AttemptOutcome, 'refundedUnlessShared'>;
  refusal: ReservationRefusal | null;
}

/** Failures and attempts whose result is not known yet: both count. */
export const CHARGED = ['reserved', 'failed'] as const;

/**
 * A reserved attempt older than this belongs to a process that died: a turn is answered within the carrier's 15 s.
 * A success of the customer gives it up; until then it stays charged (invariant 3).
 */
export const IN_FLIGHT_MILLISECONDS = MINUTE;
