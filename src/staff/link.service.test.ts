import assert from 'node:assert/strict';
import { storeTest } from '../../test/support/databases.ts';
import { account, staffParts } from '../../test/support/staff.ts';
import { readCounter } from '../lockout/counters.store.ts';
import { HOUR } from '../platform/clock.ts';
import type { Knex } from '../storage/connect.ts';
import { findAccount, insertAccount, inviteAccount } from './accounts.store.ts';
import { LINK_MILLISECONDS } from './administration.service.ts';
import { consumeLink, openLink } from './link.service.ts';
import { newSecretToken } from './sessions.service.ts';
import { giveStaffCode, giveStaffPassword } from './sign-in.service.ts';
import { signInSubject } from './sign-in-attempts.service.ts';
import { totpCode } from './totp.ts';

const NOW = Date.UTC(2026, 0, 15);
const PASSWORD = 'blue lantern over the river';

/** Somebody who has a link, and its key. */
async function invited(knex: Knex) {
  const parts = staffParts(knex);
  await insertAccount(knex, account(NOW));
  const { token: key, digest } = newSecretToken(parts.random);
  await inviteAccount(knex, 'mai', { digest, expiresAt: NOW + LINK_MILLISECONDS });
  return { parts, key };
}

storeTest('a link sets password and second factor, once, and with both its owner gets in', async (knex) => {
  const { parts, key } = await invited(knex);
  const opened = await openLink(parts, key, NOW);
  assert.ok(opened);
  const code = totpCode(opened.totpSecret, NOW);
  const done = { kind: 'done', signIn: 'do.mai' };
  assert.deepEqual(await consumeLink(parts, key, { password: PASSWORD, code }, NOW), done);
  const again = await consumeLink(parts, key, { password: `${PASSWORD} 2`, code }, NOW);
  assert.deepEqual(again, { kind: 'refused', reason: 'link_unusable' });
  assert.equal(await openLink(parts, key, NOW), undefined, 'the secret is shown no more');
  const from = { address: '192.0.2.1', known: false, device: '?' };
  const password = await giveStaffPassword(parts, { signIn: 'Do.Mai ', password: PASSWORD }, from, NOW);
  assert.ok(password.kind === 'go_on');
  const used = await giveStaffCode(parts, password.token, code, from, NOW);
  assert.equal(used.kind, 'refused', 'the code that confirmed the app is used');
  const next = totpCode(opened.totpSecret, NOW + 30_000);
  assert.equal((await giveStaffCode(parts, password.token, next, from, NOW + 30_000)).kind, 'go_on');
});

storeTest('a link is refused for what is wrong, and stays usable', async (knex) => {
  const { parts, key } = await invited(knex);
  const opened = await openLink(parts, key, NOW);
  assert.ok(opened);
  const code = totpCode(opened.totpSecret, NOW);
  const reason = async (chosen: { password: string; code: string }, withKey = key, at = NOW) => {
    const answer = await consumeLink(parts, withKey, chosen, at);
    return answer.kind === 'refused' ? answer.reason : answer.kind;
  };
  assert.equal(await reason({ password: 'short', code }), 'too_short');
  assert.equal(await reason({ password: 'do.mai do.mai do.mai', code }), 'own_name');
  assert.equal(await reason({ password: PASSWORD, code: '000000' }), 'code_wrong');
  assert.equal(
    await reason({ password: PASSWORD, code }, newSecretToken(parts.random).token),
    'link_unusable',
  );
  assert.equal(await reason({ password: PASSWORD, code }, 'mai'), 'link_unusable');
  assert.equal(await reason({ password: PASSWORD, code }, key, NOW + LINK_MILLISECONDS), 'link_unusable');
  assert.equal(
    (await openLink(parts, key, NOW + HOUR))?.totpSecret,
    opened.totpSecret,
    'an app may have it already',
  );
  assert.equal(await reason({ password: PASSWORD, code }), 'done');
});

storeTest('of two who use a link at once, one does', async (knex) => {
  const { parts, key } = await invited(knex);
  const opened = await openLink(parts, key, NOW);
  const code = totpCode(opened?.totpSecret ?? '', NOW);
  const answers = await Promise.all(
    [PASSWORD, `${PASSWORD} 2`].map((password) => consumeLink(parts, key, { password, code }, NOW)),
  );
  assert.deepEqual(answers.map(({ kind }) => kind).sort(), ['done', 'refused']);
});

storeTest('failures at the password of before end with it', async (knex) => {
  const { parts, key } = await invited(knex);
  const from = { address: '192.0.2.1', known: true, device: '?' };
  for (let n = 0; n < 40; n++)
    await giveStaffPassword(parts, { signIn: 'do.mai', password: 'wrong' }, from, NOW + n * 24 * HOUR);
  const subject = signInSubject(parts.keyring, 'do.mai');
  assert.notEqual((await readCounter(knex, subject, 'staff.password')).voidAt, null);
  const opened = await openLink(parts, key, NOW);
  await consumeLink(parts, key, { password: PASSWORD, code: totpCode(opened?.totpSecret ?? '', NOW) }, NOW);
  assert.equal((await readCounter(knex, subject, 'staff.password')).voidAt, null);
  assert.equal((await findAccount(knex, { id: 'mai' }))?.state, 'active');
  assert.equal(
    (await giveStaffPassword(parts, { signIn: 'do.mai', password: PASSWORD }, from, NOW)).kind,
    'go_on',
  );
});

storeTest(
  'a database without its keys lets nobody in: no password, factor or token stands in it',
  async (knex) => {
    const { parts, key } = await invited(knex);
    const opened = await openLink(parts, key, NOW);
    const code = totpCode(opened?.totpSecret ?? '', NOW);
    await consumeLink(parts, key, { password: PASSWORD, code }, NOW);
    const tables = ['staff_accounts', 'staff_sessions', 'staff_changes', 'attempts', 'ledger_entries'];
    const dump = JSON.stringify(await Promise.all(tables.map((table) => knex(table))));
    for (const secret of [key, opened?.totpSecret ?? key, PASSWORD, code]) assert.ok(!dump.includes(secret));
  },
);
