import assert from 'node:assert/strict';
import { type DemoStaff, seedDemoStaff } from '../../db/seeds/demo-staff.ts';
import { storeTest } from '../../test/support/databases.ts';
import { demoStaff } from '../../test/support/desk.ts';
import { ADMINISTRATORS, onDuty, QUICK_ARGON2, staffParts } from '../../test/support/staff.ts';
import { entriesOf } from '../ledger/ledger.store.ts';
import { SYSTEM_STREAM } from '../ledger/stream.ts';
import { DAY } from '../platform/clock.ts';
import type { Knex } from '../storage/connect.ts';
import { decideProposal, type Proposed, standForProposal } from './proposals.service.ts';
import { standingProposals } from './proposals.store.ts';
import { checkOf } from './proposals.ts';

const NOW = Date.UTC(2026, 0, 15);
const [THU, FANG] = ADMINISTRATORS;
const SUPERVISOR = demoStaff('supervisor');
const DIGEST = `${'0'.repeat(58)}abc123`;
const ENROL: Proposed = { kind: 'enrol', digest: DIGEST, facts: ['2 to add'], proposer: 'operator' };

async function office(knex: Knex) {
  const parts = staffParts(knex);
  await seedDemoStaff(knex, parts.keyring, QUICK_ARGON2, parts.random, NOW);
  const decide = async (
    by: DemoStaff | undefined,
    changed: { typed?: string; decision?: 'approved' | 'refused'; at?: number } = {},
  ) => {
    const [proposal] = await standingProposals(knex, NOW);
    const { typed = checkOf(DIGEST), decision = 'approved' as const, at = NOW } = changed;
    const asked = { id: proposal?.id ?? '', decision, typed };
    return decideProposal(parts, await onDuty(knex, by ?? demoStaff('agent')), asked, at);
  };
  return { parts, decide, stand: (proposed = ENROL, at = NOW) => standForProposal(parts, proposed, at) };
}

const refused = (reason: string) => ({ kind: 'refused', reason });

storeTest(
  'exactly what two members of staff approved is done once, and all of it is recorded',
  async (knex) => {
    const { decide, stand } = await office(knex);
    assert.equal((await stand()).kind, 'waits');
    assert.equal((await stand()).kind, 'waits', 'asked for again it is the same proposal');
    assert.equal((await standingProposals(knex, NOW)).length, 1);
    assert.deepEqual(await decide(THU), { kind: 'done' });
    assert.deepEqual(await decide(THU), refused('approved_already'));
    assert.equal((await stand()).kind, 'waits', 'one is not enough');
    assert.deepEqual(await decide(SUPERVISOR), { kind: 'done' });
    assert.equal(
      (await stand({ ...ENROL, digest: 'f'.repeat(64) })).kind,
      'waits',
      'another file is another proposal',
    );
    assert.deepEqual(await stand(), { kind: 'approved', approvers: ['Phạm Thu', SUPERVISOR.name] });
    assert.equal((await stand()).kind, 'waits', 'it is spent');
    const entries = (await entriesOf(knex, SYSTEM_STREAM)).map(({ type, data }) => [
      type,
      data.approver,
      data.digest,
    ]);
    assert.deepEqual(entries.slice(0, 3), [
      ['proposal.made', undefined, DIGEST],
      ['proposal.decided', 'Phạm Thu', DIGEST],
      ['proposal.decided', SUPERVISOR.name, DIGEST],
    ]);
    assert.deepEqual(
      entries.slice(3).map(([type]) => type),
      ['proposal.made', 'proposal.used', 'proposal.made'],
    );
  },
);

storeTest('an approval takes the check that the terminal printed, and a role that may', async (knex) => {
  const { decide, stand } = await office(knex);
  await stand();
  for (const typed of ['', 'ABC124', DIGEST, '000000'])
    assert.deepEqual(await decide(THU, { typed }), refused('check_differs'), typed);
  for (const role of ['agent', 'senior_agent', 'compliance'] as const)
    for (const decision of [undefined, 'refused'] as const)
      assert.deepEqual(
        await decide(demoStaff(role), decision ? { decision } : {}),
        refused('not_allowed'),
        role,
      );
  assert.deepEqual(await decide(THU, { typed: ' abc123 ' }), { kind: 'done' });
  assert.deepEqual(await decide(FANG, { at: NOW + DAY }), refused('gone'), 'it has run out');
});

storeTest('a person who was demoted or disabled meanwhile has approved nothing', async (knex) => {
  const { decide, stand } = await office(knex);
  for (const change of [{ role: 'agent' }, { state: 'disabled' }]) {
    await stand();
    await decide(SUPERVISOR);
    await decide(FANG);
    const account = knex('staff_accounts').where({ id: SUPERVISOR.id });
    const { role, state } = await account.clone().first();
    await account.clone().update(change);
    assert.equal((await stand()).kind, 'waits');
    await account.clone().update({ role, state });
    const [proposal] = await standingProposals(knex, NOW);
    assert.equal(proposal?.first, undefined, 'it is asked for anew');
    await decide(THU, { decision: 'refused' });
  }
});

storeTest('a refusal by one person ends it', async (knex) => {
  const { decide, stand } = await office(knex);
  await stand();
  await decide(THU);
  assert.deepEqual(await decide(FANG, { decision: 'refused' }), { kind: 'done' });
  assert.deepEqual(await standingProposals(knex, NOW), []);
});

storeTest('while there are no two accounts that could approve, the command line acts alone', async (knex) => {
  const { stand } = await office(knex);
  await knex('staff_accounts')
    .whereIn('role', ['administrator', 'supervisor'])
    .whereNot({ id: THU?.id })
    .update({ state: 'disabled' });
  assert.deepEqual(await stand(), { kind: 'no_accounts' });
  await knex('staff_accounts').where({ id: FANG?.id }).update({ state: 'active' });
  assert.equal((await stand()).kind, 'waits');
});
