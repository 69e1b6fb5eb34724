import { RESULT_PROMPTS } from '../../actions/catalogue.ts';
import { offeredKeys, optionPrompt, optionsSaid } from '../../flow/options.ts';
import type { Release } from '../../flow/release.ts';
import { PROMPT_KEYS, type PromptKey, SAID_BY_PROGRAM, SUPERSEDED } from '../../speech/prompt-keys.ts';
import type { Finding } from '../finding.ts';
import type { Property } from './property.ts';

/** Prompts a release can speak without naming them: those of the program, and of what its orders result in. */
const isSpokenByProgram = (key: PromptKey) => SAID_BY_PROGRAM.includes(key) || key in RESULT_PROMPTS;

/** What a menu offers and in which order things are asked. */
export const MENUS: readonly Property[] = [
  {
    id: 'menus-within-limits',
    rules: ['R4.2'],
    claim: 'No menu has more options or lies deeper than the policy allows.',
    onRelease: ({ flow, policy }) =>
      [...flow.steps.values()].flatMap((step): Finding[] => {
        const { collect } = step.meta;
        if (collect?.kind !== 'menu') return [];
        const options = offeredKeys(step).length;
        return [
          ...(options > policy.dialogue.menuOptions
            ? [{ says: `${step.name} has ${options} options, ${policy.dialogue.menuOptions} are allowed.` }]
            : []),
          ...(collect.depth > policy.dialogue.menuDepth
            ? [{ says: `${step.name} lies ${collect.depth} deep, ${policy.dialogue.menuDepth} are allowed.` }]
            : []),
        ];
      }),
  },
  {
    id: 'intent-before-credentials',
    rules: ['R4.2'],
    claim: 'The caller says what they want before anything about them is asked.',
    onTransition({ to, from }, release) {
      const { collect } = (to && release.flow.steps.get(to.call.step)?.meta) ?? {};
      if (!to || collect?.kind !== 'entry' || to.call.flow.order !== undefined) return undefined;
      // A caller who talks to a person has told that person, who asks.
      if (to.call.flow.desk) return undefined;
      return `${to.call.step} asks for credentials after ${from.call.step}, before it is known what the caller wants.`;
    },
  },
  {
    id: 'everything-is-used',
    rules: ['S4'],
    claim: 'Every state can be reached and every prompt is spoken.',
    onGraph(exploration, release) {
      const reached = new Set(exploration.nodes.map(({ call }) => call.step));
      const unreached = [...release.flow.steps.values()].filter(
        ({ name, transient }) => !transient && !reached.has(name),
      );
      return unreached.map(({ name }) => ({ says: `${name} cannot be reached.` }));
    },
    onRelease(release) {
      const named = namedPrompts(release);
      return PROMPT_KEYS.filter(
        (key) => !SUPERSEDED.has(key) && !named.has(key) && !isSpokenByProgram(key),
      ).map((key) => ({
        says: `The prompt ${key} is never spoken.`,
      }));
    },
  },
];

/** The prompts a release names in its flow, by themselves or as what a key does. */
function namedPrompts(release: Release): ReadonlySet<string> {
  const named = new Set<string>();
  const walk = (value: unknown): void => {
    if (typeof value === 'string') named.add(value);
    else if (Array.isArray(value)) value.forEach(walk);
    else if (value !== null && typeof value === 'object') Object.values(value).forEach(walk);
  };
  walk(release.flow.definition);
  for (const state of release.flow.states.values())
    for (const event of optionsSaid(state.step.meta))
      named.add(optionPrompt(release.flow.definition, state, event) ?? '');
  return named;
}
