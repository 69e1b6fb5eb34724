import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { seedDemoStaff } from '../db/seeds/demo-staff.ts';
import { systemClock } from '../src/platform/system-clock.ts';
import { insertAccount } from '../src/staff/accounts.store.ts';
import { connect, type Knex } from '../src/storage/connect.ts';
import { productionSettings, refusedStart, startProduction, untilReady } from './support/production.ts';
import { account, QUICK_ARGON2, staffParts } from './support/staff.ts';

/** Changes the database of a production that has not started. */
async function inDatabase(folder: string, work: (knex: Knex) => Promise<unknown>): Promise<void> {
  const knex = connect({ kind: 'sqlite', file: join(folder, 'hotline.sqlite') });
  await work(knex);
  await knex.destroy();
}

describe('npm start refuses a desk', () => {
  for (const [what, DESK_URL] of [
    ['without https', 'http://desk.example'],
    ['with a path', 'https://desk.example/here'],
    ['with a password in its address', 'https://a:b@desk.example'],
  ] as const)
    test(what, async (t) => {
      const { end, said } = await refusedStart(t, { ...(await productionSettings(t)), DESK_URL });
      assert.equal(end, 1);
      assert.match(said, /^- DESK_URL must be an https address without a path/m);
    });

  test('with people of the demo, and with an account that lacks a second factor, both told at once', async (t) => {
    const settings = await productionSettings(t);
    await inDatabase(settings.folder, async (knex) => {
      const { keyring, random } = staffParts(knex);
      await seedDemoStaff(knex, keyring, QUICK_ARGON2, random, systemClock.now());
      await insertAccount(knex, account(systemClock.now(), { state: 'active' }));
    });
    const { end, said } = await refusedStart(t, { ...settings, DESK_URL: 'https://desk.example' });
    assert.equal(end, 1);
    assert.match(said, /^- This database holds people of the demo desk, whose passwords are public/m);
    assert.match(said, /^- An account of the desk has no second factor/m);
  });

  test('with words that cannot be used', async (t) => {
    const settings = await productionSettings(t);
    const { end, said } = await refusedStart(t, {
      ...{ ...settings, DESK_URL: 'https://desk.example', LOCALES_DIR: settings.folder },
    });
    assert.equal(end, 1);
    assert.match(
      said,
      /^- The words of the desk cannot be used: zh-CN desk words: the file .* cannot be read/m,
    );
  });
});

test('a desk is served where its address is set, and nowhere else is anything of it', async (t) => {
  for (const [DESK_URL, status] of [
    ['https://desk.example', 200],
    ['', 404],
  ] as const) {
    const settings = await productionSettings(t);
    const started = startProduction(t, { ...settings, DESK_URL }, ['ignore', 'ignore', 'inherit']);
    await untilReady(started, settings);
    const answer = await fetch(`http://127.0.0.1:${settings.PORT}/sign-in`);
    assert.equal(answer.status, status, DESK_URL);
    started.child.kill('SIGTERM');
    assert.equal(await started.ended, 0);
  }
});
