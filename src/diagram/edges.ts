import type { ResolvedTransition } from '../flow/definition.ts';
import type { Release } from '../flow/release.ts';
import type { ReachableEdge } from './reachable.ts';
import { guardWords, spentWords } from './words.ts';

/** Whether a step answers an event by itself, not only because the flow answers it at every step. */
export function isOwn({ from, event }: ReachableEdge, { flow }: Release): boolean {
  const lists = flow.states.get(from)?.on.get(event) ?? [];
  return lists.length > (flow.definition.on[event] === undefined ? 0 : 1);
}

/** A flow cannot pass through more states than it has; a circle of them is refused long before it is drawn. */
const DEEPEST = 20;

/**
 * The conditions under which a reachable edge is taken, as words: the limits on the transition and on the states passed
 * through that lead from its step to where it leads, for its reason. Empty where no limit stands in the way.
 */
export function conditionOf(edge: ReachableEdge, release: Release): string {
  const state = release.flow.states.get(edge.from);
  if (!state) return '';
  const follow = (
    branches: readonly ResolvedTransition[],
    at: string,
    reason: string | undefined,
    depth: number,
  ): readonly string[] | undefined => {
    for (const [index, branch] of branches.entries()) {
      const { guard } = branch;
      if (guard?.type === 'intentIs' && guard.params.intent !== edge.toTopic) continue;
      const given = branch.actions.reduce(
        (found, action) => (action.type === 'setReason' ? action.params.reason : found),
        reason,
      );
      const to = branch.target ?? at;
      const always = branch.target === undefined ? [] : (release.flow.states.get(to)?.always ?? []);
      const rest =
        always.length > 0 && depth < DEEPEST
          ? follow(always, to, given, depth + 1)
          : to === edge.to && given === edge.reason
            ? []
            : undefined;
      if (rest === undefined) continue;
      const spent = branches
        .slice(0, index)
        .map((before) => spentWords(before.guard, state.step, release))
        .findLast((words) => words !== undefined);
      const words = [spent ?? '', guardWords(guard, state.step, release)]
        .filter((one) => one !== '')
        .join(', ');
      return words === '' ? rest : [words, ...rest];
    }
    return undefined;
  };
  const own = state.on.get(edge.event)?.[0] ?? [];
  return [...new Set(follow(own, edge.from, undefined, 0) ?? [])].join(', ');
}
