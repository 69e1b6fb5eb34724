import type { FlowEvent } from '../../flow/events.ts';
import { isFreezeWanted } from '../../flow/order-in-flow.ts';
import { CLAIMS, type Claim, isPromptKey } from '../../speech/prompt-keys.ts';
import type { Transition } from '../explore.ts';
import { handoffOf, promptsSaid } from './observed.ts';
import type { Property } from './property.ts';

const SIM_WORDS = { sim_changed: 'code.simChanged', sim_unknown: 'code.simUnknown' } as const;
type SimRefusal = keyof typeof SIM_WORDS;

/** Why no code goes to a SIM, where an event says so. */
function simRefusalOf(event: FlowEvent): SimRefusal | undefined {
  if (event.type !== 'UNAVAILABLE') return undefined;
  const { reason } = event;
  return reason === 'sim_changed' || reason === 'sim_unknown' ? reason : undefined;
}

/** What must be so where a claim is spoken. */
const IS_SO: { readonly [claim in Claim]: (transition: Transition) => boolean } = {
  freeze_done: ({ decision }) => decision?.call.flow.freezeDone === true,
  freeze_open: ({ decision }) => decision !== undefined && isFreezeWanted(decision.call.flow),
  // Only the store of this machine can take it down, and the flow is not asked then.
  freeze_written_down: () => false,
  order_done: ({ decision }) => decision?.call.flow.receipt !== undefined,
  order_not_done: ({ occurrence: { event } }) => event.type !== 'DONE',
  sim_changed: ({ occurrence: { event } }) => simRefusalOf(event) === 'sim_changed',
  sim_unknown: ({ occurrence: { event } }) => simRefusalOf(event) === 'sim_unknown',
  code_sending: ({ occurrence: { event } }) => event.type === 'SENT',
  message_failed: ({ occurrence: { event } }) =>
    event.type === 'UNDELIVERED' || ('undelivered' in event && event.undelivered === true),
  levels_dropped: ({ decision }) => decision?.call.proofs.customerId === undefined,
  not_counted: ({ occurrence: { event } }) => NOT_COUNTED.has(event.type),
  put_through: ({ decision }) => handoffOf(decision) !== undefined,
  nobody_answered: ({ occurrence: { event } }) =>
    event.type === 'QUEUE_LEFT' && (event.result === 'full' || event.result === 'failed'),
};
const NOT_COUNTED: ReadonlySet<string> = new Set(['BUSY', 'LATE', 'INVALID', 'OUTAGE']);

/** What a message that has failed must not be spoken of as. */
const AS_IF_ON_ITS_WAY: ReadonlySet<string> = new Set([
  'code.wrong',
  'code.late',
  'code.stillWaiting',
  'code.moreTime',
  'code.resendNotYet',
]);

/** Words tell what has come about, and only after it has. */
export const CLAIMS_HOLD: readonly Property[] = [
  {
    id: 'claims-after-the-fact',
    rules: ['V8', 'R12.1', 'E3.2'],
    claim:
      'Words that claim a result (taken, frozen, sent, carried out, not carried out, not counted) are spoken only where it is so.',
    onTransition(transition) {
      const { from, occurrence } = transition;
      for (const prompt of promptsSaid(transition)) {
        const claim = isPromptKey(prompt) ? CLAIMS[prompt] : undefined;
        if (claim !== undefined && !IS_SO[claim](transition))
          return `${prompt} is said after ${occurrence.event.type} at ${from.call.step}, where it is not so.`;
      }
      return undefined;
    },
  },
  {
    id: 'failed-message-is-said',
    rules: ['R7.2', 'E3.2'],
    claim:
      'A message that is known to have failed is said to have failed, whatever the caller keys in its place.',
    onTransition(transition) {
      const { from, occurrence, decision } = transition;
      if (!IS_SO.message_failed(transition)) return undefined;
      const said = promptsSaid(transition);
      const wrong = said.find((prompt) => AS_IF_ON_ITS_WAY.has(prompt));
      if (wrong) return `${wrong} is said after ${occurrence.event.type} of a message that has failed.`;
      return said.includes('code.undelivered') || handoffOf(decision)
        ? undefined
        : `Nobody says after ${occurrence.event.type} at ${from.call.step} that the message has failed.`;
    },
  },
  {
    id: 'sim-refusal-is-said',
    rules: ['Z5', 'E3.2', 'R14.2'],
    claim:
      'Where no code goes to a SIM that was changed, or of which nobody knows, the caller hears that and the alternative, and the person who takes over is told the same.',
    onTransition(transition) {
      const { occurrence, decision, from } = transition;
      const refusal = simRefusalOf(occurrence.event);
      if (refusal === undefined) return undefined;
      const said = promptsSaid(transition);
      for (const prompt of [SIM_WORDS[refusal], 'code.alternative'])
        if (!said.includes(prompt)) return `${prompt} is not said at ${from.call.step} after ${refusal}.`;
      const reason = handoffOf(decision)?.reason;
      return reason === refusal || reason === 'freeze_wanted'
        ? undefined
        : `The person who takes over at ${from.call.step} after ${refusal} is told ${reason ?? 'nothing'}.`;
    },
  },
];
