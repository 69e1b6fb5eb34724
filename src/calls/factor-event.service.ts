import type { Knex } from 'knex';
import { deliveryOfCode } from '../factors/code/code.store.ts';
import type { FactorResult } from '../factors/factors.service.ts';
import type { FlowEvent } from '../flow/events.ts';
import { assertNever } from '../platform/fault.ts';
import type { StoredCall } from './calls.store.ts';

/**
 * The event of a settled factor; `kept` as the factor service answers. What was keyed in place of a code comes with what is
 * known of the message: a caller whose message has failed is not told to look at it again.
 */
export async function factorEvent(
  transaction: Knex,
  { state: { flow } }: StoredCall,
  result: FactorResult,
  kept: boolean,
): Promise<FlowEvent> {
  const event = eventOf(result, kept);
  if (result.name !== 'code' || !flow.code) return event;
  if (event.type !== 'FAILED' && event.type !== 'LOCKED' && event.type !== 'LATE') return event;
  const failed = (await deliveryOfCode(transaction, flow.code.codeId)) === 'failed';
  if (!failed) return event;
  // Recognised and not charged: all that is left to say of it is that the newer message has failed.
  return event.type === 'LATE' ? { type: 'UNDELIVERED' } : { ...event, undelivered: true };
}

function eventOf(result: FactorResult, kept: boolean): FlowEvent {
  const reason = 'reason' in result && result.reason !== undefined ? { reason: result.reason } : {};
  switch (result.kind) {
    case 'passed':
      return kept
        ? { type: 'PASSED', passed: result.passed }
        : { type: 'FAILED', reason: 'consumed_elsewhere' };
    case 'failed':
      return { type: 'FAILED', ...reason };
    case 'locked':
      return { type: 'LOCKED', ...reason };
    case 'late':
      return { type: 'LATE', ...reason };
    case 'busy':
      return { type: 'BUSY', ...reason };
    case 'limited':
      return { type: 'LIMITED', ...reason };
    default:
      return assertNever(result, 'factor result');
  }
}
