import { factorRules } from '../factors/catalogue.ts';
import {
  type FlowDefinition,
  type FlowStep,
  type FlowTransitions,
  isCompound,
  leavesOf,
  resolveTarget,
  stepsOf,
  transitionList,
} from './definition.ts';
import { optionsSaid } from './options.ts';
import { type CollectSpec, type EventType, OPERATIONS, type StateMeta } from './vocabulary.ts';

/** What can happen wherever keys are collected. */
const ANYWHERE: readonly EventType[] = [
  'PERSON',
  'FREEZE',
  'LANGUAGE',
  'STAR',
  'SILENCE',
  'INVALID',
  'HANGUP',
  'SESSION_EXPIRED',
  'OUTAGE',
];

/** What is wrong with a flow of the right shape: names that lead nowhere, states that cannot wait, events nobody handles. */
export function flowProblems(definition: FlowDefinition): readonly string[] {
  return [
    ...referenceProblems(definition),
    ...[...stepsOf(definition).values()].flatMap((step) => stepProblems(definition, step)),
  ];
}

function referenceProblems(definition: FlowDefinition): readonly string[] {
  const problems: string[] = [];
  if (!(definition.initial in definition.states))
    problems.push(`initial: there is no state ${definition.initial}`);
  const check = (where: string, parent: string | undefined, transitions: FlowTransitions | undefined) =>
    void problems.push(...transitionProblems(definition, where, parent, transitions));
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

function transitionProblems(
  definition: FlowDefinition,
  where: string,
  parent: string | undefined,
  transitions: FlowTransitions | undefined,
): readonly string[] {
  const problems: string[] = [];
  const list = transitionList(transitions);
  list.forEach(({ target, guard }, index) => {
    if (target !== undefined && resolveTarget(definition, parent, target) === undefined)
      problems.push(`${where}: there is no state ${target}`);
    if (guard === undefined && index < list.length - 1)
      problems.push(`${where}: what follows an unguarded transition can never be taken`);
  });
  if (list.at(-1)?.guard !== undefined)
    problems.push(`${where}: the last transition has a guard, so the caller could be left without an answer`);
  return problems;
}

function stepProblems(definition: FlowDefinition, step: FlowStep): readonly string[] {
  const problems: string[] = [];
  const { collect, perform, handoff, end, say } = step.meta;
  const roles = [collect, perform, handoff, end].filter((role) => role !== undefined).length;
  const waits = step.name !== definition.initial && !step.transient;
  if (waits && roles !== 1)
    problems.push(`${step.name}: needs exactly one of collect, perform, handoff, end`);
  if (step.transient && roles > 0)
    problems.push(`${step.name}: a state that is only passed through cannot also wait`);
  if ((collect || handoff || end) && !say?.length)
    problems.push(`${step.name}: would answer with silence; say something`);
  for (const event of outcomesAt(step.meta))
    if (!step.handles.has(event)) problems.push(`${step.name}: ${event} can happen here and is not handled`);
  for (const event of collect ? ANYWHERE : [])
    if (!step.handles.has(event))
      problems.push(`${step.name}: ${event} can happen anywhere and is not handled`);
  for (const event of optionsSaid(step.meta))
    if (!step.handles.has(event))
      problems.push(`${step.name}: says what ${event} does, which is not handled`);
  if (collect?.kind === 'entry' && collect.endsItself) problems.push(...selfEndingProblems(step, collect));
  for (const { offered, event, what } of collect ? OFFERED : [])
    if (offered.test(JSON.stringify(definition)) && !step.handles.has(event))
      problems.push(`${step.name}: ${what} can be chosen here and is not handled`);
  return problems;
}

/** An input can end by itself only where it has one length; what then comes late or goes wrong has to be handled. */
function selfEndingProblems(
  step: FlowStep,
  collect: Extract<CollectSpec, { kind: 'entry' }>,
): readonly string[] {
  const hasLength = collect.factor !== undefined && factorRules(collect.factor).input.length !== undefined;
  return [
    ...(hasLength ? [] : [`${step.name}: an input without one length cannot end by itself`]),
    ...(['POUND', 'STARTED_AGAIN'] as const)
      .filter((event) => !step.handles.has(event))
      .map((event) => `${step.name}: ends by itself, and ${event} is not handled`),
  ];
}

/** A flow that offers the languages has to do what is chosen; one from before they had a menu goes round them. */
const OFFERED: readonly { readonly offered: RegExp; readonly event: EventType; readonly what: string }[] = [
  { offered: /"type":"offerLanguages"/, event: 'LANGUAGE_CHOSEN', what: 'a language' },
  { offered: /"moreTime":"/, event: 'MORE_TIME', what: 'more time' },
];

/** The events that what a state does or collects can bring. */
function outcomesAt({ collect, perform, handoff }: StateMeta): readonly EventType[] {
  if (perform) return OPERATIONS[perform];
  if (handoff) return ['QUEUE_LEFT'];
  switch (collect?.kind) {
    case 'entry':
      return collect.factor ? factorRules(collect.factor).outcomes : ['ENTERED'];
    case 'choice':
      return ['CHOSE', ...(collect.other ? (['KEY.5'] as const) : [])];
    case 'confirm':
      return ['KEY.1', 'KEY.2'];
    default:
      return [];
  }
}
