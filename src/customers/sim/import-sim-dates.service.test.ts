import assert from 'node:assert/strict';
import { storeTest } from '../../../test/support/databases.ts';
import { readNationalId } from '../../jurisdictions/national-id.ts';
import { entriesOf } from '../../ledger/ledger.store.ts';
import { SYSTEM_STREAM } from '../../ledger/stream.ts';
import { DAY, HOUR } from '../../platform/clock.ts';
import type { Keyring } from '../../platform/keyring.ts';
import { seededRandom } from '../../platform/random.ts';
import type { Knex } from '../../storage/connect.ts';
import { customerById, insertCustomer } from '../customers.store.ts';
import { importSimDates } from './import-sim-dates.service.ts';

const NOW = Date.parse('2026-01-15T10:00:00+08:00');
const keyring: Keyring = {
  encryption: { currentId: 'a', byId: new Map([['a', Buffer.alloc(32, 1)]]) },
  index: Buffer.alloc(32, 2),
  pepper: Buffer.alloc(32, 3),
};
const PLAIN = {
  ...{ dryRun: false, skipBad: false, correct: false },
  ...{ home: undefined, dateOrder: undefined, asOf: NOW },
};
const [LI, WANG, NGUYEN] = ['+8613800001001', '+8613800001002', '+84900001009'] as const;

async function enrolled(knex: Knex): Promise<void> {
  for (const [id, e164, document] of [
    ['li', LI, '110101198504120019'],
    ['wang', WANG, '31010619900923002X'],
    ['wang-too', WANG, '440305197811050039'],
    ['nguyen', NGUYEN, '001085000101'],
  ] as const) {
    const nationalId = readNationalId(document, NOW);
    assert.ok(nationalId);
    const name = { full: id, family: id, title: 'none' } as const;
    const phone = { e164, since: NOW - 400 * DAY };
    const customer = { id, name, nationalId, phone, locale: 'zh-CN', verifiers: {} } as const;
    await insertCustomer(knex, keyring, seededRandom(id), customer, NOW - 400 * DAY);
  }
}

const importOn =
  (knex: Knex) =>
  async (rows: readonly string[], over: Partial<typeof PLAIN> | object = {}, now = NOW, keys = keyring) => {
    const text = ['phone,sim_changed_at', ...rows].join('\n');
    const source = async function* () {
      yield Buffer.from(text);
    };
    const by = { knex, keyring: keys, person: 'Li Na' };
    return importSimDates(by, source, { ...PLAIN, asOf: now, ...over }, now);
  };
const simOf = async (knex: Knex, id: string) => {
  const customer = await customerById(knex, id);
  return [customer?.simChangedAt, customer?.simKnownAt];
};
const changesOf = async (knex: Knex, id: string) =>
  (await entriesOf(knex, { kind: 'customer', id })).map(({ type, data }) => [type, data.part, data.person]);

storeTest(
  'dates go to every customer with the number, with an entry for each, and a second run changes nothing',
  async (knex) => {
    await enrolled(knex);
    const run = importOn(knex);
    const rows = [`${LI},2026-01-14T23:30:00+08:00`, `${WANG},2025-03-01`, '+8613900000000,2026-01-01'];
    const first = await run(rows);
    assert.ok(first.kind === 'imported');
    assert.deepEqual(first.summary, { changed: 3, confirmed: 0, older: 0, unknownNumbers: 1 });
    assert.deepEqual(await simOf(knex, 'li'), [Date.parse('2026-01-14T15:30:00Z'), NOW]);
    const endOfDay = Date.parse('2025-03-01T23:59:59.999+08:00');
    for (const id of ['wang', 'wang-too']) assert.deepEqual(await simOf(knex, id), [endOfDay, NOW]);
    assert.deepEqual(await simOf(knex, 'nguyen'), [null, null]);
    assert.deepEqual(await changesOf(knex, 'wang-too'), [['customer.changed', 'sim_changed_at', 'Li Na']]);
    const again = await run(rows, {}, NOW + HOUR);
    assert.ok(again.kind === 'imported');
    assert.deepEqual(again.summary, { changed: 0, confirmed: 3, older: 0, unknownNumbers: 1 });
    assert.deepEqual(await simOf(knex, 'wang'), [endOfDay, NOW + HOUR], 'learnt anew');
    assert.equal((await changesOf(knex, 'wang')).length, 1);
    const system = await entriesOf(knex, SYSTEM_STREAM);
    assert.deepEqual(
      system.map(({ type, data }) => [type, data.count, data.person]),
      [
        ['sim_dates.imported', 3, 'Li Na'],
        ['sim_dates.imported', 3, 'Li Na'],
      ],
    );
  },
);

storeTest(
  'a day counts to its end where the number is, today to now, and a moment to come is refused',
  async (knex) => {
    await enrolled(knex);
    const run = importOn(knex);
    await run([`${NGUYEN},2026-01-02`, `${LI},2026-01-15`]);
    assert.deepEqual(await simOf(knex, 'nguyen'), [Date.parse('2026-01-02T23:59:59.999+07:00'), NOW]);
    assert.deepEqual(await simOf(knex, 'li'), [NOW, NOW]);
    for (const date of ['2026-01-16', '2026-01-15T10:00:00.001+08:00', '2027-01-01T00:00Z']) {
      const refused = await run([`${WANG},${date}`]);
      assert.ok(refused.kind === 'refused', date);
      assert.match(refused.problems[0]?.problem ?? '', /lies after the moment the file is of/);
    }
    assert.deepEqual(await simOf(knex, 'wang'), [null, null]);
  },
);

