import type { Knex } from 'knex';
import { SECOND } from '../platform/clock.ts';
import { digestsEqual } from '../platform/digest.ts';
import { assert } from '../platform/fault.ts';
import type { AttemptRequest, AttemptRow, Reservation, ReservationRefusal } from './attempt.ts';
import type { CustomerBudget, SourceBudget } from './budget.ts';
import { lockCounterForUpdate, lockGuardForUpdate, writeCounter } from './counters.store.ts';
import { countedLine, decideAttempt, type LockCounter } from './ladder.ts';
import { failuresOfSource, isSourceLimited } from './sources.store.ts';

/**
 * Takes an attempt from every budget it draws on, in the caller's transaction, which must commit before any secret is
 * looked at (invariants 1, 2, 3). A retry of the same webhook finds its attempt and is not charged again. A refunded
 * attempt is charged anew, for the same input or another; otherwise another input on the same token is a `conflict`.
 */
export async function reserveAttempt(transaction: Knex, request: AttemptRequest): Promise<Reservation> {
  const { callId, stepToken } = request;
  const row = {
    id: request.id,
    call_id: callId,
    step_token: stepToken,
    request_digest: request.requestDigest,
    factor: request.budget.counter,
    customer_id: request.customerId ?? null,
    source_index: request.sourceIndex,
    subject_index: request.subjectIndex ?? null,
    own_line: request.line === 'own',
    code_id: request.secret?.id ?? null,
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
  assert(found, 'an attempt that cannot be inserted exists');
  // Whatever is keyed now: a refunded attempt cost nothing and is charged anew.
  if (found.status === 'refunded') return charge(transaction, found, request, { again: true });
  return takeUp(transaction, found, request);
}

/** Takes up the attempt that the step has already: the same webhook goes on with it, another input does not. */
async function takeUp(transaction: Knex, found: AttemptRow, request: AttemptRequest): Promise<Reservation> {
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
  const { budget, now } = request;
  const customerId = attempt.customer_id ?? undefined;
  const prepared =
    budget.draws === 'customer' && customerId !== undefined
      ? await prepareCustomer(transaction, attempt.id, budget, customerId, request)
      : await prepareSource(transaction, attempt.id, budget.draws === 'source' ? budget : undefined, request);
  if (again && !(await chargeAnew(transaction, attempt.id, request))) {
    const first: AttemptRow | undefined = await transaction('attempts').where({ id: attempt.id }).first();
    assert(first, 'an attempt is never deleted');
    return takeUp(transaction, first, request);
  }
  const refusal = prepared.refusal ?? (await prepared.take());
  if (refusal) {
    await transaction('attempts')
      .where({ id: attempt.id })
      .update({ status: 'refused', refusal, settled_at: now });
    return refused(refusal);
  }
  return { kind: 'reserved', attemptId: attempt.id, repeated: false };
}

/** False where another webhook of the step took the attempt while this one waited for the counter. */
async function chargeAnew(transaction: Knex, attemptId: string, request: AttemptRequest): Promise<boolean> {
  const taken = await transaction('attempts')
    .where({ id: attemptId, status: 'refunded' })
    .update({
      status: 'reserved',
      shared: false,
      request_digest: request.requestDigest,
      subject_index: request.subjectIndex ?? null,
      own_line: request.line === 'own',
      code_id: request.secret?.id ?? null,
      reserved_at: request.now,
      settled_at: null,
    });
  return taken === 1;
}

interface PreparedCharge {
  readonly refusal: ReservationRefusal | undefined;
  /** Writes what the attempt costs, or answers why it cannot be taken after all. */
  readonly take: () => Promise<ReservationRefusal | undefined>;
}

async function prepareCustomer(
  transaction: Knex,
  attemptId: string,
  { counter: name, rules }: CustomerBudget,
  customerId: string,
  request: AttemptRequest,
): Promise<PreparedCharge> {
  const { line, sourceIndex, secret, now } = request;
  const otherLines = countedLine(line, rules) === 'other' ? rules.otherLines : undefined;
  // A source is refused for its failures on all of these counters, so all are locked, always in the same order.
  const counter = await lockCounters(transaction, customerId, otherLines?.counters ?? [name], name);
  const sourceFailures = otherLines
    ? await failuresOfSource(transaction, {
        attemptId,
        customerId,
        sourceIndex,
        counters: otherLines.counters,
        since: now - otherLines.windowSeconds * SECOND,
      })
    : 0;
  const decision = decideAttempt(counter, line, sourceFailures, rules, now);
  return {
    refusal: decision.kind === 'refused' ? decision.reason : undefined,
    take: async () => {
      assert(decision.kind === 'allowed', 'only an allowed attempt is taken');
      if (secret && !(await secret.tries.take(transaction, secret.id))) return 'code_tries_spent';
      await writeCounter(transaction, customerId, name, counter, decision.counter);
      return undefined;
    },
  };
}

/** Locks the counters in the order given and answers the one of that name. */
async function lockCounters(
  transaction: Knex,
  customerId: string,
  counters: readonly string[],
  name: string,
): Promise<LockCounter> {
  let wanted: LockCounter | undefined;
  for (const each of counters) {
    const locked = await lockCounterForUpdate(transaction, customerId, each);
    if (each === name) wanted = locked;
  }
  assert(wanted, 'the counters of other lines include the one that is drawn on');
  return wanted;
}

/** An attempt of nobody known draws on the source alone: never a lock on a customer (policy "per calling number"). */
async function prepareSource(
  transaction: Knex,
  attemptId: string,
  budget: SourceBudget | undefined,
  { sourceIndex, subjectIndex, now }: AttemptRequest,
): Promise<PreparedCharge> {
  await lockGuardForUpdate(transaction, `source:${sourceIndex}`, now);
  const limited =
    budget && (await isSourceLimited(transaction, { attemptId, sourceIndex, subjectIndex, now }, budget));
  return { refusal: limited ? 'source_limited' : undefined, take: async () => undefined };
}
