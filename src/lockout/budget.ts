import type { Knex } from 'knex';
import type { LadderRules } from './ladder.ts';

/** Failures of one customer at one counter. */
export interface CustomerBudget {
  readonly draws: 'customer';
  /** Names the counter's row and the attempts that draw on it. */
  readonly counter: string;
  readonly rules: LadderRules;
}

/** Attempts of one calling number, by which nobody knows yet whose customer it is; never a lock on a customer. */
export interface SourceBudget {
  readonly draws: 'source';
  readonly counter: string;
  /** Exclusive upper bounds: the attempt that would reach one more is refused. */
  readonly failuresPerHour: number;
  readonly customersPerDay: number;
}

/** What an attempt draws on. The factor gives it, so that no factor is counted by another's rules. */
export type AttemptBudget = CustomerBudget | SourceBudget;

/** Tries that are counted on one secret besides the customer's counter; the room that owns the secret keeps them. */
export interface SecretTries {
  /** Charges a try; false where none is left and nothing was charged. */
  take(transaction: Knex, secretId: string): Promise<boolean>;
  refund(transaction: Knex, secretId: string): Promise<void>;
}
