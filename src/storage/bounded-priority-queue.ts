/** A bounded queue of two classes: what is urgent goes first, and neither takes the other's places. */
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

  /** Takes an item in, at the end of its class. Answers false, keeping nothing, where that is full. */
  push(item: Item, urgent: boolean): boolean {
    const [queue, limit] = urgent
      ? [this.#urgent, this.#limits.urgent]
      : [this.#ordinary, this.#limits.ordinary];
    if (queue.length >= limit) return false;
    queue.push(item);
    return true;
  }

  /** Takes out whoever is next. */
  shift(): Item | undefined {
    return this.#urgent.shift() ?? this.#ordinary.shift();
  }

  /** Takes out whoever is next of the urgent ones. */
  shiftUrgent(): Item | undefined {
    return this.#urgent.shift();
  }
}
