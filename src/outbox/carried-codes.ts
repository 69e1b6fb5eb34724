import type { Knex } from 'knex';

/** What a provider's report amounts to. */
export type ReportedDelivery = 'sent' | 'delivered' | 'failed';

/** The codes that messages carry. The room that owns their table gives it, since the outbox writes no other room's rows. */
export interface CarriedCodes {
  /** The code whose id stands in this column of the outer query, where the code is no longer live; for `exists`. */
  notLive(knex: Knex, column: string): Knex.QueryBuilder;
  /** Lets the code's delivery follow the message that carries it. Delivery never makes a code valid or void. */
  setDelivery(transaction: Knex, codeId: string, delivery: ReportedDelivery): Promise<void>;
}
