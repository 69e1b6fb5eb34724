import type { Knex } from 'knex';
import type { PinKind } from '../actions/requirement.ts';
import type { PassedFactor } from '../assurance/grant.ts';
import type { PinVerifiers } from '../credentials/pin-verifier.service.ts';
import { customerById, findByIdentity, pinVerifierOf } from '../customers/customers.store.ts';
import {
  type AttemptFactor,
  type AttemptOutcome,
  type Reservation,
  type ReservationRefusal,
  reserveAttempt,
  settleAttempt,
  wasRefunded,
} from '../lockout/budget.store.ts';
import { lockCounterForUpdate } from '../lockout/counters.store.ts';
import { type CallerLine, type CountedFactor, callerLine, type LockNotice } from '../lockout/ladder.ts';
import type { Instant } from '../platform/clock.ts';
import { assertNever } from '../platform/fault.ts';
import { blindIndex, type Keyring } from '../platform/keyring.ts';
import { type Random, randomToken } from '../platform/random.ts';
import type { Policy } from '../policy/policy.ts';
import { pipelined } from '../storage/pipelined.ts';
import { compareCode, consumeCode, liveCodeId } from './code/code.store.ts';

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
  );

export interface FactorSettlement {
  /** False: the result came too late (code used elsewhere, attempt settled before) and grants nothing. */
  readonly kept: boolean;
  /** A twin of the same webhook gave the attempt back, or may be comparing on it: the turn has to begin again. */
  readonly again?: true;
  /** The customer has to be told of this lock. */
  readonly lockStarted?: LockNotice & { readonly factor: CountedFactor };
}

/** A keyed PIN; `customerId` is undefined where nobody is known. */
interface KeyedPin {
  readonly factor: 'pin';
  readonly customerId: string | undefined;
  readonly kind: PinKind;
  readonly pin: string;
}

/** Looks for the customer with this registered phone and national ID (R5.1). A mismatch does not tell which was wrong (Z3). */
interface KeyedIdentity {
  readonly factor: 'identity';
  readonly phoneIndex: string;
  readonly nationalId: string;
}

/** Compared with the codes of this call and order only (R7.2, invariants 12, 13, 14). */
interface KeyedCode {
  readonly factor: 'code';
  readonly customerId: string;
  readonly binding: string;
  readonly digits: string;
}

export type KeyedFactor = KeyedPin | KeyedIdentity | KeyedCode;

interface Taken {
  readonly context: AttemptContext;
  readonly reservation: Exclude<Reservation, { readonly kind: 'conflict' }>;
}

/** Its comparison takes its time and needs no database. `verifier` is undefined where there is nothing that could match. */
export type ReservedPin = Taken & {
  readonly kind: 'pin';
  readonly keyed: KeyedPin;
  readonly verifier: string | undefined;
};
export type ReservedLookUp = Taken & {
  readonly kind: 'look_up';
  readonly keyed: KeyedIdentity | KeyedCode;
};
/** A factor whose attempt is taken and that is yet to be compared. */
export type ReservedFactor = ReservedPin | ReservedLookUp;

/**
 * Checks identity, PINs and codes; the only comparer of secrets. `reserve` takes the attempt in a transaction that has
 * to commit before `comparePin` or `lookUp` is called (invariant 3); `settle` closes it in the turn's own transaction.
 * Whoever cannot come to the settling gives the attempt back by `release` (R12.1, invariant 28).
 */
export class FactorService {
  readonly #keyring: Keyring;
  readonly #random: Random;
  readonly #pins: PinVerifiers;

  constructor(options: { readonly keyring: Keyring; readonly random: Random; readonly pins: PinVerifiers }) {
    this.#keyring = options.keyring;
    this.#random = options.random;
    this.#pins = options.pins;
  }

