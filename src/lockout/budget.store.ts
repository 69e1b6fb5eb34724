import type { Knex } from 'knex';
import { DAY, HOUR, type Instant, MINUTE, SECOND } from '../platform/clock.ts';
import { digestsEqual } from '../platform/digest.ts';
import { assert } from '../platform/fault.ts';
import type { Policy } from '../policy/policy.ts';
import { pipelined } from '../storage/pipelined.ts';
import { lockCounterForUpdate, lockGuardForUpdate, writeCounter } from './counters.store.ts';
import {
  type AttemptRefusal,
  afterSuccess,
  type CallerLine,
  type CountedFactor,
  countedLine,
  decideAttempt,
  type LadderRules,
  type LockNotice,
  ladderRules,
  refund,
  takeNotice,
} from './ladder.ts';

export type AttemptFactor = 'identity' | CountedFactor;

export type ReservationRefusal = AttemptRefusal | 'code_tries_spent' | 'source_limited';

export interface AttemptRequest {
  readonly id: string;
  readonly callId: string;
  readonly stepToken: string;
  /** Keyed digest of what was keyed: tells a genuine retry from another entry on the same token. */
  readonly requestDigest: string;
  readonly factor: AttemptFactor;
  /** Undefined where nobody is known. */
  readonly customerId?: string;
  readonly sourceIndex: string;
  readonly line: CallerLine;
  readonly codeId?: string;
  readonly now: Instant;
  readonly policy: Policy;
}

/** `repeated`: the same webhook came again and nothing more was charged; who took the attempt first may be comparing. */
export type Reservation =
  | { readonly kind: 'reserved'; readonly attemptId: string; readonly repeated: boolean }
  | { readonly kind: 'refused'; readonly reason: ReservationRefusal }
  | { readonly kind: 'conflict' };

/**
 * `refundedUnlessShared`: whoever took the attempt has compared nothing (busy, or out of order). It is released unless a repeated
 * webhook has taken it up as well and may be comparing: an attempt is given back only when nobody has looked
 * (invariants 3, 8).
 */
export type AttemptOutcome = 'passed' | 'failed' | 'late' | 'refunded' | 'refundedUnlessShared';

export type Settlement =
  | { readonly settled: true; readonly lockStarted?: LockNotice & { readonly factor: CountedFactor } }
  /** The attempt was settled before, or given up on: its result must not be used. */
  | { readonly settled: false };

interface AttemptRow {
  id: string;
  request_digest: string;
  factor: AttemptFactor;
  customer_id: string | null;
  source_index: string;
  own_line: boolean | number;
  code_id: string | null;
  status: 'reserved' | 'refused' | Exclude<AttemptOutcome, 'refundedUnlessShared'>;
  refusal: ReservationRefusal | null;
}

/**
 * A reserved attempt older than this belongs to a process that died: a turn is answered within the carrier's 15 s.
 * A success of the customer gives it up; until then it stays charged (invariant 3).
 */
const IN_FLIGHT_MILLISECONDS = MINUTE;

/** Failures and attempts whose result is not known yet: both count. */
const CHARGED = ['reserved', 'failed'] as const;
const PIN_FACTORS = ['pin.query', 'pin.transaction'] as const;

async function countRows(query: Knex.QueryBuilder): Promise<number> {
  const rows: { count: number }[] = await query.count({ count: '*' });
  return Number(rows[0]?.count ?? 0);
}

/**
 * Takes an attempt from every budget it draws on, in the caller's transaction, which must commit before any secret is
 * looked at (invariants 1, 2, 3). A retry of the same webhook finds its attempt and is not charged again. An attempt
 * that was given back is charged anew, for the same entry or another; otherwise another entry on the same token is a
 * `conflict`.
 */
