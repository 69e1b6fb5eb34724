import { inputLength } from '../../factors/catalogue.ts';
import { type FlowContext, newContext } from '../../flow/context.ts';
import type { FlowStep } from '../../flow/definition.ts';
import type { FlowEvent } from '../../flow/events.ts';
import type { Release } from '../../flow/release.ts';
import { readKeys } from '../../keying/read-keys.ts';
import { canonicalJson } from '../../platform/digest.ts';
import type { Finding } from '../finding.ts';
import type { Property } from './property.ts';

const NOBODY = newContext('en-US');

/** What a digit alone means at a step, after a pause and for the first time; undefined where it is part of an input. */
function meaningAlone(step: FlowStep, key: string, { policy }: Release): FlowEvent['type'] | undefined {
  const meaning = readKeys(step, NOBODY, { digits: key, finished: false, showsNumber: true }, policy);
  return meaning.kind === 'event' ? meaning.event.type : undefined;
}

/** What came in at a step means, told in one word: the type of an event, or the kind of an input. */
function meaningOf(
  step: FlowStep,
  flow: FlowContext,
  { policy }: Release,
  keyed: { readonly digits: string; readonly finished?: boolean; readonly showsNumber?: boolean },
): string {
  const meaning = readKeys(step, flow, { finished: false, showsNumber: true, ...keyed }, policy);
  return meaning.kind === 'event' ? meaning.event.type : meaning.kind;
}

const ENDED_ITSELF: FlowContext = { ...NOBODY, endedItself: { said: [] } };

/** Whether these words are said of the own number to callers who show none. */
function ownLineFindings(step: FlowStep, release: Release): readonly Finding[] {
  const { collect, say = [] } = step.meta;
  const takes = (showsNumber: boolean) =>
    meaningOf(step, NOBODY, release, { digits: '', finished: true, showsNumber }) === 'own_line';
  const chosen = say.flatMap((saying) =>
    typeof saying === 'object' && 'byOwnLine' in saying ? [saying.byOwnLine] : [],
  );
  const offers = collect?.kind === 'entry' && collect.ownLine === true;
  const said = chosen.some(({ yes, no }) => yes !== no);
  if (collect && takes(false)) return [{ says: `${step.name} takes a number that the call does not show.` }];
  return offers === said && chosen.length <= 1
    ? []
    : [{ says: `${step.name} does not say exactly to callers with a number that # stands for it.` }];
}

/** What is lost or misread in an input that ends by itself. */
function selfEndingFindings(step: FlowStep, release: Release): readonly Finding[] {
  const { collect } = step.meta;
  if (collect?.kind !== 'entry' || !collect.endsItself) return [];
  const length = inputLength(collect.entry, release.policy);
  if (length === undefined) return [{ says: `${step.name} ends itself at no length.` }];
  const starred = Array.from({ length: length - 1 }, (_, at) => `${'1'.repeat(at)}**`);
  const lost = starred.filter((digits) => !FREEZING.has(meaningOf(step, NOBODY, release, { digits })));
  const half = meaningOf(step, NOBODY, release, { digits: `${'1'.repeat(length - 1)}*` });
  const other = meaningOf(step, { ...NOBODY, starPending: true }, release, { digits: '*' });
  return lost.length > 0 || half !== 'STAR' || other !== 'FREEZE'
    ? [{ says: `Star twice is lost in the ${length} keys of ${step.name}.` }]
    : [];
}
/** A freeze, or the question whether one is meant. */
const FREEZING: ReadonlySet<string> = new Set(['FREEZE', 'STARS']);

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
  {
    id: 'own-number-only-where-shown',
    rules: ['R5.1', 'Z2', 'Z3'],
    claim:
      'The number a call comes from can be given by # alone only where the call shows one, and exactly those callers are told, customers or not.',
    onRelease: (release) =>
      [...release.flow.steps.values()].flatMap((step) => ownLineFindings(step, release)),
  },
  {
    id: 'six-digits-end-themselves',
    rules: ['V8', 'R18.2'],
    claim:
      'In an input that ends by itself star twice is heard at every place, also when its end falls between the two stars.',
    onRelease: (release) =>
      [...release.flow.steps.values()].flatMap((step) => selfEndingFindings(step, release)),
    onTransition({ from, occurrence, decision }, release) {
      const { collect } = release.flow.steps.get(from.call.step)?.meta ?? {};
      const isFirst = from.call.flow.counters.retries === 0;
      if (occurrence.event.type !== 'STAR' || collect?.kind !== 'entry' || !isFirst) return undefined;
      return decision?.call.flow.starPending
        ? undefined
        : `A star at the end of ${from.call.step} is forgotten before the second one.`;
    },
  },
  {
    id: 'pound-after-six-digits-is-nothing',
    rules: ['R3', 'Z12'],
    claim:
      'Who presses # after an input that had ended by itself is asked what is asked, and nothing is counted.',
    onRelease: (release) =>
      [...release.flow.steps.values()].some(
        ({ meta: { collect } }) => collect?.kind === 'entry' && collect.endsItself,
      )
        ? [...release.flow.steps.values()].flatMap((step): Finding[] => {
            const { collect } = step.meta;
            if (!collect) return [];
            const digits = collect.kind === 'entry' ? '' : '#';
            const means = meaningOf(step, ENDED_ITSELF, release, { digits, finished: digits === '' });
            return means === 'POUND' ? [] : [{ says: `At ${step.name} # after six digits means ${means}.` }];
          })
        : [],
    onTransition({ from, occurrence, decision }) {
      if (occurrence.event.type !== 'POUND' || !decision) return undefined;
      const { step, flow, proofs } = decision.call;
      const same =
        step === from.call.step &&
        proofs === from.call.proofs &&
        canonicalJson(flow.counters) === canonicalJson(from.call.flow.counters);
      return same ? undefined : `# after six digits moves the call at ${from.call.step}.`;
    },
  },
];
