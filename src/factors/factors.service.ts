import type { Knex } from 'knex';
import { customerById, findByIdentity, pinVerifierOf } from '../customers/customers.store.ts';
import type { PinVerifiers } from '../customers/pin-verifier.ts';
import {
  type AttemptFactor,
  type AttemptOutcome,
  type AttemptRequest,
  type Reservation,
  type ReservationRefusal,
  reserveAttempt,
  settleAttempt,
  wasGivenBack,
} from '../lockout/budget.store.ts';
import { holdCounter } from '../lockout/counters.store.ts';
import { type CountedFactor, type Line, type LockNotice, lineOf } from '../lockout/ladder.ts';
import type { Instant } from '../platform/clock.ts';
import { assertNever } from '../platform/fault.ts';
import { blindIndex, type Keys } from '../platform/keys.ts';
import { type Random, randomToken } from '../platform/random.ts';
import type { PinKind, Policy } from '../policy/policy.ts';
import { compareCode, consumeCode, liveCodeId } from './code.store.ts';
import type { PassedFactor } from './grant.ts';

/** Where and when a factor was keyed. */
export interface AttemptContext {
  readonly callId: string;
  readonly stepToken: string;
  /** Keyed digest of the webhook, the entry included. */
  readonly requestDigest: string;
  readonly sourceIndex: string;
  /** Blind index (kind `phone`) of the calling number, where it is one; compared with the customer's own. */
  readonly sourcePhoneIndex: string | undefined;
  readonly policy: Policy;
  readonly now: Instant;
}

interface Checked {
  readonly factor: AttemptFactor;
  readonly policy: Policy;
  /** The attempt to settle or release; undefined where none was taken. */
  readonly attemptId?: string;
  /** Whose factor it is; for identity, whom it found. */
  readonly customerId?: string;
}

/**
 * What checking a factor brought, not yet settled. `reason` is for staff; to the caller failed and locked are the same
 * words (Z3).
 */
export type FactorResult = Checked &
  (
    | { readonly kind: 'passed'; readonly passed: PassedFactor; readonly codeId?: string }
    | { readonly kind: 'failed'; readonly reason?: 'nothing_to_compare' }
    | { readonly kind: 'locked'; readonly reason: Exclude<ReservationRefusal, 'source_limited'> }
    /** An old code: recognised and not charged. */
    | { readonly kind: 'late'; readonly reason?: undefined }
    /** Too many comparisons at once: nothing was compared and nothing is charged. */
    | { readonly kind: 'busy'; readonly reason?: undefined }
    | { readonly kind: 'limited'; readonly reason: 'source_limited' }
    /** Another entry on a step that has one already: nothing was compared. */
    | { readonly kind: 'conflict'; readonly reason?: undefined }
  );

export interface FactorSettlement {
  /** False: the result came too late (code used elsewhere, attempt settled before) and grants nothing. */
  readonly kept: boolean;
  /** A twin of the same webhook was busy or failed and gave the attempt back: it has to be taken, and compared, again. */
  readonly givenBack?: true;
  /** The customer has to be told of this lock. */
  readonly lockStarted?: LockNotice & { readonly factor: CountedFactor };
}

/**
 * Checks identity, PINs and codes; the only comparer of secrets. Each check reserves the attempt and commits, then
 * compares (invariant 3). The turn settles the result inside its own transaction. Whenever a check throws, its
 * attempt has been given back (R12.1, invariant 28).
 */
export class FactorService {
  readonly #knex: Knex;
  readonly #keys: Keys;
  readonly #random: Random;
  readonly #pins: PinVerifiers;

  constructor(options: {
    readonly knex: Knex;
    readonly keys: Keys;
    readonly random: Random;
    readonly pins: PinVerifiers;
  }) {
    this.#knex = options.knex;
    this.#keys = options.keys;
    this.#random = options.random;
    this.#pins = options.pins;
  }

