import type { Knex } from 'knex';
import type { ActionName } from '../actions/catalogue.ts';
import type { Level } from '../actions/requirement.ts';
import type { Instant } from '../platform/clock.ts';
import { type Random, randomToken } from '../platform/random.ts';
import type { QueueResult } from './queue-result.ts';
import { type HandoffReason, type QueueName, REASON_MEANINGS } from './reasons.ts';

/** A caller who is handed to a person, with what the desk has to know; it holds no keyed digits. */
export interface Handoff {
  readonly callId: string;
  readonly reason: HandoffReason;
  readonly intent?: ActionName;
  /** The level reached, for information: the desk starts from its own proofs (Z4). */
  readonly level: Level;
  readonly language: string;
  /** Only where identified. */
  readonly customerId?: string;
  /** Where the caller was, e.g. `pin.query`. */
  readonly step: string;
  readonly now: Instant;
}

/** Writes the ticket of a hand-off in the turn's transaction; answers its id and the queue of its reason. */
export async function insertHandoff(
  transaction: Knex,
  random: Random,
  handoff: Handoff,
): Promise<{ readonly id: string; readonly queue: QueueName }> {
  const row = rowOf(randomToken(random), handoff);
  await transaction('handoffs').insert(row);
  return { id: row.id, queue: row.queue };
}

/** Writes a ticket under an id of the caller's own. Answers false, writing nothing, when it is there already. */
export async function insertHandoffOnce(transaction: Knex, id: string, handoff: Handoff): Promise<boolean> {
  const written: unknown[] = await transaction('handoffs')
    .insert(rowOf(id, handoff))
    .onConflict('id')
    .ignore()
    .returning('id');
  return written.length === 1;
}

function rowOf(id: string, handoff: Handoff) {
  return {
    id,
    call_id: handoff.callId,
    queue: REASON_MEANINGS[handoff.reason].queue,
    reason: handoff.reason,
    intent: handoff.intent ?? null,
    level: handoff.level,
    language: handoff.language,
    customer_id: handoff.customerId ?? null,
    step: handoff.step,
    state: 'waiting',
    result: null,
    created_at: handoff.now,
    left_at: null,
  };
}

/**
 * Records why the call has left its queue. Answers whether it was waiting: late and repeated reports change nothing.
 * `call_ended`: the call is over and its queue has not reported how the wait ended; see reportAfterEnd.
 */
export async function leaveQueue(
  transaction: Knex,
  callId: string,
  result: QueueResult | 'resumed' | 'call_ended',
  now: Instant,
): Promise<boolean> {
  const left = await transaction('handoffs')
    .where({ call_id: callId, state: 'waiting' })
    .update({ state: 'left', result, left_at: now });
  return left > 0;
}

/** The queue's own report of a wait that ended with its call, where the end of the call was reported first. */
export async function reportAfterEnd(
  transaction: Knex,
  callId: string,
  result: QueueResult,
): Promise<boolean> {
  const corrected = await transaction('handoffs')
    .where({ call_id: callId, state: 'left', result: 'call_ended' })
    .update({ result });
  return corrected > 0;
}

/** Which of these calls have a ticket that waits. */
export async function waitingAmong(knex: Knex, callIds: readonly string[]): Promise<ReadonlySet<string>> {
  if (callIds.length === 0) return new Set();
  const rows: { call_id: string }[] = await knex('handoffs')
    .whereIn('call_id', callIds)
    .where({ state: 'waiting' })
    .select('call_id');
  return new Set(rows.map(({ call_id }) => call_id));
}

/** Takes tickets that have waited since before `since` out of their queues as `unheard`; answers how many there were. */
export async function leaveForgotten(knex: Knex, since: Instant, now: Instant): Promise<number> {
  return knex('handoffs')
    .where({ state: 'waiting' })
    .where('created_at', '<', since)
    .update({ state: 'left', result: 'unheard', left_at: now });
}

/** How a ticket stands: it waits, or how it left. Undefined for one that is not there. */
export async function ticketStand(
  knex: Knex,
  id: string,
): Promise<'waiting' | { readonly left: string } | undefined> {
  const row: { state: string; result: string | null } | undefined = await knex('handoffs')
    .where({ id })
    .first('state', 'result');
  return row && (row.state === 'waiting' ? 'waiting' : { left: row.result ?? 'left' });
}

/** Whom the line had found by what the caller keyed, when the ticket was written. */
export async function customerOfTicket(knex: Knex, id: string): Promise<string | undefined> {
  const row: { customer_id: string | null } | undefined = await knex('handoffs')
    .where({ id })
    .first('customer_id');
  return row?.customer_id ?? undefined;
}

/** Why a caller was handed over, as it was written down then. */
export interface StoredTicket {
  readonly reason: HandoffReason;
  readonly intent: string | undefined;
  readonly step: string;
  readonly level: Level;
}

/** A ticket, or undefined. */
export async function findTicket(knex: Knex, id: string): Promise<StoredTicket | undefined> {
  const row: { reason: HandoffReason; intent: string | null; step: string; level: Level } | undefined =
    await knex('handoffs').where({ id }).first('reason', 'intent', 'step', 'level');
  return row && { ...row, intent: row.intent ?? undefined };
}
