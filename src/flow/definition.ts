import { parseDocument } from 'yaml';
import { z } from 'zod';
import { assert } from '../platform/fault.ts';
import {
  actionSchema,
  EVENT_TYPES,
  type EventType,
  FACTOR_OUTCOMES,
  type FlowAction,
  type FlowGuard,
  guardSchema,
  MENU_KEYS,
  metaSchema,
  OPERATIONS,
  type StateMeta,
} from './vocabulary.ts';

const transitionSchema = z.union([
  z.string(),
  z.strictObject({
    target: z.string().optional(),
    guard: guardSchema.optional(),
    actions: z.array(actionSchema).optional(),
  }),
]);
const transitionsSchema = z.union([transitionSchema, z.array(transitionSchema).min(1)]);
const onSchema = z.partialRecord(z.enum(EVENT_TYPES), transitionsSchema);

const atomicParts = {
  meta: metaSchema.optional(),
  entry: z.array(actionSchema).optional(),
  on: onSchema.optional(),
  always: transitionsSchema.optional(),
};
type AtomicState = z.infer<z.ZodObject<typeof atomicParts>>;
// The parts of the other kind are named, so that a state of states is wrong here by type: of a branch with nothing but
// unknown keys zod makes the union's only problem, and says nothing of what is wrong further down.
const atomicSchema: z.ZodType<AtomicState> = z.strictObject({
  ...atomicParts,
  initial: z.never().optional(),
  states: z.never().optional(),
});
const stateSchema = z.union([
  atomicSchema,
  z.strictObject({
    initial: z.string(),
    on: onSchema.optional(),
    states: z.record(z.string(), atomicSchema),
  }),
]);
const definitionSchema = z.strictObject({
  id: z.literal('hotline'),
  initial: z.string(),
  on: onSchema,
  states: z.record(z.string(), stateSchema),
});

export type FlowTransition = z.infer<typeof transitionSchema>;
export type FlowTransitions = z.infer<typeof transitionsSchema>;
/** The flow as the file says it: valid in shape and in reference. */
export type FlowDefinition = z.infer<typeof definitionSchema>;

/** A leaf of the flow: a step the call can be at, or pass through. */
export interface FlowStep {
  /** Readable name, e.g. `identity.phone`. */
  readonly name: string;
  readonly meta: StateMeta;
  /** Events this step or something around it handles. */
  readonly handles: ReadonlySet<EventType>;
  /** Only passed through on the way to another step; never waited in. */
  readonly transient: boolean;
}

/** Gives a transition list its plain form. */
export function transitionList(
  transitions: FlowTransitions | undefined,
): readonly Exclude<FlowTransition, string>[] {
  if (transitions === undefined) return [];
  const list = Array.isArray(transitions) ? transitions : [transitions];
  return list.map((transition) => (typeof transition === 'string' ? { target: transition } : transition));
}

function isCompound(state: z.infer<typeof stateSchema>): state is Extract<typeof state, { states: unknown }> {
  return 'states' in state;
}

interface Leaf {
  readonly name: string;
  readonly parent: string | undefined;
  readonly state: z.infer<typeof atomicSchema>;
}

function leavesOf(definition: FlowDefinition): readonly Leaf[] {
  return Object.entries(definition.states).flatMap(([name, state]): Leaf[] =>
    isCompound(state)
      ? Object.entries(state.states).map(([child, leaf]) => ({
          name: `${name}.${child}`,
          parent: name,
          state: leaf,
        }))
      : [{ name, parent: undefined, state }],
  );
}

/** The leaves of the flow by name. */
export function stepsOf(definition: FlowDefinition): ReadonlyMap<string, FlowStep> {
  const around = Object.keys(definition.on) as EventType[];
  return new Map(
    leavesOf(definition).map(({ name, parent, state }) => {
      const outer = parent === undefined ? undefined : definition.states[parent];
      const handles = new Set<EventType>([
        ...around,
        ...(Object.keys(outer && isCompound(outer) ? (outer.on ?? {}) : {}) as EventType[]),
        ...(Object.keys(state.on ?? {}) as EventType[]),
      ]);
      return [
        name,
        { name, meta: state.meta ?? { rules: [] }, handles, transient: state.always !== undefined },
      ];
    }),
  );
}