  /**
   * Takes the attempt. `conflict`: another entry on a step that has one already; nothing is compared. A PIN of somebody
   * unknown is looked up like any other (invariant 20).
   */
  async reserve(
    transaction: Knex,
    context: AttemptContext,
    keyed: KeyedFactor,
  ): Promise<ReservedFactor | 'conflict'> {
    const customerId = keyed.factor === 'identity' ? undefined : keyed.customerId;
    const [line, codeId, stored] = await pipelined([
      keyed.factor === 'identity' ? other : lineTo(transaction, customerId, context),
      keyed.factor === 'code' ? liveCodeId(transaction, context.callId, keyed.binding) : nothing,
      keyed.factor === 'pin' ? pinVerifierOf(transaction, customerId, keyed.kind) : nothing,
    ]);
    const reservation = await reserveAttempt(transaction, {
      id: randomToken(this.#random),
      callId: context.callId,
      stepToken: context.stepToken,
      requestDigest: context.requestDigest,
      factor: budgetOf(keyed),
      sourceIndex: context.sourceIndex,
      line,
      policy: context.policy,
      now: context.now,
      ...(customerId === undefined ? {} : { customerId }),
      ...(codeId === undefined ? {} : { codeId }),
    });
    if (reservation.kind === 'conflict') return 'conflict';
    if (keyed.factor !== 'pin') return { kind: 'look_up', keyed, context, reservation };
    // A locked attempt is compared with nothing that could match (invariant 4).
    const verifier = reservation.kind === 'reserved' ? stored : undefined;
    return { kind: 'pin', keyed, context, reservation, verifier };
  }

  /**
   * Compares a PIN once its attempt is durable. An unknown customer, a missing PIN and a lock cost the same comparison
   * as a wrong PIN (invariants 4, 20). Takes its time: never inside a transaction.
   */
  async comparePin({ keyed, reservation, context, verifier }: ReservedPin): Promise<FactorResult> {
    const { customerId, kind, pin } = keyed;
    const checked: Checked = {
      factor: `pin.${kind}`,
      policy: context.policy,
      ...(reservation.kind === 'reserved' ? { attemptId: reservation.attemptId } : {}),
      ...(customerId === undefined ? {} : { customerId }),
    };
    const comparison = await this.#pins.verify({ verifier, customerId, kind, pin });
    if (comparison === 'busy') return { ...checked, kind: 'busy' };
    if (reservation.kind === 'refused') return refusedResult(checked, reservation.reason);
    if (comparison === 'mismatch' || customerId === undefined) return { ...checked, kind: 'failed' };
    return { ...checked, kind: 'passed', passed: { factor: 'pin', customerId, kind, at: context.now } };
  }

  /** Looks for an identity or a code once its attempt is durable; best in the transaction that settles it. */
  lookUp(transaction: Knex, { keyed, reservation, context }: ReservedLookUp): Promise<FactorResult> {
    const taken: Taken = { reservation, context };
    return keyed.factor === 'identity'
      ? this.#lookUpIdentity(transaction, taken, keyed)
      : this.#lookUpCode(transaction, taken, keyed);
  }

  async #lookUpIdentity(
    transaction: Knex,
    { reservation, context }: Taken,
    { phoneIndex, nationalId }: KeyedIdentity,
  ): Promise<FactorResult> {
    const checked: Checked = { factor: 'identity', policy: context.policy };
    if (reservation.kind === 'refused') return refusedResult(checked, reservation.reason);
    const { attemptId } = reservation;
    const index = blindIndex(this.#keyring, 'national_id', nationalId);
    const customer = await findByIdentity(transaction, phoneIndex, index);
    if (!customer) return { ...checked, attemptId, kind: 'failed' };
    const customerId = customer.id;
    const passed: PassedFactor = { factor: 'identity', customerId, at: context.now };
    return { ...checked, attemptId, customerId, kind: 'passed', passed };
  }

  async #lookUpCode(
    transaction: Knex,
    { reservation, context }: Taken,
    { customerId, binding, digits }: KeyedCode,
  ): Promise<FactorResult> {
    const checked: Checked = { factor: 'code', policy: context.policy, customerId };
    if (reservation.kind === 'refused') return refusedResult(checked, reservation.reason);
    const settle = { ...checked, attemptId: reservation.attemptId };
    const { callId, now } = context;
    const comparison = await compareCode(transaction, this.#keyring, callId, binding, digits, now);
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
  }

  /**
   * Settles a result inside the turn's transaction, code and attempt together. Only a result that was `kept` may be
   * granted. Of those who pass the same code at once, one is kept and the others are not charged (invariant 12).
   */
  async settle(transaction: Knex, result: FactorResult, now: Instant): Promise<FactorSettlement> {
    const { attemptId, policy, customerId } = result;
    if (attemptId === undefined) return { kept: result.kind !== 'passed' };
    if (result.kind === 'busy') {
      const { settled } = await settleAttempt(transaction, attemptId, 'refundedUnlessShared', now, policy);
      return settled ? { kept: true } : { kept: false, again: true };
    }
    const codeId = result.kind === 'passed' ? result.codeId : undefined;
    if (codeId !== undefined && customerId !== undefined) {
      // Held before the code is, as in every reservation: two processes must not wait for each other.
      await lockCounterForUpdate(transaction, customerId, 'code');
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
      return (await wasRefunded(transaction, attemptId)) ? { kept: false, again: true } : { kept: false };
    }
    const { lockStarted } = settlement;
    return { kept: true, ...(lockStarted ? { lockStarted } : {}) };
  }

  /**
   * Gives the attempt back where the turn could not be finished (R12.1). Idempotent; what is settled stays so, and what a
   * repeated webhook took up stays with whoever compares it.
   */
  async refund(transaction: Knex, { reservation, context }: ReservedFactor, now: Instant): Promise<void> {
    if (reservation.kind === 'reserved' && !reservation.repeated)
      await settleAttempt(transaction, reservation.attemptId, 'refundedUnlessShared', now, context.policy);
  }
}

const other: Promise<CallerLine> = Promise.resolve('other');
const nothing: Promise<undefined> = Promise.resolve(undefined);

/** Whether the call claims to come from the registered phone. Only decides which budget pays, never a level (invariant 24). */
async function lineTo(
  transaction: Knex,
  customerId: string | undefined,
  { sourcePhoneIndex }: AttemptContext,
): Promise<CallerLine> {
  const customer = await customerById(transaction, customerId ?? '');
  return callerLine(customer?.phoneIndex, sourcePhoneIndex);
}

function budgetOf(keyed: KeyedFactor): AttemptFactor {
  return keyed.factor === 'pin' ? `pin.${keyed.kind}` : keyed.factor;
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
      return result.reason === 'nothing_to_compare' ? 'refunded' : 'failed';
    case 'late':
      return 'late';
    default:
      return 'refunded';
  }
}
