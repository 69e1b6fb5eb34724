/** What can go wrong in operation, as opposed to a refusal (a returned value) or a bug (an assertion). */
export type FaultKind =
  | 'store_unavailable'
  | 'bank_unavailable'
  | 'messaging_unavailable'
  | 'crypto_unavailable'
  | 'conflict'
  | 'limit_reached';

/** An operating failure. `message` is for staff and logs: it must never hold anything a caller keyed or owns. */
export class Fault extends Error {
  readonly kind: FaultKind;
  constructor(kind: FaultKind, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'Fault';
    this.kind = kind;
  }
}

/** Stops on a bug: a condition the code relies on does not hold. */
export function assert(condition: unknown, what: string): asserts condition {
  if (!condition) throw new Error(`assertion failed: ${what}`);
}

/** Marks a branch the types say cannot be reached. */
export function assertNever(value: never, what: string): never {
  throw new Error(`unexpected ${what}: ${JSON.stringify(value)}`);
}
