import type { Release, Releases } from '../flow/release.ts';
import { Fault } from '../platform/fault.ts';

/** A line that has one release for as long as it runs: nothing is published there. */
export class StaticReleases implements Releases {
  readonly #release: Release;
  constructor(release: Release) {
    this.#release = release;
  }
  async current(): Promise<Release> {
    return this.#release;
  }
  latest(): Release {
    return this.#release;
  }
  isBehind(): boolean {
    return false;
  }
  async withHash(hash: string): Promise<Release> {
    if (hash === this.#release.hash) return this.#release;
    throw new Fault('conflict', 'this line does not have the release of the call');
  }
}
