import type { Knex } from 'knex';
import type { Instant } from '../platform/clock.ts';

/** How many calls are live: the gauge of active calls. */
export async function countLiveCalls(knex: Knex): Promise<number> {
  const row: { count?: number | string } | undefined = await knex('calls')
    .where({ status: 'live' })
    .count({ count: '*' })
    .first();
  return Number(row?.count ?? 0);
}

/** Up to `limit` live calls without a turn since `since`, in the order of their ids and after `after`. */
export async function quietCalls(
  knex: Knex,
  since: Instant,
  after: string,
  limit: number,
): Promise<readonly { readonly id: string; readonly updatedAt: Instant }[]> {
  const rows: { id: string; updated_at: Instant }[] = await knex('calls')
    .where({ status: 'live' })
    .where('updated_at', '<', since)
    .where('id', '>', after)
    .orderBy('id')
    .limit(limit)
    .select('id', 'updated_at');
  return rows.map(({ id, updated_at }) => ({ id, updatedAt: updated_at }));
}

/** How often a call was written; 0 for an unknown one. */
export async function callVersion(knex: Knex, id: string): Promise<number> {
  const row: { version: number } | undefined = await knex('calls').where({ id }).first('version');
  return row?.version ?? 0;
}
