import { isMoneyOrder } from '../actions/catalogue.ts';
import type { Order } from '../actions/order.ts';
import { knownNumber, type Proofs, voidStepUp } from '../assurance/levels.ts';
import type { FlowContext } from '../flow/context.ts';
import type { FlowEvent } from '../flow/events.ts';
import type { TransitionResult } from '../flow/machine.ts';
import type { StateMeta } from '../flow/vocabulary.ts';
import { canonicalJson, type Json } from '../platform/digest.ts';

function withoutRevision(order: Order | undefined): Json {
  if (order === undefined) return null;
  const { revision: _revision, ...fields } = order;
  return fields;
}

/** Voids the proofs of an order that has changed, even changed back: the revision only rises (invariant 14). Pure. */
export function voidOnChange(
  before: FlowContext,
  moved: TransitionResult,
): { readonly flow: FlowContext; readonly proofs: Proofs; readonly changed: boolean } {
  const { flow, proofs } = moved;
  if (before.order === flow.order) return { flow, proofs, changed: false };
  const changed =
    before.order?.revision !== flow.order?.revision ||
    canonicalJson(withoutRevision(before.order)) !== canonicalJson(withoutRevision(flow.order));
  if (!flow.order || !changed) return { flow, proofs, changed: false };
  const { code: _code, identityConfirmedFor: _confirmed, ...rest } = flow;
  const revision = Math.max(flow.order.revision, (before.order?.revision ?? 0) + 1);
  return { flow: { ...rest, order: { ...flow.order, revision } }, proofs: voidStepUp(proofs), changed: true };
}

/**
 * Voids a step-up once its order has been carried out: it serves one action only. A money order that took a code makes its
 * number known (V4.2). Pure.
 */
export function voidWhenSpent<
  Voided extends { readonly proofs: Proofs; readonly flow: Pick<FlowContext, 'order'> },
>(voided: Voided, from: StateMeta, event: FlowEvent): Voided {
  const spent = event.type === 'DONE' && from.perform === 'order.carryOut';
  if (!spent) return voided;
  const { proofs, flow } = voided;
  const left = voidStepUp(proofs);
  const proved =
    proofs.newNumber === 'unproved' && proofs.code && flow.order && isMoneyOrder(flow.order.action);
  return { ...voided, proofs: proved ? knownNumber(left) : left };
}
