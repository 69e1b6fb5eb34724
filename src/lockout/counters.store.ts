import type { Knex } from 'knex';
import type { Instant } from '../platform/clock.ts';
import { assert } from '../platform/fault.ts';
import type { CustomerBudget } from './budget.ts';
import {
  type AttemptRefusal,
  attemptRefusal,
  type CallerLine,
  EMPTY_COUNTER,
  type LockCounter,
} from './ladder.ts';

interface CounterRow {
  own_failures: number;
  other_failures: number;
  own_locked_until: Instant | null;
  other_locked_until: Instant | null;
  own_locked_before: Instant | null;
  other_locked_before: Instant | null;
  own_notice_due: number;
  other_notice_due: number;
  void_at: Instant | null;
  void_notice_due: number;
}

function fromRow(row: CounterRow): LockCounter {
  return {
    own: {
      failures: row.own_failures,
      lockedUntil: row.own_locked_until,
      lockedBefore: row.own_locked_before,
      noticeDue: row.own_notice_due === 1,
    },
    other: {
      failures: row.other_failures,
      lockedUntil: row.other_locked_until,
      lockedBefore: row.other_locked_before,
      noticeDue: row.other_notice_due === 1,
    },
    voidAt: row.void_at,
    voidNoticeDue: row.void_notice_due === 1,
  };
}

function toRow(counter: LockCounter): CounterRow {
  return {
    own_failures: counter.own.failures,
    other_failures: counter.other.failures,
    own_locked_until: counter.own.lockedUntil,
    other_locked_until: counter.other.lockedUntil,
    own_locked_before: counter.own.lockedBefore,
    other_locked_before: counter.other.lockedBefore,
    own_notice_due: counter.own.noticeDue ? 1 : 0,
    other_notice_due: counter.other.noticeDue ? 1 : 0,
    void_at: counter.voidAt,
    void_notice_due: counter.voidNoticeDue ? 1 : 0,
  };
}

/** A counter of a customer as it stands, without locking its row. */
export async function readCounter(knex: Knex, customerId: string, counter: string): Promise<LockCounter> {
  const row: CounterRow | undefined = await knex('lock_counters')
    .where({ customer_id: customerId, factor: counter })
    .first();
  return row ? fromRow(row) : EMPTY_COUNTER;
}

/**
 * Why the counter takes no attempt from this line now, or undefined when it takes one. The gate asks once more inside
 * the transaction that carries an order out (invariant 22).
 */
export async function lockOf(
  transaction: Knex,
  customerId: string,
  budget: CustomerBudget,
  line: CallerLine,
  now: Instant,
): Promise<AttemptRefusal | undefined> {
  const counter = await readCounter(transaction, customerId, budget.counter);
  return attemptRefusal(counter, line, 0, budget.rules, now);
}

/**
 * Locks the row of a counter until the transaction ends, so that decisions about it follow one another in every
 * process. Several counters are locked in the order of the factor catalogue (ADR 15), attempts and codes after them.
 */
export async function lockCounterForUpdate(
  transaction: Knex,
  customerId: string,
  counter: string,
): Promise<LockCounter> {
  const where = { customer_id: customerId, factor: counter };
  const lockRow = (): Promise<CounterRow | undefined> =>
    transaction('lock_counters').where(where).forUpdate().first();
  const locked = await lockRow();
  if (locked) return fromRow(locked);
  await transaction('lock_counters').insert(where).onConflict(['customer_id', 'factor']).ignore();
  const inserted = await lockRow();
  assert(inserted, 'a counter that was inserted exists');
  return fromRow(inserted);
}

/** Writes a locked counter. The old values stand in the condition: writing a counter that was not locked fails loudly. */
export async function writeCounter(
  transaction: Knex,
  customerId: string,
  counter: string,
  before: LockCounter,
  after: LockCounter,
): Promise<void> {
  const { own_failures, other_failures, own_locked_until, other_locked_until, void_at } = toRow(before);
  const written = await transaction('lock_counters')
    .where({ customer_id: customerId, factor: counter, own_failures, other_failures })
    .where({ own_locked_until, other_locked_until, void_at })
    .update(toRow(after));
  assert(written === 1, 'a counter changes only while it is locked');
}

/** Locks a subject whose rows are about to be counted, until the transaction ends. */
export async function lockGuardForUpdate(transaction: Knex, subject: string, now: Instant): Promise<void> {
  await transaction('budget_guards')
    .insert({ subject, touched_at: now })
    .onConflict('subject')
    .merge({ touched_at: now });
}
