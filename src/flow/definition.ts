import { z } from 'zod';
import { assert } from '../platform/fault.ts';
import {
  actionSchema,
  EVENT_TYPES,
  type EventType,
  type FlowAction,
  type FlowGuard,
  guardSchema,
  metaSchema,
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
/** The shape of a flow file, without what its names refer to. */
export const definitionSchema = z.strictObject({
  id: z.literal('hotline'),
  initial: z.string(),
  on: onSchema,
  states: z.record(z.string(), stateSchema),
});

type FlowTransition = z.infer<typeof transitionSchema>;
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

/** Whether a state holds states. */
export function isCompound(
  state: z.infer<typeof stateSchema>,
): state is Extract<typeof state, { states: unknown }> {
  return 'states' in state;
}

/** A state that holds no other, by its dotted name. */
interface Leaf {
  readonly name: string;
  readonly parent: string | undefined;
  readonly state: z.infer<typeof atomicSchema>;
}

/** Every leaf in the order of the file. */
export function leavesOf(definition: FlowDefinition): readonly Leaf[] {
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
export function resolveTarget(
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
