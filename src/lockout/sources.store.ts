import type { Knex } from 'knex';
import { DAY, HOUR, type Instant, SECOND } from '../platform/clock.ts';
import { CHARGED } from './attempt.ts';
import type { SourceBudget } from './budget.ts';

async function countRows(query: Knex.QueryBuilder): Promise<number> {
  const rows: { count: number }[] = await query.count({ count: '*' });
  return Number(rows[0]?.count ?? 0);
}

/**
 * Failures of one source for one customer from other lines, on the given counters within the window and since that
 * source's last right one: who shares a number and mistypes now and then is not shut out by it (Z11).
 */
export function failuresOfSource(
  transaction: Knex,
  source: {
    readonly attemptId: string;
    readonly customerId: string;
    readonly sourceIndex: string;
    readonly counters: readonly string[];
    readonly since: Instant;
  },
): Promise<number> {
  const attempts = () =>
    transaction('attempts')
      .where({ customer_id: source.customerId, source_index: source.sourceIndex, own_line: false })
      .whereIn('factor', [...source.counters])
      .where('reserved_at', '>', source.since);
  const lastRight = attempts().where({ status: 'passed' }).max('settled_at');
  return countRows(
    attempts()
      .whereIn('status', [...CHARGED])
      .whereNot({ id: source.attemptId })
      .whereRaw('reserved_at > coalesce((?), 0)', [lastRight]),
  );
}

/** Statuses of an attempt in which somebody was named; a refused or refunded one named nobody. */
const NAMED = ['reserved', 'failed', 'passed'] as const;

/** Which attempts count as proved: a right secret at one of these counters in the same call, of the customer found. */
type Proving = Pick<SourceBudget, 'counter' | 'provedAt'>;

/**
 * Attempts of a source since `since` that name somebody and are not proved. An attempt that found a customer counts like
 * one that found nobody, and a proof counts for its own call and customer only: else what a limit answers would tell who is
 * a customer, or that a customer has called from this number (Z3, invariant 44).
 */
function unprovedAttempts(
  knex: Knex,
  sourceIndex: string,
  { counter, provedAt }: Proving,
  since: Instant,
): Knex.QueryBuilder {
  const proof = knex('attempts as proof')
    .select('proof.id')
    .whereRaw('?? = ??', ['proof.call_id', 'named.call_id'])
    .whereRaw('?? = ??', ['proof.customer_id', 'named.customer_id'])
    .whereIn('proof.factor', [...provedAt])
    .where('proof.status', 'passed');
  return knex('attempts as named')
    .where({ 'named.source_index': sourceIndex, 'named.factor': counter })
    .where('named.reserved_at', '>', since)
    .whereIn('named.status', [...NAMED])
    .whereNotExists(proof);
}

/** The person an attempt named. An older program did not write it down: each of its attempts counts as another person. */
const PERSON = 'coalesce(named.subject_index, named.id)';

/**
 * Whether a source has used up its budget (policy "source"). Somebody it has named already within the hour is let through:
 * the same person counts once, known or unknown alike. The attempt itself is not counted.
 */
export async function isSourceLimited(
  transaction: Knex,
  {
    attemptId,
    sourceIndex,
    subjectIndex = attemptId,
    now,
  }: {
    readonly attemptId: string;
    readonly sourceIndex: string;
    readonly subjectIndex: string | undefined;
    readonly now: Instant;
  },
  budget: SourceBudget,
): Promise<boolean> {
  const row: { people?: number | string; again?: number | string | null } | undefined =
    await unprovedAttempts(transaction, sourceIndex, budget, now - HOUR)
      .whereNot('named.id', attemptId)
      .select(transaction.raw(`count(distinct ${PERSON}) as people`))
      .select(transaction.raw(`max(case when ${PERSON} = ? then 1 else 0 end) as again`, [subjectIndex]))
      .first();
  return Number(row?.again ?? 0) === 0 && Number(row?.people ?? 0) >= budget.peoplePerHour;
}

