import assert from 'node:assert/strict';
import { seedDemoStaff } from '../../db/seeds/demo-staff.ts';
import { storeTest } from '../../test/support/databases.ts';
import { demoStaff } from '../../test/support/desk.ts';
import { QUICK_ARGON2, staffParts } from '../../test/support/staff.ts';
import { HOUR } from '../platform/clock.ts';
import type { Knex } from '../storage/connect.ts';
import { beginProgram } from './programs.service.ts';
import { closeSession, newSecretToken, type SignedIn, signedIn } from './sessions.service.ts';
import { insertSession } from './sessions.store.ts';
import type { StaffDependencies } from './sign-in.service.ts';

const NOW = Date.UTC(2026, 0, 15);
const AGENT = demoStaff('agent');

/** Somebody who has signed in with a browser. */
async function inBrowser(knex: Knex): Promise<SignedIn> {
  const { keyring, random } = staffParts(knex);
  await seedDemoStaff(knex, keyring, QUICK_ARGON2, random, NOW);
  const { token, digest } = newSecretToken(random);
  const session = { id: 's1', staffId: AGENT.id, version: 0, createdAt: NOW, secondFactorAt: NOW };
  await insertSession(knex, digest, { ...session, endsAt: NOW + HOUR, device: '?' });
  const found = await signedIn(knex, token, NOW);
  assert.ok(found);
  return found;
}

async function begun(parts: StaffDependencies, by: SignedIn, name: string): Promise<string> {
  const answer = await beginProgram(parts, by, name, NOW);
  assert.ok(answer.kind === 'done', JSON.stringify(answer));
  return answer.token;
}

storeTest('a program acts as its person until the session ends that it was begun in', async (knex) => {
  const by = await inBrowser(knex);
  const token = await begun(staffParts(knex), by, ' CRM ');
  const asProgram = () => signedIn(knex, token, NOW, { touch: true, as: 'program' });
  const found = await asProgram();
  assert.deepEqual(
    [found?.member.id, found?.session.program, found?.session.endsAt],
    [AGENT.id, 'CRM', by.session.endsAt],
  );
  assert.notEqual(found?.session.id, by.session.id);
  assert.equal(await signedIn(knex, token, NOW), undefined, 'it opens no page');
  await closeSession(knex, by.session, { why: 'signed_out', by: by.member }, NOW);
  assert.equal(await asProgram(), undefined);
});

storeTest('a program is named, and a session has five at most', async (knex) => {
  const by = await inBrowser(knex);
  const parts = staffParts(knex);
  for (const name of ['', '  ', '1', '<b>', 'x'.repeat(41), '\n'])
    assert.deepEqual(await beginProgram(parts, by, name, NOW), {
      ...{ kind: 'refused', reason: 'unfit' },
    });
  for (let count = 0; count < 5; count++) await begun(parts, by, `Program ${count}`);
  const sixth = await beginProgram(parts, by, 'CRM', NOW);
  assert.deepEqual(sixth, { kind: 'refused', reason: 'many' });
});
