import type { FlowContext } from '../flow/context.ts';
import type { FlowEvent } from '../flow/events.ts';
import type { EventType, StateMeta } from '../flow/vocabulary.ts';
import type { Speech } from '../speech/reply.ts';
import type { CallState } from './call.ts';

/** What keys in an input that ends by itself can come to. */
const KEYED: ReadonlySet<EventType> = new Set([
  'PASSED',
  'FAILED',
  'LOCKED',
  'LATE',
  'BUSY',
  'INVALID',
  'STAR',
  'STARTED_AGAIN',
]);

/**
 * What is remembered after an input that ended by itself, until the next keys: many callers press `#` all the same, into the
 * next answer, and what it cuts short there has to be said again (ADR 33). `said` is what was said on the way. Pure.
 */
export function endedItself(
  before: FlowContext,
  { collect, perform }: StateMeta,
  event: FlowEvent,
  said: readonly Speech[],
): Pick<FlowContext, 'endedItself'> {
  const hasEnded = collect?.kind === 'entry' && collect.endsItself === true && KEYED.has(event.type);
  const isOnTheWay = perform !== undefined && before.endedItself !== undefined;
  return hasEnded || isOnTheWay ? { endedItself: { said } } : {};
}

/** What is said on the way to a step; after a `#` that may have cut it short, also what was said before. Pure. */
export function saidOnTheWay(
  { flow, pendingSpeech }: CallState,
  event: FlowEvent,
  moved: readonly Speech[],
): readonly Speech[] {
  const cutShort = event.type === 'POUND' ? (flow.endedItself?.said ?? []) : [];
  return [...cutShort, ...pendingSpeech, ...moved];
}
