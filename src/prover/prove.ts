import type { decide } from '../calls/turn.ts';
import type { Release } from '../flow/release.ts';
import type { Counter } from '../flow/vocabulary.ts';
import { explore, type Transition } from './explore.ts';
import type { Finding } from './finding.ts';
import { PROPERTIES, type Property } from './properties.ts';

/** What the prover says of one property: that it holds, or where it does not. */
export interface Verdict {
  readonly property: Property;
  /** The first finding, which has a shortest path; undefined where the property holds. */
  readonly finding: Finding | undefined;
}

export interface Proof {
  readonly verdicts: readonly Verdict[];
  readonly states: number;
  readonly transitions: number;
  /** States at which the search was cut; what was not found beyond is not proved. */
  readonly cutAt: number | undefined;
}

/** What to prove, and how far. */
export interface ProofOptions {
  /** A bank's own properties, beside the built-in ones. */
  readonly extra?: readonly Property[];
  /** The ids of the only properties to be asked; the search ends as soon as none of them is left to be broken. */
  readonly only?: readonly string[];
  readonly statesLimit?: number;
  /** A broken decision in the place of production's, to see that the properties notice. */
  readonly decideWith?: typeof decide;
}

/**
 * Proves a release: explores every call once for each counter that a property is about, following that counter
 * exactly and the other lasting ones both ways, and asks every property of every decision. Deterministic; the same
 * `decide` as in production.
 */
export function prove(release: Release, options: ProofOptions = {}): Proof {
  const { extra = [], only, ...search } = options;
  const all = [...PROPERTIES, ...extra];
  const properties = only ? all.filter(({ id }) => only.includes(id)) : all;
  const findings = new Map<Property, Finding>();
  const note = (property: Property, finding: Finding | undefined) => {
    if (finding && !findings.has(property)) findings.set(property, finding);
  };
  for (const property of properties) note(property, property.onRelease?.(release)[0]);

  // The same searches whatever is asked, so that a property alone is found broken just where it is among all.
  const counters = new Set(all.flatMap(({ counts }): Counter[] => (counts ? [counts] : [])));
  const runs: readonly (Counter | undefined)[] = counters.size > 0 ? [...counters] : [undefined];
  let [states, transitions] = [0, 0];
  let cutAt: number | undefined;
  for (const [index, counter] of runs.entries()) {
    // What is not about a counter is the same in every run; the first one is enough.
    const asked = properties.filter(
      (property) =>
        !findings.has(property) &&
        (property.counts === undefined ? index === 0 : property.counts === counter),
    );
    if (asked.length === 0) continue;
    const exploration = explore(
      release,
      (transition) => {
        observe(asked, findings, transition, release);
        return asked.some((property) => !findings.has(property));
      },
      { ...search, followed: counter ? [counter] : [] },
    );
    for (const property of asked) {
      if (!findings.has(property)) note(property, property.onGraph?.(exploration, release)[0]);
    }
    states += exploration.nodes.length;
    transitions += exploration.transitions;
    cutAt ??= exploration.cutAt;
  }
  return {
    verdicts: properties.map((property) => ({ property, finding: findings.get(property) })),
    states,
    transitions,
    cutAt,
  };
}

function observe(
  properties: readonly Property[],
  findings: Map<Property, Finding>,
  transition: Transition,
  release: Release,
): void {
  for (const property of properties) {
    if (!property.onTransition || findings.has(property)) continue;
    const says = property.onTransition(transition, release);
    if (says !== undefined) findings.set(property, { says, at: transition.from, next: transition.happening });
  }
}
