import type { Knex } from 'knex';
import type { Instant } from '../platform/clock.ts';
import { type Random, randomDigits, randomToken } from '../platform/random.ts';
import { CASE_DIGITS, type Case, caseDueAt } from './case.ts';

interface CaseRow {
  id: string;
  number: string;
  kind: Case['kind'];
  state: Case['state'];
  queue: Case['queue'];
  language: Case['language'];
  call_id: string;
  handoff_id: string;
  customer_id: string | null;
  owner_id: string | null;
  calls_back: number;
  place_at: Instant;
  created_at: Instant;
  due_at: Instant;
  closed_at: Instant | null;
  outcome: string | null;
}

/** A number of eight digits meets one of a million others once in a hundred times; five in a row do not. */
const NUMBER_TRIES = 5;

function fromRow(row: CaseRow): Case {
  return {
    id: row.id,
    number: row.number,
    kind: row.kind,
    state: row.state,
    queue: row.queue,
    language: row.language,
    callId: row.call_id,
    handoffId: row.handoff_id,
    customerId: row.customer_id ?? undefined,
    ownerId: row.owner_id ?? undefined,
    callsBack: row.calls_back === 1,
    placeAt: row.place_at,
    createdAt: row.created_at,
    dueAt: row.due_at,
    closedAt: row.closed_at ?? undefined,
    outcome: row.outcome ?? undefined,
  };
}

/** What a case is opened with; its number and clock are made here. */
type NewCase = Pick<
  Case,
  'kind' | 'queue' | 'language' | 'callId' | 'handoffId' | 'customerId' | 'callsBack' | 'placeAt'
>;

/**
 * Opens the case of a hand-off; there is one at most. Answers it, and whether this call opened it: a second one finds the
 * first, which from then on calls back if either asked for that.
 */
export async function openCase(
  transaction: Knex,
  random: Random,
  wanted: NewCase,
  now: Instant,
): Promise<{ readonly case: Case; readonly isNew: boolean }> {
  const known = await caseOfHandoff(transaction, wanted.handoffId);
  if (known) return { case: await callingBack(transaction, known, wanted.callsBack), isNew: false };
  for (let tries = 0; tries < NUMBER_TRIES; tries++) {
    const row: CaseRow = {
      id: randomToken(random),
      number: randomDigits(random, CASE_DIGITS),
      kind: wanted.kind,
      state: 'open',
      queue: wanted.queue,
      language: wanted.language,
      call_id: wanted.callId,
      handoff_id: wanted.handoffId,
      customer_id: wanted.customerId ?? null,
      owner_id: null,
      calls_back: wanted.callsBack ? 1 : 0,
      place_at: wanted.placeAt,
      created_at: now,
      due_at: caseDueAt(wanted.queue, now),
      closed_at: null,
      outcome: null,
    };
    const written: unknown[] = await transaction('cases').insert(row).onConflict().ignore().returning('id');
    if (written.length === 1) return { case: fromRow(row), isNew: true };
    const other = await caseOfHandoff(transaction, wanted.handoffId);
    if (other) return { case: await callingBack(transaction, other, wanted.callsBack), isNew: false };
  }
  throw new Error('no number for a case was free');
}

async function callingBack(transaction: Knex, known: Case, callsBack: boolean): Promise<Case> {
  if (!callsBack || known.callsBack) return known;
  await transaction('cases').where({ id: known.id }).update({ calls_back: 1 });
  return { ...known, callsBack };
}

/** The case of a hand-off, or undefined. */
export async function caseOfHandoff(knex: Knex, handoffId: string): Promise<Case | undefined> {
  const row: CaseRow | undefined = await knex<CaseRow>('cases').where({ handoff_id: handoffId }).first();
  return row && fromRow(row);
}

/** A case by its id, or undefined. */
export async function findCase(knex: Knex, id: string): Promise<Case | undefined> {
  const row: CaseRow | undefined = await knex<CaseRow>('cases').where({ id }).first();
  return row && fromRow(row);
}

/** Cases nobody has closed, the soonest due first. */
export async function openCases(knex: Knex, limit: number): Promise<readonly Case[]> {
  const rows: CaseRow[] = await knex<CaseRow>('cases').whereNull('closed_at').orderBy('due_at').limit(limit);
  return rows.map(fromRow);
}

/** Takes an open case; answers whether nobody else had it. */
export async function ownCase(transaction: Knex, id: string, ownerId: string): Promise<boolean> {
  const owned = await transaction('cases')
    .where({ id, state: 'open' })
    .update({ state: 'owned', owner_id: ownerId });
  return owned === 1;
}

/** Whether a person has an open case about a customer: then they may see them (invariant 33). */
export async function ownsCaseAbout(knex: Knex, ownerId: string, customerId: string): Promise<boolean> {
  const row: unknown = await knex('cases')
    .where({ owner_id: ownerId, closed_at: null, customer_id: customerId })
    .first('id');
  return row !== undefined;
}

/** Closes a case by its owner; answers whether it was theirs and open. */
export async function closeCase(
  transaction: Knex,
  id: string,
  ownerId: string,
  outcome: string,
  now: Instant,
): Promise<boolean> {
  const closed = await transaction('cases')
    .where({ id, owner_id: ownerId, state: 'owned' })
    .update({ state: 'closed', outcome, closed_at: now });
  return closed === 1;
}

/** Closes the case of a caller whom somebody talked to after all; one that has an owner stays theirs. */
export async function closeAnswered(transaction: Knex, handoffId: string, now: Instant): Promise<void> {
  await transaction('cases')
    .where({ handoff_id: handoffId, state: 'open' })
    .update({ state: 'closed', outcome: 'answered', closed_at: now });
}