export async function reserveAttempt(transaction: Knex, request: AttemptRequest): Promise<Reservation> {
  const { callId, stepToken } = request;
  const row = {
    id: request.id,
    call_id: callId,
    step_token: stepToken,
    request_digest: request.requestDigest,
    factor: request.factor,
    customer_id: request.customerId ?? null,
    source_index: request.sourceIndex,
    own_line: request.line === 'own',
    code_id: request.codeId ?? null,
    status: 'reserved',
    reserved_at: request.now,
  };
  const inserted: AttemptRow[] = await transaction('attempts')
    .insert(row)
    .onConflict(['call_id', 'step_token'])
    .ignore()
    .returning('*');
  if (inserted[0]) return charge(transaction, inserted[0], request);
  const found: AttemptRow | undefined = await transaction('attempts')
    .where({ call_id: callId, step_token: stepToken })
    .first();
  assert(found, 'an attempt that cannot be inserted is there already');
  // Whatever is keyed now, what was given back cost nothing and is charged anew.
  if (found.status === 'refunded') return charge(transaction, found, request, { again: true });
  return foundAgain(transaction, found, request);
}

/** What the same step has come to already: the same webhook goes on with it, another entry does not. */
async function foundAgain(
  transaction: Knex,
  found: AttemptRow,
  request: AttemptRequest,
): Promise<Reservation> {
  if (!digestsEqual(found.request_digest, request.requestDigest)) return { kind: 'conflict' };
  if (found.status === 'refused') return refused(found.refusal);
  await transaction('attempts').where({ id: found.id }).update({ shared: true });
  return { kind: 'reserved', attemptId: found.id, repeated: true };
}

function refused(reason: ReservationRefusal | null): Reservation {
  assert(reason, 'a refused attempt has its reason');
  return { kind: 'refused', reason };
}

async function charge(
  transaction: Knex,
  attempt: AttemptRow,
  request: AttemptRequest,
  { again } = { again: false },
): Promise<Reservation> {
  const { factor, sourceIndex, now, policy } = request;
  const customerId = attempt.customer_id ?? undefined;
  const charged =
    factor !== 'identity' && customerId !== undefined
      ? await prepareCounted(transaction, attempt.id, factor, customerId, request)
      : await prepareSource(transaction, attempt.id, factor, sourceIndex, now, policy);
  if (again) {
    // Another webhook of the step may have taken it up while this one waited for the counter.
    const taken = await transaction('attempts')
      .where({ id: attempt.id, status: 'refunded' })
      .update({
        status: 'reserved',
        shared: false,
        request_digest: request.requestDigest,
        own_line: request.line === 'own',
        code_id: request.codeId ?? null,
        reserved_at: now,
        settled_at: null,
      });
    if (taken === 0) {
      const first: AttemptRow | undefined = await transaction('attempts').where({ id: attempt.id }).first();
      assert(first, 'an attempt stays');
      return foundAgain(transaction, first, request);
    }
  }
  const refusal = charged.refusal ?? (await charged.take());
  if (refusal) {
    await transaction('attempts')
      .where({ id: attempt.id })
      .update({ status: 'refused', refusal, settled_at: now });
    return refused(refusal);
  }
  return { kind: 'reserved', attemptId: attempt.id, repeated: false };
}

interface Charge {
  readonly refusal: ReservationRefusal | undefined;
  /** Writes what the attempt costs, or answers why it cannot be taken after all. */
  readonly take: () => Promise<ReservationRefusal | undefined>;
}

async function prepareCounted(
  transaction: Knex,
  attemptId: string,
  factor: CountedFactor,
  customerId: string,
  request: AttemptRequest,
): Promise<Charge> {
  const { line, sourceIndex, codeId, now, policy } = request;
  const rules = ladderRules(factor, policy);
  const stranger = countedLine(line, rules) === 'other';
  // A source is refused for its failures with either PIN, so both counters are held, always in the same order.
  if (stranger && factor === 'pin.transaction')
    await lockCounterForUpdate(transaction, customerId, 'pin.query');
  const counter = await lockCounterForUpdate(transaction, customerId, factor);
  if (stranger && factor === 'pin.query')
    await lockCounterForUpdate(transaction, customerId, 'pin.transaction');
  const sourceFailures = stranger
    ? await countRows(
        transaction('attempts')
          .where({ customer_id: customerId, source_index: sourceIndex, own_line: false })
          .whereIn('factor', [...PIN_FACTORS])
          .whereIn('status', [...CHARGED])
          .where('reserved_at', '>', now - policy.pin.otherLineWindowSeconds * SECOND)
          .whereNot({ id: attemptId }),
      )
    : 0;
  const decision = decideAttempt(counter, line, sourceFailures, rules, now);
  return {
    refusal: decision.kind === 'refused' ? decision.reason : undefined,
    take: async () => {
      assert(decision.kind === 'allowed', 'only an allowed attempt is taken');
      if (codeId !== undefined) {
        const counted = await transaction('codes')
          .where({ id: codeId, state: 'live' })
          .where('tries', '<', policy.code.triesPerCode)
          .increment('tries', 1);
        if (counted === 0) return 'code_tries_spent';
      }
      await writeCounter(transaction, customerId, factor, counter, decision.counter);
      return undefined;
    },
  };
}

