import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { parse } from 'yaml';
import { findPinWeakness } from '../../src/credentials/pin-strength.ts';
import { PinVerifiers } from '../../src/credentials/pin-verifier.service.ts';
import { pinVerifierOf } from '../../src/credentials/pin-verifiers.store.ts';
import { registeredPhone } from '../../src/customers/customer.ts';
import { allCustomers, findByIdentity } from '../../src/customers/customers.store.ts';
import { nationalIdBirthDigits, readNationalId } from '../../src/jurisdictions/national-id.ts';
import { normalisePhoneNumber } from '../../src/jurisdictions/phone-number.ts';
import { DAY, HOUR } from '../../src/platform/clock.ts';
import { demoKeys } from '../../src/platform/keyring.settings.ts';
import { blindIndex } from '../../src/platform/keyring.ts';
import { seededRandom } from '../../src/platform/random.ts';
import { policySchema } from '../../src/policy/policy.ts';
import { connect, type Knex } from '../../src/storage/connect.ts';
import { migrate } from '../../src/storage/migrate.ts';
import { isDemoCompany, seedDemoCompany } from './demo-company.ts';
import { DEMO_CUSTOMERS } from './demo-customers.ts';

const NOW = Date.UTC(2026, 0, 15, 2);
const keyring = demoKeys();
const random = seededRandom('demo');
const shipped = policySchema.parse(
  parse(readFileSync(new URL('../../flows/policy/default.yaml', import.meta.url), 'utf8')),
);
const argon2 = { memoryKib: 8, passes: 1, lanes: 1 };
const policy = { ...shipped, pin: { ...shipped.pin, argon2 } };
let knex: Knex;
before(async () => {
  knex = connect({ kind: 'sqlite', file: ':memory:' });
  await migrate(knex);
  assert.equal(await isDemoCompany(knex), false);
  assert.equal(await seedDemoCompany(knex, keyring, policy, random, NOW), 'seeded');
});
after(() => knex.destroy());

test('demo customers have valid and different IDs and phones, and PINs that could be chosen', () => {
  const seen = new Set<string>();
  for (const { id, nationalId, phone, queryPin, transactionPin } of DEMO_CUSTOMERS) {
    const readId = readNationalId(nationalId, NOW);
    assert.equal(readId?.id, nationalId, id);
    if (phone) assert.equal(normalisePhoneNumber(phone.e164, 'CN'), phone.e164, id);
    const own = { nationalId, birthDigits: nationalIdBirthDigits(readId), phone: phone?.e164 ?? '' };
    for (const pin of [queryPin, transactionPin]) {
      assert.match(pin, /^\d{6}$/);
      assert.equal(findPinWeakness(pin, own), undefined, `${id} ${pin}`);
    }
    for (const value of [nationalId, phone?.e164 ?? id, queryPin, transactionPin]) {
      assert.ok(!seen.has(value), `${value} is used twice`);
      seen.add(value);
    }
  }
});

test('the demo company has everyone a tester needs', async () => {
  const customers = await allCustomers(knex);
  assert.ok(customers.length >= 14);
  const count = (of: (customer: (typeof customers)[number]) => boolean) => customers.filter(of).length;
  assert.ok(count((c) => c.locale === 'en-US') >= 1);
  assert.ok(count((c) => c.jurisdiction === 'CN') >= 5 && count((c) => c.jurisdiction === 'VN') >= 5);
  assert.equal(
    count((c) => c.freeze === 'full' && c.frozenAt !== null),
    1,
  );
  assert.equal(
    count((c) => c.phoneSealed === null),
    1,
  );
  assert.equal(
    count((c) => c.phoneSince === NOW - 2 * HOUR),
    1,
  );
  // One SIM that was changed lately, one that the operator knows nothing of (Z5).
  const sims: { changed_at: number | null }[] = await knex('demo_sims').select('changed_at');
  assert.deepEqual(sims.map(({ changed_at }) => changed_at === null).sort(), [false, true]);
  assert.ok(DEMO_CUSTOMERS.some((customer) => customer.nationalId.endsWith('X')));
  assert.ok(DEMO_CUSTOMERS.some((customer) => customer.name.family.length >= 15));
  const locks = await knex('lock_counters').whereNotNull('void_at');
  assert.equal(locks.length, 1);
  assert.equal(locks[0].factor, 'pin.transaction');
  assert.equal((await knex('bank_payees').where('added_at', NOW - HOUR)).length, 1);
  for (const customer of customers) {
    const accounts = await knex('bank_accounts').where({ customer_id: customer.id });
    assert.ok(accounts.length >= 1 && accounts.length <= 2);
    for (const account of accounts)
      assert.ok(account.balance_minor >= (account.currency === 'VND' ? 60_000_000 : 20_000_000), account.id);
  }
});

test('every demo customer is found by phone and ID, and both PINs match', async () => {
  const pins = new PinVerifiers({ keyring, random, parameters: argon2, concurrency: 2, queueLimit: 10 });
  for (const { id, nationalId, phone, queryPin, transactionPin } of DEMO_CUSTOMERS) {
    if (phone) {
      const customer = await findByIdentity(
        knex,
        blindIndex(keyring, 'phone', phone.e164),
        blindIndex(keyring, 'national_id', nationalId),
      );
      assert.equal(customer?.id, id);
      assert.equal(customer && registeredPhone(customer, keyring)?.e164, phone.e164);
    }
    for (const [kind, pin] of [
      ['query', queryPin],
      ['transaction', transactionPin],
    ] as const) {
      const verifier = await pinVerifierOf(knex, id, kind);
      assert.equal(await pins.verify({ verifier, customerId: id, kind, pin }), 'match');
    }
  }
});

test('seeding again leaves freezes and balances alone and tells the hours from now', async () => {
  const later = NOW + 3 * DAY;
  await knex('customers').where({ id: 'demo-01' }).update({ freeze: 'provisional' });
  await knex('bank_accounts').where({ id: 'demo-01-account-1' }).update({ balance_minor: 1 });
  assert.equal(await seedDemoCompany(knex, keyring, policy, random, later), 'renewed');
  const customers = await allCustomers(knex);
  assert.equal(customers.length, DEMO_CUSTOMERS.length);
  assert.equal(customers.find((customer) => customer.id === 'demo-01')?.freeze, 'provisional');
  assert.equal((await knex('bank_accounts').where({ id: 'demo-01-account-1' }).first()).balance_minor, 1);
  assert.equal(customers.filter((customer) => customer.phoneSince === later - 2 * HOUR).length, 1);
  assert.equal((await knex('bank_payees').where('added_at', later - HOUR)).length, 1);
});

test('a database with real customers is refused and left as it is', async (t) => {
  const real = connect({ kind: 'sqlite', file: ':memory:' });
  t.after(() => real.destroy());
  await migrate(real);
  await real('customers').insert({
    id: 'real',
    locale: 'zh-CN',
    jurisdiction: 'CN',
    name_sealed: '',
    national_id_sealed: '',
    national_id_index: '',
    created_at: 1,
  });
  assert.equal(await seedDemoCompany(real, keyring, policy, random, NOW), 'refused_real_data');
  assert.equal(await isDemoCompany(real), false);
  assert.equal((await real('customers')).length, 1);
});
