import assert from 'node:assert/strict';
import { seedDemoStaff } from '../../db/seeds/demo-staff.ts';
import { storeTest } from '../../test/support/databases.ts';
import { demoStaff } from '../../test/support/desk.ts';
import { QUICK_ARGON2, staffParts } from '../../test/support/staff.ts';
import { entriesOf } from '../ledger/ledger.store.ts';
import { MINUTE } from '../platform/clock.ts';
import type { Knex } from '../storage/connect.ts';
import { changeProfile, disableAccount, findAccount } from './accounts.store.ts';
import { closeSession, closeSessionsOf, newSecretToken, signedIn } from './sessions.service.ts';
import { insertSession } from './sessions.store.ts';
import { sessionStream } from './staff-record.service.ts';

const NOW = Date.UTC(2026, 0, 15);
const AGENT = demoStaff('agent');

/** Somebody who has signed in, and their token. */
async function session(knex: Knex) {
  const { keyring, random } = staffParts(knex);
  await seedDemoStaff(knex, keyring, QUICK_ARGON2, random, NOW);
  const { token, digest } = newSecretToken(random);
  await insertSession(knex, digest, {
    ...{
      id: 's1',
      staffId: AGENT.id,
      version: 0,
      createdAt: NOW,
      secondFactorAt: NOW,
      endsAt: NOW + 60 * MINUTE,
    },
    device: '?',
  });
  return token;
}

storeTest('a token tells who has signed in, and what they act as', async (knex) => {
  const token = await session(knex);
  const found = await signedIn(knex, token, NOW);
  assert.deepEqual(
    [found?.member.id, found?.member.role, found?.member.tier, found?.member.number, found?.member.session],
    [AGENT.id, 'agent', 1, AGENT.number, 's1'],
  );
  for (const other of ['', 'x', `${token}x`, newSecretToken(staffParts(knex).random).token])
    assert.equal(await signedIn(knex, other, NOW), undefined);
});

storeTest('without the second factor nobody has signed in', async (knex) => {
  const { keyring, random } = staffParts(knex);
  await seedDemoStaff(knex, keyring, QUICK_ARGON2, random, NOW);
  const { token, digest } = newSecretToken(random);
  await insertSession(knex, digest, {
    ...{ id: 's1', staffId: AGENT.id, version: 0, createdAt: NOW, secondFactorAt: undefined },
    ...{ endsAt: NOW + MINUTE, device: '?' },
  });
  assert.equal(await signedIn(knex, token, NOW), undefined);
});

storeTest('a session is over when what its owner may do has changed', async (knex) => {
  const token = await session(knex);
  const account = await findAccount(knex, { id: AGENT.id });
  assert.ok(account);
  await changeProfile(knex, AGENT.id, { ...account, phone: 'sip:x@y.example' }, { endsSessions: false });
  assert.notEqual(await signedIn(knex, token, NOW), undefined, 'a new phone changes nothing of that');
  await changeProfile(knex, AGENT.id, { ...account, role: 'compliance' }, { endsSessions: true });
  assert.equal(await signedIn(knex, token, NOW), undefined);
});

storeTest('a disabled account has no session', async (knex) => {
  const token = await session(knex);
  await disableAccount(knex, AGENT.id);
  assert.equal(await signedIn(knex, token, NOW), undefined);
});

storeTest('what only looks does not keep a session awake', async (knex) => {
  const token = await session(knex);
  await signedIn(knex, token, NOW + 14 * MINUTE, { touch: false });
  assert.equal(await signedIn(knex, token, NOW + 15 * MINUTE), undefined);
});

storeTest('the end of a session stands in its stream, with who ended it', async (knex) => {
  const token = await session(knex);
  const found = await signedIn(knex, token, NOW);
  assert.ok(found);
  const end = { why: 'signed_out', by: found.member } as const;
  assert.equal(await closeSession(knex, found.session, end, NOW), true);
  assert.equal(await closeSession(knex, found.session, end, NOW), false);
  await closeSessionsOf(knex, AGENT.id, { id: 'x', name: 'Wu Fang' }, NOW);
  const entries = await entriesOf(knex, sessionStream('s1'));
  assert.deepEqual(
    entries.map(({ type, data }) => [type, data.why, data.approver]),
    [['session.ended', 'signed_out', AGENT.name]],
  );
});
