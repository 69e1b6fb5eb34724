import type { FlowState } from '../../flow/definition.ts';
import { OPTION_KEYS, type OptionEvent, optionPrompt, optionsSaid } from '../../flow/options.ts';
import type { Release } from '../../flow/release.ts';
import { promptsOf } from '../../flow/sayings.ts';
import { type EventType, MENU_KEYS } from '../../flow/vocabulary.ts';
import { LANGUAGES, type Language } from '../../locales/catalogue.ts';
import { keysNamed } from '../../speech/keys-named.ts';
import type { Speech } from '../../speech/reply.ts';
import { spokenSeconds } from '../../speech/spoken.ts';
import type { Transition } from '../explore.ts';
import type { Finding } from '../finding.ts';
import { speechOf } from './observed.ts';
import type { Property } from './property.ts';

/** Keys that do the same wherever keys are heard; they need no words at each step, but somewhere. */
const EVERYWHERE: ReadonlySet<string> = new Set(['0', '8', '9', '**']);

const named = new WeakMap<Release, Map<string, ReadonlySet<string>>>();

/** The keys a prompt names itself, remembered per release: the same words are said at very many calls. */
function keysIn(release: Release, prompt: string, language: Language): ReadonlySet<string> {
  const known = named.get(release) ?? new Map<string, ReadonlySet<string>>();
  named.set(release, known);
  const id = `${language} ${prompt}`;
  const keys = known.get(id) ?? keysNamed(release.prompts.template(prompt, language), language);
  known.set(id, keys);
  return keys;
}

/** The keys a state handles by itself: those without the ones that do the same everywhere. */
function ownKeys({ on }: FlowState, { flow }: Release): readonly OptionEvent[] {
  return ([...MENU_KEYS, 'MORE_LISTED'] as const).filter((key) => {
    const lists = on.get(key)?.length ?? 0;
    return lists > (flow.definition.on[key] === undefined ? 0 : 1);
  });
}

/** What is wrong with the words of one state that takes keys. */
function problemsAt(
  state: FlowState,
  release: Release,
  saidElsewhere: ReadonlySet<string>,
): readonly string[] {
  const { definition } = release.flow;
  const { meta, name } = state.step;
  const said = optionsSaid(meta);
  const problems: string[] = [];
  for (const prompt of (meta.say ?? []).flatMap(promptsOf))
    for (const language of LANGUAGES)
      for (const key of keysIn(release, prompt, language))
        if (!EVERYWHERE.has(key))
          problems.push(
            `${name} names key ${key} in the words of ${prompt} (${language}), whatever the key does; let it say { options: [KEY.${key}] }.`,
          );
  for (const key of ownKeys(state, release)) {
    const prompt = optionPrompt(definition, state, key);
    if (
      !said.includes(key) &&
      !(prompt && meta.collect?.kind === 'entry' && saidElsewhere.has(`${key} ${prompt}`))
    )
      problems.push(`${name} handles ${key}, and no words of it say so.`);
  }
  const words = said.map((event) => optionPrompt(definition, state, event));
  for (const [index, event] of said.entries()) {
    const prompt = words[index];
    if (prompt === undefined) problems.push(`${name} has no words for what ${event} does.`);
    else if (words.indexOf(prompt) !== index) problems.push(`${name} says the same of two keys (${prompt}).`);
  }
  return problems;
}

/** What the keys of a state do, all of them together, must be heard within the time of one prompt (R4.2). */
function tooLong({ step }: FlowState, release: Release): readonly string[] {
  const most = release.policy.dialogue.promptSeconds;
  const state = release.flow.states.get(step.name);
  return LANGUAGES.flatMap((language) => {
    const seconds = optionsSaid(step.meta).reduce((sum, event) => {
      const prompt = state && optionPrompt(release.flow.definition, state, event);
      if (prompt === undefined) return sum;
      const values = { number: { kind: 'count', count: OPTION_KEYS[event] } } as const;
      return sum + spokenSeconds(release.prompts.text({ prompt, values }, language), language);
    }, 0);
    return seconds > most
      ? [
          `${step.name} takes ${Math.ceil(seconds)} seconds in ${language} to say what its keys do, ${most} are allowed.`,
        ]
      : [];
  });
}

