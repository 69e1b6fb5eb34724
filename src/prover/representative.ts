import type { OrderLabels } from '../actions/option.ts';
import { bindingOf } from '../assurance/call-level.ts';
import { type Proofs, voidStepUp } from '../assurance/levels.ts';
import type { CallState } from '../calls/call.ts';
import { isFreezeErrand, setOrderAside } from '../flow/order-in-flow.ts';
import { COUNTERS } from '../flow/vocabulary.ts';
import { defined } from '../platform/defined.ts';
import type { StepReads } from './reads.ts';
import { MOMENT } from './symbolic.ts';

/** What a proof of a representative is bound to where it is not the order as it stands. */
const ANOTHER_ORDER = 'another order';

/** Whether anything the call holds is good for one order only. */
export function isBound({ flow, proofs }: CallState): boolean {
  return (
    proofs.code !== undefined || proofs.confirmation !== undefined || flow.identityConfirmedFor !== undefined
  );
}

/** The proofs at the one moment, bound to the order as it stands or to none. */
function normalProofs(proofs: Proofs, before: string | undefined, after: string | undefined): Proofs {
  const bound = (binding: string) => (binding === before && after !== undefined ? after : ANOTHER_ORDER);
  return {
    pins: {
      ...(proofs.pins.query === undefined ? {} : { query: MOMENT }),
      ...(proofs.pins.transaction === undefined ? {} : { transaction: MOMENT }),
    },
    // The transaction PIN, which every money order takes, says anew how the number stands.
    ...(proofs.pins.transaction === undefined ? {} : defined({ newNumber: proofs.newNumber })),
    ...(proofs.customerId === undefined ? {} : { customerId: proofs.customerId, identifiedAt: MOMENT }),
    ...(proofs.code === undefined ? {} : { code: { at: MOMENT, binding: bound(proofs.code.binding) } }),
    ...(proofs.identityConfirmedAt === undefined ? {} : { identityConfirmedAt: MOMENT }),
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

/** The labels with a loan that stands for all: how it stands is not looked at any more. */
function withAnyLoan(labels: OrderLabels): OrderLabels {
  if (!labels.loan) return labels;
  const { overdueOn: _overdue, ...loan } = labels.loan;
  return { ...labels, loan: { ...loan, outstandingMinor: 1, dueMinor: 1 } };
}

/**
 * A call that waits for a person, talks to one, or is over: what it wanted to order is never looked at again. A freeze that is asked for
 * is another order, and what a person asks for sets it aside; only a freeze that was asked for before is told from both.
 */
function handedOver(call: CallState): CallState {
  if (call.flow.order === undefined || isFreezeErrand(call.flow)) return call;
  // What was told of an order before is said in the goodbye after a freeze.
  const { receipt, toldReceipt, freezeDone, lastResult } = call.flow;
  const flow = { ...setOrderAside(call.flow), ...defined({ receipt, toldReceipt, freezeDone }), lastResult };
  return { ...call, flow, proofs: voidStepUp(call.proofs) };
}

/**
 * The call every call of its kind stands for: same moment, first revision, first language (no guard can read the
 * language), nothing that only the reading of keys looks at, one word for what was said last. What a `#` would say again is
 * left out: it was looked at one event before, when it was said. Two calls with the same representative behave the same
 * for ever.
 */
export function representative(reached: CallState, reads: StepReads): CallState {
  const call = reads.handsOver ? handedOver(reached) : reached;
  const {
    pendingKey: _key,
    moreTime: _slower,
    endedItself: _said,
    freezeAsked: _told,
    languageChosen: _chosen,
    frozen,
    listedFrom,
    revisionAside: _aside,
    ...rest
  } = call.flow;
  const { order } = rest;
  // A receipt nobody was told is of no use once its result has been read out, where only told ones are looked at.
  const { receipt, ...unreceipted } = rest;
  const isReceiptRead = rest.toldReceipt !== undefined || rest.resultLeft || reads.asksForAnyReceipt;
  const kept = isReceiptRead ? receipt : undefined;
  // Only words read it, and the ones that are kept below may; elsewhere words that told it would have no value to tell.
  const flow = kept === undefined ? unreceipted : { ...unreceipted, receipt: kept, ...defined({ frozen }) };
  const first = order === undefined || order.revision === 1;
  const renumbered = first
    ? { ...call, flow }
    : { ...call, flow: { ...flow, order: { ...order, revision: 1 } } };
  // A digest each, and asked for at every call: worked out only where something is bound to the order.
  const before = isBound(call) ? bindingOf(call) : undefined;
  const after = first || before === undefined ? before : bindingOf(renumbered);
  return {
    ...renumbered,
    proofs: normalProofs(call.proofs, before, after),
    flow: {
      ...renumbered.flow,
      language: 'en-US',
      starPending: false,
      counters: normalCounters(flow.counters, reads),
      // What was listed is of no use once something was chosen from it.
      options: reads.choosing ? flow.options : [],
      ...(reads.asksForLoan ? {} : { labels: withAnyLoan(flow.labels) }),
      ...(reads.choosing ? defined({ listedFrom }) : {}),
      // With a receipt the goodbye is another; words without one were looked at when they were said first.
      lastResult: kept !== undefined ? flow.lastResult.slice(0, 1) : [],
      ...(flow.code ? { code: { ...flow.code, sentAt: MOMENT } } : {}),
      ...(flow.identityConfirmedFor === undefined
        ? {}
        : {
            identityConfirmedFor:
              flow.identityConfirmedFor === before && after !== undefined ? after : ANOTHER_ORDER,
          }),
    },
  };
}

/** Whether a representative's proof is for the order as it stands (`=`), for another (`x`), or not there. */
function boundTo(binding: string | undefined): string {
  if (binding === undefined) return '-';
  return binding === ANOTHER_ORDER ? 'x' : '=';
}

/** What is told of a loan, and what may be paid on it. */
function loanKey({ outstandingMinor, dueMinor, overdueOn }: NonNullable<OrderLabels['loan']>): string {
  return `L${outstandingMinor}/${dueMinor}${overdueOn ?? ''}`;
}

/**
 * A key that two representatives share only when they are the same. It takes a representative, which says itself what is
 * bound to its order: no digest is worked out here. Everything that a decision reads is in it; what is no part of a
 * representative (`pendingKey`, `moreTime`, `starPending`, `endedItself`, `freezeAsked`,
 * `languageChosen`) needs no place, nor do the words that are kept to
 * be said again (`lastResult`, `frozen`).
 */
export function keyOf(call: CallState): string {
  const { flow, proofs } = call;
  const { counters, order, labels } = flow;
  let key = `${call.step}|${call.status}|${call.queue ?? ''}|`;
  for (const counter of COUNTERS) key += `${counters[counter]},`;
  if (order)
    key += `|${order.action}${order.loanId === undefined ? '' : 'l'}${order.payeeId === undefined ? '' : 'e'}${
      order.accountId === undefined ? '' : 'a'
    }${order.contactIndex === undefined ? '' : 'c'}${order.amountMinor ?? ''}`;
  key += `|${labels.loan ? loanKey(labels.loan) : ''}${labels.payee ? 'P' : ''}${labels.account ? 'A' : ''}|`;
  key += `${flow.options.length}${flow.options[0]?.kind ?? ''}@${flow.listedFrom ?? 0}/`;
  for (const { prompt } of flow.resultLeft ?? []) key += `${prompt},`;
  key += `|${flow.code === undefined ? '' : 'k'}${boundTo(flow.identityConfirmedFor)}`;
  key += `${flow.receipt === undefined ? '' : 'r'}${flow.toldReceipt === undefined ? '' : 'o'}${flow.freezeDone ? 'f' : ''}`;
  key += `${flow.identityKeyed ? 'y' : ''}${flow.deniedCustomerId === undefined ? '' : 'd'}`;
  key += flow.desk ? `|${flow.desk.asks}` : '';
  key += `|${flow.languageMenu ?? ''}|${flow.moreTimeOffer ?? ''}`;
  key += `|${proofs.customerId === undefined ? '' : 'i'}${proofs.newNumber ?? ''}`;
  key += `|${proofs.pins.query === undefined ? '' : 'q'}${proofs.pins.transaction === undefined ? '' : 't'}`;
  key += proofs.identityConfirmedAt === undefined ? '' : 'j';
  key += `${boundTo(proofs.code?.binding)}${boundTo(proofs.confirmation?.binding)}|`;
  for (const { prompt } of call.pendingSpeech) key += `${prompt},`;
  return key;
}
