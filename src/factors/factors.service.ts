/*
 * The protocol of a keyed factor, in order. A turn that carries a secret makes two transactions (calls/calls.service.ts).
 *   1. prepare   <factor>/<factor>.service.ts        reads what the comparison needs, pipelined with the caller's line
 *   2. reserve   lockout/reserve-attempt.store.ts    charges the attempt as failed and commits, before anybody looks (ADR 3)
 *   3. compare   <factor>/<factor>.service.ts        a PIN between the transactions; the rest inside the second
 *   4. consume   <factor>/<factor>.service.ts        uses the secret up, by one conditional update (invariant 12)
 *   5. settle    lockout/settle-attempt.store.ts     in the turn's own transaction: passed resets, failed stays, else refund
 *   6. refund    where the turn cannot be finished   refundedUnlessShared: not while a repeated webhook may be comparing
 * PostgreSQL locks the counter's row (SELECT … FOR UPDATE, in the order of catalogue.ts), guards, attempts, secrets (ADR 15).
 * SQLite has the write lock from the transaction's beginning. On both an attempt is unique by call and step token, a
 * settlement is a conditional update, and a killed process has paid (invariant 3). What a factor is: factor.ts, catalogue.ts.
 */
import type { Knex } from 'knex';
import type { PassedFactor } from '../assurance/grant.ts';
import type { PinVerifiers } from '../credentials/pin-verifier.service.ts';
import { customerById } from '../customers/customers.store.ts';
import type { AttemptOutcome, Reservation, ReservationRefusal } from '../lockout/attempt.ts';
import type { AttemptBudget, SecretTries } from '../lockout/budget.ts';
import { lockCounterForUpdate } from '../lockout/counters.store.ts';
import { type CallerLine, callerLine, type LockNotice } from '../lockout/ladder.ts';
import { reserveAttempt } from '../lockout/reserve-attempt.store.ts';
import { type Settlement, settleAttempt, wasRefunded } from '../lockout/settle-attempt.store.ts';
import type { Instant } from '../platform/clock.ts';
import { defined } from '../platform/defined.ts';
import { assertNever } from '../platform/fault.ts';
import type { Keyring } from '../platform/keyring.ts';
import { type Random, randomToken } from '../platform/random.ts';
import type { Policy } from '../policy/policy.ts';
import { pipelined } from '../storage/pipelined.ts';
import { budgetOf, type CounterName, type KeyedFactorName } from './catalogue.ts';
import type { AttemptContext, Comparison, FactorCheck, PreparedComparison } from './check.ts';
import { createChecks, type FactorChecks, type KeyedFactor } from './checks.ts';

interface Checked {
  readonly name: KeyedFactorName;
  readonly counter: CounterName;
  readonly policy: Policy;
  /** The attempt to settle or refund; undefined where none was taken. */
  readonly attemptId?: string;
  /** Whose factor it is; for identity, the customer it found. */
  readonly customerId?: string;
}

/**
 * The result of a check, not yet settled. `reason` is for staff; to the caller failed and locked are the same words (Z3).
 */
export type FactorResult = Checked &
  (
    | { readonly kind: 'passed'; readonly passed: PassedFactor; readonly secretId?: string }
    | { readonly kind: 'failed'; readonly reason?: 'nothing_to_compare' }
    | { readonly kind: 'locked'; readonly reason: Exclude<ReservationRefusal, 'source_limited'> }
    /** An old secret: recognised and not charged. */
    | { readonly kind: 'late'; readonly reason?: undefined }
    /** Too many comparisons at once: nothing was compared and nothing is charged. */
    | { readonly kind: 'busy'; readonly reason?: undefined }
    | { readonly kind: 'limited'; readonly reason: 'source_limited' }
  );

/** A lock that has begun, or a counter whose factor is void. */
export type StartedLock = LockNotice & { readonly counter: CounterName };

