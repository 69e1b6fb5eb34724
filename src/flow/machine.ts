import type { Proofs } from '../assurance/levels.ts';
import type { HandoffReason } from '../escalation/reasons.ts';
import type { Instant } from '../platform/clock.ts';
import { assert } from '../platform/fault.ts';
import type { Speech } from '../speech/reply.ts';
import { act } from './act.ts';
import type { FlowContext } from './context.ts';
import type { FlowDefinition, FlowStep } from './definition.ts';
import { type FlowState, type ResolvedTransition, statesOf, stepsOf } from './definition.ts';
import type { FlowEvent } from './events.ts';
import { guardHolds } from './guards.ts';
import type { MachineContext, TransitionScope } from './transition.ts';

/** A callable flow: the definition and what is looked up in it at every turn. */
export interface FlowMachine {
  readonly definition: FlowDefinition;
  readonly steps: ReadonlyMap<string, FlowStep>;
  readonly states: ReadonlyMap<string, FlowState>;
}

type TransitionInput = Pick<TransitionScope, 'policy' | 'now' | 'currency' | 'chosenLanguage'>;

export interface TransitionResult {
  readonly step: string;
  readonly flow: FlowContext;
  readonly proofs: Proofs;
  readonly speech: readonly Speech[];
  /** The caller asked why: the step's explanation comes first. */
  readonly explained: boolean;
  readonly reason?: HandoffReason;
}

/** Makes the callable flow from a checked definition. */
export function createFlowMachine(definition: FlowDefinition): FlowMachine {
  return { definition, steps: stepsOf(definition), states: statesOf(definition) };
}

/** A flow of which every state is only passed through would never come to rest; the shipped one rests after at most 4. */
const STATES_PASSED_THROUGH = 20;

function isTaken({ guard }: ResolvedTransition, context: MachineContext, event: FlowEvent): boolean {
  return guard === undefined || guardHolds(guard, context, event);
}

/** Takes a transition: its actions, then the entry actions of where it leads. Without a target the call stays, and nothing is entered. */
function take(
  machine: FlowMachine,
  from: string,
  transition: ResolvedTransition,
  context: MachineContext,
  event: FlowEvent,
): { readonly step: string; readonly context: MachineContext } {
  const after = transition.actions.reduce((made, action) => act(action, made, event), context);
  if (transition.target === undefined) return { step: from, context: after };
  const entered = stateNamed(machine, transition.target);
  return {
    step: transition.target,
    context: entered.entry.reduce((made, action) => act(action, made, event), after),
  };
}

function stateNamed(machine: FlowMachine, name: string): FlowState {
  const state = machine.states.get(name);
  assert(state, `the flow has a step ${name}`);
  return state;
}

function askedForFreeze(flow: FlowContext, now: Instant): FlowContext {
  return { ...flow, freezeAskedAt: flow.freezeAskedAt ?? now };
}

/**
 * Moves a call by one event: the innermost state that handles the event decides, the first transition whose guard
 * holds is taken, and states that are only passed through are left at once. Pure: no clock, no chance, nothing
 * stored. The meaning is XState's for the part of it a flow may use; test/flow-xstate.test.ts holds the two together.
 */
export function moveFlow(
  machine: FlowMachine,
  from: { readonly step: string; readonly flow: FlowContext; readonly proofs: Proofs },
  event: FlowEvent,
  moment: TransitionInput,
): TransitionResult {
  const start = stateNamed(machine, from.step);
  const scope: TransitionScope = {
    ...moment,
    step: start.step,
    proofs: from.proofs,
    speech: [],
    explained: false,
  };
  let at: { readonly step: string; readonly context: MachineContext } = {
    step: from.step,
    // `**` asks for a freeze wherever it leads: a question before it, or an identity, must not make it later (V8.2).
    context: { flow: event.type === 'FREEZE' ? askedForFreeze(from.flow, moment.now) : from.flow, scope },
  };
  // Inner before outer; where no guard of the inner one holds, the outer one is asked.
  for (const transitions of start.on.get(event.type) ?? []) {
    const transition = transitions.find((candidate) => isTaken(candidate, at.context, event));
    if (transition) {
      at = take(machine, at.step, transition, at.context, event);
      break;
    }
  }
  for (let passed = 0; ; passed++) {
    const transition = stateNamed(machine, at.step).always.find((candidate) =>
      isTaken(candidate, at.context, event),
    );
    if (!transition) break;
    assert(passed < STATES_PASSED_THROUGH, `the flow comes to rest after ${at.step}`);
    at = take(machine, at.step, transition, at.context, event);
  }
  const { flow, scope: made } = at.context;
  return {
    step: at.step,
    flow,
    proofs: made.proofs,
    speech: made.speech,
    explained: made.explained,
    ...(made.reason === undefined ? {} : { reason: made.reason }),
  };
}
