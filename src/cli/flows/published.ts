import { isDemoCompany } from '../../../db/seeds/demo-company.ts';
import type { Instant } from '../../platform/clock.ts';
import { assertNever } from '../../platform/fault.ts';
import type { PublishingMode } from '../../releases/four-eyes.ts';
import type { PublishingRefusal } from '../../releases/publishing.service.ts';
import type { PublishedRelease } from '../../releases/release-record.ts';
import { activeRelease, listReleases, shortHash } from '../../releases/releases.store.ts';
import type { Knex } from '../../storage/connect.ts';
import { describeDatabase } from '../../storage/database-trouble.ts';
import { CommandRefused, readSettings, type Terminal, withDatabase } from '../terminal.ts';

/** Runs `work` on the releases of this deployment, or of the demo. Whether one person is enough is the database's to say. */
export async function withReleases(
  terminal: Terminal,
  options: { readonly demo?: true },
  work: (knex: Knex, mode: PublishingMode) => Promise<void>,
): Promise<void> {
  const { database } = readSettings(terminal, options.demo ? 'demo' : 'tool');
  await withDatabase(
    database,
    options.demo
      ? 'There is no demo database yet: run `npm run demo` first.'
      : `There is no database at ${describeDatabase(database)}: run \`npm run -s hotline -- migrate\` first, or add --demo for the demo's.`,
    async (knex) => work(knex, (await isDemoCompany(knex)) ? 'demo' : 'production'),
  );
}

/** A number is written without a hash's letters and is shorter than any beginning of a hash that is taken. */
const NUMBER = /^\d{1,5}$/;
const HASH = /^[0-9a-f]{6,64}$/;

/** The release somebody names: `active`, its number, or at least six characters of its hash. */
export async function releaseNamed(knex: Knex, name: string): Promise<PublishedRelease> {
  const releases = await listReleases(knex);
  const wanted = name === 'active' ? await activeRelease(knex) : name.toLowerCase();
  if (wanted === undefined) throw new CommandRefused('Nothing is published in this database yet.');
  const found = releases.filter(({ hash, number }) =>
    NUMBER.test(wanted) ? number === Number(wanted) : HASH.test(wanted) && hash.startsWith(wanted),
  );
  const [release] = found;
  if (found.length === 1 && release) return release;
  throw new CommandRefused(
    found.length > 1
      ? `More than one release begins with ${name}: give more of its hash.`
      : `There is no release ${name}: name one by its number or hash from \`flows list\`, or say active.`,
  );
}

/** `release 3 (0123456789ab)`. */
export function nameRelease({ number, hash }: Pick<PublishedRelease, 'number' | 'hash'>): string {
  return `release ${number} (${shortHash(hash)})`;
}

/** A moment to the minute, in UTC. */
export function describeMoment(at: Instant): string {
  return `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

/** What a refusal tells the operator: sentences, and everything there is to mend. */
export function refusalSentences(refusal: PublishingRefusal): readonly string[] {
  switch (refusal.reason) {
    case 'proposer_missing':
      return ['Say who proposes this: --proposed-by NAME.'];
    case 'approver_missing':
      return ['Say who approves this, somebody else than who proposes it: --approved-by NAME (S3).'];
    case 'name_unfit':
      return ['A name in the record has at most 64 letters, digits and marks of a name, a letter first.'];
    case 'same_person':
      return ['Who proposes and who approves are the same person; they must be two (S3).'];
    case 'unfit':
      return ['The release is refused:', ...refusal.problems.map((problem) => `- ${problem}`)];
    case 'not_proved':
      return [
        ...refusal.proof.verdicts.flatMap(({ property, finding }) =>
          finding ? [`- ${property.id} (${property.rules.join(', ')}): ${finding.says}`] : [],
        ),
        ...(refusal.proof.cutAt === undefined
          ? []
          : [`- The search was cut at ${refusal.proof.cutAt} states: what lies beyond is not proved.`]),
        'Not published. `npm run flows -- check` writes a call script for each of these.',
      ];
    case 'already_active':
      return ['This release is in force already.'];
    case 'published_before':
      return [
        `These files are release ${refusal.number}: put it in force again with \`npm run flows -- rollback ${refusal.number}\`.`,
      ];
    case 'unknown_release':
      return ['There is no such release.'];
    default:
      return assertNever(refusal, 'refusal');
  }
}
