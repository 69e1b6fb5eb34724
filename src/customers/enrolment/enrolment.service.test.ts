import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { storeTest, tablesOf } from '../../../test/support/databases.ts';
import { PinVerifiers } from '../../credentials/pin-verifier.service.ts';
import { pinVerifierOf } from '../../credentials/pin-verifiers.store.ts';
import { readNationalId } from '../../jurisdictions/national-id.ts';
import { entriesOf } from '../../ledger/ledger.store.ts';
import { SYSTEM_STREAM } from '../../ledger/stream.ts';
import { DAY } from '../../platform/clock.ts';
import { blindIndex, type Keyring, sealedKeyId } from '../../platform/keyring.ts';
import { seededRandom } from '../../platform/random.ts';
import { policySchema } from '../../policy/policy.ts';
import type { Knex } from '../../storage/connect.ts';
import { customerName, registeredPhone, SEALED_COLUMNS } from '../customer.ts';
import { allCustomers, findByIdentity, setChosenLanguage, setContactPhone } from '../customers.store.ts';
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
  // The second customer cannot be written.
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

const LATER = NOW + 10 * DAY;
const changedLi = (over: { readonly [column: string]: string }) => {
  const cells = LI.split(',');
  for (const [column, value] of Object.entries(over)) cells[HEADER.split(',').indexOf(column)] = value;
  return cells.join(',');
};
const liOf = async (knex: Knex) =>
  (await allCustomers(knex)).find(({ jurisdiction }) => jurisdiction === 'CN') ?? assert.fail('Li is there');

storeTest('a customer who is enrolled is skipped, or updated where something differs', async (knex) => {
  const enrol = enrolOn(knex);
  await enrol(csv(LI));
  const file = csv(changedLi({ name: '李丽娜', title: 'none' }), NGUYEN);
  assert.partialDeepStrictEqual(await enrol(file, { mode: 'skip' }), {
    kind: 'enrolled',
    added: 1,
    skipped: 1,
    changed: 0,
  });
  assert.equal(customerName(await liOf(knex), keyring).full, '李娜');
  const dry = await enrol(file, { mode: 'update', dryRun: true });
  assert.partialDeepStrictEqual(dry, { kind: 'checked', changed: 1, unchanged: 1 });
  assert.equal(customerName(await liOf(knex), keyring).full, '李娜', 'a dry run writes nothing');
  assert.partialDeepStrictEqual(await enrol(file, { mode: 'update' }), {
    kind: 'enrolled',
    changed: 1,
    unchanged: 1,
  });
  const li = await liOf(knex);
  assert.deepEqual(customerName(li, keyring), { full: '李丽娜', family: '李', title: 'none' });
  assert.deepEqual(
    (await entriesOf(knex, { kind: 'customer', id: li.id })).slice(1).map(({ type, data }) => [type, data]),
    [['customer.changed', { person: 'Li Na', part: 'name' }]],
  );
});

storeTest('a second run changes nothing and records nothing, whatever the mode and the day', async (knex) => {
  const enrol = enrolOn(knex);
  const facts = 'agreement_version,agreed_on,risk_notice_version,risk_notice_on,more_time,document';
  const file = Buffer.from(
    [
      `${HEADER},${facts}`,
      `${changedLi({ phone_since: '2026-01-15' })},2025-1,2026-01-15,r1,2025-12-01,yes,cn_id`,
      `${NGUYEN},,,,,`,
    ].join('\n'),
  );
  await enrol(file, { mode: 'update' });
  const before = await knex('customers').orderBy('id');
  const entries = await knex('ledger_entries').count({ count: '*' });
  for (const [mode, now] of [
    ['update', NOW],
    ['update', LATER],
    ['skip', LATER],
  ] as const)
    assert.partialDeepStrictEqual(await enrol(file, { mode }, keyring, now), {
      kind: 'enrolled',
      added: 0,
      changed: 0,
    });
  assert.deepEqual(await knex('customers').orderBy('id'), before);
  assert.deepEqual(await knex('ledger_entries').count({ count: '*' }), entries);
});