/** Attempts of nobody known draw on the source alone: never a lock on customers (policy "per calling number"). */
async function prepareSource(
  transaction: Knex,
  attemptId: string,
  factor: AttemptFactor,
  sourceIndex: string,
  now: Instant,
  policy: Policy,
): Promise<Charge> {
  await lockGuardForUpdate(transaction, `source:${sourceIndex}`, now);
  const limited =
    factor === 'identity' && (await sourceLimited(transaction, attemptId, sourceIndex, now, policy));
  return { refusal: limited ? 'source_limited' : undefined, take: async () => undefined };
}

async function sourceLimited(
  transaction: Knex,
  attemptId: string,
  sourceIndex: string,
  now: Instant,
  policy: Policy,
): Promise<boolean> {
  const { failedIdentificationsPerHour, customersPerDay } = policy.source;
  const identifications = () =>
    transaction('attempts')
      .where({ source_index: sourceIndex, factor: 'identity' })
      .whereNot({ id: attemptId });
  const failures = await countRows(
    identifications()
      .whereIn('status', [...CHARGED])
      .where('reserved_at', '>', now - HOUR),
  );
  if (failures >= failedIdentificationsPerHour) return true;
  const met: { count: number }[] = await identifications()
    .where({ status: 'passed' })
    .where('reserved_at', '>', now - DAY)
    .countDistinct({ count: 'customer_id' });
  // One that is being looked up may turn out to be yet another customer.
  const open = await countRows(
    identifications()
      .where({ status: 'reserved' })
      .where('reserved_at', '>', now - IN_FLIGHT_MILLISECONDS),
  );
  return Number(met[0]?.count ?? 0) + open >= customersPerDay;
}

/**
 * Identifications of a source in the last hour that no PIN has borne out, for slowing it down. One that found a
 * customer counts like one that found nobody until the PIN is right: whether the next prompt is slow must not tell
 * which it was (Z3, invariant 20).
 */
export async function sourcePressure(knex: Knex, sourceIndex: string, now: Instant): Promise<number> {
  const borneOut = knex('attempts as proof')
    .select('proof.id')
    .whereRaw('?? = ??', ['proof.call_id', 'tried.call_id'])
    .whereIn('proof.factor', [...PIN_FACTORS])
    .where('proof.status', 'passed');
  return countRows(
    knex('attempts as tried')
      .where({ 'tried.source_index': sourceIndex, 'tried.factor': 'identity' })
      .where('tried.reserved_at', '>', now - HOUR)
      .where((counted) =>
        counted
          .whereIn('tried.status', [...CHARGED])
          .orWhere((found) => found.where('tried.status', 'passed').whereNotExists(borneOut)),
      ),
  );
}

/** How long a source with this many failures is kept waiting before each prompt, in seconds. */
export function slowdownSeconds(failures: number, policy: Policy): number {
  return failures >= policy.source.slowFromFailures ? policy.source.slowSeconds : 0;
}

/**
 * Settles a reserved attempt, once: whoever comes second gets `settled: false` and must not use the result.
 * `passed` resets that factor of that customer and nothing else (invariant 7); `failed` stays counted; `late`,
 * `refunded` and `refundedUnlessShared` give the attempt and the code's try back. `matchedCustomerId`: whom an identity attempt found. The
 * answer tells of a lock the customer has to be told of, once per lock.
 */
