import type { Knex } from 'knex';
import { upgradeRecord, withFormat } from '../flow/formats/record-format.ts';
import type { StreamHead } from '../ledger/stream.ts';
import type { Instant } from '../platform/clock.ts';
import { defined } from '../platform/defined.ts';
import { Fault } from '../platform/fault.ts';
import { type Keyring, open, seal } from '../platform/keyring.ts';
import type { Random } from '../platform/random.ts';
import type { CallState, Journal } from './call.ts';

/** A call as stored: its state is sealed; only what queries search for is in clear. */
export interface StoredCall {
  readonly state: CallState;
  readonly release: string;
  readonly line: string;
  readonly source: string;
  readonly sourceIndex: string;
  readonly attestation: string | undefined;
  /** The step token the next webhook must carry. */
  readonly token: string;
  readonly version: number;
  /** The end of the call's stream of the record. */
  readonly head: StreamHead;
  readonly updatedAt: Instant;
}

/** A stored turn: the digest of its webhook, and the answer byte for byte. */
interface StoredTurn {
  readonly seq: number;
  readonly requestDigest: string;
  readonly answer: string;
  readonly at: Instant;
}

interface CallRow {
  id: string;
  status: CallState['status'];
  release: string;
  line: string;
  language: string;
  source_index: string;
  source_sealed: string;
  attestation: string | null;
  step: string;
  token: string;
  version: number;
  snapshot_sealed: string;
  customer_id: string | null;
  last_hash: string;
  entries: number;
  started_at: Instant;
  updated_at: Instant;
  ended_at: Instant | null;
  ended_by: string | null;
}

interface TurnRow {
  call_id: string;
  token: string;
  seq: number;
  request_digest: string;
  answer_sealed: string;
  next_token: string;
  journal_sealed: string;
  at: Instant;
}

const sourceContext = (id: string) => `calls.source:${id}`;
const snapshotContext = (id: string) => `calls.snapshot:${id}`;
const answerContext = (id: string, token: string) => `turns.answer:${id}:${token}`;
const journalContext = (id: string, token: string) => `turns.journal:${id}:${token}`;

/** The call with this id, or undefined. */
export async function findCall(knex: Knex, keyring: Keyring, id: string): Promise<StoredCall | undefined> {
  const row: CallRow | undefined = await knex<CallRow>('calls').where({ id }).first();
  return row && fromRow(row, keyring);
}

/** The call with this id, or undefined; locked until the transaction ends (docs/adr/0015-select-for-update.md). */
export async function lockCallForUpdate(
  transaction: Knex,
  keyring: Keyring,
  id: string,
): Promise<StoredCall | undefined> {
  const row: CallRow | undefined = await transaction<CallRow>('calls').where({ id }).forUpdate().first();
  return row && fromRow(row, keyring);
}

function fromRow(row: CallRow, keyring: Keyring): StoredCall {
  const { id } = row;
  return {
    state: JSON.parse(open(keyring, snapshotContext(id), row.snapshot_sealed)) as CallState,
    release: row.release,
    line: row.line,
    source: open(keyring, sourceContext(id), row.source_sealed),
    sourceIndex: row.source_index,
    attestation: row.attestation ?? undefined,
    token: row.token,
    version: row.version,
    head: { length: row.entries, lastHash: row.last_hash },
    updatedAt: row.updated_at,
  };
}

function changingColumns(keyring: Keyring, random: Random, call: StoredCall, endedBy: string | undefined) {
  const { state } = call;
  return {
    status: state.status,
    language: state.flow.language,
    step: state.step,
    token: call.token,
    version: call.version,
    snapshot_sealed: seal(keyring, random, snapshotContext(state.id), JSON.stringify(state)),
    ...defined({ customer_id: state.proofs.customerId }),
    last_hash: call.head.lastHash,
    entries: call.head.length,
    updated_at: call.updatedAt,
    ...(endedBy === undefined ? {} : { ended_at: call.updatedAt, ended_by: endedBy }),
  };
}

/** Writes a new call. Answers false, writing nothing, when the carrier has announced it before. */
export async function insertCall(
  transaction: Knex,
  keyring: Keyring,
  random: Random,
  call: StoredCall,
): Promise<boolean> {
  const { state } = call;
  const row: CallRow = {
    id: state.id,
    release: call.release,
    line: call.line,
    source_index: call.sourceIndex,
    source_sealed: seal(keyring, random, sourceContext(state.id), call.source),
    attestation: call.attestation ?? null,
    started_at: state.startedAt,
    customer_id: null,
    ended_at: null,
    ended_by: null,
    ...changingColumns(keyring, random, call, undefined),
  };
  const written: unknown[] = await transaction('calls').insert(row).onConflict('id').ignore().returning('id');
  return written.length === 1;
}

/** Writes a call over the version before it. Answers false, writing nothing, when another turn committed first. */
export async function updateCall(
  transaction: Knex,
  keyring: Keyring,
  random: Random,
  call: StoredCall,
  endedBy: string | undefined,
): Promise<boolean> {
  const written = await transaction<CallRow>('calls')
    .where({ id: call.state.id, version: call.version - 1 })
    .update(changingColumns(keyring, random, call, endedBy));
  return written === 1;
}

