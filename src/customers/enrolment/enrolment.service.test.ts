import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { storeTest, tablesOf } from '../../../test/support/databases.ts';
import { PinVerifiers } from '../../credentials/pin-verifier.service.ts';
import { pinVerifierOf } from '../../credentials/pin-verifiers.store.ts';
import { entriesOf } from '../../ledger/ledger.store.ts';
import { SYSTEM_STREAM } from '../../ledger/stream.ts';
import { blindIndex, type Keyring, sealedKeyId } from '../../platform/keyring.ts';
import { seededRandom } from '../../platform/random.ts';
import { policySchema } from '../../policy/policy.ts';
import type { Knex } from '../../storage/connect.ts';
import { customerName, registeredPhone, SEALED_COLUMNS } from '../customer.ts';
import { allCustomers, findByIdentity, setContactPhone } from '../customers.store.ts';
import { keysOpenCustomer, rotateCustomerKeys, SEALED_ELSEWHERE } from '../key-rotation.service.ts';
import { enrolCustomers } from './enrolment.service.ts';
import type { Question } from './findings.ts';
import type { Mode } from './judge-rows.service.ts';

const NOW = Date.UTC(2026, 0, 15, 2);
const random = seededRandom('enrolment');
const argon2 = { memoryKib: 8, passes: 1, lanes: 1 };
const shipped = policySchema.parse(
  parse(readFileSync(new URL('../../../flows/policy/default.yaml', import.meta.url), 'utf8')),
);
const policy = { ...shipped, pin: { ...shipped.pin, argon2 } };
const [oldKey, newKey] = [Buffer.alloc(32, 1), Buffer.alloc(32, 9)];
const keysWith = (encryption: readonly (readonly [string, Buffer])[]): Keyring => ({
  encryption: { currentId: encryption[0]?.[0] ?? '', byId: new Map(encryption) },
  index: Buffer.alloc(32, 2),
  pepper: Buffer.alloc(32, 3),
});
const keyring = keysWith([['old_1', oldKey]]);
const HEADER = 'name,family_name,title,locale,phone,national_id,query_pin,transaction_pin,phone_since';
const LI = '李娜,李,ms,zh-CN,13800001001,110101198504120019,775147,294803,2020-02-03';
const NGUYEN = 'Nguyễn Văn An,Nguyễn,mr,vi-VN,0900001009,001085000101,227687,,';
const WEAK = '陈建国,陈,mr,zh-CN,13800001002,31010619900923002X,123456,225335,';
const csv = (...rows: string[]) => Buffer.from([HEADER, ...rows].join('\n'));

const sourceOf = (file: Buffer) =>
  async function* pieces() {
    yield file;
  };
const PLAIN = {
  dryRun: false,
  mode: 'insert' as Mode,
  skipBad: false,
  accepted: [] as readonly Question[],
  dateOrder: undefined,
};

const BY = { person: 'Li Na', now: NOW };

const enrolOn =
  (knex: Knex) =>
  async (file: Buffer, over: Partial<typeof PLAIN> = {}, own = keyring, now = NOW) => {
    const by = { knex, keyring: own, random, policy, person: 'Li Na' };
    const result = await enrolCustomers(by, sourceOf(file), { ...PLAIN, ...over }, now);
    if (result.kind === 'wrong_keys') return result;
    const { added, changed, unchanged, skipped, withoutPin } = result.summary;
    const counts = { added, changed, unchanged, skipped, withoutPin };
    return { kind: result.kind, ...counts, problems: result.problems, result };
  };

storeTest('enrolled customers are found and their PINs match', async (knex) => {
  const enrol = enrolOn(knex);
  assert.partialDeepStrictEqual(await enrol(csv(LI, NGUYEN)), { kind: 'enrolled', added: 2, withoutPin: 1 });
  const li = await findByIdentity(
    knex,
    blindIndex(keyring, 'phone', '+8613800001001'),
    blindIndex(keyring, 'national_id', '110101198504120019'),
  );
  assert.ok(li);
  assert.equal(customerName(li, keyring).full, '李娜');
  const [enrolled, ...more] = await entriesOf(knex, { kind: 'customer', id: li.id });
  assert.deepEqual(more, []);
  assert.deepEqual(
    [enrolled?.type, enrolled?.data],
    ['customer.enrolled', { person: 'Li Na', language: 'zh-CN', jurisdiction: 'CN' }],
  );
  const pins = new PinVerifiers({ keyring, random, parameters: argon2, concurrency: 1, queueLimit: 1 });
  const verifier = await pinVerifierOf(knex, li.id, 'transaction');
  const entry = { verifier, customerId: li.id, kind: 'transaction', pin: '294803' } as const;
  assert.equal(await pins.verify(entry), 'match');
  const nguyen = (await allCustomers(knex)).find((customer) => customer.jurisdiction === 'VN');
  assert.equal(await pinVerifierOf(knex, nguyen?.id, 'transaction'), undefined);
});