export async function settleAttempt(
  transaction: Knex,
  attemptId: string,
  outcome: AttemptOutcome,
  now: Instant,
  policy: Policy,
  matchedCustomerId?: string,
): Promise<Settlement> {
  const attempt: AttemptRow | undefined = await transaction('attempts').where({ id: attemptId }).first();
  assert(attempt, 'an attempt is reserved before it is settled');
  const { factor, customer_id: customerId } = attempt;
  if (factor === 'identity' || customerId === null) {
    const known = outcome === 'passed' && matchedCustomerId !== undefined;
    const settled = await close(transaction, attempt.id, outcome, now, known ? matchedCustomerId : undefined);
    return { settled };
  }
  const rules = ladderRules(factor, policy);
  const counter = await lockCounterForUpdate(transaction, customerId, factor);
  const line: CallerLine = attempt.own_line ? 'own' : 'other';

  if (outcome === 'passed') {
    const others = await othersInFlight(transaction, attempt.id, customerId, factor);
    const reset = afterSuccess(counter, byLine(others, rules, now), rules, now);
    if (!(await close(transaction, attempt.id, reset ? 'passed' : 'failed', now))) return { settled: false };
    if (!reset) return { settled: false };
    await pipelined([
      ...(others.some((row) => isOld(row, now)) ? [giveUpOnOld(transaction, customerId, factor, now)] : []),
      writeCounter(transaction, customerId, factor, counter, reset),
    ]);
    return { settled: true };
  }

  if (!(await close(transaction, attempt.id, outcome, now))) return { settled: false };
  if (outcome === 'failed') {
    const others = await othersInFlight(transaction, attempt.id, customerId, factor);
    const { own, other } = byLine(others, rules, now);
    // While others are being compared, one of them may still undo the lock; the last of them tells.
    if (own + other > 0) return { settled: true };
    const { notice, counter: told } = takeNotice(counter, now);
    if (!notice) return { settled: true };
    await writeCounter(transaction, customerId, factor, counter, told);
    return { settled: true, lockStarted: { ...notice, factor } };
  }
  await writeCounter(transaction, customerId, factor, counter, refund(counter, line, rules));
  if (attempt.code_id !== null) {
    await transaction('codes').where({ id: attempt.code_id }).where('tries', '>', 0).decrement('tries', 1);
  }
  return { settled: true };
}

/** Whether nobody pays for the attempt at the moment. */
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
      ...(customerId === undefined ? {} : { customer_id: customerId }),
    });
  return settled === 1;
}

type InFlight = Pick<AttemptRow, 'own_line'> & { readonly reserved_at: Instant };

/** Other attempts at this factor whose result is not known: still being compared, or left by a process that died. */
async function othersInFlight(
  transaction: Knex,
  attemptId: string,
  customerId: string,
  factor: CountedFactor,
): Promise<readonly InFlight[]> {
  return transaction('attempts')
    .where({ customer_id: customerId, factor, status: 'reserved' })
    .whereNot({ id: attemptId })
    .select('own_line', 'reserved_at');
}

function isOld({ reserved_at }: InFlight, now: Instant): boolean {
  return reserved_at <= now - IN_FLIGHT_MILLISECONDS;
}

/** How many are still being compared, by the line they are counted on. */
function byLine(
  others: readonly InFlight[],
  rules: LadderRules,
  now: Instant,
): { readonly own: number; readonly other: number } {
  const running = others.filter((row) => !isOld(row, now));
  const own = running.filter((row) => countedLine(row.own_line ? 'own' : 'other', rules) === 'own').length;
  return { own, other: running.length - own };
}

/** What a success no longer counts must not be compared to any use later, whatever the clock then says (invariant 8). */
async function giveUpOnOld(
  transaction: Knex,
  customerId: string,
  factor: CountedFactor,
  now: Instant,
): Promise<void> {
  await transaction('attempts')
    .where({ customer_id: customerId, factor, status: 'reserved' })
    .where('reserved_at', '<=', now - IN_FLIGHT_MILLISECONDS)
    .update({ status: 'failed', settled_at: now });
}
