import type { Knex } from 'knex';
import { documentOf, makeRelease, type ReleaseTexts } from '../flow/load-release.ts';
import type { Release } from '../flow/release.ts';
import { type Clock, SECOND } from '../platform/clock.ts';
import { brokenBounds } from '../policy/bounds.ts';
import type { Proof } from '../prover/prove.ts';
import { isProved } from '../prover/report.ts';
import { activate, storeAndActivate } from './activation.service.ts';
import { type People, type PeopleRefusal, type PublishingMode, refusePeople } from './four-eyes.ts';
import type { PublishedRelease, ReleaseReport } from './release-record.ts';
import { activeRelease, listReleases, storedRelease } from './releases.store.ts';

interface PublishingDependencies {
  readonly knex: Knex;
  readonly clock: Clock;
  /** `prove` of prover/prove.ts, with the bank's own properties where it has some. */
  prove(release: Release): Proof;
}

/** What two people are to stand for. */
interface ToStandFor {
  readonly hash: string;
  /** The proof of what is published; undefined of what was proved when it was published. */
  readonly report: ReleaseReport | undefined;
}

/** The people themselves, or who finds them once everything else is right; it throws where they are not found. */
type Standing = People | ((release: ToStandFor) => Promise<People>);

export type PublishingRefusal =
  | { readonly reason: PeopleRefusal }
  /** The files are no release; every problem in them. */
  | { readonly reason: 'unfit'; readonly problems: readonly string[] }
  /** A property is broken, or the search did not come to its end. */
  | { readonly reason: 'not_proved'; readonly proof: Proof; readonly release: Release }
  | { readonly reason: 'already_active' }
  | { readonly reason: 'published_before'; readonly number: number }
  | { readonly reason: 'unknown_release' };

type Published =
  | {
      readonly kind: 'published';
      readonly number: number;
      readonly hash: string;
      readonly report: ReleaseReport;
    }
  | ({ readonly kind: 'refused' } & PublishingRefusal);

type RolledBack =
  | { readonly kind: 'rolled_back'; readonly release: PublishedRelease }
  | ({ readonly kind: 'refused' } & PublishingRefusal);

const refused = <Refusal extends PublishingRefusal>(refusal: Refusal) =>
  ({ kind: 'refused', ...refusal }) as const;

/** Decides what may be put in force, and puts it there. Nothing is ever changed or deleted. */
export class Publishing {
  readonly #deps: PublishingDependencies;

  constructor(dependencies: PublishingDependencies) {
    this.#deps = dependencies;
  }

  /** Stores texts as a release and puts it in force, if two people stand for it and the prover finds nothing (S3). */
  async publish(texts: ReleaseTexts, standing: Standing, mode: PublishingMode): Promise<Published> {
    const { knex, clock } = this.#deps;
    const early = typeof standing === 'function' ? undefined : refusePeople(standing, mode);
    if (early) return refused({ reason: early });
    // Publishing is for what both the product and the jurisdictions were asked about.
    const made = makeRelease({ ...texts, packs: texts.packs ?? {} });
    if (!made.ok) return refused({ reason: 'unfit', problems: made.problems });
    const { release } = made;
    if ((await activeRelease(knex)) === release.hash) return refused({ reason: 'already_active' });
    const before = (await listReleases(knex)).find(({ hash }) => hash === release.hash);
    if (before) return refused({ reason: 'published_before', number: before.number });
    const begun = clock.now();
    const proof = this.#deps.prove(release);
    if (!isProved(proof)) return refused({ reason: 'not_proved', proof, release });
    const report = reportOf(proof, (clock.now() - begun) / SECOND);
    const { hash } = release;
    const people = await peopleOf(standing, { hash, report });
    const wrongPeople = refusePeople(people, mode);
    if (wrongPeople) return refused({ reason: wrongPeople });
    const number = await storeAndActivate(knex, clock, { hash, document: documentOf(texts), report }, people);
    return { kind: 'published', number, hash, report };
  }

  /** Puts an earlier release in force again, with the same two people (S3). It was proved when it was published. */
  async rollBack(hash: string, standing: Standing, mode: PublishingMode): Promise<RolledBack> {
    const { knex, clock } = this.#deps;
    const early = typeof standing === 'function' ? undefined : refusePeople(standing, mode);
    if (early) return refused({ reason: early });
    const release = (await listReleases(knex)).find((known) => known.hash === hash);
    if (!release) return refused({ reason: 'unknown_release' });
    if ((await activeRelease(knex)) === hash) return refused({ reason: 'already_active' });
    // Unchanged, and still one this version of the program can use: a Fault otherwise.
    const stored = await storedRelease(knex, hash);
    // Calls that began with it go on by it, but no new ones: a limit that was missing is not brought back.
    const problems = stored ? brokenBounds(stored.policy) : [];
    if (problems.length > 0) return refused({ reason: 'unfit', problems });
    const people = await peopleOf(standing, { hash, report: undefined });
    const wrongPeople = refusePeople(people, mode);
    if (wrongPeople) return refused({ reason: wrongPeople });
    await activate(knex, clock, hash, 'rollback', people);
    return { kind: 'rolled_back', release };
  }
}

function peopleOf(standing: Standing, release: ToStandFor): People | Promise<People> {
  return typeof standing === 'function' ? standing(release) : standing;
}

/** The report of a proof in which every property holds. */
function reportOf(proof: Proof, seconds: number): ReleaseReport {
  return {
    proved: true,
    states: proof.states,
    transitions: proof.transitions,
    seconds,
    verdicts: proof.verdicts.map(({ property: { id, rules, claim } }) => ({
      id,
      rules: [...rules],
      claim,
      holds: true,
    })),
  };
}