export interface FactorSettlement {
  /** False: the result came too late (secret used elsewhere, attempt settled before) and grants nothing. */
  readonly kept: boolean;
  /** A twin of the same webhook refunded the attempt, or may be comparing on it: the turn has to begin again. */
  readonly again?: true;
  /** The customer has to be told of this lock. */
  readonly lockStarted?: StartedLock;
}

/** A factor whose attempt is taken and that is yet to be compared. */
export type ReservedFactor = PreparedComparison & {
  readonly checked: Checked;
  readonly context: AttemptContext;
  readonly reservation: Exclude<Reservation, { readonly kind: 'conflict' }>;
};
type ReservedInProcess = Extract<ReservedFactor, { readonly kind: 'in_process' }>;
type ReservedLookUp = Extract<ReservedFactor, { readonly kind: 'look_up' }>;

/** Checks keyed factors; no secret is compared elsewhere. The protocol stands at the head of this file. */
export class FactorService {
  readonly #random: Random;
  readonly #checks: FactorChecks;

  constructor(options: { readonly keyring: Keyring; readonly random: Random; readonly pins: PinVerifiers }) {
    this.#random = options.random;
    this.#checks = createChecks(options);
  }

  /** Takes the attempt. `conflict`: the step has an attempt for another input; nothing is compared. */
  async reserve(
    transaction: Knex,
    context: AttemptContext,
    keyed: KeyedFactor,
  ): Promise<ReservedFactor | 'conflict'> {
    const check = this.#check(keyed.factor);
    const customerId = check.customerOf(keyed);
    const subjectIndex = check.subjectOf(keyed);
    const counter = check.counterOf(keyed);
    const budget = budgetOf(counter, context.policy);
    const [line, prepared] = await pipelined([
      budget.draws === 'source' ? other : lineTo(transaction, customerId, context),
      check.prepare(transaction, context, keyed),
    ]);
    const tries = check.tries?.(context.policy);
    const secretId = prepared.kind === 'look_up' ? prepared.secretId : undefined;
    const reservation = await reserveAttempt(transaction, {
      id: randomToken(this.#random),
      callId: context.callId,
      stepToken: context.stepToken,
      requestDigest: context.requestDigest,
      budget,
      sourceIndex: context.sourceIndex,
      line,
      now: context.now,
      ...defined({ customerId, subjectIndex }),
      ...(secretId === undefined || tries === undefined ? {} : { secret: { id: secretId, tries } }),
    });
    if (reservation.kind === 'conflict') return 'conflict';
    const checked: Checked = {
      name: keyed.factor,
      counter,
      policy: context.policy,
      ...(reservation.kind === 'reserved' ? { attemptId: reservation.attemptId } : {}),
      ...defined({ customerId }),
    };
    return { ...prepared, checked, context, reservation };
  }

  /** Compares in this process, once the reservation has committed. Takes its time: never inside a transaction. */
  async compareInProcess({ compare, checked, reservation }: ReservedInProcess): Promise<FactorResult> {
    const comparison = await compare(reservation.kind === 'reserved');
    if (reservation.kind === 'refused' && comparison.kind !== 'busy')
      return refusedResult(checked, reservation.reason);
    return resultOf(checked, comparison);
  }

  /** Compares by looking in the database, once the reservation has committed; best in the transaction that settles. */
  async lookUp(transaction: Knex, { compare, checked, reservation }: ReservedLookUp): Promise<FactorResult> {
    if (reservation.kind === 'refused') return refusedResult(checked, reservation.reason);
    return resultOf(checked, await compare(transaction));
  }

  /**
   * Settles a result inside the turn's transaction, secret and attempt together. Only a result that was `kept` may be
   * granted. Of those who pass the same code at once, one is kept and the others are not charged (invariant 12).
   */
  async settle(transaction: Knex, result: FactorResult, now: Instant): Promise<FactorSettlement> {
    const { attemptId, customerId, counter } = result;
    if (attemptId === undefined) return { kept: result.kind !== 'passed' };
    const settle = (outcome: AttemptOutcome) =>
      this.#settleAttempt(transaction, result, attemptId, outcome, now);
    if (result.kind === 'busy') {
      const { settled } = await settle('refundedUnlessShared');
      return settled ? { kept: true } : { kept: false, again: true };
    }
    const secretId = result.kind === 'passed' ? result.secretId : undefined;
    const { consume } = this.#check(result.name);
    if (consume && secretId !== undefined && customerId !== undefined) {
      // Locked before the secret is, as in every reservation: two processes must not wait for each other.
      await lockCounterForUpdate(transaction, customerId, counter);
      if (!(await consume(transaction, secretId, now))) {
        await settle('late');
        return { kept: false };
      }
    }
    const settlement = await settle(outcomeOf(result));
    if (!settlement.settled) {
      return (await wasRefunded(transaction, attemptId)) ? { kept: false, again: true } : { kept: false };
    }
    const { lockStarted } = settlement;
    return { kept: true, ...(lockStarted ? { lockStarted: { ...lockStarted, counter } } : {}) };
  }

  /**
   * Refunds the attempt where the turn could not be finished (R12.1). Idempotent: a settled attempt stays settled, and
   * one that a repeated webhook shares stays with it.
   */
  async refund(transaction: Knex, { reservation, checked }: ReservedFactor, now: Instant): Promise<void> {
    if (reservation.kind === 'reserved' && !reservation.repeated)
      await this.#settleAttempt(transaction, checked, reservation.attemptId, 'refundedUnlessShared', now);
  }

  #settleAttempt(
    transaction: Knex,
    { name, counter, policy, customerId }: Checked,
    attemptId: string,
    outcome: AttemptOutcome,
    now: Instant,
  ): Promise<Settlement> {
    const budget: AttemptBudget = budgetOf(counter, policy);
    const tries: SecretTries | undefined = this.#check(name).tries?.(policy);
    return settleAttempt(transaction, {
      attemptId,
      outcome,
      budget,
      tries,
      now,
      ...defined({ matchedCustomerId: customerId }),
    });
  }

