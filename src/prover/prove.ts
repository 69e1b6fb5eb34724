import { decide } from '../calls/decide.ts';
import type { Release } from '../flow/release.ts';
import { countersAssumed } from './assumed.ts';
import type { Followed } from './counts.ts';
import { explore, type Transition } from './explore.ts';
import type { Finding } from './finding.ts';
import { PROPERTIES } from './properties/catalogue.ts';
import type { Property } from './properties/property.ts';

/** What the prover says of one property: that it holds, or where it does not. */
interface Verdict {
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
interface ProofOptions {
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
 * exactly and the other lasting ones both ways, and once with none followed for the properties that are about none. What then is found only
 * because a counter was taken to stand where it never does is looked for again with that counter followed, so that
 * every finding is one a call really comes to. Deterministic; the same `decide` as in production.
 */
export function prove(release: Release, options: ProofOptions = {}): Proof {
  const { extra = [], only, statesLimit, decideWith } = options;
  const properties = [...PROPERTIES, ...extra].filter(({ id }) => only?.includes(id) ?? true);
  const findings = new Map<Property, Finding>();
  for (const property of properties) {
    const [finding] = property.onRelease?.(release) ?? [];
    if (finding) findings.set(property, finding);
  }

  const search = new Search(release, {
    ...(decideWith && { decideWith }),
    ...(statesLimit === undefined ? {} : { statesLimit }),
  });
  // What is about no counter is asked once, with none followed.
  for (const counter of new Set(properties.map(({ counts }) => counts))) {
    const followed = counter ? [counter] : [];
    const open = properties.filter((property) => !findings.has(property) && property.counts === counter);
    const asked = counter ? search.maybeBroken(open, followed) : open;
    if (asked.length === 0) continue;
    for (const [property, first] of search.look(asked, followed)) {
      const finding = search.lookCloser(property, first, followed);
      if (finding) findings.set(property, finding);
    }
  }
  const { states, transitions, cutAt } = search;
  return {
    verdicts: properties.map((property) => ({ property, finding: findings.get(property) })),
    states,
    transitions,
    cutAt,
  };
}

/** Explorations of one release, with what they have cost together. */
class Search {
  states = 0;
  transitions = 0;
  cutAt: number | undefined;
  readonly #release: Release;
  readonly #options: Pick<ProofOptions, 'statesLimit' | 'decideWith'>;

  constructor(release: Release, options: Pick<ProofOptions, 'statesLimit' | 'decideWith'>) {
    this.#release = release;
    this.#options = options;
  }

  /**
   * The properties that may be broken: more calls are explored than there are, with no counter of a step followed, so that
   * the others hold. What is asked of the whole graph may be: more ways are no proof that there is none.
   */
  maybeBroken(asked: readonly Property[], followed: Followed): readonly Property[] {
    const ofDecisions = asked.filter(({ onGraph }) => onGraph === undefined);
    if (ofDecisions.length === 0) return asked;
    const broken = this.look(ofDecisions, followed, { followsLocal: false });
    return asked.filter((property) => property.onGraph !== undefined || broken.has(property));
  }

  /** The first finding of each property that is broken, with these counters followed exactly. */
  look(
    asked: readonly Property[],
    followed: Followed,
    { followsLocal = true }: { readonly followsLocal?: boolean } = {},
  ): ReadonlyMap<Property, Finding> {
    const found = new Map<Property, Finding>();
    const exploration = explore(
      this.#release,
      (transition) => {
        observe(asked, found, transition, this.#release);
        return asked.some((property) => !found.has(property));
      },
      { ...this.#options, followed, followsLocal },
    );
    for (const property of asked) {
      const finding = found.get(property) ?? property.onGraph?.(exploration, this.#release)[0];
      if (finding) found.set(property, finding);
    }
    this.states += exploration.nodes.length;
    this.transitions += exploration.transitions;
    this.cutAt ??= exploration.cutAt;
    return found;
  }

  /** The finding with every counter followed that it was assumed on; undefined where it then is none. */
  lookCloser(property: Property, first: Finding, followed: Followed): Finding | undefined {
    const assumed = countersAssumed(this.#release, first, followed, this.#options.decideWith ?? decide);
    if (assumed.length === 0) return first;
    const wider = [...followed, ...assumed];
    const finding = this.look([property], wider).get(property);
    return finding && this.lookCloser(property, finding, wider);
  }
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
    if (says !== undefined)
      findings.set(property, { says, at: transition.from, next: transition.occurrence });
  }
}
