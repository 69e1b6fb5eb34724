/** What the simulation holds the service to: the numbers of the invariants, and two that stand behind several. */
export const PROMISES = {
  '3': 'an attempt is committed before the secret is looked at, and a locked one is compared with nothing',
  '5': 'no counter is lowered but by a success or a reservation given back',
  '6': 'only a compared and wrong PIN counts',
  '7': 'the counters are what an independent count of attempts says',
  '8': 'at most 10 PIN comparisons between two successes, in the steps of the ladder',
  '10': 'lines of strangers alone never shut out the own line',
  '12': 'a code succeeds at most once',
  '13': 'a code is void at its lifetime',
  '14': 'a code serves the order it was sent for and no other',
  '21': 'whatever is carried out has its identity, PIN, code and confirmation',
  '25': 'a call that was hung up moves nothing any more',
  '26': 'the Vietnamese lines of a transfer and of a day are never crossed',
  '27': 'the money that left is the money that was ordered, once',
  '28': 'nothing fails without a fault, and an outage leaves no attempt charged that could be given back',
  '29': 'no debit commits after a freeze was acknowledged',
  '35': 'each turn has its entries and each chain of entries verifies',
  '39': 'a genuine retry gets the first answer, and what is not genuine moves nothing',
  'R12.1': 'every genuine webhook is answered with words',
} as const;
export type PromiseId = keyof typeof PROMISES;

/** A promise was broken. */
export class Violation extends Error {
  readonly promise: PromiseId;
  constructor(promise: PromiseId, what: string) {
    super(`invariant ${promise} is broken (${PROMISES[promise]}): ${what}`);
    this.name = 'Violation';
    this.promise = promise;
  }
}

/** Counts what was checked and keeps the first thing that did not hold. */
export class Checks {
  readonly #counts = new Map<PromiseId, number>();
  #violation: Violation | undefined;

  /** Notes a check; `what` says what was seen when it does not hold. */
  hold(promise: PromiseId, holds: boolean, what: () => string): void {
    this.#counts.set(promise, (this.#counts.get(promise) ?? 0) + 1);
    // Not thrown: the service would catch it and go on as if its database had failed.
    if (!holds) this.#violation ??= new Violation(promise, what());
  }

  get violation(): Violation | undefined {
    return this.#violation;
  }

  get counts(): ReadonlyMap<PromiseId, number> {
    return this.#counts;
  }
}
