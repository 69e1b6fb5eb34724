import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { Instant } from '../../src/platform/clock.ts';
import {
  type Asked,
  LAST_WORDS_FD,
  type Lie,
  type Opening,
  type Question,
  type Told,
} from './process-messages.ts';

const ENTRY = fileURLToPath(new URL('./service.process.ts', import.meta.url));
/** Compiled once for all of them: a process then starts in two thirds of the time. */
const COMPILE_CACHE = join(tmpdir(), 'hotline-test-compile-cache');
/** A question that is not answered by then never will be; machines that run tests are often busy. */
const ANSWER_LIMIT_MILLISECONDS = 60_000;

interface Waiting {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** One operating-system process with the real service in it. It serves nothing until it is told what. */
export class ServiceProcess {
  readonly ready: Promise<void>;
  /** Resolves when the process is gone, with what it wrote last where it killed itself. */
  readonly died: Promise<readonly string[]>;
  #child: ChildProcess;
  #alive = true;
  #port: number | undefined;
  #questions = 0;
  readonly #waiting = new Map<number, Waiting>();

  constructor() {
    const child = fork(ENTRY, {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc', 'pipe'],
      env: { ...process.env, NODE_COMPILE_CACHE: COMPILE_CACHE },
    });
    this.#child = child;
    let words = '';
    (child.stdio[LAST_WORDS_FD] as Readable).on('data', (data: Buffer) => {
      words += data.toString();
    });
    let isReady = () => {};
    this.ready = new Promise((resolve, reject) => {
      isReady = resolve;
      child.once('exit', () => reject(new Error('a process of the service ended before it was ready')));
    });
    this.ready.catch(() => undefined);
    this.died = once(child, 'close').then(() => {
      this.#alive = false;
      for (const { reject } of this.#waiting.values()) reject(new Error('the process is gone'));
      this.#waiting.clear();
      return words === '' ? [] : (JSON.parse(words) as string[]);
    });
    child.on('message', (told: Told) => {
      if (told.kind === 'ready') return isReady();
      const waiting = this.#waiting.get(told.id);
      this.#waiting.delete(told.id);
      if (told.kind === 'done') waiting?.resolve(told.value);
      else waiting?.reject(new Error(told.message));
    });
  }

  get alive(): boolean {
    return this.#alive;
  }

  /** Where it listens; undefined while it serves nothing. */
  get port(): number | undefined {
    return this.#alive ? this.#port : undefined;
  }

  async open(opening: Opening): Promise<void> {
    await this.ready;
    this.#port = (await this.#ask({ kind: 'open', opening })) as number;
  }

  /** Stops serving as on SIGTERM; the process stays and can be told to serve something else. */
  async close(): Promise<void> {
    this.#port = undefined;
    await this.#ask({ kind: 'close' });
  }

  /** Resolves when it sends no message, or is gone. */
  async outboxIdle(): Promise<void> {
    if (this.#alive) await Promise.race([this.#ask({ kind: 'idle' }).catch(() => undefined), this.died]);
  }

  /** Sends what is due at this moment. */
  async deliverMessages(now: Instant): Promise<void> {
    await this.#ask({ kind: 'deliver', now });
  }

  async arm(killAt: number, lie?: Lie): Promise<void> {
    await this.#ask({ kind: 'arm', killAt, ...(lie === undefined ? {} : { lie }) });
  }

  async disarm(): Promise<readonly string[]> {
    return (await this.#ask({ kind: 'disarm' })) as readonly string[];
  }

  /** SIGKILL: no word, no rollback, no goodbye. Resolves when the process is gone. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.died;
  }

  async #ask(asked: Asked): Promise<unknown> {
    if (!this.#alive) throw new Error('the process is gone');
    const id = this.#questions++;
    const question: Question = { ...asked, id };
    return new Promise((resolve, reject) => {
      const limit = setTimeout(
        () => reject(new Error(`a process did not answer ${asked.kind}`)),
        ANSWER_LIMIT_MILLISECONDS,
      );
      const done = () => clearTimeout(limit);
      this.#waiting.set(id, {
        resolve: (value) => {
          done();
          resolve(value);
        },
        reject: (error) => {
          done();
          reject(error);
        },
      });
      // A process that dies meanwhile is told of by `died`.
      this.#child.send(question, () => undefined);
    });
  }
}
