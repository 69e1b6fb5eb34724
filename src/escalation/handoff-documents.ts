import { conferenceName, type LegLabel } from './carrier-command.ts';
import { type DeskHandoff, isBoundForQueue } from './handoff.ts';
import type { QueueName } from './reasons.ts';

/** Where a caller belongs who is on the line and asks the carrier's next document, as our row has it. */
type CallerDocument =
  | {
      readonly kind: 'conference';
      readonly conference: string;
      readonly label: LegLabel;
      readonly agentId: string;
      /** The line says the refusal first. */
      readonly saysNo: boolean;
    }
  | { readonly kind: 'queue'; readonly queue: QueueName }
  | { readonly kind: 'keys' }
  /** The caller has gone on by keys: the line asks them where they stand. */
  | { readonly kind: 'dialogue' }
  | { readonly kind: 'goodbye' };

/**
 * The document for a caller who was fetched by a command, or came out of the conference; after the event was worked in. A
 * label that has joined already is not given twice: the carrier would not let the leg in (error 16025). Pure.
 */
export function callerDocument(handoff: DeskHandoff): CallerDocument {
  const { id, state, caller, callerLeg, agent, queue, saysNo } = handoff;
  if (caller === 'dialogue') return { kind: 'dialogue' };
  if (state === 'keying') return { kind: 'keys' };
  if (state === 'wrap_up' || state === 'closed') return { kind: 'goodbye' };
  if (!agent || isBoundForQueue(handoff) || callerLeg.joined) return { kind: 'queue', queue };
  const label = { role: 'caller', number: callerLeg.number } as const;
  return { kind: 'conference', conference: conferenceName(id), label, agentId: agent.id, saysNo };
}
