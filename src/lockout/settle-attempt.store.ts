import type { Knex } from 'knex';
import type { Instant } from '../platform/clock.ts';
import { defined } from '../platform/defined.ts';
import { assert } from '../platform/fault.ts';
import { pipelined } from '../storage/pipelined.ts';
import { type AttemptOutcome, type AttemptRow, IN_FLIGHT_MILLISECONDS } from './attempt.ts';
import type { AttemptBudget, CustomerBudget, SecretTries } from './budget.ts';
import { lockCounterForUpdate, writeCounter } from './counters.store.ts';
import {
  afterSuccess,
  countedLine,
  type LadderRules,
  type LockCounter,
  type LockNotice,
  refund,
  takeNotice,
} from './ladder.ts';

interface AttemptSettlement {
  readonly attemptId: string;
  readonly outcome: AttemptOutcome;
  /** The budget the attempt was reserved on. */
  readonly budget: AttemptBudget;
  /** Keeps the tries of the secret; undefined for a factor whose secrets have none of their own. */
  readonly tries: SecretTries | undefined;
  /** The customer an attempt on a source budget found. */
  readonly matchedCustomerId?: string;
  readonly now: Instant;
}

export type Settlement =
  | { readonly settled: true; readonly lockStarted?: LockNotice }
  /** The attempt was settled before, or given up on: its result must not be used. */
  | { readonly settled: false };

type ClosedAttempt = AttemptRow & { readonly customer_id: string };

/**
 * Settles a reserved attempt, once: a second settlement answers `settled: false`, and its result must not be used.
 * `passed` resets that counter of that customer and nothing else (invariant 7). `failed` stays counted. `late`,
 * `refunded` and `refundedUnlessShared` refund the attempt and the try of its secret. `lockStarted` is answered once
 * per lock that the customer has to be told of.
 */
export async function settleAttempt(transaction: Knex, settlement: AttemptSettlement): Promise<Settlement> {
  const { attemptId, outcome, budget, matchedCustomerId, now } = settlement;
  const attempt: AttemptRow | undefined = await transaction('attempts').where({ id: attemptId }).first();
  assert(attempt, 'an attempt is reserved before it is settled');
  assert(attempt.factor === budget.counter, 'an attempt is settled on the budget it was reserved on');
  const { customer_id } = attempt;
  if (budget.draws !== 'customer' || customer_id === null) {
    const known = outcome === 'passed' && matchedCustomerId !== undefined;
    const settled = await close(transaction, attempt.id, outcome, now, known ? matchedCustomerId : undefined);
    return { settled };
  }
  const closing = { ...attempt, customer_id };
  const counter = await lockCounterForUpdate(transaction, customer_id, budget.counter);
  const settling = { attempt: closing, budget, counter, now };
  if (outcome === 'passed') return settlePassed(transaction, settling);
  if (!(await close(transaction, attempt.id, outcome, now))) return { settled: false };
  if (outcome === 'failed') return settleFailed(transaction, settling);
  const refunded = refund(counter, attempt.own_line ? 'own' : 'other', budget.rules);
  await writeCounter(transaction, customer_id, budget.counter, counter, refunded);
  if (attempt.code_id !== null) {
    assert(settlement.tries, 'the factor of a secret with tries keeps them');
    await settlement.tries.refund(transaction, attempt.code_id);
  }
  return { settled: true };
}

/** An attempt of a known customer, with the counter that is locked for it. */
interface Settling {
  readonly attempt: ClosedAttempt;
  readonly budget: CustomerBudget;
  readonly counter: LockCounter;
  readonly now: Instant;
}

async function settlePassed(
  transaction: Knex,
  { attempt: { id, customer_id: customerId }, budget: { counter: name, rules }, counter, now }: Settling,
): Promise<Settlement> {
  const others = await othersInFlight(transaction, id, customerId, name);
  const reset = afterSuccess(counter, countByLine(others, rules, now), rules, now);
  if (!(await close(transaction, id, reset ? 'passed' : 'failed', now))) return { settled: false };
  if (!reset) return { settled: false };
  await pipelined([
    ...(others.some((row) => isOld(row, now)) ? [giveUpOnOld(transaction, customerId, name, now)] : []),
    writeCounter(transaction, customerId, name, counter, reset),
  ]);
  return { settled: true };
}

async function settleFailed(
  transaction: Knex,
  { attempt: { id, customer_id: customerId }, budget: { counter: name, rules }, counter, now }: Settling,
): Promise<Settlement> {
  const { own, other } = countByLine(await othersInFlight(transaction, id, customerId, name), rules, now);
  // While others are being compared, one of them may still undo the lock; the last of them tells.
  if (own + other > 0) return { settled: true };
  const { notice, counter: told } = takeNotice(counter, now);
  if (!notice) return { settled: true };
  await writeCounter(transaction, customerId, name, counter, told);
  return { settled: true, lockStarted: notice };
}

/** Whether the attempt is refunded at the moment, so that nobody has paid for a comparison on it. */
export async function wasRefunded(transaction: Knex, attemptId: string): Promise<boolean> {
  const row: unknown = await transaction('attempts').where({ id: attemptId, status: 'refunded' }).first('id');
  return row !== undefined;
}

async function close(
  transaction: Knex,
  attemptId: string,
  outcome: AttemptOutcome,
  now: Instant,
  customerId?: string,
): Promise<boolean> {
  const settled = await transaction('attempts')
    .where({
      id: attemptId,
      status: 'reserved',
      ...(outcome === 'refundedUnlessShared' ? { shared: false } : {}),
    })
    .update({
      status: outcome === 'refundedUnlessShared' ? 'refunded' : outcome,
      settled_at: now,
      ...defined({ customer_id: customerId }),
    });
  return settled === 1;
}

type InFlight = Pick<AttemptRow, 'own_line'> & { readonly reserved_at: Instant };

/** Other attempts at this counter whose result is not known: still being compared, or left by a process that died. */
async function othersInFlight(
  transaction: Knex,
  attemptId: string,
  customerId: string,
  counter: string,
): Promise<readonly InFlight[]> {
  return transaction('attempts')
    .where({ customer_id: customerId, factor: counter, status: 'reserved' })
    .whereNot({ id: attemptId })
    .select('own_line', 'reserved_at');
}

function isOld({ reserved_at }: InFlight, now: Instant): boolean {
  return reserved_at <= now - IN_FLIGHT_MILLISECONDS;
}

/** The number of attempts still being compared, by the line they are counted on. */
function countByLine(
  others: readonly InFlight[],
  rules: LadderRules,
  now: Instant,
): { readonly own: number; readonly other: number } {
  const running = others.filter((row) => !isOld(row, now));
  const own = running.filter((row) => countedLine(row.own_line ? 'own' : 'other', rules) === 'own').length;
  return { own, other: running.length - own };
}

/** An attempt that a success no longer counts must never pass later, whatever the clock then says (invariant 8). */
async function giveUpOnOld(
  transaction: Knex,
  customerId: string,
  counter: string,
  now: Instant,
): Promise<void> {
  await transaction('attempts')
    .where({ customer_id: customerId, factor: counter, status: 'reserved' })
    .where('reserved_at', '<=', now - IN_FLIGHT_MILLISECONDS)
    .update({ status: 'failed', settled_at: now });
}
