import type { DeskAsk } from '../../flow/desk-asks.ts';
import { isStaffEvent, type StaffEventType } from '../../flow/staff-events.ts';
import type { EventType } from '../../flow/vocabulary.ts';
import type { Property } from './property.ts';

/** What each click asks for; the flow says it once more, and must mean the same. */
const ASKED: { readonly [type in StaffEventType]: DeskAsk } = {
  STAFF_QUERY_PIN: 'query',
  STAFF_TRANSACTION_PIN: 'transaction',
  STAFF_IDENTITY: 'identity',
};

/** What an identity is keyed by. */
const ASKED_OF_IDENTITY: ReadonlySet<string> = new Set(['phone', 'nationalId']);

/** The caller wants a freeze, or may want one: no person's wish stands before it. */
const FREEZING: ReadonlySet<EventType> = new Set(['FREEZE', 'LATE_STARS']);

/** What a person's clicks can and cannot do to a call (invariants 51, 34, 52). */
export const STAFF: readonly Property[] = [
  {
    id: 'clicks-prove-nothing',
    rules: ['R6.1', 'R10.1', 'Z4'],
    claim:
      'No sequence of clicks of staff proves anything, or reaches anything that is carried out: it asks.',
    onTransition({ from, occurrence, to }, release) {
      const { event } = occurrence;
      if (!to || !isStaffEvent(event)) return undefined;
      const meta = release.flow.steps.get(to.call.step)?.meta;
      if (meta?.perform !== undefined || !(meta?.desk || meta?.handoff))
        return `${event.type} leads to ${to.call.step}, which asks the caller for nothing.`;
      const [before, after] = [from.call.proofs, to.call.proofs];
      const isMore =
        (after.customerId !== undefined && after.customerId !== before.customerId) ||
        (['query', 'transaction'] as const).some(
          (kind) => after.pins[kind] !== undefined && before.pins[kind] === undefined,
        ) ||
        (after.code !== undefined && before.code === undefined) ||
        (after.confirmation !== undefined && before.confirmation === undefined);
      return isMore ? `${event.type} proves something at ${from.call.step}.` : undefined;
    },
  },
  {
    id: 'clicks-ask-what-they-say',
    rules: ['R6.1'],
    claim:
      'What a person asks for is what the caller is asked for, also where they had wanted an order; nothing else is asked once it was keyed.',
    onTransition({ occurrence, to }, release) {
      const { event } = occurrence;
      const asks = to?.call.flow.desk?.asks;
      if (asks === undefined || !to) return undefined;
      if (isStaffEvent(event))
        return asks === ASKED[event.type] ? undefined : `${event.type} asks for the ${asks}.`;
      const { collect } = release.flow.steps.get(to.call.step)?.meta ?? {};
      return asks === 'identity' && collect?.kind === 'entry' && !ASKED_OF_IDENTITY.has(collect.entry)
        ? `${to.call.step} asks for the ${collect.entry} where the identity was to be keyed.`
        : undefined;
    },
  },
  {
    id: 'keys-on-a-wish-lead-back',
    rules: ['R6.1', 'R14.2', 'R18.2'],
    claim:
      "A caller who keys on a person's wish comes back to that person, or freezes: no menu, no order and no other queue is reached.",
    onTransition({ from, occurrence, decision, to }, release) {
      if (!from.call.flow.desk || !to || !decision || occurrence.event.type === 'HANGUP') return undefined;
      const meta = release.flow.steps.get(to.call.step)?.meta;
      if (meta?.desk) return undefined;
      const isFreezing = FREEZING.has(occurrence.event.type);
      return decision.effects.some(({ kind }) => kind === (isFreezing ? 'leave_desk' : 'back_to_desk'))
        ? undefined
        : `${occurrence.event.type} at ${from.call.step} leads to ${to.call.step}, away from the person who asked.`;
    },
  },
  {
    id: 'no-secret-beside-a-person',
    rules: ['R6.1', 'Z4'],
    claim:
      'What a person asks for is keyed where the caller is known to have left that person, who gets them back.',
    onTransition({ occurrence, to }, release) {
      if (!to || !isStaffEvent(occurrence.event)) return undefined;
      const meta = release.flow.steps.get(to.call.step)?.meta;
      return meta?.collect && !to.call.flow.desk
        ? `${to.call.step} asks for something, and nobody gets the caller back.`
        : undefined;
    },
  },
];
