import { type ChildProcess, fork } from 'node:child_process';
import { SECOND } from '../src/platform/clock.ts';

/** A child that does not end by itself within this is killed. */
const STOP_LIMIT_MILLISECONDS = 5 * SECOND;

/** A process of the benchmark; it ends when its parent does, however that ends. */
export class Child {
  readonly #process: ChildProcess;
  readonly #exited: Promise<void>;

  constructor(file: string, settings: object, nodeOptions: readonly string[] = []) {
    this.#process = fork(new URL(file, import.meta.url), [JSON.stringify(settings)], {
      execArgv: [...process.execArgv, ...nodeOptions],
      // What the service logs goes nowhere, but is written; the parent's output stays a table.
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    this.#exited = new Promise((resolve) => this.#process.once('exit', () => resolve()));
  }

  get pid(): number {
    return this.#process.pid ?? 0;
  }

  /** Sends a question, if there is one, and waits for the next message. Throws when the child ends instead. */
  async ask<Answer>(question?: { readonly ask: string }): Promise<Answer> {
    const answer = Promise.withResolvers<Answer>();
    const onMessage = (message: unknown) => answer.resolve(message as Answer);
    const onExit = () => answer.reject(new Error('a process of the benchmark ended by itself'));
    this.#process.once('message', onMessage);
    this.#process.once('exit', onExit);
    try {
      if (question) this.#process.send(question);
      return await answer.promise;
    } finally {
      this.#process.off('message', onMessage);
      this.#process.off('exit', onExit);
    }
  }

  /** Lets the child end, or ends it. */
  async stop(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    if (this.#process.connected) this.#process.disconnect();
    const limit = setTimeout(() => this.#process.kill('SIGKILL'), STOP_LIMIT_MILLISECONDS);
    await this.#exited;
    clearTimeout(limit);
  }
}

/** In a child: the settings it was started with. Ctrl-C is the parent's to answer; when the parent is gone, `stop` and the end. */
export function beChild<Settings>(stop: () => Promise<void>): Settings {
  process.on('SIGINT', () => {});
  process.once('disconnect', () => {
    stop().finally(() => process.exit());
  });
  return JSON.parse(process.argv[2] ?? '{}') as Settings;
}

/** In a child: answers the parent's questions of this name. */
export function onQuestion<Question extends { readonly ask: string }>(
  ask: Question['ask'],
  answer: (question: Question) => Promise<object> | object,
): void {
  process.on('message', async (question: Question) => {
    if (question.ask === ask) tellParent(await answer(question));
  });
}

/** In a child: tells the parent. */
export function tellParent(message: object): void {
  process.send?.(message);
}
