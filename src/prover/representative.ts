import { bindingOf } from '../assurance/call-level.ts';
import type { Proofs } from '../assurance/levels.ts';
import type { CallState } from '../calls/call.ts';
import { COUNTERS } from '../flow/vocabulary.ts';
import { defined } from '../platform/defined.ts';
import type { StepReads } from './reads.ts';
import { MOMENT } from './symbolic.ts';

/** Whether anything the call holds is good for one order only. */
export function isBound({ flow, proofs }: CallState): boolean {
  return (
    proofs.code !== undefined || proofs.confirmation !== undefined || flow.identityConfirmedFor !== undefined
  );
}

/** The proofs at the one moment, bound to the order as it stands or to none. */
function normalProofs(proofs: Proofs, before: string | undefined, after: string | undefined): Proofs {
  const bound = (binding: string) => (binding === before && after !== undefined ? after : 'another order');
  return {
    pins: {
      ...(proofs.pins.query === undefined ? {} : { query: MOMENT }),
      ...(proofs.pins.transaction === undefined ? {} : { transaction: MOMENT }),
    },
    // The transaction PIN, which every money order takes, says anew how the number stands.
    ...(proofs.pins.transaction === undefined ? {} : defined({ newNumber: proofs.newNumber })),
    ...(proofs.customerId === undefined ? {} : { customerId: proofs.customerId, identifiedAt: MOMENT }),
    ...(proofs.code === undefined ? {} : { code: { at: MOMENT, binding: bound(proofs.code.binding) } }),
    ...(proofs.confirmation === undefined
      ? {}
      : { confirmation: { at: MOMENT, binding: bound(proofs.confirmation.binding) } }),
  };
}

/** Counters no higher than where every guard answers alike; the waits only where they are asked for, a sent code sets them back. */
function normalCounters(
  counters: CallState['flow']['counters'],
  { limits, asksForWaits }: StepReads,
): CallState['flow']['counters'] {
  const waits = asksForWaits ? Math.min(counters.waits, limits.waits) : 0;
  const beyond = COUNTERS.some((counter) => counters[counter] > limits[counter]);
  if (!beyond && waits === counters.waits) return counters;
  const normal = { ...counters };
  for (const counter of COUNTERS) normal[counter] = Math.min(counters[counter], limits[counter]);
  return { ...normal, waits };
}

/**
 * The call every call of its kind stands for: same moment, first revision, first language (no guard can read the
 * language), one word for what was said last. Two calls with the same representative behave the same for ever.
 */
export function representative(call: CallState, reads: StepReads): CallState {
  const { flow } = call;
  const order = flow.order && { ...flow.order, revision: 1 };
  const renumbered = { ...call, flow: { ...flow, ...(order ? { order } : {}) } };
  // A digest each, and asked for at every call: worked out only where something is bound to the order.
  const [before, after] = isBound(call) ? [bindingOf(call), bindingOf(renumbered)] : [];
  return {
    ...renumbered,
    proofs: normalProofs(call.proofs, before, after),
    flow: {
      ...renumbered.flow,
      language: 'en-US',
      counters: normalCounters(flow.counters, reads),
      // What was listed is of no use once something was chosen from it.
      options: reads.choosing ? flow.options : [],
      // With a receipt the goodbye is another; words without one were looked at when they were said first.
      lastResult: flow.receipt === undefined ? [] : flow.lastResult.slice(0, 1),
      ...(flow.code ? { code: { ...flow.code, sentAt: MOMENT } } : {}),
      ...(flow.identityConfirmedFor === undefined
        ? {}
        : {
            identityConfirmedFor:
              flow.identityConfirmedFor === before && after !== undefined ? after : 'another order',
          }),
    },
  };
}

/** A key that two calls share only when they have the same representative. */
export function keyOf(call: CallState): string {
  const { flow, proofs } = call;
  const { counters, order, labels } = flow;
  const binding = isBound(call) ? bindingOf(call) : undefined;
  const bound = (value: string | undefined) => (value === undefined ? '-' : value === binding ? '=' : 'x');
  return [
    call.step,
    call.status,
    call.queue ?? '',
    ...Object.values(counters),
    order?.action ?? '',
    order?.loanId === undefined ? '' : 'l',
    order?.payeeId === undefined ? '' : 'e',
    order?.accountId === undefined ? '' : 'a',
    order?.contactIndex === undefined ? '' : 'c',
    order?.amountMinor ?? '',
    labels.loan ? 'L' : '',
    labels.payee ? 'P' : '',
    labels.account ? 'A' : '',
    flow.options.map((option) => option.kind[0]).join(''),
    flow.code === undefined ? '' : 'k',
    bound(flow.identityConfirmedFor),
    flow.receipt === undefined ? '' : 'r',
    flow.freezeDone ? 'f' : '',
    flow.identityKeyed ? 'y' : '',
    flow.deniedCustomerId === undefined ? '' : 'd',
    flow.languageMenu ?? '',
    proofs.customerId === undefined ? '' : 'i',
    proofs.newNumber === undefined ? '' : 'n',
    proofs.pins.query === undefined ? '' : 'q',
    proofs.pins.transaction === undefined ? '' : 't',
    bound(proofs.code?.binding),
    bound(proofs.confirmation?.binding),
    call.pendingSpeech.map((speech) => speech.prompt).join(','),
  ].join('|');
}
