import fc from 'fast-check';
import { bindingOf } from '../../src/assurance/call-level.ts';
import type { CallState } from '../../src/calls/call.ts';
import { decide } from '../../src/calls/decide.ts';
import type { Decision } from '../../src/calls/decision.ts';
import type { FlowEvent } from '../../src/flow/events.ts';
import type { Release } from '../../src/flow/release.ts';
import type { EventType } from '../../src/flow/vocabulary.ts';
import { type Instant, SECOND } from '../../src/platform/clock.ts';
import { firstCall, MOMENT, type Occurrence, occurrencesAt } from '../../src/prover/symbolic.ts';
import { factsOf } from '../../src/prover/symbolic-customer.ts';

/** One thing that happens on a random call: which of those that can, and how long after the one before. */
export interface Pick {
  readonly which: number;
  /** `onward`: what a caller who wants something does; `staying`: whatever does not end the call; `any`: whatever can happen. */
  readonly kind: 'onward' | 'staying' | 'any';
  readonly afterSeconds: number;
}

/** One decision of a random call, made in production's way from a call as it really is. */
export interface Step {
  readonly before: CallState;
  readonly occurrence: Occurrence;
  readonly decision: Decision;
}

/** What happens on a random call, mostly things a caller who wants something does; fully random calls hardly get past the PIN. */
export function picks(most: number, longestPauseSeconds: number): fc.Arbitrary<readonly Pick[]> {
  return fc.array(
    fc.record({
      which: fc.nat(),
      kind: fc.oneof(
        { weight: 14, arbitrary: fc.constant('onward' as const) },
        { weight: 5, arbitrary: fc.constant('staying' as const) },
        { weight: 1, arbitrary: fc.constant('any' as const) },
      ),
      afterSeconds: fc.integer({ min: 0, max: longestPauseSeconds }),
    }),
    { minLength: most, maxLength: most },
  );
}

/** The event as it is for a customer of this id and for the order as it stands. */
function eventFor(call: CallState, event: FlowEvent, customerId: string): FlowEvent {
  if (event.type !== 'PASSED') return event;
  const { passed } = event;
  if (passed.factor === 'code')
    return { type: 'PASSED', passed: { ...passed, customerId, binding: bindingOf(call) ?? '' } };
  return passed.factor === 'confirmation' ? event : { type: 'PASSED', passed: { ...passed, customerId } };
}

/** The same event at another moment: what passed or was sent, did so then. */
function eventAt(event: FlowEvent, now: Instant): FlowEvent {
  if (event.type === 'PASSED') return { type: 'PASSED', passed: { ...event.passed, at: now } };
  if (event.type === 'SENT')
    return { ...event, sentAt: now, expiresAt: now + (event.expiresAt - event.sentAt) };
  return event;
}

/** Takes what happens at a call, in production's decision; undefined where it cannot be decided. */
export function decided(
  release: Release,
  call: CallState,
  { event }: Occurrence,
  { customerId, now }: { readonly customerId: string; readonly now: Instant },
): Decision | undefined {
  try {
    return decide(release, call, eventAt(eventFor(call, event, customerId), now), factsOf(call), now);
  } catch {
    return undefined;
  }
}

/** What brings a caller further who wants something. */
const ONWARD: ReadonlySet<EventType> = new Set([
  'KEY.1',
  'KEY.2',
  'KEY.3',
  'ENTERED',
  'CHOSE',
  'PASSED',
  'LISTED',
  'CLEAR',
  'STEP_UP',
  'SENT',
  'DONE',
]);

/** Where the caller has what they wanted or is with somebody: nothing more can happen there. */
function isOver(decision: Decision): boolean {
  return decision.next.kind === 'reply' && decision.next.reply.ending.kind !== 'collect';
}

/** Makes a call of what is picked, as far as it goes. */
export function randomCall(
  release: Release,
  picked: readonly Pick[],
  customerId = 'customer',
): readonly Step[] {
  const steps: Step[] = [];
  let call = firstCall(release);
  let now = MOMENT;
  for (const { which, kind, afterSeconds } of picked) {
    now += afterSeconds * SECOND;
    const can = occurrencesAt(release, call).flatMap((occurrence) => {
      const handled = release.flow.steps.get(call.step)?.handles.has(occurrence.event.type) === true;
      const decision = handled ? decided(release, call, occurrence, { customerId, now }) : undefined;
      return decision ? [{ occurrence, decision }] : [];
    });
    const staying = kind === 'any' ? [] : can.filter(({ decision }) => !isOver(decision));
    const onward =
      kind === 'onward' ? staying.filter(({ occurrence }) => ONWARD.has(occurrence.event.type)) : [];
    const choice = [onward, staying, can].find((some) => some.length > 0) ?? [];
    const chosen = choice[which % choice.length];
    if (!chosen) break;
    steps.push({ before: call, ...chosen });
    call = chosen.decision.call;
  }
  return steps;
}
