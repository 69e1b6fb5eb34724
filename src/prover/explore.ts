import type { CallState } from '../calls/call.ts';
import { decide } from '../calls/decide.ts';
import type { Decision } from '../calls/decision.ts';
import type { Release } from '../flow/release.ts';
import type { Counter, EventType } from '../flow/vocabulary.ts';
import { assert } from '../platform/fault.ts';
import { budgetsOf, type Counts, countsAfter, type Followed } from './counts.ts';
import { type EventReads, LOCAL, readSteps, type StepReads } from './reads.ts';
import { keyOf, representative } from './representative.ts';
import { firstCall, MOMENT, type Occurrence, occurrencesAt } from './symbolic.ts';
import { factsOf } from './symbolic-customer.ts';

/** A call as it can be, and the shortest way there. */
export interface Node {
  readonly id: number;
  readonly call: CallState;
  readonly counts: Counts;
  readonly depth: number;
  readonly from: Node | undefined;
  readonly by: Occurrence | undefined;
}

/** One decision that was explored. `decision` is undefined where the decision could not be made: a bug in the flow. */
export interface Transition {
  readonly from: Node;
  readonly occurrence: Occurrence;
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
  /** The observer had seen enough: there may be more. */
  readonly stopped: boolean;
}

/** Every counter that lives as long as the call. */
export const LASTING: Followed = ['identities', 'refusals', 'codeTries', 'resends', 'changes'];

/** Counters for which a guard asks whether none is left. */
const AFTER_THE_LAST: ReadonlySet<Counter> = new Set(['resends', 'refusals']);

/** Beyond this a flow is not a telephone dialogue any more; the shipped flow has far fewer. */
const STATES_LIMIT = 2_000_000;

/**
 * Whether an event has to be explored at a call whose local counters are not all zero. At a step that walks them
 * separately, an event that touches none of the raised ones decides just as it does at the same step with all of
 * them zero, which is explored anyway: the counters are walked one at a time and nothing is lost.
 */
function isExploredWithZero(reads: StepReads, call: CallState, event: EventType): boolean {
  if (!reads.walksSeparately) return false;
  const { counters } = call.flow;
  const raised = LOCAL.filter((counter) => counters[counter] > 0);
  if (raised.length === 0) return false;
  const touched = reads.events.get(event)?.touched;
  return !raised.some((counter) => touched?.has(counter));
}

/**
 * Every way the free counters an event asks for can stand, all at their beginning first. Asked for once, only the
 * beginning and the end can differ; asked for again on the way, everything between them can.
 */
function standings(
  reads: StepReads,
  asked: EventReads['asked'],
  free: Followed,
): readonly (Occurrence['taken'] | undefined)[] {
  let made: readonly NonNullable<Occurrence['taken']>[] = [{}];
  for (const counter of free) {
    const places = asked.get(counter) ?? 0;
    if (places === 0) continue;
    // A guard asks whether one more is left; only these are asked for after the last.
    const end = Math.max(0, AFTER_THE_LAST.has(counter) ? reads.limits[counter] : reads.limits[counter] - 1);
    const raised = Array.from({ length: end }, (_, index) => index + 1).filter(
      (value) => places > 1 || value === end,
    );
    made = [...made, ...raised.flatMap((value) => made.map((one) => ({ ...one, [counter]: value })))];
  }
  return made.map((one) => (Object.keys(one).length === 0 ? undefined : one));
}

interface ExploreOptions {
  readonly followed?: Followed;
  /** Counters of a step are not followed either: both answers are taken wherever they are asked. True where missing: they are. */
  readonly followsLocal?: boolean;
  readonly statesLimit?: number;
  readonly decideWith?: typeof decide;
}

/**
 * Explores every call the release allows, breadth first, so that the first path to anything is a shortest one. Calls
 * `observe` once for each decision, and goes on as long as that answers true. Deterministic.
 */
export function explore(
  release: Release,
  observe: (transition: Transition) => boolean,
  options: ExploreOptions = {},
): Exploration {
  return new Explorer(release, observe, options).run();
}

class Explorer {
  readonly #release: Release;
  readonly #observe: (transition: Transition) => boolean;
  readonly #followed: Followed;
  readonly #free: readonly Counter[];
  readonly #statesLimit: number;
  readonly #decideWith: typeof decide;
  readonly #steps: ReturnType<typeof readSteps>;
  readonly #limit: Counts;
  readonly #nodes: Node[] = [];
  readonly #known = new Map<string, Node>();
  readonly #edges = { from: [] as number[], to: [] as number[], event: [] as EventType[] };
  #transitions = 0;
  #cutAt: number | undefined;

