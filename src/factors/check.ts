import type { Knex } from 'knex';
import type { PassedFactor } from '../assurance/grant.ts';
import type { SecretTries } from '../lockout/budget.ts';
import type { Instant } from '../platform/clock.ts';
import type { Policy } from '../policy/policy.ts';
import type { CounterName, KeyedFactorName } from './catalogue.ts';

/** Where and when a factor was keyed. */
export interface AttemptContext {
  readonly callId: string;
  readonly stepToken: string;
  /** Keyed digest of the webhook, the input included. */
  readonly requestDigest: string;
  readonly sourceIndex: string;
  /** Blind index (kind `phone`) of the calling number, where it is one; compared with the customer's own. */
  readonly sourcePhoneIndex: string | undefined;
  readonly policy: Policy;
  readonly now: Instant;
}

export type Comparison =
  /** `secretId`: the secret to be consumed when the attempt is settled. */
  | { readonly kind: 'match'; readonly passed: PassedFactor; readonly secretId?: string }
  | { readonly kind: 'mismatch' }
  /** An earlier secret: recognised and not charged. */
  | { readonly kind: 'late' }
  /** There was never a secret to compare with. */
  | { readonly kind: 'none' }
  /** Too many comparisons at once: nothing was compared. */
  | { readonly kind: 'busy' };

/** How the input will be compared, with what was read for it beside the reservation. */
export type PreparedComparison =
  /**
   * Takes its time and needs no database; never run inside a transaction. A refused attempt (`isReserved` false) costs
   * the same work against something that cannot match (invariants 4, 20).
   */
  | { readonly kind: 'in_process'; readonly compare: (isReserved: boolean) => Promise<Comparison> }
  /** Looks in the database, in the transaction that settles the attempt. A refused attempt looks nothing up. */
  | {
      readonly kind: 'look_up';
      readonly compare: (transaction: Knex) => Promise<Comparison>;
      /** The secret whose own tries the attempt draws on. */
      readonly secretId?: string;
    };

/** What a keyed factor does within the protocol of FactorService. */
export interface FactorCheck<Keyed extends { readonly factor: KeyedFactorName }> {
  counterOf(keyed: Keyed): CounterName;
  /** Whose secret is keyed; undefined where nobody is known. */
  customerOf(keyed: Keyed): string | undefined;
  /** Keyed digest of whom the caller says to be, known or not; undefined for a factor of somebody who is known. */
  subjectOf(keyed: Keyed): string | undefined;
  /** Reads what the comparison needs. Its statement is pipelined with others: one at most. */
  prepare(transaction: Knex, context: AttemptContext, keyed: Keyed): Promise<PreparedComparison>;
  /** The tries of one secret; undefined for a factor whose secrets have none of their own. */
  readonly tries: ((policy: Policy) => SecretTries) | undefined;
  /** Uses the secret up: true for one of any number who try (invariant 12); undefined where a secret stays good. */
  readonly consume: ((transaction: Knex, secretId: string, now: Instant) => Promise<boolean>) | undefined;
}
