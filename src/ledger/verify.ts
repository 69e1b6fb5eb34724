import { entryHash, type LedgerEntry } from './entry.ts';
import { NO_ENTRY_HASH, type Stream, type StreamHead } from './stream.ts';

/** What differs in a stream, and where: in one of its entries, or at its end. */
export interface StreamDifference {
  /** The place among the entries, from 0, or the end of the stream. */
  readonly where: number | 'end';
  readonly what: 'stream' | 'number' | 'previous hash' | 'hash' | 'length' | 'newest hash';
  /** What follows from the entries before and from the content of this one. */
  readonly calculated: string;
  /** What the entry says of itself, or the database of the stream's end; undefined where it says nothing. */
  readonly recorded: string | undefined;
}

/**
 * Everything that differs between a stream's entries, as they are stored, and what they were written as: each entry's
 * number, link and hash, and against `head`, which is kept apart from them, the end (invariant 36). Empty when nothing
 * does. A recorded hash is followed, so that one changed entry is one difference. Pure.
 */
export function verifyStream(
  stream: Stream,
  entries: readonly LedgerEntry[],
  head: StreamHead | undefined,
): readonly StreamDifference[] {
  const differences: StreamDifference[] = [];
  const compare = (
    where: StreamDifference['where'],
    what: StreamDifference['what'],
    calculated: string,
    recorded: string | undefined,
  ) => {
    if (calculated !== recorded) differences.push({ where, what, calculated, recorded });
  };
  let prevHash = NO_ENTRY_HASH;
  for (const [index, entry] of entries.entries()) {
    compare(index, 'number', String(index), String(entry.seq));
    compare(index, 'previous hash', prevHash, entry.prevHash);
    compare(index, 'hash', entryHash({ ...entry, stream }), entry.hash);
    prevHash = entry.hash;
  }
  compare('end', 'length', String(entries.length), head === undefined ? undefined : String(head.length));
  compare('end', 'newest hash', prevHash, head?.lastHash);
  return differences;
}
