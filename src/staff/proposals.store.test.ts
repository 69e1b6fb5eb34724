import assert from 'node:assert/strict';
import { storeTest } from '../../test/support/databases.ts';
import {
  endProposal,
  findProposal,
  insertProposal,
  noteApproval,
  standingProposals,
} from './proposals.store.ts';
import type { Proposal } from './proposals.ts';

const NOW = Date.UTC(2026, 0, 15);
const DIGEST = 'a'.repeat(64);
const [THU, FANG] = [
  { id: 'thu', name: 'Phạm Thu' },
  { id: 'fang', name: 'Wu Fang' },
];

const proposal = (changed: Partial<Proposal> = {}): Proposal => ({
  ...{ id: 'p1', kind: 'enrol', digest: DIGEST, facts: ['2 to add'], proposer: 'operator', state: 'open' },
  ...{ proposedAt: NOW, expiresAt: NOW + 100, first: undefined, second: undefined, ...changed },
});

storeTest('a proposal comes back as it was made, until it has run out', async (knex) => {
  await insertProposal(knex, proposal());
  assert.deepEqual(await findProposal(knex, { kind: 'enrol', digest: DIGEST }, NOW), proposal());
  assert.deepEqual(await findProposal(knex, { id: 'p1' }, NOW + 99), proposal());
  assert.deepEqual(await standingProposals(knex, NOW + 99), [proposal()]);
  assert.deepEqual(await standingProposals(knex, NOW + 100), []);
  assert.equal(await findProposal(knex, { kind: 'publish', digest: DIGEST }, NOW), undefined);
  assert.equal(await findProposal(knex, { kind: 'enrol', digest: 'b'.repeat(64) }, NOW), undefined);
});

storeTest('two different people approve it, and it is used once', async (knex) => {
  await insertProposal(knex, proposal());
  assert.equal(await endProposal(knex, 'p1', { state: 'used' }, NOW), false, 'nobody has approved it');
  assert.equal(await noteApproval(knex, proposal(), THU, NOW), true);
  const once = proposal({ first: THU });
  assert.deepEqual(await findProposal(knex, { id: 'p1' }, NOW), once);
  assert.equal(await noteApproval(knex, once, THU, NOW), false, 'not the same person twice');
  assert.equal(await endProposal(knex, 'p1', { state: 'used' }, NOW), false, 'one is not enough');
  assert.equal(await noteApproval(knex, once, FANG, NOW), true);
  assert.deepEqual(
    await findProposal(knex, { id: 'p1' }, NOW),
    proposal({ first: THU, second: FANG, state: 'approved' }),
  );
  assert.equal(await endProposal(knex, 'p1', { state: 'used' }, NOW + 100), false, 'it has run out');
  assert.equal(await endProposal(knex, 'p1', { state: 'used' }, NOW), true);
  assert.equal(await endProposal(knex, 'p1', { state: 'used' }, NOW), false);
  assert.equal(await findProposal(knex, { id: 'p1' }, NOW), undefined);
});

storeTest(
  'of several who approve at once, one is the first; who read it before is not the second',
  async (knex) => {
    await insertProposal(knex, proposal());
    const noted = await Promise.all([THU, FANG].map((by) => noteApproval(knex, proposal(), by, NOW)));
    assert.equal(noted.filter(Boolean).length, 1);
    assert.equal((await findProposal(knex, { id: 'p1' }, NOW))?.state, 'open');
  },
);

storeTest('one person refuses it, also after two have approved it', async (knex) => {
  await insertProposal(knex, proposal());
  await noteApproval(knex, proposal(), THU, NOW);
  await noteApproval(knex, proposal({ first: THU }), FANG, NOW);
  assert.equal(await endProposal(knex, 'p1', { state: 'refused', by: 'thu' }, NOW), true);
  assert.equal(await endProposal(knex, 'p1', { state: 'used' }, NOW), false);
});
