import type { Knex } from 'knex';
import type { Instant } from '../platform/clock.ts';
import { assert } from '../platform/fault.ts';
import { type EntryDraft, type EntryPlace, type EntryTypes, headAfter, linkEntries } from './entry.ts';
import { insertEntries, insertHead, lockHeadForUpdate, updateHead } from './ledger.store.ts';
import { EMPTY_STREAM, type Stream, type StreamHead } from './stream.ts';

/** Entries that have their place in a stream and are not written yet. */
interface Linked {
  /** The stream's end once they are written; its owner stores it in the same transaction. */
  readonly head: StreamHead;
  /** Writes them; a transaction that is rolled back leaves none (R11.1, invariant 35). */
  write(transaction: Knex): Promise<void>;
}

/**
 * The one writer of the record, for the entry types a room has declared. A type that is not among them, and a member
 * that is not on the type's list, cannot be written (invariants 15, 37).
 */
export class Ledger<Types extends EntryTypes> {
  readonly #types: Types;

  constructor(types: Types) {
    this.#types = types;
  }

  /**
   * Links drafts after the end of a stream whose end the caller has locked and stores: a call's is in its own row, which
   * every turn locks and writes anyway (docs/adr/0019-streams-and-the-command-door.md).
   */
  link(drafts: readonly EntryDraft[], place: EntryPlace): Linked {
    const entries = linkEntries(this.#types, drafts, place);
    return {
      head: headAfter(place.head, entries),
      write: (transaction) => insertEntries(transaction, entries),
    };
  }

  /** Appends to any stream but a call's, and moves its end; others who append to it wait until the transaction ends. */
  async append(
    transaction: Knex,
    stream: Stream,
    drafts: readonly EntryDraft<Types>[],
    at: Instant,
  ): Promise<void> {
    assert(stream.kind !== 'call', "the end of a call's stream stands in the call's own row");
    if (drafts.length === 0) return;
    const locked = await lockHeadForUpdate(transaction, stream);
    const { head, write } = this.link(drafts, { stream, head: locked ?? EMPTY_STREAM, at });
    if (locked) await updateHead(transaction, stream, head);
    // Two began the stream at once: this one stands after the entries of the other.
    else if (!(await insertHead(transaction, stream, head)))
      return this.append(transaction, stream, drafts, at);
    await write(transaction);
  }
}