storeTest(
  'a bad row keeps the file out and is named with its place, or is left out and the others go in',
  async (knex) => {
    await enrolled(knex);
    const run = importOn(knex);
    const rows = [
      `${LI},2026-01-02`,
      '13800001002,2026-01-02',
      '+86138,2026-01-02',
      ',2026-01-02',
      `${WANG},`,
      `${NGUYEN},31.02.2026`,
      `${NGUYEN},01/02/2026`,
      `${NGUYEN},2026-02-31T10:00:00Z`,
      `${LI},2026-01-03`,
    ];
    const refused = await run(rows);
    assert.ok(refused.kind === 'refused');
    assert.deepEqual(
      refused.problems.map(({ row, column }) => [row, column]),
      [
        [3, 'phone'],
        [4, 'phone'],
        [5, 'phone'],
        [6, 'sim_changed_at'],
        [7, 'sim_changed_at'],
        [8, 'sim_changed_at'],
        [9, 'sim_changed_at'],
        [10, 'phone'],
      ],
    );
    const words = JSON.stringify(refused);
    for (const number of [LI, WANG, NGUYEN, '13800001002']) assert.ok(!words.includes(number), number);
    assert.deepEqual(await simOf(knex, 'li'), [null, null]);
    const rest = await run(rows, { skipBad: true });
    assert.ok(rest.kind === 'imported');
    assert.deepEqual([rest.summary.changed, rest.refusedRows], [1, 8]);
    assert.deepEqual(await simOf(knex, 'li'), [Date.parse('2026-01-02T23:59:59.999+08:00'), NOW]);
  },
);

storeTest(
  'national numbers are read where it is said whose they are, dates in the order that is said',
  async (knex) => {
    await enrolled(knex);
    const done = await importOn(knex)(['13800001001,03/01/2026'], { home: 'CN', dateOrder: 'dmy' });
    assert.equal(done.kind, 'imported');
    assert.deepEqual(await simOf(knex, 'li'), [Date.parse('2026-01-03T23:59:59.999+08:00'), NOW]);
  },
);

storeTest(
  'a change that is known is not forgotten: an earlier date is refused unless that one was wrong',
  async (knex) => {
    await enrolled(knex);
    const run = importOn(knex);
    const known = Date.parse('2026-01-15T09:00:00+08:00');
    await run([`${LI},2026-01-15T09:00:00+08:00`]);
    const earlier = [`${LI},2024-01-01`];
    const refused = await run(earlier, {}, NOW + HOUR);
    assert.ok(refused.kind === 'refused');
    assert.match(refused.problems[0]?.problem ?? '', /before a change that is known already.*--correct/);
    assert.deepEqual(await simOf(knex, 'li'), [known, NOW]);
    const sameDay = await run([`${LI},2026-01-15T08:00:00+08:00`], {}, NOW + HOUR);
    assert.ok(sameDay.kind === 'imported');
    assert.deepEqual(await simOf(knex, 'li'), [known, NOW + HOUR], 'the later moment of a day is kept');
    const older = await run([`${LI},2026-01-15T09:30:00+08:00`], { asOf: NOW - DAY / 100 }, NOW + 2 * HOUR);
    assert.ok(older.kind === 'imported');
    assert.deepEqual(older.summary, { changed: 0, confirmed: 0, older: 1, unknownNumbers: 0 });
    const corrected = await run(earlier, { correct: true }, NOW + 3 * HOUR);
    assert.equal(corrected.kind, 'imported');
    assert.deepEqual(await simOf(knex, 'li'), [Date.parse('2024-01-01T23:59:59.999+08:00'), NOW + 3 * HOUR]);
  },
);

storeTest('a dry run and a file under other keys write nothing', async (knex) => {
  await enrolled(knex);
  const run = importOn(knex);
  const dry = await run([`${LI},2026-01-02`], { dryRun: true });
  assert.ok(dry.kind === 'checked');
  assert.equal(dry.summary.changed, 1);
  const other = { ...keyring, encryption: { currentId: 'b', byId: new Map([['b', Buffer.alloc(32, 7)]]) } };
  assert.deepEqual(await run([`${LI},2026-01-02`], {}, NOW, other), { kind: 'wrong_keys' });
  assert.deepEqual(await simOf(knex, 'li'), [null, null]);
  assert.deepEqual(await changesOf(knex, 'li'), []);
});

storeTest('more rows than a portion go in as a whole, and a file that is none is refused', async (knex) => {
  await enrolled(knex);
  const strangers = Array.from({ length: 1_200 }, (_, n) => `+86139${String(n).padStart(8, '0')},2026-01-02`);
  const done = await importOn(knex)([...strangers, `${LI},2026-01-02`]);
  assert.ok(done.kind === 'imported');
  assert.deepEqual([done.summary.unknownNumbers, done.summary.changed], [1_200, 1]);
  const none = await importOn(knex)([]);
  assert.ok(none.kind === 'refused');
  const by = { knex, keyring, person: 'Li Na' };
  const wrong = await importSimDates(
    by,
    async function* () {
      yield Buffer.from('phone,name\n+8613800001001,Li\n');
    },
    PLAIN,
    NOW,
  );
  assert.ok(wrong.kind === 'refused');
  assert.deepEqual(
    wrong.problems.map(({ row }) => row),
    [1, 1],
  );
});
