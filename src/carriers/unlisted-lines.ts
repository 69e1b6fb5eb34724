/** Numbers that are remembered as warned of; a company has tens of lines, and a stranger must not fill memory with others. */
const MOST_NUMBERS = 1_000;

/** Dialled numbers that the company file does not list, so that each is warned of once in a process and not in every call. */
export class UnlistedLines {
  readonly #warnedOf = new Set<string>();

  /** Whether this number is to be warned of now: the first time it is dialled, for at most a thousand numbers. */
  isNew(dialled: string): boolean {
    if (this.#warnedOf.has(dialled) || this.#warnedOf.size >= MOST_NUMBERS) return false;
    this.#warnedOf.add(dialled);
    return true;
  }
}
