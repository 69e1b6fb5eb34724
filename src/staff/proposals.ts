import type { Instant } from '../platform/clock.ts';
import type { StaffAccount } from './account.ts';
import { may } from './permissions.ts';

/** What the command line does only with two members of staff. */
export const PROPOSAL_KINDS = ['publish', 'rollback', 'enrol', 'rotate_keys'] as const;
export type ProposalKind = (typeof PROPOSAL_KINDS)[number];

/** A member of staff who approved. */
interface Approver {
  readonly id: string;
  readonly name: string;
}

/** What is proposed at the command line: bound by its digest to exactly what would be done (S3). */
export interface Proposal {
  readonly id: string;
  readonly kind: ProposalKind;
  readonly digest: string;
  /** Sentences for those who approve; no personal data. */
  readonly facts: readonly string[];
  readonly proposer: string;
  readonly proposedAt: Instant;
  readonly expiresAt: Instant;
  readonly state: 'open' | 'approved';
  readonly first: Approver | undefined;
  readonly second: Approver | undefined;
}

/** Why a decision about a proposal is not taken. */
export type ProposalRefusal = 'not_allowed' | 'gone' | 'approved_already' | 'check_differs';

const CHECK_LENGTH = 6;

/** What the terminal prints and an approver retypes, so that both speak of the same proposal: the end of the digest. */
export function checkOf(digest: string): string {
  return digest.slice(-CHECK_LENGTH).toUpperCase();
}

/** Why this member may not approve this proposal with what they typed; undefined when they may. Pure. */
export function approvalRefusal(
  { digest, first }: Pick<Proposal, 'digest' | 'first'>,
  by: Pick<Approver, 'id'>,
  typed: string,
): ProposalRefusal | undefined {
  if (first?.id === by.id) return 'approved_already';
  return typed.trim().toUpperCase() === checkOf(digest) ? undefined : 'check_differs';
}

/** Whether there are two people who could approve: until then the command line acts alone, as it makes the first accounts (S3). */
export function hasTwoApprovers(accounts: readonly StaffAccount[], now: Instant): boolean {
  const approvers = accounts.filter(
    (account) => account.state === 'active' && may(account, 'proposal.decide', now).kind === 'allowed',
  );
  return approvers.length >= 2;
}
