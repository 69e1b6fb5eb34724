import type { Knex } from 'knex';
import type { Instant } from '../platform/clock.ts';

/**
 * What the customer's messages have said is stopped: nothing yet (`owed`), the telephone line only (`line`), everything
 * (`all`). `none`: no message is due, because this request changed nothing for the customer.
 */
type FreezeNotice = 'owed' | 'line' | 'all' | 'none';

/** A freeze that the core is told of. */
export interface FreezeTelling {
  /** What the core knows the request by. */
  readonly id: string;
  readonly customerId: string;
  /** The call it was asked for in; undefined where it was none of ours. */
  readonly callId: string | undefined;
  /** When the customer asked (V8.2). */
  readonly askedAt: Instant;
  readonly createdAt: Instant;
  /** Counts the one that is being made. */
  readonly tries: number;
  readonly dueAt: Instant;
}

interface TellingRow {
  readonly id: string;
  readonly customer_id: string;
  readonly call_id: string | null;
  readonly asked_at: Instant;
  readonly created_at: Instant;
  readonly notice: FreezeNotice;
  readonly tries: number;
  readonly due_at: Instant;
  readonly answered_at: Instant | null;
}

function fromRow(row: TellingRow): FreezeTelling {
  return {
    id: row.id,
    customerId: row.customer_id,
    callId: row.call_id ?? undefined,
    askedAt: row.asked_at,
    createdAt: row.created_at,
    tries: row.tries,
    dueAt: row.due_at,
  };
}

/** Queues a freeze for the core, in the transaction that freezes; one that the core has already is kept as answered. A known id changes nothing. */
export async function insertTelling(
  transaction: Knex,
  telling: Pick<FreezeTelling, 'id' | 'customerId' | 'askedAt'> & { readonly callId: string },
  notice: FreezeNotice,
  answered: boolean,
  now: Instant,
): Promise<void> {
  const { id, customerId, callId, askedAt } = telling;
  await transaction('freeze_tellings')
    .insert({
      id,
      customer_id: customerId,
      call_id: callId,
      asked_at: askedAt,
      notice,
      tries: answered ? 1 : 0,
      created_at: now,
      due_at: now,
      answered_at: answered ? now : null,
    })
    .onConflict('id')
    .ignore();
}

function pending(knex: Knex): Knex.QueryBuilder {
  return knex('freeze_tellings').whereNull('answered_at');
}

/**
 * Takes up to `limit` due freezes for one try each. The claim is one conditional update per row: of several processes one
 * gets it, and a process that dies gives it back once its lease is over.
 */
export async function claimDueTellings(
  knex: Knex,
  now: Instant,
  leaseMilliseconds: number,
  limit: number,
): Promise<readonly FreezeTelling[]> {
  const rows: TellingRow[] = await pending(knex).andWhere('due_at', '<=', now).orderBy('due_at').limit(limit);
  const claimed: FreezeTelling[] = [];
  for (const row of rows) {
    const dueAt = now + leaseMilliseconds;
    const count = await knex('freeze_tellings')
      .where({ id: row.id, tries: row.tries, due_at: row.due_at })
      .update({ due_at: dueAt, tries: row.tries + 1 });
    if (count === 1) claimed.push({ ...fromRow(row), tries: row.tries + 1, dueAt });
  }
  return claimed;
}

/** Ends a telling that the core has answered. Answers what the customer had been told before; undefined where another process ended it. */
export async function markAnswered(
  transaction: Knex,
  { id }: FreezeTelling,
  now: Instant,
): Promise<FreezeNotice | undefined> {
  const mine = () => transaction('freeze_tellings').where({ id });
  const row: TellingRow | undefined = await mine().forUpdate().first();
  if (!row || row.answered_at !== null) return undefined;
  await mine().update({ answered_at: now, notice: row.notice === 'none' ? 'none' : 'all' });
  return row.notice;
}

/** Gives a claimed telling back for another try. Answers whether the customer is now to be told what is stopped so far. */
export async function postpone(
  transaction: Knex,
  { id, tries }: FreezeTelling,
  dueAt: Instant,
): Promise<{ readonly noticeDue: boolean }> {
  // Where another process has ended it meanwhile, its notice is owed no more and nothing finds it due.
  const mine = () => transaction('freeze_tellings').where({ id, tries });
  await mine().update({ due_at: dueAt });
  return { noticeDue: (await mine().andWhere({ notice: 'owed' }).update({ notice: 'line' })) === 1 };
}

/** The freezes that the core has not answered, oldest first, at most `limit`. */
export async function pendingTellings(knex: Knex, limit: number): Promise<readonly FreezeTelling[]> {
  const rows: TellingRow[] = await pending(knex).orderBy('created_at').limit(limit);
  return rows.map(fromRow);
}

/** More than this is told as this many. */
const MOST_COUNTED = 1_000;

/** How many freezes the core has not answered since a moment, and how often it was asked; none: it has answered all of them. */
export async function untoldSince(
  knex: Knex,
  before: Instant,
): Promise<{ readonly freezes: number; readonly tries: number }> {
  const rows: Pick<TellingRow, 'tries'>[] = await pending(knex)
    .andWhere('created_at', '<=', before)
    .orderBy('created_at')
    .limit(MOST_COUNTED)
    .select('tries');
  return { freezes: rows.length, tries: rows.reduce((sum, { tries }) => sum + tries, 0) };
}

/** Freezes that were carried out in calls since a moment: whose, and in which. */
export async function freezesSince(
  knex: Knex,
  since: Instant,
): Promise<readonly { readonly callId: string; readonly customerId: string }[]> {
  const rows: { call_id: string; customer_id: string }[] = await knex('freeze_tellings')
    .where('created_at', '>', since)
    .whereNotNull('call_id')
    .select('call_id', 'customer_id');
  return rows.map(({ call_id, customer_id }) => ({ callId: call_id, customerId: customer_id }));
}
