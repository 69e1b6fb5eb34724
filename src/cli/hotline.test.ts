import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { parseEnv } from 'node:util';
import { seedDemoCompany } from '../../db/seeds/demo-company.ts';
import { DEMO_CUSTOMERS } from '../../db/seeds/demo-customers.ts';
import { newCall } from '../calls/call.ts';
import { TURN_ENTRIES } from '../calls/calls.entries.ts';
import { insertCall, type StoredCall } from '../calls/calls.store.ts';
import { readConfig } from '../config/config.ts';
import { freezeCustomer } from '../customers/customers.store.ts';
import { Ledger } from '../ledger/ledger.service.ts';
import { callStream, EMPTY_STREAM } from '../ledger/stream.ts';
import { ManualClock } from '../platform/clock.ts';
import { demoKeys } from '../platform/keyring.settings.ts';
import { seededRandom } from '../platform/random.ts';
import type { Environment } from '../platform/settings.ts';
import { connect, type Knex } from '../storage/connect.ts';
import { migrate } from '../storage/migrate.ts';
import { readPolicy } from './files.ts';
import { runHotline } from './hotline.ts';

const clock = new ManualClock();
const HEADER = 'name,family_name,title,locale,phone,national_id,query_pin,transaction_pin,phone_since';
const LI = '李娜,李,ms,zh-CN,13800001001,110101198504120019,775147,294803,2020-02-03';

function setUp(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'hotline-cli-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'test.sqlite');
  const random = seededRandom('cli');
  const run = async (words: readonly string[], environment: Environment = {}) => {
    const [out, err]: [string[], string[]] = [[], []];
    const terminal = {
      environment: { DATABASE_URL: `sqlite://${file}`, ...environment },
      clock,
      random,
      print: (text: string) => out.push(text),
    };
    const code = await runHotline(terminal, words, (text) => err.push(text));
    return { code, out: out.join('\n'), err: err.join('\n') };
  };
  const withKnex = async (work: (knex: Knex) => Promise<unknown>) => {
    const knex = connect({ kind: 'sqlite', file });
    await migrate(knex);
    await work(knex);
    await knex.destroy();
  };
  const csv = (text: string) => {
    const path = join(folder, 'customers.csv');
    writeFileSync(path, text);
    return path;
  };
  return { folder, file, run, withKnex, csv };
}

async function seed(knex: Knex) {
  const result = readConfig({}, 'demo');
  assert.ok(result.ok);
  const policy = await readPolicy(result.config.files.policy);
  const argon2 = { memoryKib: 8, passes: 1, lanes: 1 };
  const cheap = { ...policy, pin: { ...policy.pin, argon2 } };
  await seedDemoCompany(knex, demoKeys(), cheap, seededRandom('seed'), clock.now());
}

test('demo-customers prints JSON of the documented shape and nothing else', async (t) => {
  const { run, withKnex } = setUp(t);
  await withKnex(async (knex) => {
    await seed(knex);
    await freezeCustomer(knex, 'demo-01', 'provisional', clock.now());
  });
  const { code, out, err } = await run(['demo-customers', '--json']);
  assert.deepEqual([code, err], [0, '']);
  const listings = JSON.parse(out);
  assert.equal(listings.length, DEMO_CUSTOMERS.length);
  for (const listing of listings) {
    assert.deepEqual(Object.keys(listing), [
      'name',
      'locale',
      'registeredPhone',
      'nationalId',
      'queryPin',
      'transactionPin',
      'state',
      'accounts',
      'loans',
      'payees',
    ]);
    for (const account of listing.accounts) assert.ok(Number.isSafeInteger(account.balanceMinor));
  }
  assert.deepEqual(
    listings.map((listing: { state: string }) => listing.state),
    [
      'provisionally_frozen',
      'active',
      'locked',
      'frozen',
      'phone_changed_recently',
      'active',
      'active',
      'sim_changed_recently',
      'active',
      'active',
      'no_phone',
      'active',
      'active',
      'sim_unknown',
      'active',
      'active',
    ],
  );
  assert.equal(listings[10].registeredPhone, null);
  const text = await run(['demo-customers']);
  assert.match(text.out, /李娜 \(zh-CN, provisionally_frozen\)\n {2}phone \+8613800001001/);
});

test('demo-customers shows nothing of a database that is not a demo, or not there', async (t) => {
  const { run, withKnex, file } = setUp(t);
  const missing = await run(['demo-customers', '--json']);
  assert.deepEqual([missing.code, missing.out], [1, '']);
  assert.match(missing.err, /^There is no demo database yet: run `npm run demo` first\.$/);
  assert.ok(!existsSync(file), 'looking must not create a database');
  await withKnex(async () => {});
  const real = await run(['demo-customers', '--json']);
  assert.deepEqual([real.code, real.out], [1, '']);
  assert.match(
    real.err,
    /^The database of this environment \(DATABASE_URL, also in a file \.env\) is not a demo/,
  );
});

