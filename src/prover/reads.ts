import { counterLimit } from '../flow/guards.ts';
import type { Release } from '../flow/release.ts';
import { COUNTERS, type Counter, type EventType, type FlowGuard } from '../flow/vocabulary.ts';
import { stepsBeforeLoanIsRead } from './loan-reads.ts';

/** What the decision of one event at one step can depend on and change, beside the event itself. */
export interface EventReads {
  /** Counters that guards ask for, and at how many states on the way: between two of them a counter may be raised. */
  readonly asked: ReadonlyMap<Counter, number>;
  /** Counters a guard asks for or an action raises. */
  readonly touched: ReadonlySet<Counter>;
  /** A guard looks at the time: how old a PIN is, whether a code may be sent again. */
  readonly timed: boolean;
}

/** What the prover knows of a step before it explores any call. */
export interface StepReads {
  readonly events: ReadonlyMap<EventType, EventReads>;
  readonly asksForWaits: boolean;
  readonly choosing: boolean;
  /** The caller waits for a person, talks to one, or is said goodbye to: what was to be ordered is not looked at any more. */
  readonly handsOver: boolean;
  /** How the chosen loan stands is looked at here or further on. */
  readonly asksForLoan: boolean;
  /** Somewhere a receipt is looked at whether or not the caller was told it. */
  readonly asksForAnyReceipt: boolean;
  /** At this value and above every guard answers alike. */
  readonly limits: { readonly [counter in Counter]: number };
  /** No event touches two counters that begin again at each step, so that these can be walked one at a time. */
  readonly walksSeparately: boolean;
}

/** Counters that begin again on reaching another step. */
export const LOCAL: readonly Counter[] = ['retries', 'repeats', 'waits'];

function countersAsked(guard: FlowGuard | undefined): readonly Counter[] {
  switch (guard?.type) {
    case 'countLeft':
    case 'countSpent':
      return [guard.params.counter];
    case 'refusalIs':
      return guard.params.counter ? [guard.params.counter] : [];
    case 'mayResend':
      return ['resends'];
    default:
      return [];
  }
}

function looksAtTime(guard: FlowGuard | undefined): boolean {
  if (guard?.type === 'mayResend') return true;
  return (guard?.type === 'proved' || guard?.type === 'lacks') && guard.params.proof === 'pin';
}

/** Reads an event's transitions, up to the one that is always taken, and those of every state they may pass through. */
function readsOf({ flow }: Release, step: string, event: EventType): EventReads {
  const asked = new Map<Counter, number>();
  const touched = new Set<Counter>();
  let timed = false;
  const passed = new Set<string>();
  const all = (flow.states.get(step)?.on.get(event) ?? []).flat();
  const lists = [all.slice(0, all.findIndex(({ guard }) => guard === undefined) + 1 || all.length)];
  for (let list = lists.pop(); list; list = lists.pop()) {
    const asks = new Set(list.flatMap(({ guard }) => countersAsked(guard)));
    for (const counter of asks) asked.set(counter, (asked.get(counter) ?? 0) + 1);
    timed ||= list.some(({ guard }) => looksAtTime(guard));
    for (const { actions, target } of list) {
      const entered = target === undefined ? undefined : flow.states.get(target);
      for (const action of [...actions, ...(entered?.entry ?? [])])
        if (action.type === 'count') touched.add(action.params.counter);
      if (!entered || passed.has(entered.step.name)) continue;
      passed.add(entered.step.name);
      lists.push([...entered.always]);
    }
  }
  for (const counter of asked.keys()) touched.add(counter);
  return { asked, touched, timed };
}

/** Reads every step of a release. */
export function readSteps(release: Release): ReadonlyMap<string, StepReads> {
  const { flow, policy } = release;
  const beforeLoan = stepsBeforeLoanIsRead(release);
  const asksForAnyReceipt = [...flow.states.values()].some(({ step: { meta } }) =>
    (meta.say ?? []).some((saying) => typeof saying === 'object' && 'byReceipt' in saying && !saying.told),
  );
  return new Map(
    [...flow.states].map(([name, { step, on }]) => {
      const events = new Map([...on.keys()].map((event) => [event, readsOf(release, name, event)]));
      const all = [...events.values()];
      const limit = (counter: Counter) => Math.max(0, counterLimit(counter, { policy, step }));
      return [
        name,
        {
          events,
          asksForWaits: all.some(({ asked }) => asked.has('waits')),
          handsOver: step.meta.handoff === true || step.meta.end === true,
          choosing: step.meta.collect?.kind === 'choice',
          asksForLoan: beforeLoan.has(name),
          asksForAnyReceipt,
          limits: Object.fromEntries(COUNTERS.map((counter) => [counter, limit(counter)])) as {
            [counter in Counter]: number;
          },
          walksSeparately: all.every(
            ({ touched }) => LOCAL.filter((counter) => touched.has(counter)).length < 2,
          ),
        },
      ];
    }),
  );
}
