import type { QueueName } from '../escalation/reasons.ts';
import { type FlowContext, newContext } from '../flow/context.ts';
import type { Language, Speech } from '../flow/reply.ts';
import type { Instant } from '../platform/clock.ts';
import { NO_PROOFS, type Proofs } from '../policy/levels.ts';
import type { Currency } from '../policy/policy.ts';

/** A call as the decision sees it: where it is, what it remembers, what has been proved. */
export interface CallState {
  readonly id: string;
  readonly status: 'live' | 'ended';
  readonly step: string;
  readonly flow: FlowContext;
  readonly proofs: Proofs;
  /** What amounts are keyed in where nothing chosen says otherwise: the line's currency, and the customer's once known. */
  readonly currency: Currency;
  /** Said on the way to a step that has not answered yet; empty between turns. */
  readonly pendingSpeech: readonly Speech[];
  readonly startedAt: Instant;
  /** The queue the caller waits in, once handed over. */
  readonly queue?: QueueName;
}

/** A call that has just come in. */
export function newCall(
  id: string,
  initialStep: string,
  line: { readonly language: Language; readonly currency: Currency },
  now: Instant,
): CallState {
  return {
    id,
    status: 'live',
    step: initialStep,
    flow: newContext(line.language),
    proofs: NO_PROOFS,
    currency: line.currency,
    pendingSpeech: [],
    startedAt: now,
  };
}
