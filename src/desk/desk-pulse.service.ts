import type { Knex } from 'knex';
import { handoffStands } from '../escalation/desk-handoffs.store.ts';
import { presenceStands } from '../escalation/desk-presence.store.ts';
import { SECOND } from '../platform/clock.ts';
import { PeriodicTask } from '../platform/periodic-task.service.ts';
import type { StartTimer } from '../platform/timer.ts';
import { newestPages } from './desk-pages.store.ts';
import type { DeskStand } from './desk-stand.ts';

/** How often the database is asked what other processes have changed. */
const POLL_MILLISECONDS = 2 * SECOND;

interface PulseDependencies {
  readonly knex: Knex;
  readonly startTimer?: StartTimer | undefined;
  readonly failed: (error: unknown) => void;
}

type Watcher = (stand: DeskStand) => void;

/**
 * Tells open pages how the desk stands: after each change of this process at once, and every two seconds what others have
 * changed. However many pages are open, one look at the database serves all of them; where none is open there is none.
 */
export class DeskPulse {
  readonly #deps: PulseDependencies;
  readonly #watchers = new Map<Watcher, string>();
  /** How often each person did something here. */
  readonly #touched = new Map<string, number>();
  readonly #task: PeriodicTask;

  constructor(dependencies: PulseDependencies) {
    this.#deps = dependencies;
    this.#task = new PeriodicTask(POLL_MILLISECONDS, () => this.#round(), dependencies.startTimer);
  }

  start(): void {
    this.#task.start();
  }

  stop(): Promise<void> {
    return this.#task.stop();
  }

  /** Something has changed: every open page is told after one look. `staffId`: whose desk is drawn anew in any case. */
  wake(staffId?: string): void {
    if (staffId !== undefined) this.#touched.set(staffId, (this.#touched.get(staffId) ?? 0) + 1);
    if (this.#watchers.size > 0) this.#task.wake();
  }

  /** Calls `watcher` of a person with how the desk stands, again and again; the answer ends it. */
  watch(staffId: string, watcher: Watcher): () => void {
    this.#watchers.set(watcher, staffId);
    this.wake();
    return () => void this.#watchers.delete(watcher);
  }

  /** How the desk stands now, with the newest pages of these people. */
  async look(staffIds: readonly string[]): Promise<DeskStand> {
    const { knex } = this.#deps;
    const [handoffs, presences, pages] = await Promise.all([
      handoffStands(knex),
      presenceStands(knex),
      newestPages(knex, staffIds),
    ]);
    return { handoffs, presences, pages, touched: this.#touched };
  }

  async #round(): Promise<void> {
    if (this.#watchers.size === 0) return;
    try {
      const stand = await this.look([...new Set(this.#watchers.values())]);
      for (const watcher of this.#watchers.keys()) watcher(stand);
    } catch (error) {
      this.#deps.failed(error);
    }
  }
}
