import type { Knex } from 'knex';
import type { Instant } from '../platform/clock.ts';
import type { Order } from '../policy/order.ts';
import type { Currency } from '../policy/policy.ts';

export interface BankAccount {
  readonly id: string;
  readonly number: string;
  readonly currency: Currency;
  readonly balanceMinor: number;
}
export interface BankLoan {
  readonly id: string;
  readonly number: string;
  readonly currency: Currency;
  readonly outstandingMinor: number;
  readonly dueMinor: number;
  /** YYYY-MM-DD */
  readonly dueOn: string;
}
export interface BankPayee {
  readonly id: string;
  readonly name: string;
  readonly accountNumber: string;
  readonly currency: Currency;
  readonly addedAt: Instant;
}

/** Why the core system will not carry an order out; a closed list the flow can speak of. */
export type BankRefusal =
  | 'insufficient_funds'
  | 'over_limit'
  | 'unknown_account'
  | 'unknown_payee'
  | 'unknown_loan'
  | 'currency_mismatch';

export type BankResult =
  | { readonly kind: 'done'; readonly balanceMinor?: number; readonly outstandingMinor?: number }
  | { readonly kind: 'refused'; readonly reason: BankRefusal };

export interface BankRequest {
  /** The same key means the same request: a repeated one gets the first result and moves nothing (issue of retries). */
  readonly idempotencyKey: string;
  readonly customerId: string;
  readonly order: Order;
  readonly at: Instant;
}

/**
 * The port to the core system. Every method throws Fault(bank_unavailable) when the core cannot be asked.
 * `transaction` is the turn's: the embedded bank takes part in it, a remote one ignores it and relies on the key.
 */
export interface BankPort {
  accounts(customerId: string, transaction: Knex): Promise<readonly BankAccount[]>;
  loans(customerId: string, transaction: Knex): Promise<readonly BankLoan[]>;
  payees(customerId: string, transaction: Knex): Promise<readonly BankPayee[]>;
  /** Sum of the customer's transfers in [from, to), in minor units; day totals for V1, V2. */
  transferredMinor(
    customerId: string,
    currency: Currency,
    from: Instant,
    to: Instant,
    transaction: Knex,
  ): Promise<number>;
  /** Whether `carryOut` would refuse the order now, without doing anything. */
  preview(request: Omit<BankRequest, 'idempotencyKey'>, transaction: Knex): Promise<BankRefusal | undefined>;
  carryOut(request: BankRequest, transaction: Knex): Promise<BankResult>;
}
