import type { Knex } from 'knex';
import type { Instant } from '../platform/clock.ts';
import type { Proposal, ProposalKind } from './proposals.ts';

interface ProposalRow {
  id: string;
  kind: ProposalKind;
  digest: string;
  facts: string;
  proposer: string;
  proposed_at: Instant;
  expires_at: Instant;
  state: Proposal['state'];
  first_id: string | null;
  first_name: string | null;
  second_id: string | null;
  second_name: string | null;
}

const approver = (id: string | null, name: string | null) =>
  id === null || name === null ? undefined : { id, name };

function fromRow(row: ProposalRow): Proposal {
  const { id, kind, digest, proposer, state } = row;
  return {
    ...{ id, kind, digest, proposer, state, facts: JSON.parse(row.facts) as string[] },
    ...{ proposedAt: row.proposed_at, expiresAt: row.expires_at },
    first: approver(row.first_id, row.first_name),
    second: approver(row.second_id, row.second_name),
  };
}

const standing = (knex: Knex, now: Instant) =>
  knex('staff_proposals').whereIn('state', ['open', 'approved']).where('expires_at', '>', now);

/** Writes a proposal that nobody has approved yet. */
export async function insertProposal(transaction: Knex, proposal: Proposal): Promise<void> {
  const { id, kind, digest, proposer, state } = proposal;
  await transaction('staff_proposals').insert({
    ...{ id, kind, digest, proposer, state, facts: JSON.stringify(proposal.facts) },
    ...{ proposed_at: proposal.proposedAt, expires_at: proposal.expiresAt },
  });
}

/** The proposals that wait or are approved and not used, oldest first. */
export async function standingProposals(knex: Knex, now: Instant): Promise<readonly Proposal[]> {
  const rows: ProposalRow[] = await standing(knex, now).orderBy(['proposed_at', 'id']);
  return rows.map(fromRow);
}

/** The oldest standing proposal of exactly this, or the one with this id. */
export async function findProposal(
  knex: Knex,
  wanted: { readonly kind: ProposalKind; readonly digest: string } | { readonly id: string },
  now: Instant,
): Promise<Proposal | undefined> {
  const row: ProposalRow | undefined = await standing(knex, now)
    .where(wanted)
    .orderBy(['proposed_at', 'id'])
    .first();
  return row && fromRow(row);
}

/** Notes an approval: as the first, or as the second of somebody else. Answers false where another decision came first. */
export async function noteApproval(
  transaction: Knex,
  { id, first }: Pick<Proposal, 'id' | 'first'>,
  by: { readonly id: string; readonly name: string },
  now: Instant,
): Promise<boolean> {
  const open = standing(transaction, now).where({ id, state: 'open' });
  const changed: number = first
    ? await open
        .where({ first_id: first.id })
        .whereNot({ first_id: by.id })
        .update({ second_id: by.id, second_name: by.name, state: 'approved', decided_at: now })
    : await open.whereNull('first_id').update({ first_id: by.id, first_name: by.name, decided_at: now });
  return changed === 1;
}

/** Ends a standing proposal, once: `refused` by a member of staff, or `used` by the command. Answers false where another was faster. */
export async function endProposal(
  transaction: Knex,
  id: string,
  end: { readonly state: 'refused'; readonly by: string } | { readonly state: 'used' },
  now: Instant,
): Promise<boolean> {
  const from = standing(transaction, now).where({ id });
  const changed: number =
    end.state === 'used'
      ? await from.where({ state: 'approved' }).update({ state: 'used', decided_at: now })
      : await from.update({ state: 'refused', refused_by: end.by, decided_at: now });
  return changed === 1;
}
