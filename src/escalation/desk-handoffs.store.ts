import type { Knex } from 'knex';
import { type Instant, SECOND } from '../platform/clock.ts';
import {
  type DeskHandoff,
  dueAt,
  type HandoffState,
  isTaken,
  isWaiting,
  type NewTicket,
  TAKEN_STATES,
} from './handoff.ts';
import type { QueueName } from './reasons.ts';

interface HandoffRow {
  id: string;
  call_id: string;
  queue: QueueName;
  language: DeskHandoff['language'];
  state: HandoffState;
  waits: QueueName | null;
  live: number | null;
  version: number;
  agent_id: string | null;
  front: number;
  entered_at: Instant;
  due_at: Instant | null;
  taken_at: Instant | null;
  closed_at: Instant | null;
  end: string | null;
  detail: string;
}

/** What a row holds beside its columns. */
type Detail = Omit<
  DeskHandoff,
  | 'id'
  | 'callId'
  | 'queue'
  | 'language'
  | 'state'
  | 'version'
  | 'front'
  | 'enteredAt'
  | 'takenAt'
  | 'closedAt'
  | 'end'
>;

function toRow(handoff: DeskHandoff): HandoffRow {
  const { id, callId, queue, language, state, version, front, enteredAt, takenAt, closedAt, end, ...detail } =
    handoff;
  return {
    id,
    call_id: callId,
    queue,
    language,
    state,
    waits: isWaiting(handoff) ? queue : null,
    live: isWaiting(handoff) || isTaken(handoff) ? 1 : null,
    version,
    agent_id: detail.agent?.id ?? null,
    front: front ? 1 : 0,
    entered_at: enteredAt,
    due_at: dueAt(handoff) ?? null,
    taken_at: takenAt ?? null,
    closed_at: closedAt ?? null,
    end: end ?? null,
    detail: JSON.stringify(detail satisfies Detail),
  };
}

function fromRow(row: HandoffRow): DeskHandoff {
  // JSON leaves out what is undefined; every reader treats the two alike.
  const detail = JSON.parse(row.detail) as Detail;
  return {
    ...detail,
    id: row.id,
    callId: row.call_id,
    queue: row.queue,
    language: row.language,
    state: row.state,
    version: row.version,
    front: row.front === 1,
    enteredAt: row.entered_at,
    takenAt: row.taken_at ?? undefined,
    closedAt: row.closed_at ?? undefined,
    end: (row.end ?? undefined) as DeskHandoff['end'],
  };
}

/** Writes a new hand-off. Answers false, writing nothing, where another process did. */
export async function insertDeskHandoff(transaction: Knex, handoff: DeskHandoff): Promise<boolean> {
  const written: unknown[] = await transaction('desk_handoffs')
    .insert(toRow(handoff))
    .onConflict('id')
    .ignore()
    .returning('id');
  return written.length === 1;
}

/** Writes a hand-off over the version before it. Answers false, writing nothing, where another step committed first. */
export async function updateDeskHandoff(transaction: Knex, handoff: DeskHandoff): Promise<boolean> {
  const { id: _id, ...columns } = toRow(handoff);
  const written = await transaction<HandoffRow>('desk_handoffs')
    .where({ id: handoff.id, version: handoff.version - 1 })
    .update(columns);
  return written === 1;
}

/** The hand-off of a ticket, or undefined. */
export async function findDeskHandoff(knex: Knex, id: string): Promise<DeskHandoff | undefined> {
  const row: HandoffRow | undefined = await knex<HandoffRow>('desk_handoffs').where({ id }).first();
  return row && fromRow(row);
}

/** The newest hand-off of a call that is not closed, or undefined. */
export async function openHandoffOfCall(knex: Knex, callId: string): Promise<DeskHandoff | undefined> {
  const row: HandoffRow | undefined = await knex<HandoffRow>('desk_handoffs')
    .where({ call_id: callId })
    .whereNot({ state: 'closed' })
    .orderBy('entered_at', 'desc')
    .first();
  return row && fromRow(row);
}

/** What a member of staff has in hand: an offer, a talk, or what is to be written down. The offer comes last. */
export async function handoffsOfStaff(knex: Knex, staffId: string): Promise<readonly DeskHandoff[]> {
  const rows: HandoffRow[] = await knex<HandoffRow>('desk_handoffs')
    .where({ agent_id: staffId })
    .whereIn('state', [...TAKEN_STATES, 'wrap_up', 'offered'])
    .orderBy('entered_at');
  return rows.map(fromRow).sort((one, other) => Number(isWaiting(one)) - Number(isWaiting(other)));
}

