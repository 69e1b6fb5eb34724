import assert from 'node:assert/strict';
import { storeTest } from '../../test/support/databases.ts';
import { account, profile } from '../../test/support/staff.ts';
import {
  accountOfLink,
  accountsNamed,
  activateAccount,
  allAccounts,
  changePages,
  changeProfile,
  disableAccount,
  findAccount,
  insertAccount,
  inviteAccount,
  lockAccountOfLink,
  offerTotp,
  unsafeAccounts,
  useTotpStep,
} from './accounts.store.ts';

const NOW = Date.UTC(2026, 0, 15);
const LINK = { digest: 'digest', expiresAt: NOW + 10 };
const SECRETS = { password: 'verifier', totpSealed: 'sealed', totpStep: 7 };
const NO_SECRETS = {
  password: undefined,
  totpSealed: undefined,
  totpStep: undefined,
  totpOfferedSealed: undefined,
};

storeTest('an account comes back as it was written', async (knex) => {
  const written = account(NOW, { qualifiedUntil: undefined, phone: '' });
  assert.equal(await insertAccount(knex, written), true);
  assert.deepEqual(await findAccount(knex, { id: 'mai' }), { ...written, secrets: NO_SECRETS });
  assert.deepEqual(await findAccount(knex, { signIn: 'do.mai' }), { ...written, secrets: NO_SECRETS });
  assert.equal(await findAccount(knex, { id: 'nobody' }), undefined);
});

storeTest('a sign-in name and an adviser number belong to one account', async (knex) => {
  await insertAccount(knex, account(NOW));
  assert.equal(await insertAccount(knex, account(NOW, { id: 'b', number: '4856' })), false);
  assert.equal(await insertAccount(knex, account(NOW, { id: 'c', signIn: 'other' })), false);
  assert.deepEqual(
    (await allAccounts(knex)).map(({ id }) => id),
    ['mai'],
  );
  const named = await accountsNamed(knex, { signIn: 'other', number: '4855' });
  assert.deepEqual(
    named.map(({ id }) => id),
    ['mai'],
  );
});

storeTest(
  'a link opens its account until it is used, replaced, too old or the account is disabled',
  async (knex) => {
    await insertAccount(knex, account(NOW));
    await inviteAccount(knex, 'mai', LINK);
    assert.equal((await accountOfLink(knex, 'digest', NOW))?.id, 'mai');
    assert.equal((await accountOfLink(knex, 'digest', NOW + 9))?.id, 'mai');
    assert.equal(await accountOfLink(knex, 'digest', NOW + 10), undefined);
    assert.equal(await accountOfLink(knex, 'other', NOW), undefined);
    await inviteAccount(knex, 'mai', { digest: 'newer', expiresAt: NOW + 10 });
    assert.equal(await accountOfLink(knex, 'digest', NOW), undefined);
    await knex.transaction(async (transaction) => {
      assert.equal((await lockAccountOfLink(transaction, 'newer', NOW))?.id, 'mai');
      await activateAccount(transaction, 'mai', SECRETS);
    });
    assert.equal(await accountOfLink(knex, 'newer', NOW), undefined);
    await inviteAccount(knex, 'mai', LINK);
    await disableAccount(knex, 'mai');
    assert.equal(await accountOfLink(knex, 'digest', NOW), undefined);
  },
);

storeTest(
  'the second factor that was shown first stays, and one that is set takes its place',
  async (knex) => {
    await insertAccount(knex, account(NOW));
    await offerTotp(knex, 'mai', 'first');
    await offerTotp(knex, 'mai', 'second');
    assert.equal((await findAccount(knex, { id: 'mai' }))?.secrets.totpOfferedSealed, 'first');
    await activateAccount(knex, 'mai', SECRETS);
    const active = await findAccount(knex, { id: 'mai' });
    assert.deepEqual(
      [active?.state, active?.secrets],
      ['active', { ...SECRETS, totpOfferedSealed: undefined }],
    );
  },
);

storeTest('a new link takes password and second factor away', async (knex) => {
  await insertAccount(knex, account(NOW));
  await activateAccount(knex, 'mai', SECRETS);
  await inviteAccount(knex, 'mai', LINK);
  const invited = await findAccount(knex, { id: 'mai' });
  assert.deepEqual([invited?.state, invited?.secrets, invited?.version], ['invited', NO_SECRETS, 1]);
});

storeTest('a step of the second factor is used once, and none before it', async (knex) => {
  await insertAccount(knex, account(NOW));
  assert.equal(await useTotpStep(knex, 'mai', 8), false, 'not before the account is active');
  await activateAccount(knex, 'mai', SECRETS);
  const used = await Promise.all([8, 8, 8].map((step) => useTotpStep(knex, 'mai', step)));
  assert.deepEqual(used.filter(Boolean), [true]);
  assert.equal(await useTotpStep(knex, 'mai', 7), false);
  assert.equal(await useTotpStep(knex, 'mai', 9), true);
  await disableAccount(knex, 'mai');
  assert.equal(await useTotpStep(knex, 'mai', 10), false);
});

storeTest('what is changed of a profile is, and sessions end where that is asked for', async (knex) => {
  await insertAccount(knex, account(NOW));
  await changeProfile(knex, 'mai', profile({ number: '4856' }), { endsSessions: false });
  await changePages(knex, 'mai', { theme: 'dark' });
  const before = await findAccount(knex, { id: 'mai' });
  assert.deepEqual(
    [before?.number, before?.theme, before?.language, before?.version],
    ['4856', 'dark', 'vi-VN', 0],
  );
  await changeProfile(knex, 'mai', profile({ role: 'supervisor' }), { endsSessions: true });
  const after = await findAccount(knex, { id: 'mai' });
  assert.deepEqual([after?.role, after?.version], ['supervisor', 1]);
});

storeTest(
  'people of the demo and accounts without a factor are counted, unless they are disabled',
  async (knex) => {
    assert.deepEqual(await unsafeAccounts(knex), { ofDemo: 0, withoutFactor: 0 });
    await insertAccount(knex, account(NOW, { id: 'demo-staff-x', state: 'active' }));
    assert.deepEqual(await unsafeAccounts(knex), { ofDemo: 1, withoutFactor: 1 });
    await activateAccount(knex, 'demo-staff-x', SECRETS);
    assert.deepEqual(await unsafeAccounts(knex), { ofDemo: 1, withoutFactor: 0 });
    await disableAccount(knex, 'demo-staff-x');
    assert.deepEqual(await unsafeAccounts(knex), { ofDemo: 0, withoutFactor: 0 });
  },
);
