import { isFreezeWanted } from '../../flow/order-in-flow.ts';
import { handoffOf } from './observed.ts';
import type { Property } from './property.ts';

/** What is left when a call ends or goes to a person. */
export const ENDINGS: readonly Property[] = [
  {
    id: 'levels-end-with-the-call',
    rules: ['R3', 'R11.2'],
    claim: 'When a call ends, from either side, or its time runs out, every level and every code ends too.',
    onTransition({ to, decision, occurrence }) {
      if (occurrence.event.type === 'SESSION_EXPIRED' && to?.call.proofs.customerId !== undefined)
        return 'A level outlives the time for the verification.';
      if (to?.call.status !== 'ended' || !decision) return undefined;
      if (decision.call.proofs.customerId !== undefined)
        return `A level outlives the call after ${occurrence.event.type}.`;
      return decision.effects.some(({ kind }) => kind === 'void_codes')
        ? undefined
        : `A code can outlive the call after ${occurrence.event.type}.`;
    },
  },
  {
    id: 'handoff-with-a-reason',
    rules: ['R5.2', 'R10.1'],
    claim:
      'A caller who is put through to a person arrives with the reason and the level, and the reason is the true one.',
    onTransition({ from, occurrence, decision }) {
      const handoff = handoffOf(decision);
      if (!handoff) return undefined;
      // Who came to freeze is handed over as that, whatever ended it.
      if (decision && isFreezeWanted(decision.call.flow) && handoff.reason === 'freeze_wanted')
        return undefined;
      const asked = occurrence.event.type === 'PERSON';
      return asked === (handoff.reason === 'caller_asked') && handoff.reason !== 'freeze_wanted'
        ? undefined
        : `At ${from.call.step}, ${occurrence.event.type} is handed over as ${handoff.reason}.`;
    },
  },
];