  /** What is keyed names its factor, so each check is given what is keyed for it. */
  #check(name: KeyedFactorName): FactorCheck<KeyedFactor> {
    return this.#checks[name];
  }
}

const other: Promise<CallerLine> = Promise.resolve('other');

/** Whether the call claims to come from the registered phone. Only decides which budget pays, never a level (invariant 24). */
async function lineTo(
  transaction: Knex,
  customerId: string | undefined,
  { sourcePhoneIndex }: AttemptContext,
): Promise<CallerLine> {
  const customer = await customerById(transaction, customerId ?? '');
  return callerLine(customer?.phoneIndex, sourcePhoneIndex);
}

function refusedResult(checked: Checked, reason: ReservationRefusal): FactorResult {
  return reason === 'source_limited'
    ? { ...checked, kind: 'limited', reason }
    : { ...checked, kind: 'locked', reason };
}

function resultOf(checked: Checked, comparison: Comparison): FactorResult {
  switch (comparison.kind) {
    case 'match': {
      const { passed, secretId } = comparison;
      const found = 'customerId' in passed ? { customerId: passed.customerId } : {};
      return {
        ...checked,
        ...found,
        kind: 'passed',
        passed,
        ...defined({ secretId }),
      };
    }
    case 'mismatch':
      return { ...checked, kind: 'failed' };
    case 'none':
      return { ...checked, kind: 'failed', reason: 'nothing_to_compare' };
    case 'late':
    case 'busy':
      return { ...checked, kind: comparison.kind };
    default:
      return assertNever(comparison, 'comparison');
  }
}

function outcomeOf(result: FactorResult): AttemptOutcome {
  switch (result.kind) {
    case 'passed':
      return 'passed';
    case 'failed':
      // Without a code to compare with, nothing was compared (invariant 6).
      return result.reason === 'nothing_to_compare' ? 'refunded' : 'failed';
    case 'late':
      return 'late';
    default:
      return 'refunded';
  }
}
