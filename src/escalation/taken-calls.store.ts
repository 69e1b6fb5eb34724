import type { Knex } from 'knex';
import type { Instant } from '../platform/clock.ts';
import type { HandoffEnd } from './handoff.ts';
import type { HandoffReason, QueueName } from './reasons.ts';

/** A call that somebody took, without anything of who called. */
export interface TakenCall {
  readonly takenAt: Instant;
  readonly queue: QueueName;
  readonly reason: HandoffReason;
  readonly closedAt: Instant | undefined;
  /** Undefined while it goes on. */
  readonly end: HandoffEnd | undefined;
}

interface TakenRow {
  ended_at: Instant;
  queue: QueueName;
  reason: HandoffReason;
  closed_at: Instant | null;
  end: HandoffEnd | null;
}

/** The calls that somebody took since a moment, the newest first. */
export async function takenCalls(knex: Knex, staffId: string, since: Instant): Promise<readonly TakenCall[]> {
  const rows: TakenRow[] = await knex('desk_offers')
    .join('desk_handoffs', 'desk_handoffs.id', 'desk_offers.handoff_id')
    .join('handoffs', 'handoffs.id', 'desk_offers.handoff_id')
    .where('desk_offers.staff_id', staffId)
    .where('desk_offers.at', '>=', since)
    .where('desk_offers.result', 'taken')
    .orderBy('desk_offers.at', 'desc')
    .select('desk_offers.ended_at', 'desk_handoffs.queue', 'handoffs.reason')
    .select('desk_handoffs.closed_at', 'desk_handoffs.end');
  return rows.map(({ ended_at, queue, reason, closed_at, end }) => ({
    ...{ takenAt: ended_at, queue, reason, closedAt: closed_at ?? undefined, end: end ?? undefined },
  }));
}
