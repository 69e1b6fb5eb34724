import type { Knex } from 'knex';
import { makeRelease, type ReleaseTexts } from '../flow/load-release.ts';
import type { Release } from '../flow/release.ts';
import type { Instant } from '../platform/clock.ts';
import { sha256 } from '../platform/digest.ts';
import { Fault } from '../platform/fault.ts';
import {
  type Activation,
  type ActivationKind,
  type PublishedRelease,
  readReport,
  textsOf,
} from './release-record.ts';

interface ReleaseRow {
  hash: string;
  number: number;
  document: string;
  report: string;
  proposed_by: string;
  approved_by: string | null;
  created_at: Instant;
}

interface ActivationRow {
  seq: number;
  release: string;
  kind: ActivationKind;
  proposed_by: string;
  approved_by: string | null;
  at: Instant;
}

/** Writes a release under the next number and answers it; undefined, writing nothing, when another was faster. */
export async function insertRelease(
  transaction: Knex,
  release: Omit<PublishedRelease, 'number'> & { readonly document: string },
): Promise<number | undefined> {
  const newest: { newest?: number | null } | undefined = await transaction('releases')
    .max({ newest: 'number' })
    .first();
  const number = (newest?.newest ?? 0) + 1;
  const row: ReleaseRow = {
    hash: release.hash,
    number,
    document: release.document,
    report: JSON.stringify(release.report),
    proposed_by: release.proposedBy,
    approved_by: release.approvedBy ?? null,
    created_at: release.createdAt,
  };
  const written: unknown[] = await transaction('releases')
    .insert(row)
    .onConflict()
    .ignore()
    .returning('hash');
  return written.length === 1 ? number : undefined;
}

/** Puts a stored release in force. Answers false, writing nothing, when another was faster. */
export async function insertActivation(
  transaction: Knex,
  activation: Omit<Activation, 'seq'>,
): Promise<boolean> {
  const newest = await newestActivation(transaction);
  const row: ActivationRow = {
    seq: (newest?.seq ?? 0) + 1,
    release: activation.release,
    kind: activation.kind,
    proposed_by: activation.proposedBy,
    approved_by: activation.approvedBy ?? null,
    at: activation.at,
  };
  const written: unknown[] = await transaction('release_activations')
    .insert(row)
    .onConflict()
    .ignore()
    .returning('seq');
  return written.length === 1;
}

async function newestActivation(knex: Knex): Promise<ActivationRow | undefined> {
  return knex<ActivationRow>('release_activations').orderBy('seq', 'desc').first();
}

/** The hash of the release new calls begin with; undefined while none is published. */
export async function activeRelease(knex: Knex): Promise<string | undefined> {
  return (await newestActivation(knex))?.release;
}

/** Every activation, oldest first: which release was in force from when, and who put it there. */
export async function listActivations(knex: Knex): Promise<readonly Activation[]> {
  const rows: ActivationRow[] = await knex<ActivationRow>('release_activations').orderBy('seq');
  return rows.map(({ seq, release, kind, at, proposed_by, approved_by }) => ({
    seq,
    release,
    kind,
    at,
    proposedBy: proposed_by,
    approvedBy: approved_by ?? undefined,
  }));
}

/** Every release, oldest first. */
export async function listReleases(knex: Knex): Promise<readonly PublishedRelease[]> {
  const rows: Omit<ReleaseRow, 'document'>[] = await knex<ReleaseRow>('releases')
    .orderBy('number')
    .select('hash', 'number', 'report', 'proposed_by', 'approved_by', 'created_at');
  return rows.map((row) => {
    const report = readReport(row.report);
    if (!report) throw new Fault('conflict', `the report of release ${row.number} cannot be read`);
    return {
      hash: row.hash,
      number: row.number,
      report,
      proposedBy: row.proposed_by,
      approvedBy: row.approved_by ?? undefined,
      createdAt: row.created_at,
    };
  });
}

/**
 * The texts of a stored release, or undefined when there is none with this hash. A Fault when the row is not what was
 * stored: its hash is over every byte of it.
 */
export async function storedTexts(knex: Knex, hash: string): Promise<ReleaseTexts | undefined> {
  const row: Pick<ReleaseRow, 'document'> | undefined = await knex<ReleaseRow>('releases')
    .where({ hash })
    .first('document');
  if (!row) return undefined;
  if (sha256(row.document) !== hash)
    throw new Fault('conflict', `the stored release ${shortHash(hash)} was changed`);
  const read = textsOf(row.document);
  if (!read.ok) throw unusable(hash, read.problems);
  return read.texts;
}

/**
 * A stored release, ready to decide calls, or undefined when there is none with this hash. A Fault when it was
 * changed, or when this version of the program cannot use it any more.
 */
export async function storedRelease(knex: Knex, hash: string): Promise<Release | undefined> {
  const texts = await storedTexts(knex, hash);
  if (!texts) return undefined;
  const made = makeRelease(texts, 'stored');
  if (!made.ok) throw unusable(hash, made.problems);
  // The hash of what is stored: texts in newer words would have another, and calls name the one they began with.
  return { ...made.release, hash };
}

function unusable(hash: string, problems: readonly string[]): Fault {
  return new Fault(
    'conflict',
    `this version of the program refuses the stored release ${shortHash(hash)}: ${problems.join('; ')}`,
  );
}

/** Enough of a hash for people to tell releases apart, as the audit prints it. */
export function shortHash(hash: string): string {
  return hash.slice(0, 12);
}