/** Where a transition written inside `parent` leads, as the dotted name of a state; undefined when nothing has that name. */
function resolveTarget(
  definition: FlowDefinition,
  parent: string | undefined,
  target: string,
): string | undefined {
  const [absolute, path] = target.startsWith('#hotline.')
    ? [true, target.slice('#hotline.'.length)]
    : [false, target];
  const name = absolute || parent === undefined ? path : `${parent}.${path}`;
  const [head = '', child] = name.split('.');
  const state = definition.states[head];
  if (!state) return undefined;
  if (child === undefined) return name;
  return isCompound(state) && child in state.states ? name : undefined;
}

/** A transition with its target as the name of the leaf it leads to. */
export interface ResolvedTransition {
  readonly target: string | undefined;
  readonly guard: FlowGuard | undefined;
  readonly actions: readonly FlowAction[];
}

/** A leaf as it runs: for each event the transitions of the leaf, of the state around it and of the whole flow, in this order. */
export interface FlowState {
  readonly step: FlowStep;
  readonly entry: readonly FlowAction[];
  readonly on: ReadonlyMap<EventType, readonly (readonly ResolvedTransition[])[]>;
  readonly always: readonly ResolvedTransition[];
}

/** The first leaf of a state, which is where a transition to it arrives. */
function leafOf(definition: FlowDefinition, name: string): string {
  const state = definition.states[name];
  return state && isCompound(state) ? `${name}.${state.initial}` : name;
}

/** The leaves of a checked definition with every target resolved. */
export function statesOf(definition: FlowDefinition): ReadonlyMap<string, FlowState> {
  const resolve = (parent: string | undefined, transitions: FlowTransitions | undefined) =>
    transitionList(transitions).map((transition): ResolvedTransition => {
      const target =
        transition.target === undefined ? undefined : resolveTarget(definition, parent, transition.target);
      return {
        target: target === undefined ? undefined : leafOf(definition, target),
        guard: transition.guard,
        actions: transition.actions ?? [],
      };
    });
  const steps = stepsOf(definition);
  return new Map(
    leavesOf(definition).map(({ name, parent, state }) => {
      const outer = parent === undefined ? undefined : definition.states[parent];
      const around = outer && isCompound(outer) ? outer.on : undefined;
      const on = new Map<EventType, readonly (readonly ResolvedTransition[])[]>();
      for (const event of EVENT_TYPES) {
        const lists = [
          resolve(parent, state.on?.[event]),
          resolve(parent, around?.[event]),
          resolve(undefined, definition.on[event]),
        ].filter((list) => list.length > 0);
        if (lists.length > 0) on.set(event, lists);
      }
      const step = steps.get(name);
      assert(step, 'every leaf is a step');
      return [name, { step, entry: state.entry ?? [], on, always: resolve(parent, state.always) }];
    }),
  );
}

function referenceProblems(definition: FlowDefinition): readonly string[] {
  const problems: string[] = [];
  if (!(definition.initial in definition.states))
    problems.push(`initial: there is no state ${definition.initial}`);
  const check = (where: string, parent: string | undefined, transitions: FlowTransitions | undefined) => {
    const list = transitionList(transitions);
    list.forEach((transition, index) => {
      if (
        transition.target !== undefined &&
        resolveTarget(definition, parent, transition.target) === undefined
      ) {
        problems.push(`${where}: there is no state ${transition.target}`);
      }
      if (transition.guard === undefined && index < list.length - 1) {
        problems.push(`${where}: what follows an unguarded transition can never be taken`);
      }
    });
    const last = list.at(-1);
    if (last?.guard !== undefined)
      problems.push(
        `${where}: the last transition has a guard, so the caller could be left without an answer`,
      );
  };
  for (const [event, transitions] of Object.entries(definition.on))
    check(`on ${event}`, undefined, transitions);
  for (const [name, state] of Object.entries(definition.states)) {
    if (!isCompound(state)) continue;
    if (!(state.initial in state.states)) problems.push(`${name}: there is no first state ${state.initial}`);
    for (const [event, transitions] of Object.entries(state.on ?? {}))
      check(`${name} on ${event}`, name, transitions);
  }
  for (const { name, parent, state } of leavesOf(definition)) {
    for (const [event, transitions] of Object.entries(state.on ?? {}))
      check(`${name} on ${event}`, parent, transitions);
    check(`${name} always`, parent, state.always);
  }
  return problems;
}