test('new keys, a new database, a dry run, an enrolment and a rotation: the way of a real deployment', async (t) => {
  const { run, csv } = setUp(t);
  const printed = await run(['new-keys']);
  const keys = parseEnv(printed.out) as Environment;
  assert.deepEqual(Object.keys(keys), ['ENCRYPTION_KEYS', 'INDEX_KEY', 'PIN_KEY']);
  const tool = readConfig(keys, 'tool');
  assert.ok(tool.ok && tool.config.keyring);
  const path = csv(`${HEADER}\n${LI}`);
  assert.match((await run(['enrol', path], keys)).err, /no database .* migrate/);
  assert.match((await run(['migrate'])).out, /^ran 0001_customers\.ts[\s\S]*up to date\.$/);
  assert.match(
    (await run(['enrol', path, '--dry-run'], keys)).out,
    /^1 to add, 0 to change, 0 unchanged, 0 skipped, 0 refused\.\nNothing was written\.\n1 have not accepted the agreement or risk notice in force/,
  );
  assert.deepEqual(await run(['enrol', path], keys), {
    code: 0,
    out: '1 added, 0 changed, 0 unchanged, 0 skipped, 0 refused.\n1 have not accepted the agreement or risk notice in force, as far as is known (policy: consent).',
    err: '',
  });
  const again = await run(['enrol', path], keys);
  assert.equal(again.code, 1);
  assert.equal(
    again.err,
    'row 2, national_id: belongs to a customer who is enrolled already (--mode update or --mode skip)\nNothing was written.',
  );
  const newer = parseEnv((await run(['new-keys'])).out).ENCRYPTION_KEYS;
  const both = { ...keys, ENCRYPTION_KEYS: `${newer},${keys.ENCRYPTION_KEYS}` };
  assert.match(
    (await run(['rotate-keys'], both)).out,
    /^Sealed 3 values again[\s\S]*Nothing needs the older keys/,
  );
  const alone = await run(['rotate-keys'], { ...both, ENCRYPTION_KEYS: newer });
  assert.deepEqual([alone.code, alone.out.split('\n')[0]?.slice(0, 15)], [0, 'Sealed 0 values']);
  const foreign = await run(['rotate-keys'], keys);
  assert.equal(foreign.code, 1);
  assert.match(foreign.err, /do not open the customers/);
});

test('enrol refuses a demo database, missing keys, missing files and bad rows, in sentences', async (t) => {
  const { run, withKnex, csv } = setUp(t);
  await withKnex(seed);
  const keys = parseEnv((await run(['new-keys'])).out) as Environment;
  const refused = async (words: string[], environment: Environment, expected: RegExp) => {
    const { code, out, err } = await run(words, environment);
    assert.deepEqual([code, out], [1, '']);
    assert.match(err, expected);
    assert.ok(!err.includes('    at '), err);
  };
  const path = csv(`${HEADER}\n${LI.replace('775147', '123456')}`);
  await refused(['enrol', path], keys, /^This is the demo database/);
  await refused(['enrol', path], {}, /^ENCRYPTION_KEYS, INDEX_KEY and PIN_KEY are not set/);
  await refused(['enrol', `${path}.none`], keys, /cannot be read \(ENOENT\)\.$/);
  await refused(['enrol', path], { ...keys, PIN_KEY: 'x' }, /^PIN_KEY /);
  await refused(['enrol', path], { ...keys, DATABASE_URL: 'mysql://x' }, /^DATABASE_URL is not understood/);
  await refused(
    ['enrol', path],
    { ...keys, DATABASE_URL: `sqlite://${path}` },
    /cannot be used: it is no SQLite database: .*\(SQLITE_NOTADB\)\.$/,
  );
  await refused(['enrol'], keys, /missing required argument/);
  await refused(['enroll', path], keys, /unknown command/);
});

const CALL: StoredCall = {
  state: newCall('CA1', 'greeting', { language: 'zh-CN', currency: 'CNY' }, clock.now()),
  release: 'a'.repeat(64),
  line: '+12025550143',
  source: '+8613800001001',
  sourceIndex: 'source',
  attestation: undefined,
  token: 'token-1',
  version: 1,
  head: EMPTY_STREAM,
  updatedAt: clock.now(),
};

/** A call of two entries, as a turn would have stored it. */
async function storeCall(knex: Knex): Promise<void> {
  const drafts = [
    { type: 'call.started', step: 'greeting', rules: ['R4.1'], data: { language: 'zh-CN' } },
    {
      type: 'factor.outcome',
      step: 'pin',
      rules: ['R6.1'],
      data: { factor: 'pin.query', outcome: 'failed' },
    },
  ] as const;
  const { head, write } = new Ledger(TURN_ENTRIES).link(drafts, {
    stream: callStream('CA1'),
    head: EMPTY_STREAM,
    at: clock.now(),
    release: CALL.release,
  });
  await write(knex);
  await insertCall(knex, demoKeys(), seededRandom('call'), { ...CALL, head });
}

