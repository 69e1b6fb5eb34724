import type { CallState } from '../calls/call.ts';
import { type Decision, decide } from '../calls/turn.ts';
import { counterLimit } from '../flow/machine.ts';
import type { Release } from '../flow/release.ts';
import type { Counter, EventType } from '../flow/vocabulary.ts';
import { factsOf, firstCall, type Happening, happeningsAt, keyOf, representative } from './symbolic.ts';

/** A call as it can be, and the shortest way there. */
export interface Node {
  readonly id: number;
  readonly call: CallState;
  readonly counts: Counts;
  readonly depth: number;
  readonly from: Node | undefined;
  readonly by: Happening | undefined;
}

/** What the prover counts by itself along a path, beside whatever the flow counts. */
export interface Counts {
  /** Refused verifications: a wrong PIN, or "that is not me". */
  readonly refusals: number;
  readonly identities: number;
  readonly codes: number;
}

/** One decision that was explored. `decision` is undefined where the decision could not be made: a bug in the flow. */
export interface Transition {
  readonly from: Node;
  readonly happening: Happening;
  readonly decision: Decision | undefined;
  readonly failure: string | undefined;
  readonly to: Node | undefined;
}

export interface Exploration {
  readonly nodes: readonly Node[];
  /** For each transition: the node it leaves, the node it reaches, what happened. */
  readonly edges: {
    readonly from: readonly number[];
    readonly to: readonly number[];
    readonly event: readonly EventType[];
  };
  readonly transitions: number;
  /** The search was stopped at this many states: what was found is true, what was not found is not proved. */
  readonly cutAt: number | undefined;
}

/** Which counters of the call are followed exactly; of the others both branches are explored wherever they are asked. */
export type Followed = readonly Counter[];

/** Every counter that lives as long as the call. */
export const LASTING: Followed = ['identities', 'refusals', 'codeTries', 'resends', 'changes'];

/** Beyond this a flow is not a telephone dialogue any more; the shipped flow has far fewer. */
export const STATES_LIMIT = 2_000_000;

/** Counters that begin again on reaching another step. */
const LOCAL: Followed = ['retries', 'repeats', 'waits'];

/** Which local counters the transitions of an event read, at each step. */
type Reads = ReadonlyMap<string, ReadonlyMap<EventType, ReadonlySet<Counter>>>;

function readsOf(release: Release): Reads {
  return new Map(
    [...release.flow.states].map(([name, state]) => [
      name,
      new Map(
        [...state.on].map(([event, lists]) => [
          event,
          new Set(
            lists.flat().flatMap(({ guard }): Counter[] => {
              if (guard?.type === 'countLeft') return [guard.params.counter];
              return guard?.type === 'refusalIs' && guard.params.counter ? [guard.params.counter] : [];
            }),
          ),
        ]),
      ),
    ]),
  );
}

/**
 * Whether an event has to be explored at a call whose local counters are not all zero. Where no event reads two
 * local counters, an event that reads none of the raised ones decides just as it does at the same step with all of
 * them zero, which is explored anyway: the counters are walked one at a time and nothing is lost.
 */
function isExploredWithZero(reads: Reads, call: CallState, event: EventType): boolean {
  const { counters } = call.flow;
  const raised = LOCAL.filter((counter) => counters[counter] > 0);
  if (raised.length === 0) return false;
  const read = reads.get(call.step)?.get(event) ?? new Set<Counter>();
  const readLocals = LOCAL.filter((counter) => read.has(counter));
  return readLocals.length < 2 && !raised.some((counter) => read.has(counter));
}

/** Steps where the waits of a code count: those that wait for one. Elsewhere the number means nothing, because a sent code sets it back. */
function waitSteps(release: Release): ReadonlySet<string> {
  return new Set(
    [...release.flow.states]
      .filter(([, state]) =>
        [...state.on.values()]
          .flat(2)
          .some(({ guard }) => guard?.type === 'countLeft' && guard.params.counter === 'waits'),
      )
      .map(([name]) => name),
  );
}

function countsAfter(
  counts: Counts,
  from: CallState,
  happening: Happening,
  release: Release,
  limit: Counts,
  followed: Followed,
): Counts {
  const after = countAll(counts, from, happening, release, limit);
  return {
    refusals: followed.includes('refusals') ? after.refusals : 0,
    identities: followed.includes('identities') ? after.identities : 0,
    codes: followed.includes('codeTries') ? after.codes : 0,
  };
}

