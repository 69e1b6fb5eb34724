import type { Instant } from '../platform/clock.ts';
import { canonicalJson, sha256 } from '../platform/digest.ts';
import { assert } from '../platform/fault.ts';

export const ENTRY_TYPES = [
  'call.started',
  'call.step',
  'call.handoff',
  'call.ended',
  'factor.outcome',
  'factor.lock',
  'levels.voided',
  'confirmation.given',
  'order.changed',
  'order.assessed',
  'order.carried',
  'order.refused',
  'code.sent',
  'code.not_sent',
  'account.freeze',
] as const;
export type EntryType = (typeof ENTRY_TYPES)[number];

const WORD = /^[A-Za-z][A-Za-z0-9_.-]{0,63}$/;
const OPAQUE = /^[A-Za-z0-9_.:-]{1,64}$/;
const NUMBER_DIALLED = /^[+A-Za-z0-9_.:@-]{1,64}$/;

/**
 * The only members an entry's data may have, and their shape (invariants 15, 37). There is no free text: a
 * newline, a name or a keyed digit has no place to be.
 */
const DATA_SHAPES = {
  event: WORD,
  from: WORD,
  to: WORD,
  factor: WORD,
  outcome: WORD,
  reason: WORD,
  why: WORD,
  part: WORD,
  action: WORD,
  level: WORD,
  language: OPAQUE,
  queue: WORD,
  attestation: WORD,
  line: NUMBER_DIALLED,
  by: WORD,
  currency: WORD,
  customerId: OPAQUE,
  codeId: OPAQUE,
  accountId: OPAQUE,
  loanId: OPAQUE,
  payeeId: OPAQUE,
  receipt: OPAQUE,
  key: OPAQUE,
  freeze: WORD,
  amountMinor: 'number',
  revision: 'number',
  until: 'number',
  expiresAt: 'number',
  matched: 'boolean',
  ownLine: 'boolean',
  repeated: 'boolean',
} as const satisfies Record<string, RegExp | 'number' | 'boolean'>;
export type EntryData = {
  readonly [name in keyof typeof DATA_SHAPES]?:
    | ((typeof DATA_SHAPES)[name] extends 'number'
        ? number
        : (typeof DATA_SHAPES)[name] extends 'boolean'
          ? boolean
          : string)
    | undefined;
};

/** What a decision leaves behind, before it has a place in the call's chain. */
export interface EntryDraft {
  readonly type: EntryType;
  readonly step: string;
  readonly rules: readonly string[];
  readonly data: EntryData;
}

/** An entry in its place: linked to the one before it in the same call. */
export interface AuditEntry extends EntryDraft {
  readonly callId: string;
  readonly seq: number;
  readonly at: Instant;
  readonly release: string;
  readonly prevHash: string;
  readonly hash: string;
}

/** What the first entry of every call is linked to. */
export const NO_ENTRY_HASH = '0'.repeat(64);

/** Data by the allow-list: members that are undefined are left out, anything not on it is a bug and stops the turn. */
export function allowedData(data: EntryData): EntryData {
  const kept: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(data)) {
    if (value === undefined) continue;
    const shape: RegExp | 'number' | 'boolean' | undefined = DATA_SHAPES[name as keyof typeof DATA_SHAPES];
    assert(shape !== undefined, 'an audit entry has only members of the allow-list');
    const fits =
      shape === 'number'
        ? Number.isSafeInteger(value)
        : shape === 'boolean'
          ? typeof value === 'boolean'
          : typeof value === 'string' && shape.test(value);
    assert(fits, `the audit member ${name} has its shape`);
    kept[name] = value;
  }
  return kept as EntryData;
}

/** The hash of an entry: SHA-256 over its canonical JSON, the previous hash included. */
export function entryHash(entry: Omit<AuditEntry, 'hash'>): string {
  const { callId, seq, at, type, step, rules, release, data, prevHash } = entry;
  return sha256(canonicalJson({ callId, seq, at, type, step, rules, release, data: { ...data }, prevHash }));
}

/** Links drafts to a call's chain, after the entry with `prevHash` and number `count`. */
export function linkEntries(
  drafts: readonly EntryDraft[],
  chain: {
    readonly callId: string;
    readonly release: string;
    readonly prevHash: string;
    readonly count: number;
  },
  at: Instant,
): readonly AuditEntry[] {
  let { prevHash, count } = chain;
  return drafts.map((draft) => {
    const body = {
      ...draft,
      data: allowedData(draft.data),
      callId: chain.callId,
      seq: count,
      at,
      release: chain.release,
      prevHash,
    };
    const entry: AuditEntry = { ...body, hash: entryHash(body) };
    prevHash = entry.hash;
    count += 1;
    return entry;
  });
}

/** Walks a call's chain: the number of the first entry that does not fit, or undefined when all do. */
export function firstBrokenEntry(entries: readonly AuditEntry[]): number | undefined {
  let prevHash = NO_ENTRY_HASH;
  for (const [index, entry] of entries.entries()) {
    if (entry.seq !== index || entry.prevHash !== prevHash || entryHash(entry) !== entry.hash) return index;
    prevHash = entry.hash;
  }
  return undefined;
}
