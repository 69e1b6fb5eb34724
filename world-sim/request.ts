import { AsyncLocalStorage } from 'node:async_hooks';

/** Who stands behind a webhook; only the tables tell them apart, never the service. */
export type Actor = 'owner' | 'attacker';

/** What a webhook that is being handled goes through; every statement and comparison it causes finds it here. */
export interface RequestContext {
  readonly number: number;
  readonly actor: Actor;
  /** Not the carrier's: it must cause nothing. */
  readonly forged: boolean;
  readonly call: string;
  readonly token: string | undefined;
  readonly from: string;
  /** Faults that had struck anybody when it began. */
  readonly faultsBefore: number;
  readonly unansweredBefore: number;
  /** What the service logged of its failing. */
  readonly failures: string[];
  /** The caller was told of an outage because the turn took too long. */
  isLate: boolean;
}

/** Work of the simulation itself on the database: never struck by a fault. */
export const UPKEEP = 'upkeep';

export const requests = new AsyncLocalStorage<RequestContext | typeof UPKEEP>();

/** The webhook whose handling this code runs in, if any. */
export function currentRequest(): RequestContext | undefined {
  const found = requests.getStore();
  return found === UPKEEP ? undefined : found;
}