/**
 * The id of the customer whom a call has identified, or undefined. An ended call has lost its levels (invariant 25), but its
 * row keeps the last identified customer.
 */
export async function identifiedInCall(knex: Knex, { state }: StoredCall): Promise<string | undefined> {
  if (state.status === 'live') return state.proofs.customerId;
  const row: { customer_id: string | null } | undefined = await knex('calls')
    .where({ id: state.id })
    .first('customer_id');
  return row?.customer_id ?? undefined;
}

/** The stored turn of this step token, or undefined. */
export async function findTurn(
  knex: Knex,
  keyring: Keyring,
  callId: string,
  token: string,
): Promise<StoredTurn | undefined> {
  const row: TurnRow | undefined = await knex<TurnRow>('turns').where({ call_id: callId, token }).first();
  if (!row) return undefined;
  return {
    seq: row.seq,
    requestDigest: row.request_digest,
    answer: open(keyring, answerContext(callId, token), row.answer_sealed),
    at: row.at,
  };
}

/** Whether a turn of this call was taken for the webhook with this digest. */
export async function hasTurnFor(knex: Knex, callId: string, digest: string): Promise<boolean> {
  const row = await knex<TurnRow>('turns').where({ call_id: callId, request_digest: digest }).first('seq');
  return row !== undefined;
}

/** The answer of the newest turn of a call; undefined where the newest has none (a command), or there is none yet. */
export async function newestAnswer(
  knex: Knex,
  keyring: Keyring,
  { state: { id }, version }: StoredCall,
): Promise<string | undefined> {
  const row: TurnRow | undefined = await knex<TurnRow>('turns').where({ call_id: id, seq: version }).first();
  return row && (open(keyring, answerContext(id, row.token), row.answer_sealed) || undefined);
}

/** Writes a turn with its answer and the journal that lets it be decided again. */
export async function insertTurn(
  transaction: Knex,
  keyring: Keyring,
  random: Random,
  turn: StoredTurn & Pick<RecordedTurn, 'token' | 'nextToken' | 'journal'> & { readonly callId: string },
): Promise<void> {
  const { callId, token } = turn;
  const row: TurnRow = {
    call_id: callId,
    token,
    seq: turn.seq,
    request_digest: turn.requestDigest,
    answer_sealed: seal(keyring, random, answerContext(callId, token), turn.answer),
    next_token: turn.nextToken,
    journal_sealed: seal(
      keyring,
      random,
      journalContext(callId, token),
      JSON.stringify(withFormat(turn.journal)),
    ),
    at: turn.at,
  };
  await transaction('turns').insert(row);
}

/** A recorded turn: the inputs of its decisions, and the answer that went out. */
export interface RecordedTurn {
  readonly seq: number;
  readonly token: string;
  readonly answer: string;
  /** The step token that was rendered into the answer. It is random, so replay takes it from here. */
  readonly nextToken: string;
  readonly journal: Journal;
}

/** A stored journal of any known format, upgraded to today's. Throws Fault(conflict) for a format this version cannot read. */
function readJournal(stored: string): Journal {
  const upgraded = upgradeRecord('journal', JSON.parse(stored));
  if (!upgraded.ok) throw new Fault('conflict', upgraded.problem);
  return upgraded.record as unknown as Journal;
}

/** Every turn of a call in order, opened, for replay. Throws Fault(conflict) for a journal format this version cannot read. */
export async function turnsOfCall(
  knex: Knex,
  keyring: Keyring,
  callId: string,
): Promise<readonly RecordedTurn[]> {
  const rows: TurnRow[] = await knex<TurnRow>('turns').where({ call_id: callId }).orderBy('seq');
  return rows.map((row) => ({
    seq: row.seq,
    token: row.token,
    answer: open(keyring, answerContext(callId, row.token), row.answer_sealed),
    nextToken: row.next_token,
    journal: readJournal(open(keyring, journalContext(callId, row.token), row.journal_sealed)),
  }));
}

/** The ids of calls that began at or after a moment, oldest first. */
export async function callsSince(knex: Knex, since: Instant): Promise<readonly string[]> {
  const rows: { id: string }[] = await knex('calls')
    .where('started_at', '>=', since)
    .orderBy([{ column: 'started_at' }, { column: 'id' }])
    .select('id');
  return rows.map(({ id }) => id);
}

/** The end of a call's stream of the record, which stands in the call's row; undefined for an unknown call. */
export async function callHead(knex: Knex, id: string): Promise<StreamHead | undefined> {
  const row: Pick<CallRow, 'entries' | 'last_hash'> | undefined = await knex<CallRow>('calls')
    .where({ id })
    .first('entries', 'last_hash');
  return row && { length: row.entries, lastHash: row.last_hash };
}

/** Up to `limit` call ids after a given one, in the order of the ids. */
export async function callIdsAfter(
  knex: Knex,
  after: string | undefined,
  limit: number,
): Promise<readonly string[]> {
  const rows: { id: string }[] = await knex('calls')
    .modify((query) => {
      if (after !== undefined) query.where('id', '>', after);
    })
    .orderBy('id')
    .limit(limit)
    .select('id');
  return rows.map(({ id }) => id);
}
