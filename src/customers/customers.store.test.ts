import assert from 'node:assert/strict';
import { getsThrough, storeTest } from '../../test/support/databases.ts';
import { pinVerifierOf } from '../credentials/pin-verifiers.store.ts';
import { Fault } from '../platform/fault.ts';
import { blindIndex, type Keyring, open } from '../platform/keyring.ts';
import { seededRandom } from '../platform/random.ts';
import { isPostgres, type Knex } from '../storage/connect.ts';
import { customerName, publicFacts, registeredPhone, sealContext } from './customer.ts';
import {
  allCustomers,
  customerById,
  findByIdentity,
  freezeCustomer,
  insertCustomer,
  lockCustomerForUpdate,
  type NewCustomer,
  replaceSealedValue,
  sampleCustomers,
  sealedUnderOtherKeys,
  sealedValuesAfter,
  setContactPhone,
} from './customers.store.ts';
import { customersByNationalId, lockEnrolmentForUpdate } from './enrolment/enrolment.store.ts';

const NOW = Date.UTC(2026, 0, 15);
const keyring: Keyring = {
  encryption: { currentId: 'a', byId: new Map([['a', Buffer.alloc(32, 1)]]) },
  index: Buffer.alloc(32, 2),
  pepper: Buffer.alloc(32, 3),
};
const random = seededRandom('customers');
const PHONE = '+8613800138000';
const ID = '11010519491231002X';

/** A test about two customers: Wang with everything, Nguyen with neither phone nor PIN. */
function customersTest(name: string, body: (knex: Knex) => Promise<void>): void {
  storeTest(name, async (knex) => {
    await enrolTwo(knex);
    await body(knex);
  });
}

const WANG: NewCustomer = {
  id: 'wang',
  locale: 'zh-CN',
  name: { full: '王小明', family: '王', title: 'mr' },
  nationalId: { kind: 'CN', id: ID },
  phone: { e164: PHONE, since: NOW - 1000 },
  verifiers: { query: 'verifier' },
};

