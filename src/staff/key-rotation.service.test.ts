import assert from 'node:assert/strict';
import { seedDemoStaff } from '../../db/seeds/demo-staff.ts';
import { storeTest } from '../../test/support/databases.ts';
import { account, QUICK_ARGON2, staffParts } from '../../test/support/staff.ts';
import { type Keyring, open } from '../platform/keyring.ts';
import { findAccount, insertAccount, offerTotp } from './accounts.store.ts';
import { rotateStaffKeys } from './key-rotation.service.ts';
import { totpContext } from './second-factor.ts';

const NOW = Date.UTC(2026, 0, 15);

storeTest(
  'after a rotation every second factor opens without the older key, and a repeat does nothing',
  async (knex) => {
    const { keyring, random } = staffParts(knex);
    await seedDemoStaff(knex, keyring, QUICK_ARGON2, random, NOW);
    const newer = ['newer', Buffer.alloc(32, 7)] as const;
    const both: Keyring = {
      ...keyring,
      encryption: { currentId: 'newer', byId: new Map([newer, ...keyring.encryption.byId]) },
    };
    const by = { person: 'operator', now: NOW };
    assert.equal(await rotateStaffKeys(knex, both, random, by), 8);
    assert.equal(await rotateStaffKeys(knex, both, random, by), 0);
    const alone: Keyring = { ...keyring, encryption: { currentId: 'newer', byId: new Map([newer]) } };
    const found = await findAccount(knex, { id: 'demo-staff-lin-yue' });
    assert.match(
      open(alone, totpContext('demo-staff-lin-yue'), found?.secrets.totpSealed ?? ''),
      /^[A-Z2-7]{32}$/,
    );
    await insertAccount(knex, account(NOW));
    await offerTotp(knex, 'mai', 'v1.other.x');
    await assert.rejects(rotateStaffKeys(knex, both, random, by), /no key opens/);
  },
);
