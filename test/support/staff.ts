import { DEMO_STAFF, type DemoStaff } from '../../db/seeds/demo-staff.ts';
import type { Instant } from '../../src/platform/clock.ts';
import { demoKeys } from '../../src/platform/keyring.settings.ts';
import { seededRandom } from '../../src/platform/random.ts';
import type { StaffAccount, StaffProfile } from '../../src/staff/account.ts';
import { findAccount } from '../../src/staff/accounts.store.ts';
import { tierOf } from '../../src/staff/roles.ts';
import type { StaffDependencies } from '../../src/staff/sign-in.service.ts';
import type { StaffOnDuty } from '../../src/staff/staff-member.ts';
import { StaffPasswords } from '../../src/staff/staff-passwords.service.ts';
import type { Knex } from '../../src/storage/connect.ts';
import { transactionsOn } from '../../src/storage/transactions.ts';

/** The least argon2 takes: these tests are about what is counted and decided, not about cost. */
export const QUICK_ARGON2 = { memoryKib: 8, passes: 1, lanes: 1 };

/** What use cases of staff work with, on a database of a test's own. */
export function staffParts(knex: Knex): StaffDependencies {
  const keyring = demoKeys();
  const random = seededRandom('staff');
  const passwords = new StaffPasswords({ keyring, random, parameters: QUICK_ARGON2 });
  return { knex, transactions: transactionsOn(knex), keyring, random, passwords };
}

/** A profile that is taken; what is said otherwise is otherwise. */
export function profile(changed: Partial<StaffProfile> = {}): StaffProfile {
  return {
    ...{ signIn: 'do.mai', name: 'Đỗ Mai', role: 'agent', number: '4855', languages: ['vi-VN'] },
    ...{ phone: '+842873000100', qualifiedUntil: Date.UTC(2027, 0, 1), ...changed },
  };
}

/** Somebody of the demo as they act now, in a session called by their name. */
export async function onDuty(knex: Knex, member: DemoStaff): Promise<StaffOnDuty> {
  const account = await findAccount(knex, { id: member.id });
  if (!account) throw new Error('nobody has this id');
  const { id, name, number, role, languages, phone, qualifiedUntil } = account;
  return {
    ...{ id, name, number, role, languages, phone, qualifiedUntil },
    tier: tierOf(role),
    session: member.signIn,
  };
}

/** The administrators of the demo. */
export const ADMINISTRATORS = DEMO_STAFF.filter(({ role }) => role === 'administrator');

/** A new account as a store writes it. */
export function account(createdAt: Instant, changed: Partial<StaffAccount> = {}): StaffAccount {
  return {
    ...{
      ...profile(),
      id: 'mai',
      state: 'invited',
      version: 0,
      language: 'vi-VN',
      theme: 'system',
      createdAt,
    },
    ...changed,
  };
}
