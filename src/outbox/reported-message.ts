import type { ReportedDelivery } from './carried-codes.ts';

/** What is known of a message when a provider reports about it. */
export interface ReportedRow {
  readonly id: string;
  readonly code_id: string | null;
  readonly status: 'pending' | 'sent' | 'delivered' | 'failed' | 'expired';
  readonly provider_id: string | null;
}

/** Whether a report says more than what is known of its message. Pure. */
export function tellsMore(row: ReportedRow, providerId: string, delivery: ReportedDelivery): boolean {
  const open = row.status === 'pending' || row.status === 'sent';
  switch (delivery) {
    case 'delivered':
      // Where we gave up without an answer (no provider id), the provider knows better.
      return open || (row.status !== 'delivered' && row.provider_id === null);
    case 'failed':
      // After a time-out a message can be out twice: the failure of one copy says nothing of the other.
      return open && (row.provider_id === null || row.provider_id === providerId);
    case 'sent':
      return row.status === 'pending';
  }
}
