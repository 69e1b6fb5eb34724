import { Option } from 'commander';
import type { ReleaseTexts } from '../../flow/load-release.ts';
import { changeLines, describeChanges } from '../../releases/changes/changes.ts';
import type { People, PublishingMode } from '../../releases/four-eyes.ts';
import type { ReleaseReport } from '../../releases/release-record.ts';
import { activeRelease, shortHash, storedTexts } from '../../releases/releases.store.ts';
import { twoCanApprove } from '../../staff/proposals.service.ts';
import type { Knex } from '../../storage/connect.ts';
import { personRunning } from '../person.ts';
import { CommandRefused, type Terminal } from '../terminal.ts';
import { type Subject, twoApprovers } from '../two-people.ts';

/** Changes that those who approve read on one page; the rest is counted, and `flows diff` tells all. */
const MOST_CHANGES = 30;

/** `--proposed-by`. */
export function proposedByOption(): Option {
  return new Option(
    '--proposed-by <name>',
    'who proposes this; only while there are no two accounts at the desk',
  );
}

/** `--approved-by`. */
export function approvedByOption(): Option {
  return new Option(
    '--approved-by <name>',
    'who approves this: somebody else (S3); only while there are no two accounts, and not asked for in a demo database',
  );
}

interface Place {
  readonly knex: Knex;
  readonly mode: PublishingMode;
  readonly as: string | undefined;
}

/**
 * Who stands for a release: the names given, or, once there are two accounts at the desk that could, the two who approve it there
 * when everything else is right (S3). A CommandRefused where names are given all the same.
 */
export async function standingFor(
  terminal: Terminal,
  { knex, mode, as }: Place,
  names: People,
  subject: (hash: string, report: ReleaseReport | undefined) => Promise<Omit<Subject, 'person'>>,
): Promise<People | ((release: { hash: string; report: ReleaseReport | undefined }) => Promise<People>)> {
  if (mode === 'demo' || !(await twoCanApprove(knex, terminal.clock.now()))) return names;
  if (names.proposedBy !== undefined || names.approvedBy !== undefined)
    throw new CommandRefused(
      'Names are not enough any more: two members of staff approve this at the desk. Leave --proposed-by and --approved-by out.',
    );
  const person = personRunning(as);
  return async ({ hash, report }) => {
    const approvers = await twoApprovers(terminal, knex, { ...(await subject(hash, report)), person });
    return { proposedBy: approvers?.[0], approvedBy: approvers?.[1] };
  };
}

/** What those who approve a release read of it. */
export async function publishFacts(
  knex: Knex,
  texts: ReleaseTexts,
  hash: string,
  report: ReleaseReport | undefined,
): Promise<readonly string[]> {
  const active = await activeRelease(knex);
  const before = active === undefined ? undefined : await storedTexts(knex, active);
  const proved = report?.proved
    ? [`All ${report.verdicts.length} properties hold in ${report.states} states.`]
    : [];
  if (!active || !before) return [`Release ${shortHash(hash)}, the first of this database.`, ...proved];
  const changes = changeLines(describeChanges(before, texts)).filter((line) => line.startsWith('- '));
  return [
    `Release ${shortHash(hash)}, after ${shortHash(active)}.`,
    ...proved,
    ...(changes.length === 0 ? ['Nothing changes for callers.'] : []),
    ...changes.slice(0, MOST_CHANGES).map((line) => line.slice(2)),
    ...(changes.length > MOST_CHANGES
      ? [`${changes.length - MOST_CHANGES} more changes: see \`flows diff\`.`]
      : []),
  ];
}
