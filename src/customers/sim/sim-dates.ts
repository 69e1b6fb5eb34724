import type { Knex } from 'knex';
import type { Instant } from '../../platform/clock.ts';

/** What an operator says of the SIM behind a number. */
export type SimAnswer =
  /** The moment of the last change, as exact as the operator knows it; the latest it can mean where that is a day. */
  | { readonly kind: 'changed'; readonly at: Instant }
  /** It has not changed since that moment; what was before it is not known, or not told. */
  | { readonly kind: 'unchanged'; readonly since: Instant }
  | { readonly kind: 'unknown' };

/**
 * The port to an operator's feed of SIM changes (Z5, V3.2). `transaction` is the turn's: the embedded operator takes part in
 * it, a remote one ignores it.
 */
export interface SimDatesPort {
  /** When the SIM of this number (E.164) last changed. It may throw or be late: that is then not known. */
  lastChange(number: string, transaction: Knex): Promise<SimAnswer>;
}

/** Why an operator's feed said nothing that can be used. */
export type SimFailure = 'late' | 'failed' | 'odd_answer' | 'paused';

/** What a guarded feed answers: never an error. */
type FedAnswer = SimAnswer & { readonly failure?: SimFailure };

/** A feed that is held to the port: it answers in time and in shape, or says that it does not know. */
export interface GuardedSimDates {
  lastChange(number: string, transaction: Knex): Promise<FedAnswer>;
}
