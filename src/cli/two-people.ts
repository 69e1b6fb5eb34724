import { canonicalJson, type Json, sha256 } from '../platform/digest.ts';
import { standForProposal } from '../staff/proposals.service.ts';
import { checkOf, type ProposalKind } from '../staff/proposals.ts';
import type { Knex } from '../storage/connect.ts';
import { transactionsOn } from '../storage/transactions.ts';
import { CommandRefused, type Terminal } from './terminal.ts';

/** Exit code of a command that waits for two members of staff: nothing was done, and nothing was wrong. */
const WAITS_EXIT_CODE = 4;

/** What a command would do. */
export interface Subject {
  readonly kind: ProposalKind;
  /** Exactly what would be done: another value is another proposal. */
  readonly bound: Json;
  /** What is read by those who approve; no personal data. */
  readonly facts: readonly string[];
  /** Who runs the command. */
  readonly person: string;
}

/**
 * The names of the two members of staff who have approved exactly this at the desk, whose approval is spent by the answer;
 * undefined while there are no two accounts that could. A CommandRefused that says what to do while they have not (S3).
 */
export async function twoApprovers(
  { random, clock, print }: Terminal,
  knex: Knex,
  { kind, bound, facts, person }: Subject,
): Promise<readonly [string, string] | undefined> {
  const digest = sha256(canonicalJson({ kind, bound }));
  const parts = { transactions: transactionsOn(knex), random };
  const answer = await standForProposal(parts, { kind, digest, facts, proposer: person }, clock.now());
  if (answer.kind === 'no_accounts') return undefined;
  if (answer.kind === 'approved') {
    print(`Approved by ${answer.approvers.join(' and ')}.`);
    return answer.approvers;
  }
  const { first } = answer.proposal;
  throw new CommandRefused(
    [
      ...facts,
      `Nothing is done yet: ${first ? `${first.name} has approved this, and one more member of staff must` : 'two members of staff must approve this'} at /desk/proposals of the desk, within 24 hours (S3).`,
      `Read them the last characters of the digest: ${checkOf(digest)}. Then run this command again.`,
    ],
    WAITS_EXIT_CODE,
  );
}