storeTest('one wrong row keeps every other row out', async (knex) => {
  const enrol = enrolOn(knex);
  const result = await enrol(csv(LI, WEAK, NGUYEN));
  assert.equal(result.kind, 'refused');
  assert.equal((await knex('customers')).length, 0);
  assert.equal((await knex('pin_verifiers')).length, 0);
});

storeTest('a customer who is enrolled already keeps the whole file out', async (knex) => {
  const enrol = enrolOn(knex);
  await enrol(csv(LI));
  for (const dryRun of [true, false])
    assert.partialDeepStrictEqual(await enrol(csv(NGUYEN, LI), { dryRun }), {
      kind: 'refused',
      problems: [
        {
          row: 3,
          column: 'national_id',
          problem: 'belongs to a customer who is enrolled already (--mode update or --mode skip)',
        },
      ],
    });
  assert.equal((await knex('customers')).length, 1);
});

storeTest('the same file enrolled twice at the same time is enrolled once', async (knex) => {
  const enrol = enrolOn(knex);
  const results = await Promise.all([enrol(csv(LI, NGUYEN)), enrol(csv(LI, NGUYEN))]);
  assert.deepEqual(results.map((result) => result.kind).sort(), ['enrolled', 'refused']);
  assert.equal((await knex('customers')).length, 2);
});

storeTest('a failure in the middle of writing leaves nothing behind', async (knex) => {
  const enrol = enrolOn(knex);
  // Whoever comes second cannot be written.
  await knex.schema.alterTable('customers', (table) => void table.unique(['freeze']));
  await assert.rejects(enrol(csv(LI, NGUYEN)));
  assert.equal((await knex('customers')).length, 0);
});

storeTest('a dry run writes nothing', async (knex) => {
  const enrol = enrolOn(knex);
  assert.partialDeepStrictEqual(await enrol(csv(LI), { dryRun: true }), {
    kind: 'checked',
    added: 1,
    withoutPin: 0,
  });
  assert.equal((await knex('customers')).length, 0);
});

storeTest('keys of another deployment are noticed before anything is written', async (knex) => {
  const enrol = enrolOn(knex);
  await enrol(csv(LI));
  const foreign = keysWith([['old_1', newKey]]);
  assert.deepEqual(await enrol(csv(NGUYEN), {}, foreign), { kind: 'wrong_keys' });
  const otherIndex = { ...keyring, index: Buffer.alloc(32, 7) };
  assert.deepEqual(await enrol(csv(NGUYEN), {}, otherIndex), { kind: 'wrong_keys' });
  assert.equal((await knex('customers')).length, 1);
});

storeTest(
  'after a rotation everything opens with the new key alone, and is found as before',
  async (knex) => {
    const enrol = enrolOn(knex);
    await enrol(csv(LI, NGUYEN));
    const both = keysWith([
      ['new-1', newKey],
      ['old_1', oldKey],
    ]);
    const [first] = await allCustomers(knex);
    await setContactPhone(knex, both, random, first?.id ?? '', '+8613900000009');
    assert.deepEqual(await rotateCustomerKeys(knex, both, random, BY), { resealed: 6, remaining: [] });
    assert.deepEqual(await rotateCustomerKeys(knex, both, random, BY), { resealed: 0, remaining: [] });
    for (const row of await knex('customers').select(...SEALED_COLUMNS))
      for (const sealed of Object.values(row))
        if (sealed !== null) assert.equal(sealedKeyId(String(sealed)), 'new-1');
    assert.deepEqual(
      (await entriesOf(knex, SYSTEM_STREAM)).map(({ type, data }) => ({ type, ...data })),
      [{ type: 'keys.rotated', person: 'Li Na', keyId: 'new-1', count: 6 }],
      'one rotation changed something and is recorded',
    );
    const alone = keysWith([['new-1', newKey]]);
    for (const customer of await allCustomers(knex)) {
      assert.ok(keysOpenCustomer(customer, alone));
      assert.ok(registeredPhone(customer, alone));
    }
  },
);

storeTest('a rotation names what still needs the old key', async (knex) => {
  await knex('bank_payees').insert({
    id: 'p',
    customer_id: 'c',
    name_sealed: 'v1.old_1.x',
    account_number: '1',
    currency: 'CNY',
    added_at: 1,
  });
  const rotated = await rotateCustomerKeys(knex, keysWith([['new-1', newKey]]), random, BY);
  assert.deepEqual(rotated.remaining, [{ table: 'bank_payees', column: 'name_sealed', values: 1 }]);
});

storeTest('no sealed column of the schema is forgotten by the rotation', async (knex) => {
  const sealed: string[] = [];
  for (const name of await tablesOf(knex))
    for (const column of Object.keys(await knex(name).columnInfo()))
      if (column.endsWith('_sealed')) sealed.push(`${name}.${column}`);
  const known = [
    ...SEALED_COLUMNS.map((column) => `customers.${column}`),
    ...SEALED_ELSEWHERE.map(({ table, column }) => `${table}.${column}`),
  ];
  assert.deepEqual(known.sort(), sealed.sort());
});
