import { write as writeToFile } from 'node:fs';
import { backgroundTimer, systemTimer } from '../platform/system-timer.ts';
import type { StartTimer } from '../platform/timer.ts';
import { withTimeout } from '../platform/with-timeout.service.ts';

/** What waits to be written while its reader is slow: some thousands of lines, and little of a process's memory. */
const MOST_WAITING_BYTES = 1024 * 1024;
/** At most so much in one go, so that little is lost with it. */
const MOST_WRITTEN_BYTES = 64 * 1024;
/** A reader that stopped is asked again soon, one that is gone or a disk that is full a little later. */
const BUSY_MILLISECONDS = 50;
const BROKEN_MILLISECONDS = 1_000;
/** What the last lines of a process are waited for. */
const FLUSH_MILLISECONDS = 500;

/**
 * Standard output as lines that nobody waits for. From now on no failure of standard output or error ends the process: what
 * Node itself has to say on them is lost with a reader that is gone.
 */
export function standardOutput(settings: Pick<LineOutputSettings, 'recovered' | 'lost'> = {}): LineOutput {
  // Naming them has Node make their pipes such that nobody is blocked by them.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  return new LineOutput({ ...settings, descriptor: process.stdout.fd });
}

/** Writes to a file descriptor and tells how many bytes it took, as `fs.write` does. */
type Write = (
  descriptor: number,
  bytes: Buffer,
  offset: number,
  length: number,
  position: null,
  done: (error: NodeJS.ErrnoException | null, written: number) => void,
) => void;

interface LineOutputSettings {
  readonly descriptor: number;
  /** Told how many lines were lost once lines can be written again. */
  readonly recovered?: (lostLines: number) => void;
  /** Told of every line that is lost, as it is. */
  readonly lost?: () => void;
  readonly write?: Write;
  readonly startTimer?: StartTimer;
}

/**
 * Lines for a pipe, terminal or file that may be slow, full or gone. Nobody ever waits for it and nothing it meets ends the
 * process (invariant 46): lines wait here up to a bound, and beyond it, or where they cannot be written, they are lost
 * and counted. Node's own standard output keeps every line in memory while a reader stops, ends the process where a write
 * fails, and stops it where a file is slow.
 *
 * A descriptor of a pipe must not block its writers, as `standardOutput` sees to: otherwise a thread of the pool would wait in
 * the kernel, and the process could not end.
 */
export class LineOutput {
  readonly #settings: LineOutputSettings;
  readonly #write: Write;
  readonly #startTimer: StartTimer;
  #waiting: Buffer[] = [];
  #waitingBytes = 0;
  /** What is being written and how many lines end in it; undefined while nothing is. */
  #underWay: { readonly bytes: Buffer; readonly lines: number; written: number } | undefined;
  #lost = 0;
  #idle = Promise.withResolvers<void>();
  #resting = false;
  /** The last line that was written has no end: the next begins on a new one. */
  #cutShort = false;

  constructor(settings: LineOutputSettings) {
    this.#settings = settings;
    this.#write = settings.write ?? writeToFile;
    this.#startTimer = settings.startTimer ?? backgroundTimer;
  }

  /** Takes a line with its end. Never throws, never waits. */
  write(line: string): void {
    const bytes = Buffer.from(line);
    if (this.#waitingBytes + bytes.length > MOST_WAITING_BYTES) {
      this.#lose(1);
      return;
    }
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.length;
    this.#goOn();
  }

  /** Resolves when everything is written or lost, at the latest after half a second: for the end of a process. */
  async flush(): Promise<void> {
    if (this.#underWay === undefined && this.#waiting.length === 0) return;
    await withTimeout(this.#idle.promise, FLUSH_MILLISECONDS, systemTimer);
  }

  #goOn(): void {
    if (this.#resting) return;
    this.#underWay ??= this.#nextBytes();
    const part = this.#underWay;
    if (part === undefined) {
      this.#idle.resolve();
      this.#idle = Promise.withResolvers();
      return;
    }
    // Until it is answered nothing else begins.
    this.#resting = true;
    const { bytes, written } = part;
    this.#write(this.#settings.descriptor, bytes, written, bytes.length - written, null, (error, more) => {
      this.#resting = false;
      if (error) return this.#failed(error, part);
      part.written += more;
      if (part.written >= bytes.length) this.#succeeded();
      this.#goOn();
    });
  }

  #nextBytes(): { bytes: Buffer; lines: number; written: number } | undefined {
    const parts: Buffer[] = [];
    let length = 0;
    const lineEnd = this.#cutShort ? [Buffer.from('\n')] : [];
    for (const bytes of this.#waiting) {
      if (length > 0 && length + bytes.length > MOST_WRITTEN_BYTES) break;
      parts.push(bytes);
      length += bytes.length;
    }
    if (parts.length === 0) return undefined;
    this.#waiting.splice(0, parts.length);
    this.#waitingBytes -= length;
    return { bytes: Buffer.concat([...lineEnd, ...parts]), lines: parts.length, written: 0 };
  }

  #succeeded(): void {
    this.#underWay = undefined;
    this.#cutShort = false;
    if (this.#lost === 0) return;
    const lost = this.#lost;
    this.#lost = 0;
    this.#settings.recovered?.(lost);
  }

  #failed({ code }: NodeJS.ErrnoException, { lines, written }: { lines: number; written: number }): void {
    const busy = code === 'EAGAIN' || code === 'EINTR';
    if (!busy) {
      this.#underWay = undefined;
      this.#cutShort ||= written > 0;
      this.#lose(lines);
    }
    this.#resting = true;
    this.#startTimer(busy ? BUSY_MILLISECONDS : BROKEN_MILLISECONDS, () => {
      this.#resting = false;
      this.#goOn();
    });
  }

  #lose(lines: number): void {
    this.#lost += lines;
    for (let line = 0; line < lines; line++) this.#settings.lost?.();
  }
}