test('audit prints a call with its rules, and says what differs where', async (t) => {
  const { run, withKnex } = setUp(t);
  await withKnex(storeCall);
  const { code, out } = await run(['audit', 'CA1']);
  assert.equal(code, 0);
  assert.match(out, /factor\.outcome {2}pin {2}factor=pin\.query {2}outcome=failed {2}\[R6\.1\]/);
  assert.match(out, /chain of hashes is unbroken/);
  for (const none of [['CA2'], ['a call of another carrier'], ['x'.repeat(300)], ['--stream', 'call:a b']])
    assert.match((await run(['audit', ...none])).err, /^(?:No call with this CallSid|Nothing) /);
  const entry = (seq: number) => (knex: Knex) => knex('ledger_entries').where({ stream_id: 'CA1', seq });
  await withKnex((knex) => entry(1)(knex).update({ step: 'menu' }));
  const changed = await run(['audit', 'CA1', '--demo']);
  assert.equal(changed.code, 1);
  assert.match(
    changed.out,
    /BROKEN in call:CA1:\nentry 1: calculated hash [0-9a-f]{64}, but the entry says [0-9a-f]{64}/,
  );
  await withKnex((knex) => entry(1)(knex).delete());
  const cut = await run(['audit', '--stream', 'call:CA1']);
  assert.equal(cut.code, 1);
  assert.match(cut.out, /the end: calculated length 1, but the call says 2/);
  assert.ok(!cut.out.includes('unbroken'), 'a record with its end cut off is not called unbroken');
  const all = await run(['audit', '--all']);
  assert.equal(all.code, 1);
  assert.match(all.out, /BROKEN in call:CA1/);
  assert.match(all.err, /^1 streams were changed/);
});

test('who reads the record is recorded, before anything is shown', async (t) => {
  const { run, withKnex } = setUp(t);
  await withKnex(storeCall);
  await run(['audit', 'CA1', '--as', 'Li Na']);
  await run(['audit', 'CA9', '--as', 'Wang Wei']);
  await run(['audit', '--all']);
  const { code, out } = await run(['audit', '--stream', 'system:hotline', '--as', 'Zhao Min']);
  assert.equal(code, 0);
  assert.match(out, /record\.read {2}person=Li Na {2}stream=call {2}streamId=CA1/);
  assert.match(out, /person=Wang Wei {2}stream=call {2}streamId=CA9/);
  assert.match(out, /person=\S+ {2}stream=all/);
  assert.match(out, /person=Zhao Min {2}stream=system {2}streamId=hotline/);
  assert.match(out, /^4 entries/m);
  const refused = async (words: readonly string[], expected: RegExp) => {
    const { code, err } = await run(words);
    assert.equal(code, 1);
    assert.match(err, expected);
  };
  await refused(['audit'], /^Name one thing to audit/);
  await refused(['audit', 'CA1', '--all'], /^Name one thing to audit/);
  await refused(['audit', '--stream', 'calls:CA1'], /^A stream is written KIND:ID/);
  await refused(['audit', '--stream', 'customer:nobody'], /^Nothing is recorded of customer:nobody/);
  await refused(['audit', 'CA1', '--as', '123456'], /^The record needs a name/);
});

test('call acts on a live call, records who asked, and refuses in sentences', async (t) => {
  const { run, withKnex } = setUp(t);
  await withKnex(storeCall);
  const dropped = await run(['call', 'CA1', 'drop-levels', '--as', 'Li Na', '--demo']);
  assert.deepEqual([dropped.code, dropped.err], [0, '']);
  assert.match(dropped.out, /no level to drop/);
  const { code, out } = await run(['audit', 'CA1']);
  assert.equal(code, 0, 'the end of the stream has moved with it');
  assert.match(out, /call\.command .*command=drop_levels {2}outcome=unchanged {2}person=Li Na/);
  const refused = async (words: readonly string[], expected: RegExp) => {
    const { code, err } = await run(words);
    assert.equal(code, 1);
    assert.match(err, expected);
  };
  await refused(
    ['call', 'CA1', 'freeze', '--demo'],
    /^Nobody is identified in this call: nothing was changed\.$/,
  );
  await refused(['call', 'CA2', 'freeze', '--demo'], /^No call with this CallSid is recorded\.$/);
  await refused(['call', 'CA1', 'raise-levels', '--demo'], /Allowed choices are freeze, drop-levels/);
  await refused(['call', 'CA1', 'freeze', '--as', '1234', '--demo'], /^The record needs a name/);
  await refused(['call', 'CA1', 'freeze'], /^ENCRYPTION_KEYS, INDEX_KEY and PIN_KEY are not set/);
});

test('help is printed and is no error', async (t) => {
  const { run } = setUp(t);
  const { code, out } = await run(['--help']);
  assert.equal(code, 0);
  for (const name of ['migrate', 'new-keys', 'enrol', 'rotate-keys', 'audit', 'call', 'demo-customers'])
    assert.match(out, new RegExp(`^ {2}${name} `, 'm'));
});
