import { orderData } from '../actions/order.ts';
import { pinKindOf } from '../assurance/call-level.ts';
import { counterOf } from '../factors/catalogue.ts';
import type { FlowEvent } from '../flow/events.ts';
import type { Release } from '../flow/release.ts';
import type { EntryData, EntryDraft } from '../ledger/entry.ts';
import type { CallState } from './call.ts';
import type { TURN_ENTRIES } from './calls.entries.ts';
import type { languageToRemember } from './chosen-language.ts';
import { metaOf } from './decision.ts';

type Entry = readonly [type: keyof typeof TURN_ENTRIES, data: EntryData];

/** The entries of one decision: what happened, what it proved, where it led (R11.1). */
export function entriesOf(
  before: CallState,
  after: CallState,
  event: FlowEvent,
  changed: boolean,
  release: Release,
  remembered?: ReturnType<typeof languageToRemember>,
): readonly EntryDraft[] {
  const { rules } = metaOf(release, before.step);
  const { customerId } = after.proofs;
  const happened = outcomeOf(before, after, event, release);
  const entries: readonly Entry[] = [
    ...(happened ? [happened] : []),
    ...(before.proofs.customerId !== undefined && customerId === undefined
      ? [['levels.voided', { why: event.type, customerId: before.proofs.customerId }] as const]
      : []),
    ...(changed && after.flow.order
      ? [['order.changed', { ...orderData(after.flow.order), customerId }] as const]
      : []),
    ...(remembered ? [['language.remembered', remembered] as const] : []),
    [
      'call.step',
      {
        event: event.type,
        from: before.step,
        to: after.step,
        language: before.flow.language === after.flow.language ? undefined : after.flow.language,
      },
    ],
  ];
  return entries.map(([type, data]) => ({ type, step: before.step, rules, data }));
}

/** The entry of the event itself; undefined where `call.step` says all of it. */
function outcomeOf(
  before: CallState,
  after: CallState,
  event: FlowEvent,
  release: Release,
): Entry | undefined {
  const { collect, perform } = metaOf(release, before.step);
  const { customerId } = after.proofs;
  const reason = 'reason' in event ? event.reason : undefined;
  const ordered = ({ flow: { order } }: CallState) => (order ? orderData(order) : {});
  switch (event.type) {
    case 'PASSED':
    case 'FAILED':
    case 'LOCKED':
    case 'LATE':
    case 'BUSY':
    case 'LIMITED': {
      if (collect?.kind !== 'entry' || !collect.factor)
        return perform === 'code.send' ? ['code.not_sent', { reason, customerId }] : undefined;
      const factor = counterOf(collect.factor, pinKindOf(before, release.policy));
      return ['factor.outcome', { factor, outcome: event.type, reason, customerId }];
    }
    case 'SENT':
      return ['code.sent', { codeId: event.codeId, expiresAt: event.expiresAt, customerId }];
    case 'UNAVAILABLE':
      return ['code.not_sent', { reason, customerId }];
    case 'CLEAR':
      // That nothing stands in the way yet decides nothing; the assessment is recorded.
      if (perform === 'order.obstacles') return undefined;
      return ['order.assessed', { outcome: event.type, customerId, ...ordered(after) }];
    case 'STEP_UP':
      return ['order.assessed', { outcome: event.type, customerId, ...ordered(after) }];
    case 'NOT_POSSIBLE':
      return [
        'order.assessed',
        { outcome: event.type, reason: event.refusal, customerId, ...ordered(before) },
      ];
    case 'REFUSED':
      return ['order.refused', { reason, customerId, ...ordered(before) }];
    case 'KEY.1':
      return collect?.kind === 'confirm'
        ? ['confirmation.given', { part: collect.of, customerId }]
        : undefined;
    default:
      return undefined;
  }
}