storeTest(
  'a new phone counts from now or from the later day the file says, and begins its cooling-off',
  async (knex) => {
    const enrol = enrolOn(knex);
    await enrol(csv(LI));
    const update = async (over: { readonly [column: string]: string }, now: number) => {
      const result = await enrol(csv(changedLi(over)), { mode: 'update' }, keyring, now);
      return { result, li: await liOf(knex) };
    };
    const { result, li } = await update({ phone: '13800001009', phone_since: '' }, LATER);
    assert.deepEqual(registeredPhone(li, keyring), { e164: '+8613800001009', since: LATER });
    assert.equal(li.coolingOffUntil, LATER + policy.coolingOff.seconds * 1_000);
    assert.ok('result' in result && result.result.kind === 'enrolled');
    assert.deepEqual(result.result.summary.changes, [
      { row: 2, idLastFour: '0019', field: 'phone', shown: '…1001 -> …1009' },
    ]);
    const older = await update({ phone: '13800001010', phone_since: '2019-01-01' }, LATER + DAY);
    assert.equal(older.li.phoneSince, LATER + DAY, 'no number is older than the one it replaces');
    const stated = await update({ phone: '13800001011', phone_since: '2026-01-28' }, LATER + 5 * DAY);
    assert.equal(stated.li.phoneSince, Date.UTC(2026, 0, 28, 16) - 1);
    const later = await update({ phone: '13800001011', phone_since: '2026-01-29' }, LATER + 5 * DAY);
    assert.equal(later.li.phoneSince, Date.UTC(2026, 0, 29, 16) - 1);
  },
);

storeTest('an update touches no PIN, lock, budget or freeze, and no cell that is empty', async (knex) => {
  const enrol = enrolOn(knex);
  await enrol(csv(LI));
  const { id } = await liOf(knex);
  await knex('customers')
    .where({ id })
    .update({ freeze: 'full', frozen_at: NOW, cooling_off_until: LATER + 30 * DAY });
  const untouched = async () => [
    await knex('pin_verifiers').where({ customer_id: id }).orderBy('kind'),
    await knex('lock_counters'),
    await knex('customers')
      .where({ id })
      .first('freeze', 'frozen_at', 'cooling_off_until', 'national_id_index'),
  ];
  const before = await untouched();
  const file = csv(
    changedLi({ query_pin: '902817', transaction_pin: '618293', phone: '13800001009', phone_since: '' }),
  );
  const result = await enrol(file, { mode: 'update' }, keyring, LATER);
  assert.partialDeepStrictEqual(result, { kind: 'enrolled', changed: 1 });
  assert.ok('result' in result && result.result.notices.pins_not_looked_at?.count === 1);
  assert.deepEqual(await untouched(), before);
  const empty = await enrol(
    csv(changedLi({ phone: '', phone_since: '', query_pin: '', transaction_pin: '' })),
    { mode: 'update' },
  );
  assert.partialDeepStrictEqual(empty, { kind: 'enrolled', changed: 0, unchanged: 1 });
});

storeTest(
  'more time at the keys is enrolled, skipped, updated and told by the column more_time (S8)',
  async (knex) => {
    const enrol = enrolOn(knex);
    const says = (word: string) => Buffer.from([`${HEADER},more_time`, `${LI},${word}`].join('\n'));
    const moreTime = async () => (await liOf(knex)).moreTime;
    await enrol(says('yes'));
    assert.equal(await moreTime(), true);
    assert.partialDeepStrictEqual(await enrol(says('no'), { mode: 'skip' }), { changed: 0, skipped: 1 });
    assert.equal(await moreTime(), true);
    const dry = await enrol(says('no'), { mode: 'update', dryRun: true });
    assert.ok('result' in dry && dry.kind === 'checked');
    const told = [{ row: 2, idLastFour: '0019', field: 'more_time', shown: 'true -> false' }];
    assert.deepEqual(dry.result.summary.changes, told);
    assert.partialDeepStrictEqual(await enrol(says(''), { mode: 'update' }), { changed: 0, unchanged: 1 });
    assert.equal(await moreTime(), true, 'an empty cell says nothing');
    assert.partialDeepStrictEqual(await enrol(says('no'), { mode: 'update' }), { changed: 1 });
    assert.equal(await moreTime(), false);
    const wrong = await enrol(says('perhaps'), { mode: 'update' });
    assert.match(JSON.stringify(wrong.kind === 'refused' ? wrong.problems : wrong), /must be yes or no/);
  },
);

