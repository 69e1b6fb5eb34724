import { AsyncLocalStorage } from 'node:async_hooks';
import { subscribe } from 'node:diagnostics_channel';
import { writeSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import argon2 from 'argon2';
import type { Knex } from '../../src/storage/connect.ts';
import { LAST_WORDS_FD, type Lie } from './process-messages.ts';

/** One request that is watched: what it has done so far, and before what the process is to die. */
interface Watched {
  readonly killAt: number;
  readonly lie: Lie | undefined;
  readonly points: string[];
  compared: boolean;
  lied: boolean;
  /** A commit that was told as done and is not. */
  owed: (() => Promise<unknown>) | undefined;
}

type Query = (this: unknown, connection: unknown, query: { readonly sql: string }) => Promise<unknown>;

/** Where Node reports outgoing requests of all its clients. */
const REQUESTS = ['http.client.request.start', 'undici:request:create'];

const watching = new AsyncLocalStorage<Watched>();
const patched = new WeakSet<object>();
let next: Watched | undefined;
let current: Watched | undefined;

/** Watches the next request. */
export function arm(killAt: number, lie: Lie | undefined): void {
  next = { killAt, lie, points: [], compared: false, lied: false, owed: undefined };
}

/** What the watched request has done, in order; nothing is watched any more. */
export function disarm(): readonly string[] {
  const points = current?.points ?? [];
  next = undefined;
  current = undefined;
  return points;
}

/** Runs a request, watched where one is to be: everything that leaves this process on its account is then a point. */
export function watchRequest(response: ServerResponse, run: () => void): void {
  const watched = next;
  if (!watched) {
    run();
    return;
  }
  next = undefined;
  current = watched;
  const inside = <Result>(work: () => Result): Result => watching.run(watched, work);
  const end = response.end.bind(response);
  response.end = ((...rest: Parameters<typeof end>) => {
    inside(() => reach('answer'));
    return end(...rest);
  }) as typeof response.end;
  response.once('finish', () =>
    inside(() => {
      reach('answered');
      void payOff(watched);
    }),
  );
  inside(run);
}

/** Makes every statement of this database a point: those of its transactions, their beginning and end included. */
export function watchDatabase(knex: Knex): void {
  const prototype: { _query: Query } = Object.getPrototypeOf(knex.client);
  if (patched.has(prototype)) return;
  patched.add(prototype);
  const query = prototype._query;
  prototype._query = function (connection, asked) {
    const watched = watching.getStore();
    if (!watched || watched !== current) return query.call(this, connection, asked);
    const what = nameOf(asked.sql);
    reach(what);
    const run = () => query.call(this, connection, asked);
    if (what !== 'COMMIT') return owing(watched, run);
    if (liesAbout(watched)) {
      watched.lied = true;
      watched.owed = run;
      return Promise.resolve(asked);
    }
    return owing(watched, () => {
      const committing = run();
      // Under way: what was sent is carried out although nobody is left to hear of it.
      reach('COMMIT sent');
      return committing;
    });
  };
}

/** Makes every comparison of a PIN and every request to the carrier a point. Once per process. */
export function watchSurroundings(): void {
  const hash = argon2.hash.bind(argon2);
  const watchedHash = async (...asked: Parameters<typeof argon2.hash>) => {
    reach('comparison');
    const result = await hash(...asked);
    const watched = watching.getStore();
    if (watched) watched.compared = true;
    return result;
  };
  Object.assign(argon2, { hash: watchedHash });
  for (const channel of REQUESTS) subscribe(channel, () => reach('message'));
}

/**
 * Something is about to leave this process. Between two such points nothing outside changes, so that a kill anywhere
 * in between is the same kill.
 */
function reach(what: string): void {
  const watched = watching.getStore();
  if (!watched || watched !== current) return;
  watched.points.push(what);
  if (watched.points.length !== watched.killAt) return;
  writeSync(LAST_WORDS_FD, JSON.stringify(watched.points));
  process.kill(process.pid, 'SIGKILL');
  // The signal is on its way: not one more instruction of the service.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}

function liesAbout({ lie, lied, compared }: Watched): boolean {
  if (lied || lie === undefined) return false;
  return lie === 'answers_before_committing' || !compared;
}

/** Runs a statement; a commit that is owed comes first where the lie is over. */
async function owing<Result>(watched: Watched, run: () => Promise<Result>): Promise<Result> {
  if (watched.owed && watched.lie === 'commits_after_comparing' && watched.compared) await payOff(watched);
  return run();
}

async function payOff(watched: Watched): Promise<void> {
  const { owed } = watched;
  watched.owed = undefined;
  await owed?.();
}

/** A statement in short, without its values: `update calls`, `COMMIT`. */
function nameOf(sql: string): string {
  const verb = /^\s*(\w+)/.exec(sql)?.[1] ?? '';
  if (/^(begin|commit|rollback|savepoint|release)$/i.test(verb)) return verb.toUpperCase();
  const table = /(?:from|into|update)\s+["`]?(\w+)/i.exec(sql)?.[1];
  return table === undefined ? verb.toLowerCase() : `${verb.toLowerCase()} ${table}`;
}
