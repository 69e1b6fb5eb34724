import type { FlowState, ResolvedTransition } from '../flow/definition.ts';
import type { Release } from '../flow/release.ts';
import { promptsOf } from '../flow/sayings.ts';
import type { FlowAction, FlowGuard } from '../flow/vocabulary.ts';
import { isPromptKey } from '../speech/prompt-keys.ts';

/** What a prompt speaks of how a loan stands; its number is the same however it stands. */
const STANDING: ReadonlySet<string> = new Set(['outstanding', 'due', 'dueOn', 'overdueSince']);
const GUARDS: ReadonlySet<FlowGuard['type']> = new Set(['mayPayExactly', 'nothingDue']);
const ACTIONS: ReadonlySet<FlowAction['type']> = new Set(['useAmountDue', 'useAmountOffered']);
/** After these nothing is left of what was chosen for an order. */
const BEGIN_ANEW: ReadonlySet<FlowAction['type']> = new Set(['setIntent', 'clearOrder', 'dropLevels']);

function tellsStanding(prompt: string, { prompts }: Release): boolean {
  return isPromptKey(prompt) && [...prompts.variables(prompt)].some((name) => STANDING.has(name));
}

function actionReads(action: FlowAction, release: Release): boolean {
  if (ACTIONS.has(action.type)) return true;
  return 'params' in action && 'prompt' in action.params && tellsStanding(action.params.prompt, release);
}

function transitionsOf({ on, always }: FlowState): readonly ResolvedTransition[] {
  return [...[...on.values()].flat(2), ...always];
}

/** Whether a step, or the way out of it, looks at how the chosen loan stands. */
function reads(state: FlowState, release: Release): boolean {
  const { say = [] } = state.step.meta;
  if (say.flatMap(promptsOf).some((prompt) => tellsStanding(prompt, release))) return true;
  return transitionsOf(state).some(
    ({ guard, actions }) =>
      (guard !== undefined && GUARDS.has(guard.type)) ||
      actions.some((action) => actionReads(action, release)),
  );
}

/**
 * The steps from which a call can come to one that looks at how the chosen loan stands, still with that loan. At the others
 * calls about loans of every kind go on alike.
 */
export function stepsBeforeLoanIsRead(release: Release): ReadonlySet<string> {
  const { states } = release.flow;
  const found = new Set([...states].filter(([, state]) => reads(state, release)).map(([name]) => name));
  const leadsThere = (state: FlowState) =>
    transitionsOf(state).some(({ target, actions }) => {
      if (target === undefined || !found.has(target)) return false;
      const entered = states.get(target)?.entry ?? [];
      return ![...actions, ...entered].some(({ type }) => BEGIN_ANEW.has(type));
    });
  for (let before = -1; before < found.size; ) {
    before = found.size;
    for (const [name, state] of states) if (!found.has(name) && leadsThere(state)) found.add(name);
  }
  return found;
}
