import { calendarDay, DAY, type Instant } from '../../src/platform/clock.ts';
import type { Changes, MoneyChange, PostingChange } from './changes.ts';
import type { Checks } from './invariants.ts';
import type { Carried } from './orders.ts';

/** The lines of the Vietnamese rules, in dong; exactly at a line counts as above it (V1, V2, Z8). */
const TRANSFER_LINE = 10_000_000;
const DAY_LINE = 20_000_000;
const MOVES = { transfer: 'accounts', repayment: 'both', loan_application: 'none' } as const;

/** Holds every movement of money to the order behind it. */
export class Money {
  readonly #checks: Checks;
  readonly #isAcknowledged: (customer: string) => boolean;
  readonly #keys = new Map<string, Instant>();
  readonly #days = new Map<string, number>();
  readonly #vietnamese = new Set<string>();
  /** Customers whom the core holds frozen. */
  readonly #inCore = new Set<string>();
  /** Minor units that have left accounts, by currency; what the final sweep compares the balances with. */
  readonly moved = new Map<string, number>();

  constructor(checks: Checks, isAcknowledged: (customer: string) => boolean) {
    this.#checks = checks;
    this.#isAcknowledged = isAcknowledged;
  }

  /** The customer's transfers in dong are held to the lines. */
  addVietnamese(customer: string): void {
    this.#vietnamese.add(customer);
  }

  forgetCustomer(customer: string): void {
    this.#vietnamese.delete(customer);
    this.#inCore.delete(customer);
  }

  forgetBefore(moment: Instant): void {
    for (const [key, at] of this.#keys) if (at < moment) this.#keys.delete(key);
    const day = calendarDay(moment - DAY, 'Asia/Ho_Chi_Minh');
    for (const key of this.#days.keys()) if (key.slice(0, day.length) < day) this.#days.delete(key);
  }

  committed(changes: Changes, carried: readonly Carried[]): void {
    const postings = new Map<string, PostingChange>();
    for (const posting of changes.postings) postings.set(posting.key, posting);
    const [accounts, loans] = [takenBy(changes.accounts), takenBy(changes.loans)];
    for (const posting of postings.values()) {
      if (!(posting.kind in MOVES)) continue;
      this.#takePosting(posting, carried, accounts, loans);
    }
    for (const { customer } of changes.coreFreezes) this.#inCore.add(customer);
    for (const order of carried) {
      this.#checks.hold(27, !this.#keys.has(order.key), () => `order ${order.key} was carried out twice`);
      this.#keys.set(order.key, order.at);
      if (order.action in MOVES)
        this.#checks.hold(27, postings.has(order.key), () => `order ${order.key} moved nothing`);
    }
    for (const [id, left] of [...accounts, ...loans])
      this.#checks.hold(27, left === 0, () => `${left} left ${id} without an order`);
  }

  #takePosting(
    posting: PostingChange,
    carried: readonly Carried[],
    accounts: Map<string, number>,
    loans: Map<string, number>,
  ): void {
    const { key, customer, amount, currency, kind, account, counterparty } = posting;
    const order = carried.find((one) => one.key === key);
    this.#checks.hold(
      27,
      order !== undefined &&
        order.action === kind &&
        order.customer === customer &&
        order.amountMinor === amount &&
        order.currency === currency &&
        Number.isSafeInteger(amount) &&
        amount > 0,
      () => `${kind} ${key} of ${amount} ${currency} is not what was ordered`,
    );
    // A repayment moves money to the customer themself and goes on (Z10).
    const isStopped = kind !== 'repayment';
    const late = (after: string) => `${kind} ${key} of ${customer} after ${after}`;
    this.#checks.hold(43, !(isStopped && this.#inCore.has(customer)), () => late('the core had answered'));
    this.#checks.hold(29, !(isStopped && this.#isAcknowledged(customer)), () => late('the freeze was told'));
    if (kind === 'loan_application') return;
    this.#checks.hold(
      27,
      order?.accountId === account && order?.counterparty === counterparty,
      () => `${kind} ${key} went elsewhere`,
    );
    accounts.set(account ?? '', (accounts.get(account ?? '') ?? 0) - amount);
    this.moved.set(currency, (this.moved.get(currency) ?? 0) + amount);
    if (kind === 'repayment') loans.set(counterparty ?? '', (loans.get(counterparty ?? '') ?? 0) - amount);
    if (currency === 'VND' && this.#vietnamese.has(customer)) this.#takeDay(posting);
  }

  /** The day's total is of transfers and payments (V1.2); the lines stand before transfers alone. */
  #takeDay({ customer, amount, at, kind }: PostingChange): void {
    const day = `${calendarDay(at, 'Asia/Ho_Chi_Minh')} ${customer}`;
    const total = (this.#days.get(day) ?? 0) + amount;
    this.#days.set(day, total);
    this.#checks.hold(
      26,
      kind === 'repayment' || (amount < TRANSFER_LINE && total < DAY_LINE),
      () => `${amount} dong, ${total} on ${day}`,
    );
  }
}

function takenBy(changes: readonly MoneyChange[]): Map<string, number> {
  const taken = new Map<string, number>();
  for (const { id, taken: amount } of changes) taken.set(id, (taken.get(id) ?? 0) + amount);
  return taken;
}
