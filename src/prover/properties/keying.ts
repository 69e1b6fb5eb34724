import { newContext } from '../../flow/context.ts';
import type { FlowStep } from '../../flow/definition.ts';
import type { FlowEvent } from '../../flow/events.ts';
import type { Release } from '../../flow/release.ts';
import { readKeys } from '../../keying/read-keys.ts';
import type { Finding } from '../finding.ts';
import type { Property } from './property.ts';

const NOBODY = newContext('en-US');

/** What a digit alone means at a step, after a pause and for the first time; undefined where it is part of an input. */
function meaningAlone(step: FlowStep, key: string, { policy }: Release): FlowEvent['type'] | undefined {
  const meaning = readKeys(step, NOBODY, { digits: key, finished: false }, policy);
  return meaning.kind === 'event' ? meaning.event.type : undefined;
}

/** What keys mean where inputs are keyed. */
export const KEYING: readonly Property[] = [
  {
    id: 'lone-digit-is-asked-about',
    rules: ['Z12', 'S8'],
    claim:
      'A digit after which the caller pauses is asked about and never obeyed, wherever it may begin an input; what is asked leads nowhere by itself.',
    onRelease: (release) =>
      [...release.flow.steps.values()].flatMap((step): Finding[] => {
        if (step.meta.collect?.kind !== 'entry') return [];
        return [...'0123456789'].flatMap((key): Finding[] => {
          const means = meaningAlone(step, key, release);
          return means === 'LONE_KEY' || means === 'INVALID'
            ? []
            : [{ says: `At ${step.name} key ${key} and a pause is obeyed as ${means ?? 'an input'}.` }];
        });
      }),
    onTransition({ from, occurrence, to }) {
      if (occurrence.event.type !== 'LONE_KEY' || !to || from.call.flow.counters.repeats > 0)
        return undefined;
      return to.call.step === from.call.step
        ? undefined
        : `One key and a pause at ${from.call.step} leads to ${to.call.step}.`;
    },
  },
];