function countAll(
  counts: Counts,
  from: CallState,
  happening: Happening,
  release: Release,
  limit: Counts,
): Counts {
  const { collect } = release.flow.steps.get(from.step)?.meta ?? {};
  const { type } = happening.event;
  const up = (value: number, most: number) => Math.min(value + 1, most + 1);
  if (collect?.kind === 'confirm' && collect.of === 'identity' && type === 'KEY.2') {
    return { ...counts, refusals: up(counts.refusals, limit.refusals) };
  }
  if (collect?.kind !== 'entry' || !collect.factor) return counts;
  const wrong = type === 'FAILED' || type === 'LOCKED';
  if (collect.factor === 'identity') {
    return wrong || type === 'PASSED'
      ? { ...counts, identities: up(counts.identities, limit.identities) }
      : counts;
  }
  if (!wrong) return counts;
  return collect.factor === 'pin'
    ? { ...counts, refusals: up(counts.refusals, limit.refusals) }
    : { ...counts, codes: up(counts.codes, limit.codes) };
}

/** The budgets of one call by the policy. */
export function budgetsOf({ policy }: Release): Counts {
  return {
    refusals: Math.min(policy.pin.wrongPerCall, policy.identification.wrongPerCall),
    identities: policy.identification.wrongPerCall,
    codes: policy.code.triesPerCode,
  };
}

/**
 * Explores every call the release allows, breadth first, so that the first path to anything is a shortest one. Calls
 * `observe` once for each decision. Deterministic.
 */
export function explore(
  release: Release,
  observe: (transition: Transition) => void,
  options: { readonly followed?: Followed; readonly statesLimit?: number } = {},
): Exploration {
  const { followed = LASTING, statesLimit = STATES_LIMIT } = options;
  const free = LASTING.filter((counter) => !followed.includes(counter));
  const reads = readsOf(release);
  const waits = waitSteps(release);
  const limit = budgetsOf(release);
  const nodes: Node[] = [];
  const known = new Map<string, Node>();
  const edges = { from: [] as number[], to: [] as number[], event: [] as EventType[] };
  let transitions = 0;
  let cutAt: number | undefined;

  const nodeOf = (
    reached: CallState,
    counts: Counts,
    from: Node | undefined,
    by: Happening | undefined,
  ): Node | undefined => {
    const { collect } = release.flow.steps.get(reached.step)?.meta ?? {};
    const call = withCounters(
      representative(reached, waits.has(reached.step), collect?.kind === 'choice'),
      free,
      () => 0,
    );
    const key = `${keyOf(call)}|${counts.refusals}${counts.identities}${counts.codes}`;
    const seen = known.get(key);
    if (seen) return seen;
    if (nodes.length >= statesLimit) {
      cutAt = statesLimit;
      return undefined;
    }
    const node: Node = { id: nodes.length, call, counts, depth: from ? from.depth + 1 : 0, from, by };
    known.set(key, node);
    nodes.push(node);
    return node;
  };

  nodeOf(firstCall(release), { refusals: 0, identities: 0, codes: 0 }, undefined, undefined);
  for (let next = 0; next < nodes.length; next++) {
    const from = nodes[next];
    if (!from) break;
    const step = release.flow.steps.get(from.call.step);
    for (const usual of happeningsAt(release, from.call)) {
      const { type } = usual.event;
      if (!step?.handles.has(type) || isExploredWithZero(reads, from.call, type)) continue;
      const asked = [...(reads.get(from.call.step)?.get(type) ?? [])].filter((counter) =>
        free.includes(counter),
      );
      for (const happening of [usual, ...asked.map((exhausted): Happening => ({ ...usual, exhausted }))]) {
        transitions += 1;
        const made = decideOrFail(release, from.call, happening);
        const counts = countsAfter(from.counts, from.call, happening, release, limit, followed);
        const to = made.decision && nodeOf(made.decision.call, counts, from, happening);
        if (to) {
          edges.from.push(from.id);
          edges.to.push(to.id);
          edges.event.push(type);
        }
        observe({ from, happening, decision: made.decision, failure: made.failure, to });
      }
    }
  }
  return { nodes, edges, transitions, cutAt };
}

function withCounters(
  call: CallState,
  names: readonly Counter[],
  value: (counter: Counter) => number,
): CallState {
  if (names.length === 0) return call;
  const counters = { ...call.flow.counters, ...Object.fromEntries(names.map((name) => [name, value(name)])) };
  return { ...call, flow: { ...call.flow, counters } };
}

/** Decides as in production; what cannot be decided is a finding, not an end of the search. */
export function decideOrFail(
  release: Release,
  call: CallState,
  { event, at, exhausted }: Happening,
): { readonly decision: Decision | undefined; readonly failure: string | undefined } {
  const step = release.flow.steps.get(call.step);
  const asked =
    exhausted && step
      ? withCounters(
          call,
          [exhausted],
          (counter) => counterLimit(counter, { policy: release.policy, step }) - 1,
        )
      : call;
  try {
    return { decision: decide(release, asked, event, factsOf(call), at), failure: undefined };
  } catch (error) {
    return { decision: undefined, failure: error instanceof Error ? error.message : 'unknown' };
  }
}

/** What happened on the shortest way to a node, first to last. */
export function pathTo(node: Node): readonly Happening[] {
  const path: Happening[] = [];
  for (let at: Node | undefined = node; at?.by; at = at.from) path.unshift(at.by);
  return path;
}
