import { createHash } from 'node:crypto';

/** Enough to see how a call came to where it broke. */
const LAST_EVENTS = 60;

/** All that happens, in order: a digest over everything, and the newest events in words. */
export class EventLog {
  readonly #hash = createHash('sha256');
  readonly #counts = new Map<string, number>();
  readonly #print: ((line: string) => void) | undefined;
  #last: string[] = [];
  #events = 0;

  constructor(print?: (line: string) => void) {
    this.#print = print;
  }

  /** Writes down an event of a kind. The words must hold nothing of the machine: no time of day, no address. */
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

  /** How often each kind of event was written, by name. */
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