async function enrolTwo(knex: Knex): Promise<void> {
  await insertCustomer(knex, keyring, random, WANG, NOW);
  await insertCustomer(
    knex,
    keyring,
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
}

customersTest('a customer is found by phone and ID together, and by nothing less', async (knex) => {
  const [phone, id] = [blindIndex(keyring, 'phone', PHONE), blindIndex(keyring, 'national_id', ID)];
  assert.equal((await findByIdentity(knex, phone, id))?.id, 'wang');
  assert.equal(
    await findByIdentity(knex, phone, blindIndex(keyring, 'national_id', '001190000001')),
    undefined,
  );
  assert.equal(await findByIdentity(knex, blindIndex(keyring, 'phone', '+84912345678'), id), undefined);
});

customersTest('known and unknown callers cost the same one query each', async (knex) => {
  const queries: string[] = [];
  const listen = (query: { sql: string }) => queries.push(query.sql);
  knex.on('query', listen);
  await findByIdentity(knex, blindIndex(keyring, 'phone', PHONE), blindIndex(keyring, 'national_id', ID));
  await findByIdentity(knex, 'nobody', 'nobody');
  await pinVerifierOf(knex, 'wang', 'query');
  await pinVerifierOf(knex, undefined, 'query');
  knex.off('query', listen);
  assert.equal(queries.length, 4);
  assert.equal(queries[0], queries[1]);
  assert.equal(queries[2], queries[3]);
});

customersTest('no column holds a name, phone or ID in clear', async (knex) => {
  const dump = JSON.stringify(await knex('customers'));
  for (const clear of [ID, PHONE, '13800138000', '王', 'Nguyễn', '19491231'])
    assert.ok(!dump.includes(clear), clear);
});

customersTest('the read-back holds surname, form of address and last fours only', async (knex) => {
  const wang = await customerById(knex, 'wang');
  assert.ok(wang);
  assert.deepEqual(publicFacts(wang, keyring), {
    familyName: '王',
    addressed: { 'zh-CN': '王先生', 'vi-VN': 'ông 王', 'en-US': 'Mr 王' },
    idLastFour: '002X',
    phoneLastFour: '8000',
    locale: 'zh-CN',
    jurisdiction: 'CN',
  });
  assert.equal(customerName(wang, keyring).full, '王小明');
  assert.deepEqual(registeredPhone(wang, keyring), { e164: PHONE, since: NOW - 1000 });
  const nguyen = await customerById(knex, 'nguyen');
  assert.ok(nguyen);
  assert.equal(registeredPhone(nguyen, keyring), undefined);
  assert.equal(publicFacts(nguyen, keyring).phoneLastFour, undefined);
  assert.equal(publicFacts(nguyen, keyring).addressed['vi-VN'], 'bà An');
});

customersTest('a sealed value moved to another customer does not open', async (knex) => {
  const [wang, nguyen] = [await customerById(knex, 'wang'), await customerById(knex, 'nguyen')];
  assert.ok(wang && nguyen);
  assert.throws(() => publicFacts({ ...nguyen, nameSealed: wang.nameSealed }, keyring), Fault);
});

customersTest('PIN verifiers are kept by kind', async (knex) => {
  assert.equal(await pinVerifierOf(knex, 'wang', 'query'), 'verifier');
  assert.equal(await pinVerifierOf(knex, 'wang', 'transaction'), undefined);
});

customersTest('a freeze works twice, rises to full, and never falls back', async (knex) => {
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
  assert.deepEqual(await state(), ['full', 1], 'since the first that was asked for (V8.2)');
  assert.equal(await freeze('full', 0), 'already_frozen');
});

customersTest('a contact number is stored sealed and the registered phone stays', async (knex) => {
  await setContactPhone(knex, keyring, random, 'wang', '+8613900000009');
  const wang = await customerById(knex, 'wang');
  assert.ok(wang?.contactPhoneSealed);
  assert.equal(
    open(keyring, sealContext('contact_phone_sealed', 'wang'), wang.contactPhoneSealed),
    '+8613900000009',
  );
  assert.equal(registeredPhone(wang, keyring)?.e164, PHONE);
  await assert.rejects(setContactPhone(knex, keyring, random, 'nobody', '+8613900000009'));
});

customersTest('enrolled IDs are recognised among many', async (knex) => {
  const many = Array.from({ length: 1200 }, (_, number) => `none-${number}`);
  const known = blindIndex(keyring, 'national_id', ID);
  assert.deepEqual([...(await customersByNationalId(knex, [...many, known])).keys()], [known]);
});

customersTest(
  'every time and flag of a record comes back as it went in, and nothing as something',
  async (knex) => {
    const times = {
      simChangedAt: NOW - 1,
      coolingOffUntil: NOW + 1,
      freeze: 'full',
      moreTime: true,
      documentKind: 'cn_id15',
      facts: { agreement_version: '2024-1', risk_notice_on: NOW - 2, more_time: true },
    } as const;
    const { phone: _none, ...rest } = WANG;
    await insertCustomer(knex, keyring, random, { ...rest, ...times, id: 'li' }, NOW + 2);
    const {
      nameSealed: _name,
      nationalIdSealed: _id,
      nationalIdIndex: _index,
      ...li
    } = (await customerById(knex, 'li')) ?? assert.fail('li is there');
    assert.deepEqual(li, {
      id: 'li',
      locale: 'zh-CN',
      chosenLanguage: null,
      jurisdiction: 'CN',
      phoneSealed: null,
      phoneIndex: null,
      phoneSince: null,
      contactPhoneSealed: null,
      simChangedAt: NOW - 1,
      simKnownAt: NOW + 2,
      documentKind: 'cn_id15',
      facts: { agreement_version: '2024-1', risk_notice_on: NOW - 2, more_time: true },
      freeze: 'full',
      frozenAt: NOW + 2,
      coolingOffUntil: NOW + 1,
      createdAt: NOW + 2,
      moreTime: true,
    });
    assert.equal((await customerById(knex, 'wang'))?.phoneSince, NOW - 1000);
  },
);

customersTest('an issued first PIN verifies nothing, whenever it ends (V11)', async (knex) => {
  for (const first_until of [NOW - 1, NOW + 1]) {
    await knex('pin_verifiers').where({ customer_id: 'wang' }).update({ first_until });
    assert.equal(await pinVerifierOf(knex, 'wang', 'query'), undefined);
  }
});

customersTest(
  'nobody is enrolled twice under one phone and ID, and what came before it in the transaction goes too',
  async (knex) => {
    await assert.rejects(
      knex.transaction(async (transaction) => {
        await insertCustomer(
          transaction,
          keyring,
          random,
          { ...WANG, id: 'li', nationalId: { kind: 'VN', id: '1' } },
          NOW,
        );
        await insertCustomer(transaction, keyring, random, { ...WANG, id: 'wang-again' }, NOW);
      }),
    );
    assert.deepEqual(
      (await allCustomers(knex)).map(({ id }) => id),
      ['nguyen', 'wang'],
    );
    assert.equal((await knex('pin_verifiers')).length, 1);
  },
);

customersTest(
  'without a phone several may be enrolled, and an empty index finds none of them',
  async (knex) => {
    const nguyen = await customerById(knex, 'nguyen');
    assert.ok(nguyen);
    const { phone: _none, ...rest } = WANG;
    await insertCustomer(
      knex,
      keyring,
      random,
      { ...rest, id: 'an', nationalId: { kind: 'VN', id: '001190000001' } },
      NOW,
    );
    assert.equal(await findByIdentity(knex, '', nguyen.nationalIdIndex), undefined);
    assert.equal((await allCustomers(knex)).length, 3);
  },
);

customersTest('of many freezes at once one changes the record', async (knex) => {
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, n) =>
      knex.transaction((transaction) => freezeCustomer(transaction, 'wang', 'full', NOW + n)),
    ),
  );
  assert.equal(answers.filter((answer) => answer === 'frozen').length, 1);
  assert.equal((await customerById(knex, 'wang'))?.frozenAt, NOW + answers.indexOf('frozen'));
});

