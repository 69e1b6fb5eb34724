/** A bounded queue of two classes: urgent items go first, and each class has a limit of its own. */
export class BoundedPriorityQueue<Item> {
  readonly #limits: { readonly ordinary: number; readonly urgent: number };
  readonly #ordinary: Item[] = [];
  readonly #urgent: Item[] = [];

  constructor(limits: { readonly ordinary: number; readonly urgent: number }) {
    this.#limits = limits;
  }

  get isEmpty(): boolean {
    return this.#ordinary.length === 0 && this.#urgent.length === 0;
  }

  /** Adds an item at the end of its class. Answers false, adding nothing, where the class is full. */
  push(item: Item, urgent: boolean): boolean {
    const [queue, limit] = urgent
      ? [this.#urgent, this.#limits.urgent]
      : [this.#ordinary, this.#limits.ordinary];
    if (queue.length >= limit) return false;
    queue.push(item);
    return true;
  }

  /** Removes and answers the next item; undefined where the queue is empty. */
  shift(): Item | undefined {
    return this.#urgent.shift() ?? this.#ordinary.shift();
  }

  /** Removes and answers the next urgent item; undefined where there is none. */
  shiftUrgent(): Item | undefined {
    return this.#urgent.shift();
  }
}
