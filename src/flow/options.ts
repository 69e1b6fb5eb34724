import {
  type FlowDefinition,
  type FlowState,
  type FlowStep,
  isCompound,
  type ResolvedTransition,
} from './definition.ts';
import { type EventType, type FlowAction, MENU_KEYS, type StateMeta } from './vocabulary.ts';

/** The events whose keys a state may name in its words, each with the key. */
export const OPTION_KEYS = {
  'KEY.1': 1,
  'KEY.2': 2,
  'KEY.3': 3,
  'KEY.4': 4,
  'KEY.5': 5,
  'KEY.6': 6,
  MORE_LISTED: 6,
  'KEY.7': 7,
  'KEY.9': 9,
  PERSON: 0,
} as const satisfies { readonly [event in EventType]?: number };
export type OptionEvent = keyof typeof OPTION_KEYS;

/** The prompt that says what a key does: it speaks the key as its value `number`. */
type OptionPrompt = `option.${string}`;

const prompt = (name: string): OptionPrompt => `option.${name}`;

/** What an action says of the key that is bound to it; undefined where it says nothing. */
function nameOfAction(
  action: FlowAction,
  actions: readonly FlowAction[],
  meta: StateMeta,
): string | undefined {
  switch (action.type) {
    case 'setIntent':
      return action.params.intent;
    case 'setReason':
      return action.params.reason;
    case 'sayAsResult':
      return action.params.prompt.split('.').at(-1);
    case 'useAmountDue':
    case 'useAmountOffered':
      return 'amountDue';
    case 'sayResultAgain':
      return 'resultAgain';
    case 'explain':
      if (actions.some(({ type }) => type === 'say')) return 'moreTime';
      return meta.explain === undefined ? 'again' : 'why';
    default:
      return undefined;
  }
}

/** A step by the name its words go under: the group's where the step begins it, else its own. */
function nameOfTarget(definition: FlowDefinition, target: string): string {
  const [head = '', child] = target.split('.');
  const group = definition.states[head];
  return child === undefined || (group && isCompound(group) && group.initial === child) ? head : child;
}

/**
 * The words for a key at a state, found from what the key does there: the order it begins, why it asks for a person, what
 * it says, or the step it leads to. So words and keys cannot come apart: who moves a key moves its words (invariant 48).
 * Undefined where the key does nothing that has words.
 */
export function optionPrompt(
  definition: FlowDefinition,
  { step, on }: FlowState,
  event: OptionEvent,
): OptionPrompt | undefined {
  const { collect } = step.meta;
  const first: ResolvedTransition | undefined = on.get(event)?.[0]?.[0];
  if (!first) return undefined;
  if (event === 'PERSON') return prompt('person');
  if (event === 'MORE_LISTED') return prompt('moreListed');
  if (collect?.kind === 'confirm' && event === 'KEY.1') return prompt(`${collect.of}Yes`);
  if (collect?.kind === 'confirm' && event === 'KEY.2') return prompt(`${collect.of}No`);
  for (const action of first.actions) {
    const name = nameOfAction(action, first.actions, step.meta);
    if (name !== undefined) return prompt(name);
  }
  if (event === 'KEY.7') return prompt('back');
  return first.target === undefined ? undefined : prompt(nameOfTarget(definition, first.target));
}

/** The events a state names in its words, in the order they are said; none where a state of an older release says its keys in a prompt. */
export function optionsSaid({ say = [] }: StateMeta): readonly OptionEvent[] {
  return say.flatMap((saying) => (typeof saying !== 'string' && 'options' in saying ? saying.options : []));
}

/** Whether a step names the key that goes on with a list; the key does nothing elsewhere. */
export function namesMoreListed(meta: StateMeta): boolean {
  return optionsSaid(meta).includes('MORE_LISTED');
}

/** The menu keys a step offers, without 0, 8, 9 and the way back (7), which every menu may have besides. */
export function offeredKeys({ meta, handles }: FlowStep): readonly string[] {
  const keys = MENU_KEYS.filter((key) => key !== 'KEY.7' && key !== 'KEY.9' && handles.has(key));
  return namesMoreListed(meta) ? [...keys, 'MORE_LISTED'] : keys;
}
