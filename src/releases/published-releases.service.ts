import type { Knex } from 'knex';
import type { Release, Releases } from '../flow/release.ts';
import { type Clock, type Instant, SECOND } from '../platform/clock.ts';
import { assert, Fault } from '../platform/fault.ts';
import { activeRelease, storedRelease } from './releases.store.ts';

/** A publication is picked up within this; asking is one look-up by key. */
const LOOK_AGAIN_MILLISECONDS = 2 * SECOND;
/** Calls last minutes and publications are days apart: more than two are in use only while several are tried out. */
const MOST_KEPT = 8;

interface PublishedReleasesDependencies {
  readonly knex: Knex;
  readonly clock: Clock;
  /** Told once for each release that was put in force and that this process cannot use. */
  failed(error: unknown): void;
}

/**
 * The releases of this line as its database has them: what another process publishes is in force here within seconds,
 * and a call in progress finds the release it began with after any restart. A release that was put in force and cannot
 * be used here (changed, or made for another version of the program) is told, and the one before stays: a caller who calls
 * is better served by what was approved last than by nobody.
 */
export class PublishedReleases implements Releases {
  readonly #deps: PublishedReleasesDependencies;
  /** By hash, least recently used first. */
  readonly #kept = new Map<string, Release>();
  #latest: Release | undefined;
  #lookedAt: Instant | undefined;
  #looking: Promise<Release> | undefined;
  #refused: string | undefined;

  constructor(dependencies: PublishedReleasesDependencies) {
    this.#deps = dependencies;
  }

  async current(): Promise<Release> {
    const now = this.#deps.clock.now();
    const since = this.#lookedAt === undefined ? undefined : now - this.#lookedAt;
    // A clock set back makes the last look lie in the future; it then says nothing.
    const fresh = since !== undefined && since >= 0 && since < LOOK_AGAIN_MILLISECONDS;
    if (this.#latest && fresh) return this.#latest;
    this.#looking ??= this.#look(now).finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  latest(): Release {
    assert(this.#latest, 'the current release was asked for at the start');
    return this.#latest;
  }

  isBehind(): boolean {
    return this.#refused !== undefined;
  }

  async withHash(hash: string, knex: Knex = this.#deps.knex): Promise<Release> {
    const kept = this.#kept.get(hash);
    // Two that miss it at once both load it: one that waited for the other's connection could wait for ever.
    const release = kept ?? (await this.#load(hash, knex));
    this.#kept.delete(hash);
    this.#kept.set(hash, release);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > MOST_KEPT && oldest !== undefined) this.#kept.delete(oldest);
    return release;
  }

  async #load(hash: string, knex: Knex): Promise<Release> {
    const release = await storedRelease(knex, hash);
    if (!release) throw new Fault('conflict', 'the release of the call is not stored');
    return release;
  }

  async #look(now: Instant): Promise<Release> {
    const hash = await activeRelease(this.#deps.knex);
    if (hash === undefined) throw new Fault('conflict', 'no release is published');
    try {
      this.#latest = await this.withHash(hash);
      this.#refused = undefined;
    } catch (error) {
      // Not the database: that it cannot be asked says nothing about the release.
      if (!this.#latest || !(error instanceof Fault)) throw error;
      if (this.#refused !== hash) this.#deps.failed(error);
      this.#refused = hash;
    }
    this.#lookedAt = now;
    return this.#latest;
  }
}
