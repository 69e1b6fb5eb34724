import { AsyncLocalStorage } from 'node:async_hooks';

/** Who causes a webhook. Only the statistics distinguish them; the service cannot. */
export type Actor = 'owner' | 'attacker';

/** The context of a webhook that is being handled; every statement and comparison that it causes finds it. */
export interface RequestContext {
  readonly number: number;
  readonly actor: Actor;
  /** The carrier did not sign it: it must cause nothing. */
  readonly forged: boolean;
  readonly call: string;
  readonly token: string | undefined;
  readonly from: string;
  /** Number of faults when it began. */
  readonly faultsBefore: number;
  readonly unansweredBefore: number;
  /** Failures that the service logged. */
  readonly failures: string[];
  /** The caller was told of an outage because the turn took too long. */
  isLate: boolean;
}

/** Work of the simulation itself on the database: no fault is injected into it. */
export const UPKEEP = 'upkeep';

export const requests = new AsyncLocalStorage<RequestContext | typeof UPKEEP>();

/** The webhook whose handling this code runs in, if any. */
export function currentRequest(): RequestContext | undefined {
  const found = requests.getStore();
  return found === UPKEEP ? undefined : found;
}
