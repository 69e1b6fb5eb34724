import type { Knex } from 'knex';
import type { LadderRules } from './ladder.ts';

/** Failures of one customer at one counter. */
export interface CustomerBudget {
  readonly draws: 'customer';
  /** Names the counter's row and the attempts that draw on it. */
  readonly counter: string;
  readonly rules: LadderRules;
}

/**
 * People whom callers from one number said to be, known or unknown alike, and who have not proved it; never a lock on a
 * customer (Z3, Z11).
 */
export interface SourceBudget {
  readonly draws: 'source';
  readonly counter: string;
  /** The attempt that would name one person more than these within an hour is refused. */
  readonly peoplePerHour: number;
  /** Counters at which a right secret, in the same call, proves it. */
  readonly provedAt: readonly string[];
}

/** An attempt that nothing limits: it is recorded, and reserved and settled like every other. */
interface NoBudget {
  readonly draws: 'nothing';
  readonly counter: string;
}

/** What an attempt draws on. The factor gives it, so that no factor is counted by another's rules. */
export type AttemptBudget = CustomerBudget | SourceBudget | NoBudget;

/** Tries that are counted on one secret besides the customer's counter; the room that owns the secret keeps them. */
export interface SecretTries {
  /** Charges a try; false where none is left and nothing was charged. */
  take(transaction: Knex, secretId: string): Promise<boolean>;
  refund(transaction: Knex, secretId: string): Promise<void>;
}
