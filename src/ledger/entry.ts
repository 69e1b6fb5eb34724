import { isDialled } from '../jurisdictions/dialled-number.ts';
import type { Instant } from '../platform/clock.ts';
import { canonicalJson, sha256 } from '../platform/digest.ts';
import { assert } from '../platform/fault.ts';
import { digestId } from '../platform/opaque-id.ts';
import { isWord } from '../platform/word.ts';
import { NO_ENTRY_HASH, type Stream, type StreamHead } from './stream.ts';

type Shape = RegExp | 'word' | 'dialled' | 'number' | 'boolean';

const OPAQUE = /^[A-Za-z0-9_.:-]{1,64}$/;
/** An id another system gave: any visible ASCII (platform/opaque-id.ts). */
const OF_ANOTHER_SYSTEM = /^[\x21-\x7e]{1,64}$/;
/** A call's id and the revision of its order. */
const ORDER_KEY = /^[\x21-\x7e]{1,64}:[0-9]{1,6}$/;
/** SHA-256. */
const DIGEST = /^[0-9a-f]{64}$/;
/** Letters of any script, and what stands between them in a name; begins with a letter, so no keyed digits fit. */
const PERSON = /^\p{L}[\p{L}\p{M}\p{N} .'’_@-]{0,63}$/u;

/**
 * The only members an entry's data may have, and their shape (invariants 15, 37). There is no free text: a
 * newline or a keyed digit has no place to be. A name means one thing in the whole record.
 */
const MEMBERS = {
  event: 'word',
  from: 'word',
  to: 'word',
  factor: 'word',
  outcome: 'word',
  reason: 'word',
  source: 'word',
  why: 'word',
  part: 'word',
  action: 'word',
  level: 'word',
  language: OPAQUE,
  jurisdiction: 'word',
  queue: 'word',
  attestation: 'word',
  line: 'dialled',
  by: 'word',
  currency: 'word',
  customerId: OPAQUE,
  codeId: OPAQUE,
  accountId: OF_ANOTHER_SYSTEM,
  loanId: OF_ANOTHER_SYSTEM,
  payeeId: OF_ANOTHER_SYSTEM,
  receipt: OPAQUE,
  key: ORDER_KEY,
  keyId: OPAQUE,
  freeze: 'word',
  core: 'word',
  stream: 'word',
  streamId: OF_ANOTHER_SYSTEM,
  command: 'word',
  handoffId: OF_ANOTHER_SYSTEM,
  staffId: OPAQUE,
  caseId: OPAQUE,
  leg: 'word',
  changeId: OPAQUE,
  digest: DIGEST,
  role: 'word',
  person: PERSON,
  approver: PERSON,
  amountMinor: 'number',
  revision: 'number',
  until: 'number',
  expiresAt: 'number',
  askedAt: 'number',
  simChangedAt: 'number',
  simKnownAt: 'number',
  number: 'number',
  count: 'number',
  matched: 'boolean',
  ownLine: 'boolean',
  repeated: 'boolean',
} as const satisfies Record<string, Shape>;
type EntryMember = keyof typeof MEMBERS;
export type EntryData = {
  readonly [name in EntryMember]?:
    | ((typeof MEMBERS)[name] extends 'number'
        ? number
        : (typeof MEMBERS)[name] extends 'boolean'
          ? boolean
          : string)
    | undefined;
};

/** A room's closed list of entry types, each with the members its data may have (`<room>.entries.ts`). */
export interface EntryTypes {
  readonly [type: string]: readonly EntryMember[];
}

/** What a decision leaves behind, before it has a place in a stream: one of `Types`, with that type's members. */
export type EntryDraft<Types extends EntryTypes = EntryTypes> = {
  readonly [type in keyof Types & string]: {
    readonly type: type;
    /** Where a call was; undefined outside calls. */
    readonly step?: string | undefined;
    readonly rules: readonly string[];
    readonly data: Pick<EntryData, Types[type][number]>;
  };
}[keyof Types & string];

/** An entry in its place: numbered, and linked to the one before it in the same stream. */
export interface LedgerEntry {
  readonly stream: Stream;
  readonly seq: number;
  readonly at: Instant;
  readonly type: string;
  readonly step?: string | undefined;
  readonly rules: readonly string[];
  /** The release by which a call was decided; undefined outside calls. */
  readonly release?: string | undefined;
  readonly data: EntryData;
  readonly prevHash: string;
  readonly hash: string;
}

/** Whether a name of a person may stand in the record: at most 64 letters, digits and marks of a name, a letter first. */
export function isPersonName(name: string): boolean {
  return PERSON.test(name);
}

/**
 * Data as it may be recorded under a type: members that are undefined are left out. A type or a member that is not
 * on the list, or in another shape, is a bug and stops the transaction.
 */
export function allowedData(types: EntryTypes, type: string, data: EntryData): EntryData {
  const allowed = Object.hasOwn(types, type) ? types[type] : undefined;
  assert(allowed !== undefined, `the ledger has a type ${type}`);
  const kept: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(data)) {
    if (value === undefined) continue;
    const member = allowed.find((known) => known === name);
    assert(member !== undefined, `a ledger entry ${type} has only members of its allow-list`);
    assert(hasShape(MEMBERS[member], value), `the ledger member ${name} has its shape`);
    kept[name] = value;
  }
  return kept as EntryData;
}

