import type { Knex } from 'knex';
import type { Instant } from '../platform/clock.ts';

/** A page of somebody's is loaded: from now on it is their newest. */
export async function putPage(knex: Knex, staffId: string, page: string, now: Instant): Promise<void> {
  await knex('desk_pages').insert({ staff_id: staffId, page, opened_at: now }).onConflict('staff_id').merge();
}

/** The newest page of each of these people. */
export async function newestPages(
  knex: Knex,
  staffIds: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const rows: { staff_id: string; page: string }[] = await knex('desk_pages')
    .whereIn('staff_id', [...staffIds])
    .select('staff_id', 'page');
  return new Map(rows.map(({ staff_id, page }) => [staff_id, page]));
}

/** Whether this is the newest page of somebody. */
export async function isNewestPage(knex: Knex, staffId: string, page: string): Promise<boolean> {
  return (await knex('desk_pages').where({ staff_id: staffId, page }).first('page')) !== undefined;
}
