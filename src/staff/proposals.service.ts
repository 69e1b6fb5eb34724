import type { Knex } from 'knex';
import { DAY, type Instant } from '../platform/clock.ts';
import { randomToken } from '../platform/random.ts';
import { allAccounts, findAccount } from './accounts.store.ts';
import { may } from './permissions.ts';
import { endProposal, findProposal, insertProposal, noteApproval } from './proposals.store.ts';
import {
  approvalRefusal,
  hasTwoApprovers,
  type Proposal,
  type ProposalKind,
  type ProposalRefusal,
} from './proposals.ts';
import type { StaffDependencies } from './sign-in.service.ts';
import type { StaffOnDuty } from './staff-member.ts';
import { recordOfStaff } from './staff-record.service.ts';

/** How long a proposal waits for two people and for the command that uses it. */
const PROPOSAL_MILLISECONDS = DAY;

/** What a command would do. */
export interface Proposed {
  readonly kind: ProposalKind;
  readonly digest: string;
  readonly facts: readonly string[];
  readonly proposer: string;
}

type TwoPeople =
  /** There are no two accounts that could approve: the command acts alone, as it makes the first accounts. */
  | { readonly kind: 'no_accounts' }
  | { readonly kind: 'waits'; readonly proposal: Proposal }
  /** Approved, and spent by this answer. */
  | { readonly kind: 'approved'; readonly approvers: readonly [string, string] };

type Dependencies = Pick<StaffDependencies, 'transactions' | 'random'>;

/**
 * Asks whether two members of staff have approved exactly this, and spends their approval; otherwise a proposal waits for them
 * (S3). Both are looked up again: a person who was demoted or disabled meanwhile has approved nothing.
 */
export async function standForProposal(
  { transactions, random }: Dependencies,
  proposed: Proposed,
  now: Instant,
): Promise<TwoPeople> {
  const { kind, digest, facts, proposer } = proposed;
  const data = { command: kind, digest, person: proposer };
  return transactions.run(async (transaction) => {
    if (!(await twoCanApprove(transaction, now))) return { kind: 'no_accounts' };
    const known = await findProposal(transaction, { kind, digest }, now);
    if (known?.state === 'open') return { kind: 'waits', proposal: known };
    if (known?.first && known.second) {
      const { first, second } = known;
      const stand =
        (await mayStill(transaction, first.id, now)) && (await mayStill(transaction, second.id, now));
      const end = stand ? ({ state: 'used' } as const) : ({ state: 'refused', by: 'not_allowed' } as const);
      if ((await endProposal(transaction, known.id, end, now)) && stand) {
        await recordOfStaff(
          transaction,
          [{ type: 'proposal.used', rules: ['S3'], data: { changeId: known.id, ...data } }],
          now,
        );
        return { kind: 'approved', approvers: [first.name, second.name] };
      }
    }
    const proposal: Proposal = {
      ...{ id: randomToken(random), kind, digest, facts, proposer, state: 'open' },
      ...{ proposedAt: now, expiresAt: now + PROPOSAL_MILLISECONDS, first: undefined, second: undefined },
    };
    await insertProposal(transaction, proposal);
    await recordOfStaff(
      transaction,
      [{ type: 'proposal.made', rules: ['S3'], data: { changeId: proposal.id, ...data } }],
      now,
    );
    return { kind: 'waits', proposal };
  });
}

/** Whether there are two accounts that could approve; the command line acts alone until then. */
export async function twoCanApprove(knex: Knex, now: Instant): Promise<boolean> {
  return hasTwoApprovers(await allAccounts(knex), now);
}

/** Whether a person who approved may do so still. */
async function mayStill(transaction: Knex, id: string, now: Instant): Promise<boolean> {
  const account = await findAccount(transaction, { id });
  return account?.state === 'active' && may(account, 'proposal.decide', now).kind === 'allowed';
}

/**
 * Approves or refuses what the command line proposes (S3). `typed`: the check that the terminal printed, which an approver
 * repeats; two different people must. Anybody who may decide refuses alone.
 */
export async function decideProposal(
  { transactions }: Pick<Dependencies, 'transactions'>,
  by: StaffOnDuty,
  asked: { readonly id: string; readonly decision: 'approved' | 'refused'; readonly typed: string },
  now: Instant,
): Promise<{ readonly kind: 'done' } | { readonly kind: 'refused'; readonly reason: ProposalRefusal }> {
  const refused = (reason: ProposalRefusal) => ({ kind: 'refused', reason }) as const;
  if (may(by, 'proposal.decide', now).kind === 'refused') return refused('not_allowed');
  return transactions.run(async (transaction) => {
    const proposal = await findProposal(transaction, { id: asked.id }, now);
    if (!proposal) return refused('gone');
    if (asked.decision === 'approved') {
      if (proposal.state === 'approved') return refused('gone');
      const reason = approvalRefusal(proposal, by, asked.typed);
      if (reason) return refused(reason);
      if (!(await noteApproval(transaction, proposal, by, now))) return refused('gone');
    } else if (!(await endProposal(transaction, proposal.id, { state: 'refused', by: by.id }, now)))
      return refused('gone');
    const { id: changeId, kind: command, digest, proposer: person } = proposal;
    const data = {
      changeId,
      staffId: by.id,
      command,
      digest,
      outcome: asked.decision,
      person,
      approver: by.name,
    };
    await recordOfStaff(transaction, [{ type: 'proposal.decided', rules: ['S3'], data }], now);
    return { kind: 'done' };
  });
}
