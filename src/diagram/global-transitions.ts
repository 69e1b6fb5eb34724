import type { ResolvedTransition } from '../flow/definition.ts';
import type { Release } from '../flow/release.ts';
import type { EventType } from '../flow/vocabulary.ts';
import { assert } from '../platform/fault.ts';
import { eventWords, guardWords, spentWords } from './words.ts';

/** What happens at one end of a range of steps and at the other: "2×" and "3×" become "2–3×". */
function rangeOf(words: readonly string[]): string {
  const all = [...new Set(words)].sort();
  const [first, last] = [all[0] ?? '', all.at(-1) ?? ''];
  return first === last ? first : `${first.replace('×', '')}–${last}`;
}

/** What is answered the same way wherever a call is, a line for each: told once, instead of drawn from every box. */
export function globalTransitionLines(release: Release): readonly string[] {
  const { flow } = release;
  const asking = [...flow.states.values()].filter(({ step }) => step.meta.collect !== undefined);
  // What changes nothing is not told.
  const events = (Object.keys(flow.definition.on) as EventType[]).filter(
    (event) => Object.keys(flow.definition.on[event] ?? {}).length > 0,
  );
  // What is answered alike stands in one line.
  const lines = new Map<string, string[]>();
  for (const event of events) {
    const state = asking.find(({ on }) => on.get(event)?.length === 1) ?? asking[0];
    const branches = state?.on.get(event)?.at(-1);
    assert(branches, 'what the flow answers everywhere, every state answers');
    const told = branches.map((branch, index) => {
      const before = branches.slice(0, index);
      const conditions = asking.map(({ step }) => {
        const spent = before
          .map(({ guard }) => spentWords(guard, step, release))
          .findLast((words) => words !== undefined);
        return [spent ?? (before.length > 0 ? 'otherwise' : ''), guardWords(branch.guard, step, release)]
          .filter((words) => words !== '')
          .join(', ');
      });
      return branchLine(branch, rangeOf(conditions));
    });
    const line = told.join('; ');
    lines.set(line, [...(lines.get(line) ?? []), eventWords(event)]);
  }
  return [...lines].map(([line, words]) => `${words.join(', ')}: ${line}`);
}

function branchLine({ target, actions }: ResolvedTransition, condition: string): string {
  const reason = actions.find((action) => action.type === 'setReason');
  const says = actions.some(({ type }) => type === 'nextLanguage')
    ? 'next language'
    : actions.some(({ type }) => type === 'offerLanguages')
      ? 'languages offered'
      : actions.some(({ type }) => type === 'speakChosenLanguage')
        ? 'asked again in it'
        : actions.some(({ type }) => type === 'giveMoreTime')
          ? 'more time at each step'
          : actions.some(({ type }) => type === 'listNext')
            ? 'the next ones'
            : actions.some(({ type }) => type === 'explain')
              ? 'explained, asked again'
              : 'asked again';
  const leads =
    target === undefined
      ? says
      : reason
        ? `person (${reason.params.reason.replaceAll('_', ' ')})`
        : `→ ${target}`;
  return condition === '' ? leads : condition === 'then' ? `then ${leads}` : `${leads} (${condition})`;
}
