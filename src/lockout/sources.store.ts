import type { Knex } from 'knex';
import { DAY, HOUR, type Instant, SECOND } from '../platform/clock.ts';
import { CHARGED, IN_FLIGHT_MILLISECONDS } from './attempt.ts';
import type { SourceBudget } from './budget.ts';

async function countRows(query: Knex.QueryBuilder): Promise<number> {
  const rows: { count: number }[] = await query.count({ count: '*' });
  return Number(rows[0]?.count ?? 0);
}

/** Failures of one source for one customer from other lines, on the given counters within the window. */
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
  return countRows(
    transaction('attempts')
      .where({ customer_id: source.customerId, source_index: source.sourceIndex, own_line: false })
      .whereIn('factor', [...source.counters])
      .whereIn('status', [...CHARGED])
      .where('reserved_at', '>', source.since)
      .whereNot({ id: source.attemptId }),
  );
}

/** Whether a source has used up its budget (policy "source"); the attempt itself is not counted. */
export async function isSourceLimited(
  transaction: Knex,
  attemptId: string,
  sourceIndex: string,
  { counter, failuresPerHour, customersPerDay }: SourceBudget,
  now: Instant,
): Promise<boolean> {
  const attempts = () =>
    transaction('attempts').where({ source_index: sourceIndex, factor: counter }).whereNot({ id: attemptId });
  const failures = await countRows(
    attempts()
      .whereIn('status', [...CHARGED])
      .where('reserved_at', '>', now - HOUR),
  );
  if (failures >= failuresPerHour) return true;
  const found: { count: number }[] = await attempts()
    .where({ status: 'passed' })
    .where('reserved_at', '>', now - DAY)
    .countDistinct({ count: 'customer_id' });
  // An attempt that is being looked up may find yet another customer.
  const inFlight = await countRows(
    attempts()
      .where({ status: 'reserved' })
      .where('reserved_at', '>', now - IN_FLIGHT_MILLISECONDS),
  );
  return Number(found[0]?.count ?? 0) + inFlight >= customersPerDay;
}

/**
 * Attempts of a source at `counter` in the last hour that no success at `confirmedBy` in the same call has confirmed;
 * for slowing the source down. An identification that found a customer counts like one that found nobody until the PIN
 * is right: whether the next prompt is slow must not tell which it was (Z3, invariant 20).
 */
export async function sourcePressure(
  knex: Knex,
  sourceIndex: string,
  { counter, confirmedBy }: { readonly counter: string; readonly confirmedBy: readonly string[] },
  now: Instant,
): Promise<number> {
  const confirmation = knex('attempts as proof')
    .select('proof.id')
    .whereRaw('?? = ??', ['proof.call_id', 'tried.call_id'])
    .whereIn('proof.factor', [...confirmedBy])
    .where('proof.status', 'passed');
  return countRows(
    knex('attempts as tried')
      .where({ 'tried.source_index': sourceIndex, 'tried.factor': counter })
      .where('tried.reserved_at', '>', now - HOUR)
      .where((counted) =>
        counted
          .whereIn('tried.status', [...CHARGED])
          .orWhere((found) => found.where('tried.status', 'passed').whereNotExists(confirmation)),
      ),
  );
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
