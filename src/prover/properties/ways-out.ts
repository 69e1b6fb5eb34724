import { type EventType, OPERATIONS } from '../../flow/vocabulary.ts';
import type { Transition } from '../explore.ts';
import type { Finding } from '../finding.ts';
import { cycle, endless, reachableBy } from './graph.ts';
import { asksToFreeze, reachesPerson } from './observed.ts';
import type { Property } from './property.ts';

/** What happens without the caller keying anything that could bring the call further: outcomes of operations too. */
const NO_PROGRESS: ReadonlySet<EventType> = new Set([
  ...Object.values(OPERATIONS).flat(),
  'SILENCE',
  'INVALID',
  'LONE_KEY',
  'STARTED_AGAIN',
  'STAR',
  'STARS',
  'LATE_STARS',
  'BUSY',
  'LATE',
  'LANGUAGE',
  'KEY.9',
]);

function waitsForKeys(transition: Transition): boolean {
  const { decision } = transition;
  return decision?.next.kind === 'reply' && decision.next.reply.ending.kind === 'collect';
}

const WITHOUT_CREDENTIALS = (event: EventType): boolean => event === 'ANSWERED' || event.startsWith('KEY.');

/** A person, a freeze, a complaint, an end: always within reach. */
export const WAYS_OUT: readonly Property[] = [
  {
    id: 'every-call-can-end',
    rules: ['R3', 'R12.1'],
    claim: 'From everywhere the call can come to an end: a person or a spoken goodbye.',
    onGraph: (exploration, release) =>
      endless(exploration, release)
        .slice(0, 1)
        .map((at) => ({ at, says: `From ${at.call.step} no end can be reached.` })),
  },
  {
    id: 'no-loop-without-progress',
    rules: ['R3', 'R12.1'],
    claim: 'Silence, wrong keys and asking again do not go round for ever: they end at a person.',
    onGraph(exploration) {
      const at = cycle(exploration, NO_PROGRESS);
      return at
        ? [{ at, says: `A caller who keys nothing useful can stay at ${at.call.step} for ever.` }]
        : [];
    },
    onTransition({ from, occurrence, decision, to }, release) {
      // Where silence leaves the step it may only lead to a person, or to a wait that is itself bounded.
      if (occurrence.event.type !== 'SILENCE' || !to || to.call.step === from.call.step) return undefined;
      const hands = release.flow.steps.get(to.call.step)?.meta.handoff === true;
      return hands || waitsForKeys({ from, occurrence, decision, to, failure: undefined })
        ? undefined
        : `Silence at ${from.call.step} ends at ${to.call.step}, not at a person.`;
    },
  },
  {
    id: 'person-within-two-keys',
    rules: ['R3', 'R14.2'],
    claim: 'A person can be reached from everywhere with at most two key presses.',
    onTransition({ from, occurrence, decision }) {
      if (occurrence.event.type !== 'PERSON') return undefined;
      return reachesPerson(decision) ? undefined : `Key 0 at ${from.call.step} does not lead to a person.`;
    },
  },
  {
    id: 'complaint-and-loss-without-credentials',
    rules: ['R12.2', 'R16', 'V8'],
    claim:
      'A complaint can be made without keying anything about oneself, and a loss report without any PIN or code.',
    onGraph(exploration, release) {
      const reached = reachableBy(exploration, exploration.nodes.slice(0, 1), WITHOUT_CREDENTIALS);
      const findings: Finding[] = [];
      if (!reached.some(({ call }) => call.queue === 'complaints'))
        findings.push({ says: 'No menu leads to the complaints without credentials.' });
      const begun = reached.filter(({ call }) => asksToFreeze(call));
      const reports = reachableBy(exploration, begun, (event, { call }) => {
        const { collect } = release.flow.steps.get(call.step)?.meta ?? {};
        const secret = collect?.kind === 'entry' && (collect.factor === 'pin' || collect.factor === 'code');
        return !secret && (WITHOUT_CREDENTIALS(event) || event === 'ENTERED' || event === 'PASSED');
      });
      if (!reports.some(({ call }) => release.flow.steps.get(call.step)?.meta.perform === 'account.freeze'))
        findings.push({ says: 'No menu leads to the freeze without a PIN or a code.' });
      return findings;
    },
  },
];
