import type { ActionName } from '../actions/catalogue.ts';
import type { Level } from '../actions/requirement.ts';
import type { KeyingResult } from '../escalation/handoff.ts';
import type { QueueResult } from '../escalation/queue-result.ts';
import type { HandoffReason } from '../escalation/reasons.ts';
import type { FlowStep } from '../flow/definition.ts';
import type { Release } from '../flow/release.ts';
import type { Operation, StateMeta } from '../flow/vocabulary.ts';
import type { EntryDraft } from '../ledger/entry.ts';
import type { Language } from '../locales/catalogue.ts';
import { assert } from '../platform/fault.ts';
import type { Reply } from '../speech/reply.ts';
import type { CallState } from './call.ts';

/** What the turn does in its transaction besides storing the call; the decision itself does none of it. */
export type Effect =
  | { readonly kind: 'void_codes' }
  | {
      readonly kind: 'handoff';
      readonly reason: HandoffReason;
      readonly step: string;
      readonly level: Level;
      readonly intent?: ActionName;
    }
  | { readonly kind: 'leave_queue'; readonly result: QueueResult }
  /** The caller has keyed what a person asked for, or will not, and goes back to that person. */
  | { readonly kind: 'back_to_desk'; readonly handoff: string; readonly result: KeyingResult }
  /** They key on: the time until they are brought back begins anew. */
  | { readonly kind: 'keying_goes_on'; readonly handoff: string }
  /** The caller goes on by keys instead. */
  | { readonly kind: 'leave_desk'; readonly handoff: string }
  | { readonly kind: 'remember_language'; readonly customerId: string; readonly language: Language };

/** The decision of one event: the call after it, and everything the turn does about it. */
export interface Decision {
  readonly call: CallState;
  readonly effects: readonly Effect[];
  readonly entries: readonly EntryDraft[];
  /** Either the answer to the caller, or an operation whose outcome is to be decided next. */
  readonly next:
    | { readonly kind: 'reply'; readonly reply: Reply }
    | { readonly kind: 'perform'; readonly operation: Operation };
}

/** What the flow says of a step. An unknown step is a bug. */
export function metaOf(release: Release, step: string): StateMeta {
  return stepOf(release, step).meta;
}

/** A step of the flow by its name. */
export function stepOf(release: Release, step: string): FlowStep {
  const found = release.flow.steps.get(step);
  assert(found, `the flow has a step ${step}`);
  return found;
}
