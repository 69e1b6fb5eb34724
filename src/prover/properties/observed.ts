import type { CallState } from '../../calls/call.ts';
import type { Decision, Effect } from '../../calls/decision.ts';
import { isFreezeErrand } from '../../flow/order-in-flow.ts';
import type { Speech } from '../../speech/reply.ts';
import type { Transition } from '../explore.ts';

/** What a decision says. */
export function speechOf(decision: Decision | undefined): readonly Speech[] {
  return decision?.next.kind === 'reply' ? decision.next.reply.speech : [];
}

/** The hand-over to a person that a decision brings, if any. */
export function handoffOf(decision: Decision | undefined): Extract<Effect, { kind: 'handoff' }> | undefined {
  return decision?.effects.find((effect) => effect.kind === 'handoff');
}

/** Whether a decision brings the caller to a person: into a queue, or back to the one who has them. */
export function reachesPerson(decision: Decision | undefined): boolean {
  return decision?.effects.some(({ kind }) => kind === 'handoff' || kind === 'back_to_desk') === true;
}

/** The prompts a decision adds to what the caller hears: said now, or as soon as an operation is done. */
export function promptsSaid({ from, decision }: Transition): readonly string[] {
  if (!decision) return [];
  const all = decision.next.kind === 'reply' ? decision.next.reply.speech : decision.call.pendingSpeech;
  return all.slice(from.call.pendingSpeech.length).map(({ prompt }) => prompt);
}

/** Whether the call is on the way to a freeze, or has just been there. */
export function asksToFreeze({ flow }: CallState): boolean {
  return isFreezeErrand(flow);
}
