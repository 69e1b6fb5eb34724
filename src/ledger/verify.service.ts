import type { Knex } from 'knex';
import type { LedgerEntry } from './entry.ts';
import { entriesOf, findHead, streamsWithEntries, streamsWithHead } from './ledger.store.ts';
import type { Stream, StreamHead } from './stream.ts';
import { type StreamDifference, verifyStream } from './verify.ts';

/** Where the ends of streams stand that are not in the ledger's own table: a call's are in its row. */
export interface CallHeads {
  headOf(knex: Knex, callId: string): Promise<StreamHead | undefined>;
  /** The next call ids in order after one of them. */
  idsAfter(knex: Knex, after: string | undefined, limit: number): Promise<readonly string[]>;
}

/** A stream as stored, and what differs in it. */
export interface VerifiedStream {
  readonly stream: Stream;
  readonly entries: readonly LedgerEntry[];
  /** Undefined where the database knows of no such stream; with entries, that is a difference. */
  readonly head: StreamHead | undefined;
  readonly differences: readonly StreamDifference[];
}

/** Calls go on meanwhile: after so many reads a stream that still moves is compared as it is. */
const READS = 10;
/** Few enough to hold in memory, enough that a round trip a page does not count. */
const PAGE = 500;

/**
 * Reads a stream and compares its entries with one another and with the end the database has for it. No lock is
 * taken: where the end moved while the entries were read, they are read again.
 */
export async function verifyStored(knex: Knex, stream: Stream, calls: CallHeads): Promise<VerifiedStream> {
  const readHead = () => (stream.kind === 'call' ? calls.headOf(knex, stream.id) : findHead(knex, stream));
  let head = await readHead();
  for (let reads = 1; ; reads++) {
    const entries = await entriesOf(knex, stream);
    const after = await readHead();
    if (reads === READS || (head?.length === after?.length && head?.lastHash === after?.lastHash)) {
      const missing = entries.length === 0 && after === undefined;
      return {
        stream,
        entries,
        head: after,
        differences: missing ? [] : verifyStream(stream, entries, after),
      };
    }
    head = after;
  }
}

/** Every stream of the record, once: those the database has an end for, and those that have entries and no end. */
export async function* allStreams(knex: Knex, calls: CallHeads): AsyncGenerator<Stream> {
  for (let after: string | undefined; ; ) {
    const ids = await calls.idsAfter(knex, after, PAGE);
    for (const id of ids) yield { kind: 'call', id };
    after = ids.at(-1);
    if (after === undefined) break;
  }
  yield* paged((after) => streamsWithHead(knex, after, PAGE));
  for await (const stream of paged((after) => streamsWithEntries(knex, after, PAGE))) {
    const known = stream.kind === 'call' ? calls.headOf(knex, stream.id) : findHead(knex, stream);
    if ((await known) === undefined) yield stream;
  }
}

async function* paged(
  page: (after: Stream | undefined) => Promise<readonly Stream[]>,
): AsyncGenerator<Stream> {
  for (let after: Stream | undefined; ; ) {
    const streams = await page(after);
    yield* streams;
    after = streams.at(-1);
    if (after === undefined) return;
  }
}