/** How many people a source has named and not proved to be. */
export interface SourcePressure {
  readonly lastHour: number;
  readonly lastDay: number;
}

/** Counts the people that a source has named without proof, for slowing it down; every attempt counts until it is proved. */
export async function sourcePressure(
  knex: Knex,
  sourceIndex: string,
  proving: Proving,
  now: Instant,
): Promise<SourcePressure> {
  const row: { [name in 'day' | 'hour']?: number | string } | undefined = await unprovedAttempts(
    knex,
    sourceIndex,
    proving,
    now - DAY,
  )
    .select(knex.raw(`count(distinct ${PERSON}) as day`))
    .select(
      knex.raw(`count(distinct case when named.reserved_at > ? then ${PERSON} end) as hour`, [now - HOUR]),
    )
    .first();
  return { lastHour: Number(row?.hour ?? 0), lastDay: Number(row?.day ?? 0) };
}

/** Counts of what was compared at PINs of known customers. */
export interface PinCounts {
  /** Customers at whose PINs anything was keyed. */
  readonly tried: number;
  /** Customers of whom a PIN was wrong and none was right. */
  readonly customers: number;
  /** Wrong PINs of those customers. */
  readonly failures: number;
  /** Sources of wrong PINs. */
  readonly sources: number;
}

/** In the words of the partial index `attempts_at_pins`: the planner does not use it for bound values. */
const AT_PINS = "factor in ('pin.query', 'pin.transaction') and customer_id is not null";
const WRONG = "status in ('failed', 'reserved')";
const COMPARED = "status in ('failed', 'reserved', 'passed')";

/** Counts what was keyed at customers' PINs within the last `windowSeconds`; reads no more than the window. */
export async function countAtPins(knex: Knex, now: Instant, windowSeconds: number): Promise<PinCounts> {
  // What the clock of another process has dated ahead of this one is counted at a later look.
  const within: readonly [Instant, Instant] = [now - windowSeconds * SECOND + 1, now];
  const each = knex('attempts')
    .whereRaw(AT_PINS)
    .whereRaw(COMPARED)
    .whereBetween('reserved_at', within)
    .groupBy('customer_id')
    .select('customer_id')
    .select(knex.raw(`sum(case when ${WRONG} then 1 else 0 end) as wrong`))
    .select(knex.raw(`sum(case when status = 'passed' then 1 else 0 end) as passed`))
    .as('each_customer');
  const sprayed = 'case when wrong > 0 and passed = 0 then';
  const row: { [name in 'tried' | 'customers' | 'failures']?: number | string | null } | undefined =
    await knex(each)
      .count({ tried: '*' })
      .select(knex.raw(`sum(${sprayed} 1 else 0 end) as customers`))
      .select(knex.raw(`sum(${sprayed} wrong else 0 end) as failures`))
      .first();
  const sources: { count?: number | string } | undefined = await knex('attempts')
    .whereRaw(AT_PINS)
    .whereRaw(WRONG)
    .whereBetween('reserved_at', within)
    .countDistinct({ count: 'source_index' })
    .first();
  return {
    tried: Number(row?.tried ?? 0),
    customers: Number(row?.customers ?? 0),
    failures: Number(row?.failures ?? 0),
    sources: Number(sources?.count ?? 0),
  };
}

/** What each of these calls is counted by; a call in which nothing was keyed is not among the answers. */
export async function sourcesOfCalls(
  knex: Knex,
  calls: readonly string[],
): Promise<readonly { readonly callId: string; readonly sourceIndex: string }[]> {
  const rows: { call_id: string; source_index: string }[] = await knex('attempts')
    .whereIn('call_id', [...calls])
    .distinct('call_id', 'source_index');
  return rows.map(({ call_id, source_index }) => ({ callId: call_id, sourceIndex: source_index }));
}
