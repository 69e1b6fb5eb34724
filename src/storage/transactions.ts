import type { Knex } from 'knex';
import { Fault } from '../platform/fault.ts';
import { BoundedPriorityQueue } from './bounded-priority-queue.ts';
import { isPostgres } from './connect.ts';
import { failureOf, translated } from './database-error.ts';

/**
 * What is done in one transaction. It may be run again from its beginning, also after a commit of which nobody learned
 * whether it happened: it has no effect outside the transaction, and finds out by itself what it has done before.
 */
type Work<Result> = (transaction: Knex) => Promise<Result>;

export interface Transactions {
  /**
   * Does the work and commits; answers once it is durable. What the work throws undoes it and is thrown on. Deadlocks,
   * serialization failures and lost connections are tried again a few times. `urgent` work goes first and has room of
   * its own (invariant 30). Throws Fault(limit_reached) when too many wait, Fault(store_unavailable) when the database
   * cannot do it.
   */
  run<Result>(work: Work<Result>, options?: { readonly urgent?: boolean }): Promise<Result>;
}

/** Far above what waits in ordinary hours; at 200 turns a second the last of them is still answered within 5 s. */
const MOST_WAITING = 1_000;
/** A call keys `**` once or twice: this is more calls than a process carries. */
const MOST_URGENT_WAITING = 1_000;
/** Before the second and the third try: at once, for a connection that had died unnoticed; then after the other side of a deadlock is through. */
const PAUSES_MILLISECONDS = [0, 100] as const;
/** One commit for so many turns costs each of them next to nothing; more would only make the first of them wait. */
const MOST_IN_GROUP = 50;
/** Held back for urgent work, so that a freeze never waits for a connection behind guesses; and for what reads without a transaction. */
const URGENT_CONNECTIONS = 2;
const READING_CONNECTIONS = 2;

interface Job {
  readonly work: Work<unknown>;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
}

const newQueue = () => new BoundedPriorityQueue<Job>({ ordinary: MOST_WAITING, urgent: MOST_URGENT_WAITING });

/** Puts a job into a queue and answers with its result. */
function enqueue<Result>(
  queue: BoundedPriorityQueue<Job>,
  work: Work<Result>,
  urgent: boolean,
): Promise<Result> {
  return new Promise((resolve, reject) => {
    const job: Job = { work, resolve: (result) => resolve(result as Result), reject };
    if (!queue.push(job, urgent)) reject(new Fault('limit_reached', 'too many turns wait for the database'));
  });
}

/** Does the work in a transaction of its own, again where that can help. */
async function attempt<Result>(knex: Knex, work: Work<Result>): Promise<Result> {
  for (let tries = 0; ; tries++) {
    try {
      return await knex.transaction(work);
    } catch (error) {
      const pause = PAUSES_MILLISECONDS[tries];
      if (failureOf(error) !== 'transient' || pause === undefined) throw translated(error);
      if (pause > 0) await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
}

/** Many connections: as many transactions at once as there are, the rest in a queue. PostgreSQL groups the commits of its sessions itself. */
class ParallelTransactions implements Transactions {
  readonly #knex: Knex;
  readonly #waiting = newQueue();
  /** How many transactions may run at once. */
  readonly #places: number;
  #running = 0;

  constructor(knex: Knex) {
    this.#knex = knex;
    this.#places = Number(knex.client.config.pool.max) - READING_CONNECTIONS;
  }

  run<Result>(work: Work<Result>, { urgent = false } = {}): Promise<Result> {
    const done = enqueue(this.#waiting, work, urgent);
    this.#start();
    return done;
  }

  #start(): void {
    const free = this.#places - this.#running;
    const job =
      free > URGENT_CONNECTIONS ? this.#waiting.shift() : free > 0 ? this.#waiting.shiftUrgent() : undefined;
    if (!job) return;
    this.#running += 1;
    attempt(this.#knex, job.work)
      .then(job.resolve, job.reject)
      .finally(() => {
        this.#running -= 1;
        this.#start();
      });
  }
}

/** What became of a job inside its group, to be told once the group is durable. */
type Tell = () => void;

/**
 * One connection: what waits shares one commit (docs/adr/0014-group-commit.md). Each job has a savepoint of its own, so
 * that one that fails undoes nothing of the others, and sees what those before it have done. Nobody is answered before
 * the commit: if that fails, all of them have failed.
 */
class GroupedTransactions implements Transactions {
  readonly #knex: Knex;
  readonly #waiting = newQueue();
  #running = false;

  constructor(knex: Knex) {
    this.#knex = knex;
  }

  run<Result>(work: Work<Result>, { urgent = false } = {}): Promise<Result> {
    const done = enqueue(this.#waiting, work, urgent);
    if (!this.#running) {
      this.#running = true;
      void this.#runAll();
    }
    return done;
  }

  async #runAll(): Promise<void> {
    // Statements on SQLite do not let anybody else in: webhooks that have arrived meanwhile are read first, so that they
    // come into the same group.
    await new Promise(setImmediate);
    for (let first = this.#waiting.shift(); first; first = this.#waiting.shift()) {
      if (this.#waiting.isEmpty) await this.#runAlone(first);
      else await this.#runGroup(first);
    }
    this.#running = false;
  }

  async #runAlone({ work, resolve, reject }: Job): Promise<void> {
    await attempt(this.#knex, work).then(resolve, reject);
  }

  async #runGroup(first: Job): Promise<void> {
    // The first job is in the group even if the transaction cannot begin: a job in no group would wait for ever.
    const group = [first];
    const tell: Tell[] = [];
    try {
      await this.#knex.transaction(async (transaction) => {
        for (let job: Job | undefined = first; job; job = this.#addNextTo(group))
          tell.push(await this.#runInGroup(transaction, job));
      });
    } catch (error) {
      for (const job of group) job.reject(translated(error));
      return;
    }
    for (const told of tell) told();
  }

  #addNextTo(group: Job[]): Job | undefined {
    const next = group.length < MOST_IN_GROUP ? this.#waiting.shift() : undefined;
    if (next) group.push(next);
    return next;
  }

  async #runInGroup(transaction: Knex, { work, resolve, reject }: Job): Promise<Tell> {
    await transaction.raw('SAVEPOINT job');
    try {
      const result = await work(transaction);
      await transaction.raw('RELEASE job');
      return () => resolve(result);
    } catch (error) {
      await transaction.raw('ROLLBACK TO job');
      await transaction.raw('RELEASE job');
      return () => reject(translated(error));
    }
  }
}

/** The transactions of a database: one object for all turns of a process. */
export function transactionsOn(knex: Knex): Transactions {
  return isPostgres(knex) ? new ParallelTransactions(knex) : new GroupedTransactions(knex);
}
