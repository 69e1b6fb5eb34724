import type { Release } from '../../flow/release.ts';
import type { Counter } from '../../flow/vocabulary.ts';
import type { Exploration, Transition } from '../explore.ts';
import type { Finding } from '../finding.ts';

/**
 * One thing that must hold on every path a caller, a network or an agent can take. A bank adds its own by a module
 * that exports `properties` (flows check --properties FILE).
 */
export interface Property {
  readonly id: string;
  readonly rules: readonly string[];
  /** What holds, for somebody who does not program. */
  readonly claim: string;
  /** The counter this property is about, which is then followed exactly. */
  readonly counts?: Counter;
  /** Looks at one decision. */
  onTransition?(transition: Transition, release: Release): string | undefined;
  /** Looks at everything that was explored. */
  onGraph?(exploration: Exploration, release: Release): readonly Finding[];
  /** Looks at the flow, the policy and the prompts themselves. */
  onRelease?(release: Release): readonly Finding[];
}
