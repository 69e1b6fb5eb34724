import type { Knex } from 'knex';
import type { Releases } from '../flow/release.ts';
import { schemaState } from '../storage/migrate.ts';
import type { ReadinessProblem } from './health.routes.ts';

/** Whether this process can take calls, for the load balancer. */
export class Readiness {
  readonly #knex: Knex;
  readonly #releases: Releases;
  #stopping = false;

  constructor(knex: Knex, releases: Releases) {
    this.#knex = knex;
    this.#releases = releases;
  }

  /** From now on the process is not ready, so that calls go elsewhere. */
  announceStop(): void {
    this.#stopping = true;
  }

  /** What keeps this process from taking calls; empty when nothing does. Never throws. */
  async problems(): Promise<readonly ReadinessProblem[]> {
    if (this.#stopping) return ['stopping'];
    try {
      const { pending, tooNew } = await schemaState(this.#knex);
      if (tooNew.length > 0) return ['schema_too_new'];
      if (pending.length > 0) return ['migrations_pending'];
      await this.#releases.current();
      return this.#releases.isBehind() ? ['release_unusable'] : [];
    } catch {
      return ['database_unreachable'];
    }
  }
}
