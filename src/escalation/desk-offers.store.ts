import type { Knex } from 'knex';
import type { Instant } from '../platform/clock.ts';

/** How an offer ended. `withdrawn`: the caller was gone first. */
export type OfferEnd = 'taken' | 'declined' | 'missed' | 'withdrawn';

/** An offer as it was made to one person. */
interface Offer {
  readonly handoffId: string;
  /** The version of the hand-off that made it. */
  readonly number: number;
  readonly staffId: string;
  readonly at: Instant;
  readonly until: Instant;
}

/** Writes down that a person is asked. */
export async function insertOffer(transaction: Knex, offer: Offer): Promise<void> {
  const { handoffId, number, staffId, at, until } = offer;
  await transaction('desk_offers').insert({ handoff_id: handoffId, number, staff_id: staffId, at, until });
}

/** Writes down how the open offer of a hand-off ended; of many that say so one counts. */
export async function endOffer(
  transaction: Knex,
  handoffId: string,
  result: OfferEnd,
  now: Instant,
): Promise<boolean> {
  const ended = await transaction('desk_offers')
    .where({ handoff_id: handoffId })
    .whereNull('ended_at')
    .update({ ended_at: now, result });
  return ended === 1;
}

/** Who was asked about a hand-off, how often, and when last. */
export async function offersOf(
  knex: Knex,
  handoffId: string,
): Promise<ReadonlyMap<string, { readonly times: number; readonly last: Instant }>> {
  const rows: { staff_id: string; at: Instant }[] = await knex('desk_offers')
    .where({ handoff_id: handoffId })
    .orderBy('number')
    .select('staff_id', 'at');
  const asked = new Map<string, { times: number; last: Instant }>();
  for (const { staff_id, at } of rows)
    asked.set(staff_id, { times: (asked.get(staff_id)?.times ?? 0) + 1, last: at });
  return asked;
}
