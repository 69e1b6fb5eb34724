import { LEVELS, type Level } from '../actions/requirement.ts';
import type { FlowStep } from '../flow/definition.ts';
import type { Release } from '../flow/release.ts';
import { EVENT_TYPES, type EventType } from '../flow/vocabulary.ts';
import { assert } from '../platform/fault.ts';
import type { ReachableEdge, ReachableFlow } from './reachable.ts';
import { eventsWords } from './words.ts';

/** A stretch of the flow that several topics share and that has a picture of its own. */
export interface Part {
  readonly id: string;
  readonly title: string;
  /** The states it is made of, by the first word of their names. */
  readonly states: readonly string[];
}

/** The parts that have a picture of their own. */
export const PARTS: readonly Part[] = [
  { id: 'verification', title: 'Identity and PIN', states: ['identity', 'pin', 'refused', 'verify'] },
  { id: 'code', title: 'One-time code', states: ['code'] },
  { id: 'confirmation', title: 'Confirmation', states: ['confirm'] },
  { id: 'keying', title: 'What a member of staff has a caller key', states: ['desk'] },
];

/** Returns the group of a step: the first word of its name. */
export function groupOf(step: string): string {
  return step.split('.')[0] ?? step;
}

/** Returns the part that a step belongs to, if any. */
export function partOf(step: string): Part | undefined {
  return PARTS.find(({ states }) => states.includes(groupOf(step)));
}

/** Returns the lowest of the levels, or undefined of none. */
export function lowest(levels: readonly Level[]): Level | undefined {
  return LEVELS.find((level) => levels.includes(level));
}

/** Returns the highest of the levels, or undefined of none. */
export function highest(levels: readonly Level[]): Level | undefined {
  return LEVELS.findLast((level) => levels.includes(level));
}

/** Groups things by a key, in the order of first appearance. */
export function groupBy<T>(
  things: readonly T[],
  keyOf: (thing: T) => string,
): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const thing of things) {
    const key = keyOf(thing);
    const group = groups.get(key);
    if (group) group.push(thing);
    else groups.set(key, [thing]);
  }
  return groups;
}

/** Whether the step hands the call to a person. */
export function isPerson(step: string, { flow }: Release): boolean {
  return flow.steps.get(step)?.meta.handoff === true;
}

/** An edge with the condition under which it is taken. */
export interface Outcome {
  readonly edge: ReachableEdge;
  readonly condition: string;
}

/** Outcomes with the same target under the same condition, as one label each: "wrong / locked (2×)". */
export function labelsOf(outcomes: readonly Outcome[]): readonly string[] {
  const events = new Map<string, Set<EventType>>();
  for (const { edge, condition } of outcomes) {
    const known = events.get(condition) ?? new Set<EventType>();
    events.set(condition, known.add(edge.event));
  }
  return [...events].map(([condition, found]) => {
    const words = eventsWords(EVENT_TYPES.filter((event) => found.has(event)));
    return condition === '' ? words : `${words} (${condition})`;
  });
}

/** The steps every topic shares: menus, the next topic, goodbye. */
export function commonSteps({ steps }: ReachableFlow): ReadonlySet<string> {
  return new Set(steps.filter(({ topic }) => topic === 'none').map(({ step }) => step));
}

/** Returns the step with this name; a name that the flow lacks is a bug. */
export function stepNamed(name: string, { flow }: Release): FlowStep {
  const step = flow.steps.get(name);
  assert(step, `the flow has a step ${name}`);
  return step;
}
