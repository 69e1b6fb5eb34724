import type { Knex } from 'knex';
import type { Instant } from '../platform/clock.ts';

/** The message that sums up what a number is not told one by one. */
interface Summary {
  readonly id: string;
  readonly events: number;
  /** Nobody has begun to send it: it can still tell of more. */
  readonly isOpen: boolean;
}

/** What a number was told in a day. */
interface NoticesOfDay {
  readonly told: number;
  readonly summary: Summary | undefined;
}

/** Counts the notices to a number from `from` to before `to`, and finds their summary. */
export async function noticesOfDay(
  transaction: Knex,
  numberIndex: string,
  { from, to }: { readonly from: Instant; readonly to: Instant },
): Promise<NoticesOfDay> {
  const rows: { id: string; purpose: string; status: string; tries: number; events: number | null }[] =
    await transaction('outbox')
      .where({ number_index: numberIndex })
      .where('created_at', '>=', from)
      .where('created_at', '<', to)
      .select('id', 'purpose', 'status', 'tries', 'events');
  const summary = rows.find(({ purpose }) => purpose === 'summary');
  return {
    told: rows.filter(({ purpose }) => purpose !== 'summary').length,
    summary: summary && {
      id: summary.id,
      events: summary.events ?? 0,
      isOpen: summary.status === 'pending' && summary.tries === 0,
    },
  };
}