function stepProblems(definition: FlowDefinition): readonly string[] {
  const problems: string[] = [];
  for (const step of stepsOf(definition).values()) {
    const { collect, perform, handoff, end, say } = step.meta;
    const roles = [collect, perform, handoff, end].filter((role) => role !== undefined).length;
    const waits = step.name !== definition.initial && !step.transient;
    if (waits && roles !== 1)
      problems.push(`${step.name}: needs exactly one of collect, perform, handoff, end`);
    if (step.transient && roles > 0)
      problems.push(`${step.name}: a state that is only passed through cannot also wait`);
    if ((collect || handoff || end) && !say?.length)
      problems.push(`${step.name}: would answer with silence; say something`);
    const required: readonly EventType[] = perform
      ? OPERATIONS[perform]
      : collect?.kind === 'entry'
        ? collect.factor
          ? FACTOR_OUTCOMES[collect.factor]
          : ['ENTERED']
        : collect?.kind === 'choice'
          ? ['CHOSE', ...(collect.other ? (['KEY.5'] as const) : [])]
          : collect?.kind === 'confirm'
            ? ['KEY.1', 'KEY.2']
            : handoff
              ? ['QUEUE_LEFT']
              : [];
    for (const event of required) {
      if (!step.handles.has(event))
        problems.push(`${step.name}: ${event} can happen here and is not handled`);
    }
    if (collect) {
      for (const event of [
        'PERSON',
        'FREEZE',
        'LANGUAGE',
        'STAR',
        'SILENCE',
        'INVALID',
        'HANGUP',
        'SESSION_EXPIRED',
        'OUTAGE',
      ] as const) {
        if (!step.handles.has(event))
          problems.push(`${step.name}: ${event} can happen anywhere and is not handled`);
      }
    }
  }
  return problems;
}

/** The menu keys a step offers, without 0, 8, 9 and the way back (7), which every menu may have besides. */
export function offeredKeys(step: FlowStep): readonly string[] {
  return MENU_KEYS.filter((key) => key !== 'KEY.7' && key !== 'KEY.9' && step.handles.has(key));
}

export type FlowParse =
  | { readonly ok: true; readonly definition: FlowDefinition }
  | { readonly ok: false; readonly problems: readonly string[] };

/** Reads a flow file: YAML, shape, vocabulary, references. Answers every problem at once. */
export function parseFlow(text: string): FlowParse {
  const document = parseDocument(text, { uniqueKeys: true });
  if (document.errors.length > 0)
    return { ok: false, problems: document.errors.map((error) => error.message) };
  const parsed = definitionSchema.safeParse(document.toJS());
  if (!parsed.success) {
    return { ok: false, problems: parsed.error.issues.flatMap((issue) => issueSentences(issue, [])) };
  }
  const problems = [...referenceProblems(parsed.data), ...stepProblems(parsed.data)];
  return problems.length > 0 ? { ok: false, problems } : { ok: true, definition: parsed.data };
}

/** A union's problem is told by its nearest branch: the one that was right the furthest down, then the one with the fewest complaints. */
function issueSentences(issue: z.core.$ZodIssue, before: readonly PropertyKey[]): readonly string[] {
  const path = [...before, ...issue.path];
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    const nearest = [...issue.errors].sort((a, b) => depthOf(b) - depthOf(a) || a.length - b.length)[0] ?? [];
    return nearest.flatMap((inner) => issueSentences(inner, path));
  }
  return [`${path.map(String).join('.')}: ${issue.message}`];
}

/** How far down the branch of a union was right, unions inside it included. */
function depthOf(issues: readonly z.core.$ZodIssue[]): number {
  const depths = issues.map(
    (issue) =>
      issue.path.length + (issue.code === 'invalid_union' ? Math.max(0, ...issue.errors.map(depthOf)) : 0),
  );
  return Math.max(0, ...depths);
}