function onRelease(release: Release): readonly Finding[] {
  const asking = [...release.flow.states.values()].filter(({ step }) => step.meta.collect !== undefined);
  // An entry's ways out are named once, at the first of the entries that have them.
  const saidElsewhere = new Set(
    asking.flatMap((state) =>
      optionsSaid(state.step.meta).map(
        (event) => `${event} ${optionPrompt(release.flow.definition, state, event)}`,
      ),
    ),
  );
  return asking
    .flatMap((state) => [...problemsAt(state, release, saidElsewhere), ...tooLong(state, release)])
    .map((says) => ({ says }));
}

/** The keys that are heard where a decision leads. */
function keysHeard({ to }: Transition, { flow }: Release): ReadonlySet<string> {
  const heard = new Set(EVERYWHERE);
  if (!to) return heard;
  const state = flow.states.get(to.call.step);
  for (const key of MENU_KEYS) if (state?.step.handles.has(key)) heard.add(key.slice('KEY.'.length));
  return heard;
}

/** The languages a speech is said in. */
function languagesOf(speech: Speech): readonly Language[] {
  return speech.language ? [speech.language] : LANGUAGES;
}

/** What is wrong with the words where the languages are offered: each names the key of its own place, more time the next one. */
function menuProblem(speech: Speech, language: Language, named: ReadonlySet<string>): string | undefined {
  const place = speech.language === undefined ? LANGUAGES.length : LANGUAGES.indexOf(language);
  const own = String(place + 1);
  if ([...named].join() === own) return undefined;
  return `${speech.prompt} (${language}) is chosen by key ${own}, and its words name ${[...named].join(', ') || 'no key'}.`;
}

function unheardKey(transition: Transition, release: Release): string | undefined {
  const { to, decision } = transition;
  if (decision?.next.kind !== 'reply' || !to) return undefined;
  const collects = decision.next.reply.ending.kind === 'collect';
  const heard = keysHeard(transition, release);
  const { languageMenu, moreTimeOffer } = to.call.flow;
  for (const speech of speechOf(decision)) {
    const { prompt } = speech;
    for (const language of languagesOf(speech)) {
      const named = keysIn(release, prompt, language);
      if (languageMenu !== undefined && (prompt === languageMenu || prompt === moreTimeOffer)) {
        const problem = menuProblem(speech, language, named);
        if (problem !== undefined) return problem;
        continue;
      }
      const unheard = [...named].find((key) => (collects ? !heard.has(key) : key !== '**'));
      if (unheard !== undefined)
        return `${prompt} (${language}) names key ${unheard}, which does nothing at ${to.call.step}.`;
    }
  }
  return undefined;
}

/** What a caller must have heard of once the call is answered: a person, a freeze, the other languages. */
function unnamedAtGreeting({ decision, to }: Transition, release: Release): string | undefined {
  if (decision?.next.kind !== 'reply' || !to) return undefined;
  const options = new Set(optionsSaid(release.flow.steps.get(to.call.step)?.meta ?? { rules: [] }));
  const speech = speechOf(decision);
  for (const language of LANGUAGES) {
    const named = new Set(
      speech
        .filter((one) => one.language === undefined)
        .flatMap(({ prompt }) => [...keysIn(release, prompt, language)]),
    );
    if (options.has('PERSON')) named.add('0');
    for (const key of ['0', '**'])
      if (!named.has(key)) return `The first answer does not name ${key} in ${language}.`;
    const hints = speech.filter((one) => one.language !== undefined).map(({ prompt }) => prompt);
    if (!hints.some((prompt) => keysIn(release, prompt, language).has('8')))
      return `The first answer does not name 8, for the languages, in ${language}.`;
  }
  return undefined;
}

const FIRST: EventType = 'ANSWERED';

/** Words name exactly the keys that are handled, in every language (invariant 48). */
export const WORDS_AND_KEYS: readonly Property[] = [
  {
    id: 'words-name-the-keys',
    rules: ['R4.2', 'R13.2'],
    claim:
      'In every language the words name exactly the keys that are handled, and say of each what it does.',
    onRelease,
    onTransition: (transition, release) =>
      (transition.occurrence.event.type === FIRST ? unnamedAtGreeting(transition, release) : undefined) ??
      unheardKey(transition, release),
  },
];
