/** The priority of a turn: calls in progress go before new ones, a freeze before all. */
export type TurnClass = 'new' | 'in_progress' | 'freeze';

/**
 * Turns under way in one process at a time. One core compares about 35 PINs in a second: the last of the three
 * quarters that callers in progress may take waits less than 6 s, and the carrier 15; a turn without a PIN is twenty
 * times as quick. Each takes some tens of kilobytes.
 */
export const MOST_TURNS = 256;

/**
 * How much of the room each class may find taken and still come in. New calls give way first: they lose nothing by
 * waiting. The last quarter is for freezes, which are short and for which waiting costs money (invariant 30).
 */
const SHARES: { readonly [turnClass in TurnClass]: number } = { new: 3 / 8, in_progress: 3 / 4, freeze: 1 };

/** A turn that has come in. */
export interface AdmittedTurn {
  /** Fulfilled when the process stops and cannot wait for this turn any longer. */
  readonly handedOver: Promise<'handed_over'>;
  /** Gives the turn's room back; to be called once, when its work is over, however it ended. */
  leave(): void;
}

/**
 * The turns under way in this process, never more than `limit`. It stands before every queue there is, of PIN
 * comparisons and of the database: an admitted turn may wait there, any other holds before anything is read, reserved or
 * charged.
 */
export class Admission {
  readonly #limit: number;
  readonly #underWay = new Set<() => void>();
  #stopping = false;

  /** `limit` is at least 4, so that no class is without room. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** How many turns are under way. */
  get underWay(): number {
    return this.#underWay.size;
  }

  /** Lets a turn in, or answers undefined where its class has no room now. */
  admit(turnClass: TurnClass): AdmittedTurn | undefined {
    if (this.#underWay.size >= Math.floor(this.#limit * SHARES[turnClass])) return undefined;
    // A promise of its own: waiting on one shared by all turns would keep each of them in memory until the stop.
    const { promise, resolve } = Promise.withResolvers<'handed_over'>();
    const handOver = () => resolve('handed_over');
    if (this.#stopping) handOver();
    this.#underWay.add(handOver);
    return { handedOver: promise, leave: () => void this.#underWay.delete(handOver) };
  }

  /** The process is about to end: turns still under way are not waited for from now on. */
  handOver(): void {
    this.#stopping = true;
    for (const handOver of this.#underWay) handOver();
  }
}
