import type { KeyingKind } from '../escalation/handoff.ts';
import type { FlowStep } from './definition.ts';
import type { EventType } from './vocabulary.ts';

/** What a person's click is to the flow; the other clicks have no event yet. */
const STAFF_EVENTS = {
  query_pin: 'STAFF_QUERY_PIN',
  transaction_pin: 'STAFF_TRANSACTION_PIN',
  identity: 'STAFF_IDENTITY',
} as const satisfies { readonly [kind in KeyingKind]?: EventType };

export type StaffEventType = (typeof STAFF_EVENTS)[keyof typeof STAFF_EVENTS];
export const STAFF_EVENT_TYPES: readonly StaffEventType[] = Object.values(STAFF_EVENTS);

/** Whether a person's click brought this event. */
export function isStaffEvent<Event extends { readonly type: EventType }>(
  event: Event,
): event is Extract<Event, { readonly type: StaffEventType }> {
  return (STAFF_EVENT_TYPES as readonly EventType[]).includes(event.type);
}

/** The event that has a caller at this step key something; undefined where the flow of their release knows none there. Pure. */
export function staffEventAt(
  { steps }: { readonly steps: ReadonlyMap<string, FlowStep> },
  step: string,
  what: KeyingKind,
): StaffEventType | undefined {
  const type = what in STAFF_EVENTS ? STAFF_EVENTS[what as keyof typeof STAFF_EVENTS] : undefined;
  return type !== undefined && steps.get(step)?.handles.has(type) ? type : undefined;
}
