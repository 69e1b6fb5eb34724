import type { Knex } from 'knex';
import type { OrderingCall } from '../assurance/call-level.ts';
import type { FlowContext } from '../flow/context.ts';
import type { FlowEvent } from '../flow/events.ts';
import type { Release } from '../flow/release.ts';
import type { Operation } from '../flow/vocabulary.ts';
import type { EntryData, EntryDraft } from '../ledger/entry.ts';
import type { Instant } from '../platform/clock.ts';

/** What an operation is told: the call as far as it may look, what it is decided by, and when. */
export interface OperationContext {
  readonly call: OrderingCall & { readonly step: string; readonly flow: FlowContext };
  readonly release: Release;
  /** Blind index of the calling number where it is a telephone number; compared with the customer's own. */
  readonly sourcePhoneIndex: string | undefined;
  readonly now: Instant;
}

/** What an operation brought: the flow's next event, and what the record keeps of it beyond the event. */
export interface Performed {
  readonly event: FlowEvent;
  readonly entries: readonly EntryDraft[];
}

/** What a step performs on arrival. */
export interface StepOperation {
  /** Runs inside the turn's transaction. Throws a Fault when something it needs is out of order; the turn is then rolled back whole. */
  perform(transaction: Knex, context: OperationContext): Promise<Performed>;
  /** It may put a message into the outbox. */
  readonly sends: boolean;
  /** It may change the customer whom the call knows. */
  readonly changesCustomer: boolean;
}

/** Every operation a flow can name, with what performs it. */
export type Operations = { readonly [operation in Operation]: StepOperation };

/** An outcome without anything for the record beside the event, or with it. */
export function outcome(event: FlowEvent, ...entries: EntryDraft[]): Performed {
  return { event, entries };
}

/** An entry of the record that names the call's step and the rules it keeps. */
export function stepEntry(
  type: 'order.carried' | 'account.freeze',
  context: OperationContext,
  data: EntryData,
): EntryDraft {
  const rules = context.release.flow.steps.get(context.call.step)?.meta.rules ?? [];
  return { type, step: context.call.step, rules, data };
}
