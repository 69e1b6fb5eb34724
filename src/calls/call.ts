import { NO_PROOFS, type Proofs } from '../assurance/levels.ts';
import type { PublicFacts } from '../customers/customer.ts';
import type { LevelFall } from '../escalation/handoff-event.ts';
import type { QueueName } from '../escalation/reasons.ts';
import { type FlowContext, newContext } from '../flow/context.ts';
import type { FlowEvent } from '../flow/events.ts';
import type { Currency } from '../jurisdictions/currency.ts';
import type { Language } from '../locales/catalogue.ts';
import type { Instant } from '../platform/clock.ts';
import type { Speech } from '../speech/reply.ts';

/** Facts of this moment that are not part of the call. */
export interface Facts {
  /** The identified customer in masked form; undefined while nobody is identified. */
  readonly customer?: PublicFacts;
  /** A source with many failures is slowed by this much before each answer. */
  readonly pauseSeconds?: number;
}

/** A call as the decision sees it: where it is, what it remembers, what has been proved. */
export interface CallState {
  readonly id: string;
  readonly status: 'live' | 'ended';
  readonly step: string;
  readonly flow: FlowContext;
  readonly proofs: Proofs;
  /** The currency of keyed amounts unless an order names one: the dialled line's, and the customer's once identified. */
  readonly currency: Currency;
  /** The call comes from a telephone number that it shows; the network's word, never proof (invariant 24). */
  readonly showsNumber?: true;
  /** Said on the way to a step that has not answered yet; empty between turns. */
  readonly pendingSpeech: readonly Speech[];
  readonly startedAt: Instant;
  /** The queue the caller waits in, once handed over. */
  readonly queue?: QueueName;
  /** When the last answer has been spoken to its end, as far as it can be estimated: the caller is idle from then on. */
  readonly speaksUntil?: Instant;
  /** A command has ended the levels since the last turn: the next turn finds the session expired. */
  readonly levelsDropped?: true;
}

/** A call that has just come in. */
export function newCall(
  id: string,
  initialStep: string,
  line: { readonly language: Language; readonly currency: Currency; readonly showsNumber?: boolean },
  now: Instant,
): CallState {
  return {
    id,
    status: 'live',
    step: initialStep,
    flow: newContext(line.language),
    proofs: NO_PROOFS,
    currency: line.currency,
    ...(line.showsNumber ? { showsNumber: true } : {}),
    pendingSpeech: [],
    startedAt: now,
  };
}

/**
 * What something other than a webhook may do to a live call. No command grants anything: a level may fall, never rise
 * (invariant 54).
 */
export type CallCommand =
  /** Ends every level of the call; its next webhook finds the session expired. */
  | { readonly kind: 'drop_levels' }
  /** What a person who took over does or leaves undone: PIN and code no longer count, the identity stays claimed. */
  | { readonly kind: 'lower_level'; readonly why: LevelFall }
  /** What a person had the caller key is over without the caller: they are back at the step they came from. */
  | { readonly kind: 'end_keying' }
  /** Freezes the account of the identified customer provisionally. */
  | { readonly kind: 'freeze_customer' };

/** The inputs of a turn's decisions, event by event: enough to decide it again (R11.1). It holds outcomes, never keyed digits. */
export interface Journal {
  readonly now: Instant;
  readonly steps: readonly { readonly event: FlowEvent; readonly facts: Facts }[];
  /** What was done to the call without a webhook; there are no steps and no answer then. */
  readonly command?: CallCommand;
}