  constructor(
    release: Release,
    observe: (transition: Transition) => boolean,
    {
      followed = LASTING,
      followsLocal = true,
      statesLimit = STATES_LIMIT,
      decideWith = decide,
    }: ExploreOptions,
  ) {
    this.#release = release;
    this.#observe = observe;
    this.#followed = followed;
    const free = LASTING.filter((counter) => !followed.includes(counter));
    this.#free = followsLocal ? free : [...free, ...LOCAL];
    this.#statesLimit = statesLimit;
    this.#decideWith = decideWith;
    this.#steps = readSteps(release);
    this.#limit = budgetsOf(release);
  }

  run(): Exploration {
    const nodes = this.#nodes;
    this.#nodeOf(firstCall(this.#release), { refusals: 0, identities: 0, codes: 0 }, undefined, undefined);
    let stopped = false;
    for (let next = 0; next < nodes.length && !stopped; next++) {
      const from = nodes[next];
      stopped = from !== undefined && !this.#take(from);
    }
    return { nodes, edges: this.#edges, transitions: this.#transitions, cutAt: this.#cutAt, stopped };
  }

  #readsAt(step: string): StepReads {
    const reads = this.#steps.get(step);
    assert(reads, `the flow has a step ${step}`);
    return reads;
  }

  /** The node of a call: a known one, or a new one; undefined where the search is cut. */
  #nodeOf(
    reached: CallState,
    counts: Counts,
    from: Node | undefined,
    by: Occurrence | undefined,
  ): Node | undefined {
    const call = withCounters(representative(reached, this.#readsAt(reached.step)), this.#free, () => 0);
    const key = `${keyOf(call)}|${counts.refusals}${counts.identities}${counts.codes}`;
    const seen = this.#known.get(key);
    if (seen) return seen;
    if (this.#nodes.length >= this.#statesLimit) {
      this.#cutAt = this.#statesLimit;
      return undefined;
    }
    const node: Node = { id: this.#nodes.length, call, counts, depth: from ? from.depth + 1 : 0, from, by };
    this.#known.set(key, node);
    this.#nodes.push(node);
    // The languages stay offered while another local counter is raised: such calls are reached from here with none raised.
    if (call.flow.languageMenu !== undefined && LOCAL.some((counter) => call.flow.counters[counter] > 0))
      this.#nodeOf(
        withCounters(call, LOCAL, () => 0),
        counts,
        from,
        by,
      );
    return node;
  }

  /** Takes everything that can happen at a node; false when enough was seen. */
  #take(from: Node): boolean {
    const reads = this.#readsAt(from.call.step);
    for (const usual of occurrencesAt(this.#release, from.call)) {
      const { type } = usual.event;
      const read = reads.events.get(type);
      if (!read || isExploredWithZero(reads, from.call, type)) continue;
      // What does not look at the time is decided alike at every moment.
      if (usual.at > MOMENT && !read.timed) continue;
      for (const taken of standings(reads, read.asked, this.#free))
        if (!this.#decide(from, taken ? { ...usual, taken } : usual)) return false;
    }
    return true;
  }

  #decide(from: Node, occurrence: Occurrence): boolean {
    const release = this.#release;
    this.#transitions += 1;
    const made = decideOrFail(release, from.call, occurrence, this.#decideWith);
    const counts = countsAfter(from.counts, from.call, occurrence, release, this.#limit, this.#followed);
    const to = made.decision && this.#nodeOf(made.decision.call, counts, from, occurrence);
    if (to) {
      this.#edges.from.push(from.id);
      this.#edges.to.push(to.id);
      this.#edges.event.push(occurrence.event.type);
    }
    return this.#observe({ from, occurrence, decision: made.decision, failure: made.failure, to });
  }
}

function withCounters(
  call: CallState,
  names: readonly Counter[],
  value: (counter: Counter) => number,
): CallState {
  if (names.every((name) => call.flow.counters[name] === value(name))) return call;
  const counters = { ...call.flow.counters };
  for (const name of names) counters[name] = value(name);
  return { ...call, flow: { ...call.flow, counters } };
}

/** Decides as in production; what cannot be decided is a finding, not an end of the search. */
export function decideOrFail(
  release: Release,
  call: CallState,
  { event, at, taken }: Occurrence,
  decideWith: typeof decide = decide,
): { readonly decision: Decision | undefined; readonly failure: string | undefined } {
  const asked = taken
    ? { ...call, flow: { ...call.flow, counters: { ...call.flow.counters, ...taken } } }
    : call;
  try {
    return { decision: decideWith(release, asked, event, factsOf(call), at), failure: undefined };
  } catch (error) {
    return { decision: undefined, failure: error instanceof Error ? error.message : 'unknown' };
  }
}

/** What happened on the shortest way to a node, first to last. */
export function pathTo(node: Node): readonly Occurrence[] {
  const path: Occurrence[] = [];
  for (let at: Node | undefined = node; at?.by; at = at.from) path.unshift(at.by);
  return path;
}
