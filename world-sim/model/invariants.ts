import type { InvariantNumber } from '../../invariants/invariants.ts';

/** What the simulation checks of an invariant, by its number in `invariants/`; another number does not compile. */
const CHECKED_INVARIANTS = {
  3: 'an attempt is committed before the secret is looked at, and a locked one is compared with nothing',
  5: 'no counter is lowered but by a success or a refunded reservation',
  6: 'only a compared and wrong PIN counts',
  7: 'the counters are what an independent count of attempts says',
  8: 'at most 10 PIN comparisons between two successes, in the steps of the ladder',
  10: 'lines of strangers alone never lock the own line',
  12: 'a code succeeds at most once',
  13: 'a code is void at its lifetime',
  14: 'a code serves the order it was sent for and no other',
  21: 'an action that is carried out has its identity, PIN, code and confirmation',
  25: 'a call that was hung up moves nothing any more',
  26: 'the Vietnamese limits of a transfer and of a day are never crossed',
  27: 'the money that left is the money that was ordered, once',
  28: 'nothing fails without a fault, and an outage leaves no attempt charged that could be refunded',
  29: 'no debit commits after a freeze was acknowledged',
  35: 'each turn has its entries and each chain of entries verifies',
  39: 'a genuine retry gets the first answer, and a forged webhook moves nothing',
  41: 'who keys ** and then the identity rightly is frozen, wherever they stood, from whatever number',
  43: 'no debit commits after the core has answered a freeze',
} as const satisfies { readonly [key in InvariantNumber]?: string };

/** The rule of the rulebook that the simulation checks beside the invariants. */
const CHECKED_RULES = { 'R12.1': 'every genuine webhook is answered with words' } as const;

/** Every check with what it says, in the order of the report. */
export const CHECKED: readonly (readonly [id: CheckId, statement: string])[] = [
  ...Object.entries(CHECKED_INVARIANTS).map(
    ([number, statement]) => [Number(number) as keyof typeof CHECKED_INVARIANTS, statement] as const,
  ),
  ...Object.entries(CHECKED_RULES).map(
    ([rule, statement]) => [rule as keyof typeof CHECKED_RULES, statement] as const,
  ),
];
const STATEMENTS: ReadonlyMap<CheckId, string> = new Map(CHECKED);

/** The number of an invariant, or the id of a rule. */
export type CheckId = keyof typeof CHECKED_INVARIANTS | keyof typeof CHECKED_RULES;

/** An invariant or rule that was broken. */
export class Violation extends Error {
  readonly check: CheckId;
  constructor(check: CheckId, what: string) {
    super(
      `${typeof check === 'number' ? 'invariant' : 'rule'} ${check} is broken (${STATEMENTS.get(check)}): ${what}`,
    );
    this.name = 'Violation';
    this.check = check;
  }
}

/** Counts the checks and keeps the first violation. */
export class Checks {
  readonly #counts = new Map<CheckId, number>();
  #violation: Violation | undefined;

  /** Records a check; `what` says what was seen when it does not hold. */
  hold(check: CheckId, holds: boolean, what: () => string): void {
    this.#counts.set(check, (this.#counts.get(check) ?? 0) + 1);
    // Not thrown: the service would catch it and go on as if its database had failed.
    if (!holds) this.#violation ??= new Violation(check, what());
  }

  get violation(): Violation | undefined {
    return this.#violation;
  }

  get counts(): ReadonlyMap<CheckId, number> {
    return this.#counts;
  }
}
