import { createHash } from 'node:crypto';

/** Enough to see how a call reached a violation. */
const LAST_EVENTS = 60;

/** Records all events in order: a digest over all of them, and the newest in words. */
export class EventLog {
  readonly #hash = createHash('sha256');
  readonly #counts = new Map<string, number>();
  readonly #print: ((line: string) => void) | undefined;
  #last: string[] = [];
  #events = 0;

  constructor(print?: (line: string) => void) {
    this.#print = print;
  }

  /** Records an event. The words must not depend on the machine: no time of day, no address. */
  record(kind: string, words: string): void {
    const line = `${++this.#events} ${kind} ${words}`;
    this.#hash.update(`${line}\n`);
    this.#counts.set(kind, (this.#counts.get(kind) ?? 0) + 1);
    this.#last.push(line);
    if (this.#last.length > 2 * LAST_EVENTS) this.#last = this.#last.slice(-LAST_EVENTS);
    this.#print?.(line);
  }

  get events(): number {
    return this.#events;
  }

  /** The number of events of each kind, by name. */
  get counts(): ReadonlyMap<string, number> {
    return new Map([...this.#counts].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  get last(): readonly string[] {
    return this.#last.slice(-LAST_EVENTS);
  }

  /** Digest of every event so far; two runs of a seed have the same. */
  digest(): string {
    return this.#hash.copy().digest('hex');
  }
}
