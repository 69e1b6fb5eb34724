import type { Knex } from 'knex';
import { ACTION_CATALOGUE, type ActionName, type ActionsThat } from '../actions/catalogue.ts';
import type { Order } from '../actions/order.ts';
import type { BANK_REFUSALS } from '../actions/order-details.ts';
import type { Currency } from '../jurisdictions/currency.ts';
import type { Instant } from '../platform/clock.ts';
import { assert } from '../platform/fault.ts';

/** The actions the core system carries out. The others are not the bank's to do. */
type BankAction = ActionsThat<'ask_bank'>;

/** Whether an action belongs to the core system; `preview` and `carryOut` take no other. */
function isBankAction(action: ActionName): action is BankAction {
  return ACTION_CATALOGUE[action].does === 'ask_bank';
}

/** An order the bank can look at: the action is its own, the amount whole and positive, the currency named. */
export interface BankOrder extends Order {
  readonly action: BankAction;
  readonly amountMinor: number;
  readonly currency: Currency;
}

/** Stops on what no caller can cause: an action of somebody else, money that is not whole and positive (invariant 27). */
export function bankOrder(order: Order): BankOrder {
  const { action, amountMinor, currency } = order;
  assert(isBankAction(action), `${action} is not carried out by the bank`);
  assert(
    amountMinor !== undefined && Number.isSafeInteger(amountMinor) && amountMinor > 0,
    'an amount is a whole, positive number of minor units',
  );
  assert(currency !== undefined, 'an amount has a currency');
  return { ...order, action, amountMinor, currency };
}

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

/** One movement of an account, as its statement would show it. */
export interface BankTransaction {
  readonly id: string;
  readonly at: Instant;
  /** Whether money came into the account or left it. */
  readonly direction: 'in' | 'out';
  /** More than nothing. */
  readonly amountMinor: number;
  /** The account's. */
  readonly currency: Currency;
  /** The last four characters of the other account or loan; left out where there is none (a fee, cash). */
  readonly counterpartyLastFour?: string;
}

/** Why the core system will not carry an order out: a closed list the flow can speak of. */
export type BankRefusal = (typeof BANK_REFUSALS)[number];

export type BankResult =
  | { readonly kind: 'done'; readonly balanceMinor?: number; readonly outstandingMinor?: number }
  | { readonly kind: 'refused'; readonly reason: BankRefusal };

export interface BankRequest {
  /** The same key means the same request: a repeated one gets the first result and moves nothing. */
  readonly idempotencyKey: string;
  readonly customerId: string;
  readonly order: Order;
  readonly at: Instant;
}

/** Something asked of the core about a customer's freeze; the same id means the same request. */
export interface BankFreezeRequest {
  readonly requestId: string;
  readonly customerId: string;
  /** When the customer asked, not when the core is told: what is lost after it is the bank's to bear (V8.2). */
  readonly askedAt: Instant;
}

/** How a customer stands in the core. `since` is the earliest moment asked for that is still in force. */
export type BankFreezeState = { readonly frozen: false } | { readonly frozen: true; readonly since: Instant };

/** Accounts, loans or payees of one customer in one answer. Nobody hears more of them at a telephone, five at a time. */
export const MOST_LISTED = 100;

/**
 * The port to the core system. Every method throws Fault(bank_unavailable) when the core cannot be asked.
 * `transaction` is the turn's: the embedded bank takes part in it, a remote one ignores it and relies on the key.
 */
export interface BankPort {
  /** All of the customer's, at most MOST_LISTED, and so are loans and payees. More are refused, and none is left out. */
  accounts(customerId: string, transaction: Knex): Promise<readonly BankAccount[]>;
  loans(customerId: string, transaction: Knex): Promise<readonly BankLoan[]>;
  payees(customerId: string, transaction: Knex): Promise<readonly BankPayee[]>;
  /** The account's newest transactions, newest first, at most `limit`; none of an account that is not the customer's. */
  transactions(
    customerId: string,
    accountId: string,
    limit: number,
    transaction: Knex,
  ): Promise<readonly BankTransaction[]>;
  /** Sum of the customer's transfers and payments, repayments included, in [from, to), in minor units; day totals for V1, V1.2, V2. */
  paidOutMinor(
    customerId: string,
    currency: Currency,
    from: Instant,
    to: Instant,
    transaction: Knex,
  ): Promise<number>;
  /** Whether `carryOut` would refuse the order now, without doing anything. */
  preview(request: Omit<BankRequest, 'idempotencyKey'>, transaction: Knex): Promise<BankRefusal | undefined>;
  /** Carries the order out at most once per key. A key seen before with another request throws Fault(conflict). */
  carryOut(request: BankRequest, transaction: Knex): Promise<BankResult>;
  /**
   * Stops the customer in the core and answers the state it leaves. Once it has answered, no debit commits by any channel,
   * whatever was in flight; repaying the customer's own loan from their own account stays possible (invariant 43).
   * The newest moment asked for counts, whatever order requests arrive in: a freeze asked for before the newest unfreeze
   * changes nothing. An id seen before with another request throws Fault(conflict).
   */
  freeze(request: BankFreezeRequest, transaction: Knex): Promise<BankFreezeState>;
  /** Lifts every freeze asked for before it, and none that was asked for at the same moment or later (invariant 31). */
  unfreeze(request: BankFreezeRequest, transaction: Knex): Promise<BankFreezeState>;
  freezeState(customerId: string, transaction: Knex): Promise<BankFreezeState>;
}
