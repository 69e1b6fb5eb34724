import type { FlowStep } from '../flow/definition.ts';
import type { FlowEvent } from '../flow/events.ts';
import { STAFF_EVENT_TYPES } from '../flow/staff-events.ts';

/** What the person who has the caller can click: any member of staff, in any order. */
export function staffClicks({ handles }: FlowStep): readonly FlowEvent[] {
  return STAFF_EVENT_TYPES.filter((type) => handles.has(type)).map((type) => ({
    type,
    handoff: 'HANDOFF',
    by: 'staff',
  }));
}
