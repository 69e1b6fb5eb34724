import { readOpaqueId } from '../platform/opaque-id.ts';

/** What an entry can be about; each has streams of its own. Later kinds are added at the end. */
export const STREAM_KINDS = ['call', 'customer', 'session', 'case', 'release', 'system'] as const;
export type StreamKind = (typeof STREAM_KINDS)[number];

/** A stream of the record: its entries are numbered from 0 and each is linked to the one before it by hash. */
export interface Stream {
  readonly kind: StreamKind;
  readonly id: string;
}

/** The end of a stream: how many entries it has, and the hash of the newest. */
export interface StreamHead {
  readonly length: number;
  readonly lastHash: string;
}

/** What the first entry of every stream is linked to. */
export const NO_ENTRY_HASH = '0'.repeat(64);

/** The end of a stream nobody has written to. */
export const EMPTY_STREAM: StreamHead = { length: 0, lastHash: NO_ENTRY_HASH };

/** What belongs to no call, customer or release: reads of the record, key rotation. */
export const SYSTEM_STREAM: Stream = { kind: 'system', id: 'hotline' };

/** The stream of a call, named by the carrier's call id. */
export function callStream(callId: string): Stream {
  return { kind: 'call', id: callId };
}

/** A stream as people write it: `call:CA…`. */
export function streamName({ kind, id }: Stream): string {
  return `${kind}:${id}`;
}

/** Reads `kind:id`; undefined when the kind is unknown or the id is missing. */
export function parseStream(text: string): Stream | undefined {
  const colon = text.indexOf(':');
  const kind = STREAM_KINDS.find((known) => known === text.slice(0, colon));
  // What a carrier called a call may have become another id here.
  const id = readOpaqueId(text.slice(colon + 1));
  return colon > 0 && kind !== undefined && id !== undefined ? { kind, id } : undefined;
}
