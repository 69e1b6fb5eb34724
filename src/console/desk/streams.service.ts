import type { Response } from 'express';
import { SECOND } from '../../platform/clock.ts';
import { backgroundTimer } from '../../platform/system-timer.ts';
import type { StartTimer } from '../../platform/timer.ts';
import type { Html } from '../html.ts';

/** How often a page hears that its stream is alive; three missed are 15 s. */
const BEAT_MILLISECONDS = 5 * SECOND;
/** What a reader that has stopped reading may keep waiting; with more it is cut off and comes back by itself. */
const MOST_WAITING_BYTES = 256 * 1024;

/** Why a page is shown nothing more: a newer page of the same person, or the end of their session. */
export type StreamOver = 'moved' | 'ended';

/** What a stream shows. */
export interface StreamSource {
  /** Calls `changed` when the page is to be drawn anew; the answer ends it. */
  watch(changed: () => void): () => void;
  /** The page as it is now, by the rights its viewer has now; or why there is no more. */
  draw(): Promise<Html | StreamOver>;
  /** Why there is no more; undefined where the page goes on. Asked at each beat. */
  over(): Promise<StreamOver | undefined>;
  /** Told of what failed. */
  failed(error: unknown): void;
}

/** The open streams of the desk's pages: ended first when the service stops, so that pages go to another process at once. */
export class DeskStreams {
  readonly #startTimer: StartTimer;
  readonly #open = new Set<Stream>();

  constructor(startTimer: StartTimer = backgroundTimer) {
    this.#startTimer = startTimer;
  }

  start(): void {}

  /** Ends every stream; pages connect again, to a process that goes on. */
  async stop(): Promise<void> {
    for (const stream of this.#open) stream.end();
  }

  /** Answers with a stream of a source until the page goes, or there is no more. */
  open(response: Response, source: StreamSource): void {
    const stream = new Stream(response, source, this.#startTimer);
    this.#open.add(stream);
    response.once('close', () => this.#open.delete(stream));
    stream.begin();
  }
}

/** One page's stream: what it shows is drawn anew when it has changed, one drawing at a time. */
class Stream {
  readonly #response: Response;
  readonly #source: StreamSource;
  readonly #startTimer: StartTimer;
  #cancelBeat: (() => void) | undefined;
  #unwatch: (() => void) | undefined;
  #isDrawing = false;
  #drawAgain = false;
  #isOver = false;

  constructor(response: Response, source: StreamSource, startTimer: StartTimer) {
    this.#response = response;
    this.#source = source;
    this.#startTimer = startTimer;
  }

  begin(): void {
    const response = this.#response;
    response.writeHead(200, {
      'Content-Type': 'text/event-stream',
      'Cache-Control': 'no-store',
      // Proxies that collect an answer would keep calls from a page.
      'X-Accel-Buffering': 'no',
    });
    response.once('close', () => this.#forget());
    this.#unwatch = this.#source.watch(() => void this.#draw());
    void this.#beat();
    void this.#draw();
  }

  end(): void {
    this.#forget();
    this.#response.end();
  }

  #forget(): void {
    this.#isOver = true;
    this.#cancelBeat?.();
    this.#unwatch?.();
  }

  async #beat(): Promise<void> {
    try {
      const over = await this.#source.over();
      if (over === undefined) this.#send('beat', 'here');
      else this.#close(over);
    } catch (error) {
      this.#fail(error);
    }
    if (!this.#isOver) this.#cancelBeat = this.#startTimer(BEAT_MILLISECONDS, () => void this.#beat());
  }

  #close(over: StreamOver): void {
    this.#send('over', over);
    if (!this.#isOver) this.end();
  }

  /** The page comes back within seconds, and is drawn from nothing. */
  #fail(error: unknown): void {
    if (this.#isOver) return;
    this.#source.failed(error);
    this.end();
  }

  async #draw(): Promise<void> {
    if (this.#isDrawing) {
      this.#drawAgain = true;
      return;
    }
    this.#isDrawing = true;
    try {
      do {
        this.#drawAgain = false;
        const drawn = await this.#source.draw();
        if (this.#isOver) return;
        if (typeof drawn === 'string') this.#close(drawn);
        else this.#send(undefined, String(drawn));
      } while (this.#drawAgain && !this.#isOver);
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#isDrawing = false;
    }
  }

  #send(event: string | undefined, data: string): void {
    if (this.#isOver) return;
    const lines = data.split(/\r\n|\r|\n/).map((line) => `data: ${line}\n`);
    this.#response.write(`${event === undefined ? '' : `event: ${event}\n`}${lines.join('')}\n`);
    if (this.#response.writableLength > MOST_WAITING_BYTES) {
      this.#forget();
      this.#response.destroy();
    }
  }
}
