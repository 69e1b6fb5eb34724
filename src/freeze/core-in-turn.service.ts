import type { Knex } from 'knex';
import type { BankFreezeRequest, BankFreezeState, BankPort } from '../bank/bank.ts';
import { type Clock, type Instant, SECOND } from '../platform/clock.ts';
import { Fault } from '../platform/fault.ts';

/** After a silence turns leave the core to the worker for as long: one caller waits for it in vain, not every one. */
const LEFT_ALONE_MILLISECONDS = 30 * SECOND;

interface CoreInTurnDependencies {
  /** Answers or fails within the time a turn has for it. */
  readonly bank: Pick<BankPort, 'freeze'>;
  readonly clock: Clock;
}

/** Asks the core to freeze while a caller waits, as long as it answers. */
export class CoreInTurn {
  readonly #deps: CoreInTurnDependencies;
  #silentAt: Instant | undefined;

  constructor(dependencies: CoreInTurnDependencies) {
    this.#deps = dependencies;
  }

  /** Freezes in the core and answers since when; undefined where it does not say so now. Never throws for a core that is out. */
  async freeze(transaction: Knex, request: BankFreezeRequest): Promise<Instant | undefined> {
    const { bank, clock } = this.#deps;
    const sinceSilence = clock.now() - (this.#silentAt ?? Number.NEGATIVE_INFINITY);
    // A clock that was put back must not keep it from being asked.
    if (sinceSilence >= 0 && sinceSilence < LEFT_ALONE_MILLISECONDS) return undefined;
    let state: BankFreezeState;
    try {
      state = await bank.freeze(request, transaction);
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      this.#silentAt = clock.now();
      return undefined;
    }
    this.#silentAt = undefined;
    return state.frozen ? state.since : undefined;
  }
}
