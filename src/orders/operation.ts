import type { Knex } from 'knex';
import type { OrderingCall } from '../assurance/call-level.ts';
import type { FlowContext } from '../flow/context.ts';
import type { FlowEvent } from '../flow/events.ts';
import type { Release } from '../flow/release.ts';
import type { Operation } from '../flow/vocabulary.ts';
import type { Jurisdiction } from '../jurisdictions/catalogue.ts';
import type { EntryData, EntryDraft } from '../ledger/entry.ts';
import type { Instant } from '../platform/clock.ts';

/** What an operation may read: its call, the call's release, the source and the moment. */
export interface OperationContext {
  readonly call: OrderingCall & { readonly step: string; readonly flow: FlowContext };
  readonly release: Release;
  /** Blind index of the calling number where it is a telephone number; compared with the customer's own. */
  readonly sourcePhoneIndex: string | undefined;
  /** Whose rules hold on the dialled line. */
  readonly dialled: Jurisdiction;
  readonly now: Instant;
}

/** The result of an operation: the flow's next event, and entries beside the event's own. */
export interface Performed {
  readonly event: FlowEvent;
  readonly entries: readonly EntryDraft[];
}

/** What a step performs on arrival. */
export interface StepOperation {
  /** Runs inside the turn's transaction. Throws a Fault where a part it needs fails; the whole turn is then rolled back. */
  perform(transaction: Knex, context: OperationContext): Promise<Performed>;
  /** It may put a message into the outbox. */
  readonly sends: boolean;
  /** It may change the customer whom the call knows. */
  readonly changesCustomer: boolean;
}

/** Every operation a flow can name, with what performs it. */
export type Operations = { readonly [operation in Operation]: StepOperation };

/** The result of an operation, with entries beside the event's own or without any. */
export function outcome(event: FlowEvent, ...entries: EntryDraft[]): Performed {
  return { event, entries };
}

/** An entry of the record that names the call's step and the rules it keeps. */
export function stepEntry(
  type: 'order.carried' | 'account.freeze' | 'sim.checked',
  context: OperationContext,
  data: EntryData,
): EntryDraft {
  const rules = context.release.flow.steps.get(context.call.step)?.meta.rules ?? [];
  return { type, step: context.call.step, rules, data };
}