customersTest(
  'once a freeze is acknowledged no order that holds the customer commits (invariant 29)',
  async (knex) => {
    const order = (n: number) =>
      knex.transaction(async (transaction) => {
        const held = await lockCustomerForUpdate(transaction, 'wang');
        if (held?.freeze !== 'none') return 'refused';
        await transaction('settings').insert({ name: `order-${n}`, value: '' });
        return 'carried';
      });
    const carried = async () => (await knex('settings')).length;
    let acknowledged: number | undefined;
    const freeze = async () => {
      await knex.transaction((transaction) => freezeCustomer(transaction, 'wang', 'full', NOW));
      acknowledged = await carried();
    };
    await Promise.all(Array.from({ length: 40 }, (_, n) => (n === 20 ? freeze() : order(n))));
    assert.equal(await carried(), acknowledged);
    assert.equal(await order(99), 'refused');
    assert.ok(acknowledged !== undefined && acknowledged < 39, 'the freeze landed among the orders');
  },
);

customersTest(
  'a freeze waits for an order that holds its customer, and an order for a freeze (invariants 22, 29)',
  async (knex) => {
    const freeze = (id: string) => (transaction: Knex) => freezeCustomer(transaction, id, 'full', NOW);
    const hold = (transaction: Knex) => lockCustomerForUpdate(transaction, 'wang');
    assert.equal(
      await getsThrough(knex, hold, freeze('nguyen')),
      isPostgres(knex),
      'another’s does not wait',
    );
    assert.equal(await getsThrough(knex, hold, freeze('wang')), false);
    let seen: string | undefined;
    const holdAndLook = async (transaction: Knex) => {
      seen = (await hold(transaction))?.freeze;
    };
    await knex('customers').update({ freeze: 'none' });
    assert.equal(await getsThrough(knex, freeze('wang'), holdAndLook), false);
    assert.equal(seen, 'full', 'a turn that waited sees the freeze');
  },
);

customersTest(
  'holding a customer changes nothing, and nobody is held where nobody is known',
  async (knex) => {
    const before = await customerById(knex, 'wang');
    assert.deepEqual(
      await knex.transaction((transaction) => lockCustomerForUpdate(transaction, 'wang')),
      before,
    );
    assert.deepEqual(await customerById(knex, 'wang'), before);
    assert.equal(
      await knex.transaction((transaction) => lockCustomerForUpdate(transaction, 'nobody')),
      undefined,
    );
  },
);

customersTest(
  'one enrolment writes at a time: what it looks up stays true until it has written',
  async (knex) => {
    const index = blindIndex(keyring, 'national_id', '079190000002');
    const enrol = (n: number) =>
      knex.transaction(async (transaction) => {
        await lockEnrolmentForUpdate(transaction, NOW);
        if ((await customersByNationalId(transaction, [index])).size > 0) return 'known';
        const { phone: _none, ...rest } = WANG;
        const nationalId = { kind: 'VN', id: '079190000002' } as const;
        await insertCustomer(transaction, keyring, random, { ...rest, id: `new-${n}`, nationalId }, NOW);
        return 'enrolled';
      });
    const results = await Promise.all(Array.from({ length: 10 }, (_, n) => enrol(n)));
    assert.equal(results.filter((result) => result === 'enrolled').length, 1);
  },
);

customersTest('an enrolment waits for the one before it', async (knex) => {
  const hold = (transaction: Knex) => lockEnrolmentForUpdate(transaction, NOW);
  for (const round of ['first', 'later']) assert.equal(await getsThrough(knex, hold, hold), false, round);
});

customersTest(
  'a rotation meets every record once, and replaces a value only where it is still the one it read',
  async (knex) => {
    const met: string[] = [];
    for (let after = ''; ; ) {
      const [row] = await sealedValuesAfter(knex, after, 1);
      if (!row) break;
      met.push(row.id);
      after = row.id;
    }
    assert.deepEqual(met, ['nguyen', 'wang']);
    assert.equal(await sealedUnderOtherKeys(knex, 'customers', 'phone_sealed', 'a'), 0);
    assert.equal(await sealedUnderOtherKeys(knex, 'customers', 'phone_sealed', 'b'), 1);
    const { nameSealed } = (await customerById(knex, 'wang')) ?? assert.fail();
    assert.equal(await replaceSealedValue(knex, 'wang', 'name_sealed', 'another', 'x'), 0);
    const replaced = await Promise.all(
      Array.from({ length: 10 }, (_, n) =>
        replaceSealedValue(knex, 'wang', 'name_sealed', nameSealed, `x${n}`),
      ),
    );
    assert.deepEqual(replaced.sort(), [0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
  },
);

customersTest('the customers keys are tried on are the first and the last enrolled', async (knex) => {
  for (const [id, at] of [
    ['first', NOW - 1],
    ['last', NOW + 1],
  ] as const) {
    const { phone: _none, ...rest } = WANG;
    await insertCustomer(knex, keyring, random, { ...rest, id }, at);
  }
  assert.deepEqual(
    (await sampleCustomers(knex)).map(({ id }) => id),
    ['first', 'last'],
  );
});
