import type { Decision, Effect } from '../../calls/decision.ts';
import type { Speech } from '../../speech/reply.ts';

/** What a decision says. */
export function speechOf(decision: Decision | undefined): readonly Speech[] {
  return decision?.next.kind === 'reply' ? decision.next.reply.speech : [];
}

/** The hand-over to a person that a decision brings, if any. */
export function handoffOf(decision: Decision | undefined): Extract<Effect, { kind: 'handoff' }> | undefined {
  return decision?.effects.find((effect) => effect.kind === 'handoff');
}
