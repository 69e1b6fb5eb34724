import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { connect, type Knex } from '../persistence/connect.ts';
import { migrate } from '../persistence/migrate.ts';
import { Fault } from '../platform/fault.ts';
import { blindIndex, type Keys, open } from '../platform/keys.ts';
import { seededRandom } from '../platform/random.ts';
import { customerName, publicFacts, registeredPhone, sealContext } from './customer.ts';
import {
  customerById,
  enrolledNationalIds,
  findByIdentity,
  freezeCustomer,
  insertCustomer,
  pinVerifierOf,
  setContactPhone,
} from './customers.store.ts';

const NOW = Date.UTC(2026, 0, 15);
const keys: Keys = {
  encryption: { currentId: 'a', byId: new Map([['a', Buffer.alloc(32, 1)]]) },
  index: Buffer.alloc(32, 2),
  pepper: Buffer.alloc(32, 3),
};
const random = seededRandom('customers');
const PHONE = '+8613800138000';
const ID = '11010519491231002X';
let knex: Knex;

before(async () => {
  knex = connect({ kind: 'sqlite', file: ':memory:' });
  await migrate(knex);
  await insertCustomer(
    knex,
    keys,
    random,
    {
      id: 'wang',
      locale: 'zh-CN',
      name: { full: '王小明', family: '王', title: 'mr' },
      nationalId: { kind: 'CN', id: ID },
      phone: { e164: PHONE, since: NOW - 1000 },
      verifiers: { query: 'verifier' },
    },
    NOW,
  );
  await insertCustomer(
    knex,
    keys,
    random,
    {
      id: 'nguyen',
      locale: 'vi-VN',
      name: { full: 'Nguyễn Thị An', family: 'Nguyễn', title: 'ms' },
      nationalId: { kind: 'VN', id: '001190000001' },
      verifiers: {},
    },
    NOW,
  );
});
after(() => knex.destroy());

test('a customer is found by phone and ID together, and by nothing less', async () => {
  const [phone, id] = [blindIndex(keys, 'phone', PHONE), blindIndex(keys, 'national_id', ID)];
  assert.equal((await findByIdentity(knex, phone, id))?.id, 'wang');
  assert.equal(await findByIdentity(knex, phone, blindIndex(keys, 'national_id', '001190000001')), undefined);
  assert.equal(await findByIdentity(knex, blindIndex(keys, 'phone', '+84912345678'), id), undefined);
});

test('known and unknown callers cost the same one query each', async () => {
  const queries: string[] = [];
  const listen = (query: { sql: string }) => queries.push(query.sql);
  knex.on('query', listen);
  await findByIdentity(knex, blindIndex(keys, 'phone', PHONE), blindIndex(keys, 'national_id', ID));
  await findByIdentity(knex, 'nobody', 'nobody');
  await pinVerifierOf(knex, 'wang', 'query');
  await pinVerifierOf(knex, undefined, 'query');
  knex.off('query', listen);
  assert.equal(queries.length, 4);
  assert.equal(queries[0], queries[1]);
  assert.equal(queries[2], queries[3]);
});

test('no column holds a name, phone or ID in clear', async () => {
  const dump = JSON.stringify(await knex('customers'));
  for (const clear of [ID, PHONE, '13800138000', '王', 'Nguyễn', '19491231'])
    assert.ok(!dump.includes(clear), clear);
});

test('the read-back holds surname, form of address and last fours only', async () => {
  const wang = await customerById(knex, 'wang');
  assert.ok(wang);
  assert.deepEqual(publicFacts(wang, keys), {
    familyName: '王',
    addressed: { 'zh-CN': '王先生', 'vi-VN': 'ông 王', 'en-US': 'Mr 王' },
    idLastFour: '002X',
    phoneLastFour: '8000',
    locale: 'zh-CN',
    jurisdiction: 'CN',
  });
  assert.equal(customerName(wang, keys).full, '王小明');
  assert.deepEqual(registeredPhone(wang, keys), { e164: PHONE, since: NOW - 1000 });
  const nguyen = await customerById(knex, 'nguyen');
  assert.ok(nguyen);
  assert.equal(registeredPhone(nguyen, keys), undefined);
  assert.equal(publicFacts(nguyen, keys).phoneLastFour, undefined);
  assert.equal(publicFacts(nguyen, keys).addressed['vi-VN'], 'bà Nguyễn');
});

test('a sealed value moved to another customer does not open', async () => {
  const [wang, nguyen] = [await customerById(knex, 'wang'), await customerById(knex, 'nguyen')];
  assert.ok(wang && nguyen);
  assert.throws(() => publicFacts({ ...nguyen, nameSealed: wang.nameSealed }, keys), Fault);
});

test('PIN verifiers are kept by kind', async () => {
  assert.equal(await pinVerifierOf(knex, 'wang', 'query'), 'verifier');
  assert.equal(await pinVerifierOf(knex, 'wang', 'transaction'), undefined);
});

test('a freeze works twice, rises to full, and never falls back', async () => {
  const freeze = (level: 'provisional' | 'full', now: number) => freezeCustomer(knex, 'nguyen', level, now);
  const state = async () => {
    const customer = await customerById(knex, 'nguyen');
    return [customer?.freeze, customer?.frozenAt];
  };
  assert.equal(await freeze('provisional', 1), 'frozen');
  assert.equal(await freeze('provisional', 2), 'already_frozen');
  assert.deepEqual(await state(), ['provisional', 1]);
  assert.equal(await freeze('full', 3), 'frozen');
  assert.equal(await freeze('full', 4), 'already_frozen');
  assert.equal(await freeze('provisional', 5), 'already_frozen');
  assert.deepEqual(await state(), ['full', 3]);
});

test('a contact number is stored sealed and the registered phone stays', async () => {
  await setContactPhone(knex, keys, random, 'wang', '+8613900000009');
  const wang = await customerById(knex, 'wang');
  assert.ok(wang?.contactPhoneSealed);
  assert.equal(
    open(keys, sealContext('contact_phone_sealed', 'wang'), wang.contactPhoneSealed),
    '+8613900000009',
  );
  assert.equal(registeredPhone(wang, keys)?.e164, PHONE);
  await assert.rejects(setContactPhone(knex, keys, random, 'nobody', '+8613900000009'));
});

test('enrolled IDs are recognised among many', async () => {
  const many = Array.from({ length: 1200 }, (_, number) => `none-${number}`);
  const known = blindIndex(keys, 'national_id', ID);
  assert.deepEqual([...(await enrolledNationalIds(knex, [...many, known]))], [known]);
});