function hasShape(shape: Shape, value: unknown): boolean {
  if (shape === 'number') return Number.isSafeInteger(value);
  if (shape === 'boolean') return typeof value === 'boolean';
  if (typeof value !== 'string') return false;
  if (shape === 'word') return isWord(value);
  return shape === 'dialled' ? isDialled(value) : shape.test(value);
}

/**
 * An id of the bank's core as the record holds it: itself, or a digest where it has other characters than visible ASCII or
 * is longer than an id is here (invariant 45).
 */
export function recordedId(id: string | undefined): string | undefined {
  return id === undefined || OF_ANOTHER_SYSTEM.test(id) ? id : digestId(id);
}

/** The hash of an entry: SHA-256 over its canonical JSON, the stream and the previous hash included. */
export function entryHash(entry: Omit<LedgerEntry, 'hash'>): string {
  const { stream, seq, at, type, step = null, rules, release = null, data, prevHash } = entry;
  return sha256(
    canonicalJson({
      stream: { kind: stream.kind, id: stream.id },
      seq,
      at,
      type,
      step,
      rules,
      release,
      data: { ...data },
      prevHash,
    }),
  );
}

/** Where entries are put: after the end of a stream, at a moment, decided by a release where a call wrote them. */
export interface EntryPlace {
  readonly stream: Stream;
  readonly head: StreamHead;
  readonly at: Instant;
  readonly release?: string | undefined;
}

/** Links drafts of `types` to a stream, after its end; the stream's end is then the last of them. Pure. */
export function linkEntries(
  types: EntryTypes,
  drafts: readonly EntryDraft[],
  { stream, head, at, release }: EntryPlace,
): readonly LedgerEntry[] {
  let { length, lastHash } = head;
  return drafts.map(({ type, step, rules, data }) => {
    const body = {
      stream,
      seq: length,
      at,
      type,
      step,
      rules,
      release,
      data: allowedData(types, type, data),
      prevHash: lastHash,
    };
    const entry: LedgerEntry = { ...body, hash: entryHash(body) };
    lastHash = entry.hash;
    length += 1;
    return entry;
  });
}

/** The end of a stream once `added` stands after `head`. */
export function headAfter(head: StreamHead, added: readonly LedgerEntry[]): StreamHead {
  return { length: head.length + added.length, lastHash: added.at(-1)?.hash ?? head.lastHash };
}

/** Walks a stream: the number of the first entry that does not fit, or undefined when all do. */
export function firstBrokenEntry(entries: readonly LedgerEntry[]): number | undefined {
  let prevHash = NO_ENTRY_HASH;
  for (const [index, entry] of entries.entries()) {
    if (entry.seq !== index || entry.prevHash !== prevHash || entryHash(entry) !== entry.hash) return index;
    prevHash = entry.hash;
  }
  return undefined;
}
