import type { Knex } from 'knex';
import type { Language } from '../../src/locales/catalogue.ts';
import { DAY, type Instant } from '../../src/platform/clock.ts';
import type { Keyring } from '../../src/platform/keyring.ts';
import { seal } from '../../src/platform/keyring.ts';
import type { Random } from '../../src/platform/random.ts';
import type { Policy } from '../../src/policy/policy.ts';
import { DEMO_STAFF_PREFIX, type StaffProfile } from '../../src/staff/account.ts';
import { activateAccount, findAccount, insertAccount } from '../../src/staff/accounts.store.ts';
import type { StaffRole } from '../../src/staff/roles.ts';
import { totpContext } from '../../src/staff/second-factor.ts';
import { StaffPasswords } from '../../src/staff/staff-passwords.service.ts';

/** Somebody of the demo's desk. Password and second factor are public, and worth nothing outside the demo. */
export interface DemoStaff extends Omit<StaffProfile, 'qualifiedUntil'> {
  readonly id: string;
  readonly password: string;
  /** Base32. */
  readonly totpSecret: string;
}

/** From the day the demo begins. */
const QUALIFIED_DAYS = 365;

const PASSWORD = 'blue lantern over the river';

function person(
  role: StaffRole,
  signIn: string,
  name: string,
  number: string,
  languages: readonly Language[],
  totpSecret: string,
): DemoStaff {
  const phone = role === 'compliance' || role === 'administrator' ? '' : `sip:${signIn}@desk.example`;
  const id = `${DEMO_STAFF_PREFIX}${signIn.replace('.', '-')}`;
  return { id, signIn, name, role, number, languages, phone, password: PASSWORD, totpSecret };
}

/** One of each role and tier, and two where one has to approve what the other asks for. */
export const DEMO_STAFF: readonly DemoStaff[] = [
  person('agent', 'zhou.kai', 'Zhou Kai', '4812', ['zh-CN', 'en-US'], 'ORUW2YLFMFTWK3TUMZXXEZDFNVXXGZLD'),
  person('agent', 'tran.minh', 'Trần Minh', '4821', ['vi-VN', 'en-US'], 'MFTWK3TUOR3W6ZTPOJSGK3LPN5XGY6JB'),
  person(
    'senior_agent',
    'lin.yue',
    'Lin Yue',
    '4833',
    ['zh-CN', 'vi-VN', 'en-US'],
    'ONSW42LPOJQWOZLOORTG64TEMVWW63TM',
  ),
  person(
    'supervisor',
    'nguyen.ha',
    'Nguyễn Hà',
    '4901',
    ['vi-VN', 'zh-CN', 'en-US'],
    'ON2XAZLSOZUXG33SMZXXEZDFNVXW63TM',
  ),
  person('supervisor', 'he.lan', 'He Lan', '4902', ['zh-CN', 'en-US'], 'ON2XAZLSOZUXG33SOR3W6ZTPOJSGK3LP'),
  person('compliance', 'ma.jing', 'Ma Jing', '4950', ['zh-CN', 'en-US'], 'MNXW24DMNFQW4Y3FMZXXEZDFNVXW63TM'),
  person(
    'administrator',
    'pham.thu',
    'Phạm Thu',
    '4990',
    ['vi-VN', 'en-US'],
    'MFSG22LOMZXXEZDFNVXW63TMPEQW433X',
  ),
  person(
    'administrator',
    'wu.fang',
    'Wu Fang',
    '4991',
    ['zh-CN', 'en-US'],
    'MFSG22LOOR3W6ZTPOJSGK3LPN5XGY6JB',
  ),
];

/** DEMO ONLY. Writes the people of the demo's desk who are not there yet, ready to sign in. */
export async function seedDemoStaff(
  knex: Knex,
  keyring: Keyring,
  parameters: Policy['pin']['argon2'],
  random: Random,
  now: Instant,
): Promise<void> {
  const passwords = new StaffPasswords({ keyring, random, parameters });
  for (const { password, totpSecret, ...profile } of DEMO_STAFF) {
    if (await findAccount(knex, { id: profile.id })) continue;
    const hash = await passwords.hash(profile.id, password);
    const [language = 'en-US'] = profile.languages;
    const qualifiedUntil = profile.phone === '' ? undefined : now + QUALIFIED_DAYS * DAY;
    await knex.transaction(async (transaction) => {
      await insertAccount(transaction, {
        ...{ ...profile, qualifiedUntil, state: 'invited', version: 0 },
        ...{ language, theme: 'system', createdAt: now },
      });
      const totpSealed = seal(keyring, random, totpContext(profile.id), totpSecret);
      await activateAccount(transaction, profile.id, { password: hash, totpSealed, totpStep: 0 });
    });
  }
}
