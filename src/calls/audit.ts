import { orderData } from '../actions/order.ts';
import { pinKindOf } from '../assurance/call-level.ts';
import { counterOf } from '../factors/catalogue.ts';
import type { FlowEvent } from '../flow/events.ts';
import type { Release } from '../flow/release.ts';
import type { EntryData, EntryDraft } from '../ledger/entry.ts';
import type { CallState } from './call.ts';
import type { TURN_ENTRIES } from './calls.entries.ts';
import { metaOf } from './decision.ts';

/** The entries of one decision: what happened, what it proved, where it led (R11.1). */
export function entriesOf(
  before: CallState,
  after: CallState,
  event: FlowEvent,
  changed: boolean,
  release: Release,
): readonly EntryDraft[] {
  const { rules, collect, perform } = metaOf(release, before.step);
  const { customerId } = after.proofs;
  const entries: EntryDraft[] = [];
  const add = (type: keyof typeof TURN_ENTRIES, data: EntryData) =>
    entries.push({ type, step: before.step, rules, data });
  const reason = 'reason' in event ? event.reason : undefined;
  switch (event.type) {
    case 'PASSED':
    case 'FAILED':
    case 'LOCKED':
    case 'LATE':
    case 'BUSY':
    case 'LIMITED':
      if (collect?.kind === 'entry' && collect.factor) {
        const factor = counterOf(collect.factor, pinKindOf(before, release.policy));
        add('factor.outcome', { factor, outcome: event.type, reason, customerId });
      } else if (perform === 'code.send') {
        add('code.not_sent', { reason, customerId });
      }
      break;
    case 'SENT':
      add('code.sent', { codeId: event.codeId, expiresAt: event.expiresAt, customerId });
      break;
    case 'UNAVAILABLE':
      add('code.not_sent', { reason, customerId });
      break;
    case 'CLEAR':
    case 'STEP_UP':
      add('order.assessed', {
        outcome: event.type,
        customerId,
        ...(after.flow.order ? orderData(after.flow.order) : {}),
      });
      break;
    case 'NOT_POSSIBLE':
      add('order.assessed', {
        outcome: event.type,
        reason: event.refusal,
        customerId,
        ...(before.flow.order ? orderData(before.flow.order) : {}),
      });
      break;
    case 'REFUSED':
      add('order.refused', {
        reason,
        customerId,
        ...(before.flow.order ? orderData(before.flow.order) : {}),
      });
      break;
    case 'KEY.1':
      if (collect?.kind === 'confirm') add('confirmation.given', { part: collect.of, customerId });
      break;
  }
  if (before.proofs.customerId !== undefined && customerId === undefined) {
    add('levels.voided', { why: event.type, customerId: before.proofs.customerId });
  }
  if (changed && after.flow.order) add('order.changed', { ...orderData(after.flow.order), customerId });
  add('call.step', {
    event: event.type,
    from: before.step,
    to: after.step,
    language: before.flow.language === after.flow.language ? undefined : after.flow.language,
  });
  return entries;
}