storeTest('a record in another language is the newer word; the same language again is none', async (knex) => {
  const enrol = enrolOn(knex);
  await enrol(csv(LI));
  const { id } = await liOf(knex);
  const languages = async () => {
    const { locale, chosenLanguage } = await liOf(knex);
    return [locale, chosenLanguage];
  };
  await setChosenLanguage(knex, id, 'en-US');
  await enrol(csv(changedLi({ title: 'none' })), { mode: 'update' });
  assert.deepEqual(await languages(), ['zh-CN', 'en-US']);
  await enrol(csv(changedLi({ locale: 'vi-VN' })), { mode: 'update', accepted: ['names'] });
  assert.deepEqual(await languages(), ['vi-VN', null]);
});

storeTest('bad rows can be left out, and are told', async (knex) => {
  const enrol = enrolOn(knex);
  const result = await enrol(csv(LI, WEAK, NGUYEN, LI), { skipBad: true });
  assert.partialDeepStrictEqual(result, { kind: 'enrolled', added: 2 });
  assert.ok('result' in result && result.result.refusedRows === 2);
  assert.equal((await knex('customers')).length, 2);
});

storeTest('what is shown of an enrolment holds no full number, whatever the file holds', async (knex) => {
  const enrol = enrolOn(knex);
  await enrol(csv(LI, NGUYEN));
  const results = [
    await enrol(csv(changedLi({ phone: '13800001009', name: '李 Ли', phone_since: '03/02/2020' })), {
      mode: 'update',
    }),
    await enrol(csv(changedLi({ phone: '13800001009' })), { mode: 'update' }, keyring, LATER),
    await enrol(csv(LI, NGUYEN)),
  ];
  const shown = JSON.stringify(results);
  for (const secret of [
    '13800001009',
    '13800001001',
    '110101198504120019',
    '001085000101',
    '775147',
    '294803',
    '227687',
  ])
    assert.ok(!shown.includes(secret), secret);
});

storeTest('many rounded IDs are asked about, and go in where somebody has looked', async (knex) => {
  const enrol = enrolOn(knex);
  const file = csv(...roundedIds(2).map((id) => `李娜,李,ms,zh-CN,,${id},,,`));
  const asked = await enrol(file);
  assert.ok(asked.kind === 'refused' && 'problems' in asked);
  assert.match(asked.problems[0]?.problem ?? '', /^2 national IDs end in 000: .*--accept rounded/);
  assert.partialDeepStrictEqual(await enrol(file, { accepted: ['rounded'] }), { kind: 'enrolled', added: 2 });
});

/** Chinese IDs that end in 000 and can exist. */
function roundedIds(count: number): readonly string[] {
  const found: string[] = [];
  for (let region = 110100; found.length < count; region++)
    if (readNationalId(`${region}199001090000`, NOW)) found.push(`${region}199001090000`);
  return found;
}

storeTest('a file of many portions goes in whole, in portions that are told', async (knex) => {
  const rows = Array.from(
    { length: 1_203 },
    (_, n) => `Nguyễn Văn An,Nguyễn,mr,vi-VN,,${String(1_085_000_000 + n).padStart(12, '0')},,,`,
  );
  const progress: number[] = [];
  const by = {
    knex,
    keyring,
    random,
    policy,
    person: 'Li Na',
    onProgress: (done: number) => progress.push(done),
  };
  const result = await enrolCustomers(by, sourceOf(csv(...rows)), PLAIN, NOW);
  assert.ok(result.kind === 'enrolled');
  assert.equal(result.summary.added, 1_203);
  assert.deepEqual(progress, [500, 1_000]);
  assert.equal((await knex('customers')).length, 1_203);
});
