import type { Knex } from 'knex';
import type { AuditEntry } from './entry.ts';

interface EntryRow {
  call_id: string;
  seq: number;
  at: number;
  type: AuditEntry['type'];
  step: string;
  rules: string;
  release: string;
  data: string;
  prev_hash: string;
  hash: string;
}

/** Writes entries in the turn's transaction, so that a decision and its entry commit together (R11.1, invariant 35). */
export async function appendEntries(transaction: Knex, entries: readonly AuditEntry[]): Promise<void> {
  if (entries.length === 0) return;
  const rows = entries.map(
    (entry): EntryRow => ({
      call_id: entry.callId,
      seq: entry.seq,
      at: entry.at,
      type: entry.type,
      step: entry.step,
      rules: JSON.stringify(entry.rules),
      release: entry.release,
      data: JSON.stringify(entry.data),
      prev_hash: entry.prevHash,
      hash: entry.hash,
    }),
  );
  await transaction('audit_entries').insert(rows);
}

/** The entries of one call, in order. */
export async function entriesOfCall(knex: Knex, callId: string): Promise<readonly AuditEntry[]> {
  const rows: EntryRow[] = await knex<EntryRow>('audit_entries').where({ call_id: callId }).orderBy('seq');
  return rows.map((row) => ({
    callId: row.call_id,
    seq: row.seq,
    at: row.at,
    type: row.type,
    step: row.step,
    rules: JSON.parse(row.rules) as string[],
    release: row.release,
    data: JSON.parse(row.data) as AuditEntry['data'],
    prevHash: row.prev_hash,
    hash: row.hash,
  }));
}
