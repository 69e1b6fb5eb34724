import type { Knex } from 'knex';
import type { LedgerEntry } from './entry.ts';
import { callStream, type Stream, type StreamHead, type StreamKind } from './stream.ts';

interface EntryRow {
  stream_kind: StreamKind;
  stream_id: string;
  seq: number;
  at: number;
  type: string;
  step: string | null;
  rules: string;
  release: string | null;
  data: string;
  prev_hash: string;
  hash: string;
}

interface StreamRow {
  kind: StreamKind;
  id: string;
  length: number;
  last_hash: string;
}

/** Writes linked entries. Only the ledger's one writer calls it (ledger.service.ts). */
export async function insertEntries(transaction: Knex, entries: readonly LedgerEntry[]): Promise<void> {
  if (entries.length === 0) return;
  const rows = entries.map(
    (entry): EntryRow => ({
      stream_kind: entry.stream.kind,
      stream_id: entry.stream.id,
      seq: entry.seq,
      at: entry.at,
      type: entry.type,
      step: entry.step ?? null,
      rules: JSON.stringify(entry.rules),
      release: entry.release ?? null,
      data: JSON.stringify(entry.data),
      prev_hash: entry.prevHash,
      hash: entry.hash,
    }),
  );
  await transaction('ledger_entries').insert(rows);
}

/** The entries of one stream, in order. */
export async function entriesOf(knex: Knex, { kind, id }: Stream): Promise<readonly LedgerEntry[]> {
  const rows: EntryRow[] = await knex<EntryRow>('ledger_entries')
    .where({ stream_kind: kind, stream_id: id })
    .orderBy('seq');
  return rows.map((row) => ({
    stream: { kind: row.stream_kind, id: row.stream_id },
    seq: row.seq,
    at: row.at,
    type: row.type,
    step: row.step ?? undefined,
    rules: JSON.parse(row.rules) as string[],
    release: row.release ?? undefined,
    data: JSON.parse(row.data) as LedgerEntry['data'],
    prevHash: row.prev_hash,
    hash: row.hash,
  }));
}

/** The entries of one call, in order. */
export function entriesOfCall(knex: Knex, callId: string): Promise<readonly LedgerEntry[]> {
  return entriesOf(knex, callStream(callId));
}

/** The recorded end of a stream, or undefined for one nobody has written to. A call's stands in its own row. */
export async function findHead(knex: Knex, { kind, id }: Stream): Promise<StreamHead | undefined> {
  const row: StreamRow | undefined = await knex<StreamRow>('ledger_streams').where({ kind, id }).first();
  return row && headOf(row);
}

/** The recorded end of a stream; nobody else can append to it until the transaction ends (ADR 15). */
export async function lockHeadForUpdate(
  transaction: Knex,
  { kind, id }: Stream,
): Promise<StreamHead | undefined> {
  const row: StreamRow | undefined = await transaction<StreamRow>('ledger_streams')
    .where({ kind, id })
    .forUpdate()
    .first();
  return row && headOf(row);
}

/** Writes the end of a stream for the first time. Answers false, writing nothing, when another transaction did. */
export async function insertHead(
  transaction: Knex,
  { kind, id }: Stream,
  head: StreamHead,
): Promise<boolean> {
  const row: StreamRow = { kind, id, length: head.length, last_hash: head.lastHash };
  const written: unknown[] = await transaction('ledger_streams')
    .insert(row)
    .onConflict(['kind', 'id'])
    .ignore()
    .returning('id');
  return written.length === 1;
}

/** Moves the end of a locked stream. */
export async function updateHead(transaction: Knex, { kind, id }: Stream, head: StreamHead): Promise<void> {
  await transaction<StreamRow>('ledger_streams')
    .where({ kind, id })
    .update({ length: head.length, last_hash: head.lastHash });
}

/** The next streams with a recorded end, in the order of kind and id, after one of them. */
export async function streamsWithHead(
  knex: Knex,
  after: Stream | undefined,
  limit: number,
): Promise<readonly Stream[]> {
  const rows: Pick<StreamRow, 'kind' | 'id'>[] = await knex('ledger_streams')
    .modify((query) => {
      if (after) query.whereRaw('(kind, id) > (?, ?)', [after.kind, after.id]);
    })
    .orderBy([{ column: 'kind' }, { column: 'id' }])
    .limit(limit)
    .select('kind', 'id');
  return rows;
}

/** The next streams that have entries, in the order of kind and id, after one of them. */
export async function streamsWithEntries(
  knex: Knex,
  after: Stream | undefined,
  limit: number,
): Promise<readonly Stream[]> {
  const rows: { stream_kind: StreamKind; stream_id: string }[] = await knex('ledger_entries')
    .modify((query) => {
      if (after) query.whereRaw('(stream_kind, stream_id) > (?, ?)', [after.kind, after.id]);
    })
    .groupBy('stream_kind', 'stream_id')
    .orderBy([{ column: 'stream_kind' }, { column: 'stream_id' }])
    .limit(limit)
    .select('stream_kind', 'stream_id');
  return rows.map((row) => ({ kind: row.stream_kind, id: row.stream_id }));
}

function headOf(row: StreamRow): StreamHead {
  return { length: row.length, lastHash: row.last_hash };
}