  /** Looks for the customer with this registered phone and national ID (R5.1). A mismatch does not tell which was wrong (Z3). */
  async checkIdentity(
    context: AttemptContext,
    phoneIndex: string,
    nationalId: string,
  ): Promise<FactorResult> {
    const { policy, now } = context;
    const checked: Checked = { factor: 'identity', policy };
    const reservation = await this.#reserve(context, 'identity', 'other');
    if (reservation.kind === 'conflict') return { ...checked, kind: 'conflict' };
    if (reservation.kind === 'refused') return refusedResult(checked, reservation.reason);
    const { attemptId } = reservation;
    return this.#orGiveBack(attemptId, context, async () => {
      const index = blindIndex(this.#keys, 'national_id', nationalId);
      const customer = await findByIdentity(this.#knex, phoneIndex, index);
      if (!customer) return { ...checked, attemptId, kind: 'failed' };
      const customerId = customer.id;
      const passed: PassedFactor = { factor: 'identity', customerId, at: now };
      return { ...checked, attemptId, customerId, kind: 'passed', passed };
    });
  }

  /**
   * Compares a PIN. An unknown customer, a missing PIN and a lock cost the same comparison as a wrong PIN (invariants
   * 4, 20): a locked attempt is compared with nothing that could match.
   */
  async checkPin(
    context: AttemptContext,
    customerId: string | undefined,
    kind: PinKind,
    pin: string,
  ): Promise<FactorResult> {
    const { policy, now } = context;
    const factor = `pin.${kind}` as const;
    const checked: Checked = { factor, policy, ...(customerId === undefined ? {} : { customerId }) };
    const line = await this.#lineOf(context, customerId);
    const reservation = await this.#reserve(context, factor, line, customerId);
    if (reservation.kind === 'conflict') return { ...checked, kind: 'conflict' };
    const attemptId = reservation.kind === 'reserved' ? reservation.attemptId : undefined;
    return this.#orGiveBack(attemptId, context, async () => {
      const stored = await pinVerifierOf(this.#knex, customerId, kind);
      const verifier = attemptId === undefined ? undefined : stored;
      const comparison = await this.#pins.verify({ verifier, customerId, kind, pin });
      if (comparison === 'busy') {
        if (attemptId !== undefined) await this.#giveBack(attemptId, policy, now);
        return { ...checked, kind: 'busy' };
      }
      if (reservation.kind === 'refused') return refusedResult(checked, reservation.reason);
      const settle = { ...checked, ...(attemptId === undefined ? {} : { attemptId }) };
      if (comparison === 'mismatch' || customerId === undefined) return { ...settle, kind: 'failed' };
      return { ...settle, kind: 'passed', passed: { factor: 'pin', customerId, kind, at: now } };
    });
  }

  /** Compares a one-time code with those of this call and order only (R7.2, invariants 12, 13, 14). */
  async checkCode(
    context: AttemptContext,
    customerId: string,
    binding: string,
    digits: string,
  ): Promise<FactorResult> {
    const { callId, policy, now } = context;
    const checked: Checked = { factor: 'code', policy, customerId };
    const line = await this.#lineOf(context, customerId);
    const codeId = await liveCodeId(this.#knex, callId, binding);
    const reservation = await this.#reserve(context, 'code', line, customerId, codeId);
    if (reservation.kind === 'conflict') return { ...checked, kind: 'conflict' };
    if (reservation.kind === 'refused') return refusedResult(checked, reservation.reason);
    const { attemptId } = reservation;
    return this.#orGiveBack(attemptId, context, async () => {
      const comparison = await compareCode(this.#knex, this.#keys, callId, binding, digits, now);
      const settle = { ...checked, attemptId };
      switch (comparison.kind) {
        case 'match': {
          const passed: PassedFactor = { factor: 'code', customerId, binding, at: now };
          return { ...settle, kind: 'passed', passed, codeId: comparison.codeId };
        }
        case 'mismatch':
          return { ...settle, kind: 'failed' };
        case 'late':
          return { ...settle, kind: 'late' };
        case 'none':
          return { ...settle, kind: 'failed', reason: 'nothing_to_compare' };
        default:
          return assertNever(comparison, 'comparison');
      }
    });
  }

  /**
   * Settles a result inside the turn's transaction, code and attempt together. Only a result that was `kept` may be
   * granted. Of those who pass the same code at once, one is kept and the others are not charged (invariant 12).
   */
  async settle(transaction: Knex, result: FactorResult, now: Instant): Promise<FactorSettlement> {
    const { attemptId, policy, customerId } = result;
    if (attemptId === undefined) return { kept: result.kind !== 'passed' };
    const codeId = result.kind === 'passed' ? result.codeId : undefined;
    if (codeId !== undefined && customerId !== undefined) {
      // Held before the code is, as in every reservation: two processes must not wait for each other.
      await holdCounter(transaction, customerId, 'code');
      if (!(await consumeCode(transaction, codeId, now))) {
        await settleAttempt(transaction, attemptId, 'late', now, policy);
        return { kept: false };
      }
    }
    const settlement = await settleAttempt(
      transaction,
      attemptId,
      outcomeOf(result),
      now,
      policy,
      customerId,
    );
    if (!settlement.settled) {
      return (await wasGivenBack(transaction, attemptId))
        ? { kept: false, givenBack: true }
        : { kept: false };
    }
    const { lockStarted } = settlement;
    return { kept: true, ...(lockStarted ? { lockStarted } : {}) };
  }

  /** Gives the attempt of a result back, in its own transaction, when the turn could not be finished (R12.1). Idempotent. */
  async release(result: FactorResult, now: Instant): Promise<void> {
    if (result.attemptId !== undefined) await this.#giveBack(result.attemptId, result.policy, now);
  }

  async #reserve(
    context: AttemptContext,
    factor: AttemptFactor,
    line: Line,
    customerId?: string,
    codeId?: string,
  ): Promise<Reservation> {
    const { callId, stepToken, requestDigest, sourceIndex, policy, now } = context;
    const request: AttemptRequest = {
      id: randomToken(this.#random),
      callId,
      stepToken,
      requestDigest,
      factor,
      sourceIndex,
      line,
      policy,
      now,
      ...(customerId === undefined ? {} : { customerId }),
      ...(codeId === undefined ? {} : { codeId }),
    };
    return reserveAttempt(this.#knex, request);
  }

  /** Whether the call claims to come from the registered phone. Only decides which budget pays, never a level (invariant 24). */
  async #lineOf(context: AttemptContext, customerId: string | undefined): Promise<Line> {
    const customer = await customerById(this.#knex, customerId ?? '');
    return lineOf(customer?.phoneIndex, context.sourcePhoneIndex);
  }

  async #orGiveBack(
    attemptId: string | undefined,
    context: AttemptContext,
    compare: () => Promise<FactorResult>,
  ): Promise<FactorResult> {
    try {
      return await compare();
    } catch (error) {
      // Where even that fails the attempt stays paid, as if the process had been killed (invariant 3).
      if (attemptId !== undefined)
        await this.#giveBack(attemptId, context.policy, context.now).catch(() => undefined);
      throw error;
    }
  }

  async #giveBack(attemptId: string, policy: Policy, now: Instant): Promise<void> {
    await this.#knex.transaction((transaction) =>
      settleAttempt(transaction, attemptId, 'released', now, policy),
    );
  }
}

function refusedResult(checked: Checked, reason: ReservationRefusal): FactorResult {
  return reason === 'source_limited'
    ? { ...checked, kind: 'limited', reason }
    : { ...checked, kind: 'locked', reason };
}

function outcomeOf(result: FactorResult): AttemptOutcome {
  switch (result.kind) {
    case 'passed':
      return 'passed';
    case 'failed':
      // Without a code to compare with, nothing was compared (invariant 6).
      return result.reason === 'nothing_to_compare' ? 'released' : 'failed';
    case 'late':
      return 'late';
    default:
      return 'released';
  }
}