/** How far a hand-off has come, without what only its machine needs. */
export interface HandoffStand {
  readonly id: string;
  readonly callId: string;
  readonly queue: QueueName;
  readonly language: DeskHandoff['language'];
  readonly state: HandoffState;
  readonly version: number;
  readonly agentId: string | undefined;
  readonly enteredAt: Instant;
  readonly takenAt: Instant | undefined;
}

/** Every hand-off whose caller waits or talks, the oldest first: a few hundred at most. */
export async function handoffStands(knex: Knex): Promise<readonly HandoffStand[]> {
  const rows: Omit<HandoffRow, 'detail'>[] = await knex<HandoffRow>('desk_handoffs')
    .where({ live: 1 })
    .orderBy('entered_at')
    .select('id', 'call_id', 'queue', 'language', 'state', 'version', 'agent_id', 'entered_at', 'taken_at');
  return rows.map((row) => ({
    ...{ id: row.id, callId: row.call_id, queue: row.queue, language: row.language, state: row.state },
    ...{ version: row.version, agentId: row.agent_id ?? undefined, enteredAt: row.entered_at },
    takenAt: row.taken_at ?? undefined,
  }));
}

/** Everybody who waits, in no order: a few hundred at most. */
export async function waitingHandoffs(knex: Knex): Promise<readonly DeskHandoff[]> {
  const rows: HandoffRow[] = await knex<HandoffRow>('desk_handoffs').where('waits', '>', '');
  return rows.map(fromRow);
}

/** Hand-offs about which something is due, the longest due first. */
export async function dueHandoffs(knex: Knex, now: Instant, limit: number): Promise<readonly string[]> {
  const rows: { id: string }[] = await knex('desk_handoffs')
    .where('due_at', '<=', now)
    .orderBy('due_at')
    .limit(limit)
    .select('id');
  return rows.map(({ id }) => id);
}

/** Hand-offs whose caller is still thought to wait or talk while their ticket says that they left, and how. */
export async function handoffsLeft(
  knex: Knex,
): Promise<readonly { readonly id: string; readonly result: string }[]> {
  const live: { id: string }[] = await knex('desk_handoffs').where({ live: 1 }).select('id');
  if (live.length === 0) return [];
  return knex('handoffs')
    .whereIn(
      'id',
      live.map(({ id }) => id),
    )
    .where({ state: 'left' })
    .select('id', 'result');
}

/** Tickets that wait and have no hand-off yet: written by a program that knows of no desk, or in an outage. */
export async function ticketsWithoutHandoff(knex: Knex, limit: number): Promise<readonly NewTicket[]> {
  const rows: {
    id: string;
    call_id: string;
    queue: QueueName;
    language: DeskHandoff['language'];
    created_at: Instant;
  }[] = await knex('handoffs')
    .leftJoin('desk_handoffs', 'handoffs.id', 'desk_handoffs.id')
    .where('handoffs.state', 'waiting')
    .whereNull('desk_handoffs.id')
    .orderBy('handoffs.created_at')
    .limit(limit)
    .select('handoffs.id', 'handoffs.call_id', 'handoffs.queue', 'handoffs.language', 'handoffs.created_at');
  return rows.map((row) => ({
    id: row.id,
    callId: row.call_id,
    queue: row.queue,
    language: row.language,
    enteredAt: row.created_at,
    namesCustomer: false,
  }));
}

/** The place in its queue, from 1: those who are being brought back first, then who came first. */
export async function placeInQueue(
  knex: Knex,
  { queue, front, enteredAt }: Pick<DeskHandoff, 'queue' | 'front' | 'enteredAt'>,
): Promise<number> {
  const row: { count?: number | string } | undefined = await knex('desk_handoffs')
    .where({ waits: queue })
    .where((before) => {
      before.where((same) => same.where('front', front ? 1 : 0).where('entered_at', '<', enteredAt));
      if (!front) before.orWhere('front', 1);
    })
    .count({ count: '*' })
    .first();
  return Number(row?.count ?? 0) + 1;
}

/** How long the last callers of a queue waited until a person took them, in seconds, newest first. */
export async function lastWaits(
  knex: Knex,
  queue: QueueName,
  since: Instant,
  limit: number,
): Promise<readonly number[]> {
  const rows: { entered_at: Instant; taken_at: Instant }[] = await knex('desk_handoffs')
    .where({ queue })
    .where('taken_at', '>', since)
    .orderBy('taken_at', 'desc')
    .limit(limit)
    .select('entered_at', 'taken_at');
  return rows.map((row) => Math.round((row.taken_at - row.entered_at) / SECOND));
}
