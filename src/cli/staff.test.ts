import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { DEMO_STAFF } from '../../db/seeds/demo-staff.ts';
import { ManualClock } from '../platform/clock.ts';
import { seededRandom } from '../platform/random.ts';
import { pendingChanges } from '../staff/changes.store.ts';
import { insertSession } from '../staff/sessions.store.ts';
import { recordInSession } from '../staff/staff-record.service.ts';
import { totpCode } from '../staff/totp.ts';
import { connect, type Knex } from '../storage/connect.ts';
import { migrate } from '../storage/migrate.ts';
import { runHotline } from './hotline.ts';

const clock = new ManualClock();

/** A database of a production, and the command line beside it. */
async function setUp(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'staff-cli-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'test.sqlite');
  const random = seededRandom('staff cli');
  const withKnex = async <Result>(work: (knex: Knex) => Promise<Result>): Promise<Result> => {
    const knex = connect({ kind: 'sqlite', file });
    await migrate(knex);
    try {
      return await work(knex);
    } finally {
      await knex.destroy();
    }
  };
  await withKnex(async () => {});
  const run = async (...words: readonly string[]) => {
    const [out, err]: [string[], string[]] = [[], []];
    const environment = { DATABASE_URL: `sqlite://${file}` };
    const terminal = { ...{ environment, clock, random }, print: (text: string) => void out.push(text) };
    const code = await runHotline(terminal, words, (text) => err.push(text));
    return { code, out: out.join('\n'), err: err.join('\n') };
  };
  const add = (signIn: string, role: string, number: string, ...more: readonly string[]) =>
    run(
      ...['staff', 'add', signIn, '--name', `Name ${signIn}`, '--role', role, '--number', number],
      ...more,
      ...AS,
    );
  return { run, add, withKnex };
}

const AS = ['--languages', 'vi-VN', 'en-US', '--as', 'operator'];

test('the first administrator is added at once and gets a key; nobody else is, before there is one', async (t) => {
  const { run, add } = await setUp(t);
  const early = await add('lin.yue', 'agent', '4801');
  assert.equal(early.code, 1);
  assert.match(early.err, /There must be an administrator first/);
  const { code, out } = await add('thu.pham', 'administrator', '4990');
  assert.equal(code, 0);
  assert.match(out, /One-time key, good for 24 hours: [\w-]{43}\n/);
  const list = await run('staff', 'list');
  assert.match(list.out, /^thu\.pham +4990 +invited +administrator +Name thu\.pham$/);
});

test('once an administrator is there, the command line only asks, and says so', async (t) => {
  const { run, add, withKnex } = await setUp(t);
  await add('thu.pham', 'administrator', '4990');
  await withKnex((knex) => knex('staff_accounts').update({ state: 'active' }));
  const asked = await add('lin.yue', 'agent', '4801', '--qualified-until', '2027-06-30');
  assert.match(asked.out, /^The request waits for an administrator at the desk/);
  const [change] = await withKnex((knex) => pendingChanges(knex, clock.now()));
  assert.deepEqual(
    [change?.kind, change?.requester, change?.requestedBy],
    ['add', 'operator', 'cli:operator'],
  );
  // Of the only administrator nobody else could decide, so that a lost phone is mended here.
  const link = await run('staff', 'reset-link', 'thu.pham', '--as', 'operator');
  assert.match(link.out, /One-time key/);
  const none = await run('staff', 'disable', 'nobody', '--as', 'operator');
  assert.deepEqual([none.code, none.err], [1, 'Nobody signs in as nobody.']);
});

test('what is wrong with somebody is told in a sentence', async (t) => {
  const { add } = await setUp(t);
  for (const [signIn, number, more, sentence] of [
    ['X', '4990', [], /sign-in name has 3 to 32/],
    ['thu', '12', [], /adviser number has 4 digits/],
    ['thu', '4990', ['--phone', '010'], /A phone is a number such as/],
    ['thu', '4990', ['--qualified-until', '2027-02-30'], /is a day such as 2027-06-30/],
  ] as const) {
    const { code, err } = await add(signIn, 'administrator', number, ...more);
    assert.equal(code, 1);
    assert.match(err, sentence);
  }
});

test('what somebody did is printed session by session, and that it was read is recorded', async (t) => {
  const { run, add, withKnex } = await setUp(t);
  await add('thu.pham', 'administrator', '4990');
  const none = await run('staff', 'log', 'thu.pham', '--as', 'auditor');
  assert.equal(none.out, 'Name thu.pham has not signed in yet.');
  await withKnex(async (knex) => {
    const { id: staffId } = await knex('staff_accounts').first('id');
    const now = clock.now();
    await insertSession(knex, 'digest', {
      ...{ id: 's1', staffId, version: 1, createdAt: now, secondFactorAt: now, endsAt: now + 1, device: '?' },
    });
    const data = {
      staffId,
      person: 'Name thu.pham',
      role: 'administrator',
      command: 'board.see',
      reason: 'x',
    };
    await recordInSession(knex, 's1', [{ type: 'staff.refused', rules: ['R10.2'], data }], now);
  });
  const log = await run('staff', 'log', 'thu.pham', '--as', 'auditor');
  assert.equal(log.code, 0, log.err);
  assert.match(log.out, /^Session s1\n[\s\S]*staff\.refused[\s\S]*board\.see/);
  const read = await withKnex((knex) => knex('ledger_entries').where({ type: 'record.read' }));
  assert.equal(read.length, 1);
});

test('demo-staff prints everybody with the code of the moment, and refuses another database', async (t) => {
  const { run, withKnex } = await setUp(t);
  const refused = await run('demo-staff');
  assert.match(refused.err, /is not a demo/);
  await withKnex((knex) => knex('settings').insert({ name: 'demo', value: 'yes' }));
  const { code, out } = await run('demo-staff', '--json');
  assert.equal(code, 0);
  const listed: { signIn: string; code: string; phone: string; tier: number | null }[] = JSON.parse(out);
  assert.deepEqual(
    listed.map(({ signIn }) => signIn),
    DEMO_STAFF.map(({ signIn }) => signIn),
  );
  // `npm run phone -- --agent lin.yue` looks the phone up here.
  assert.deepEqual(
    listed.map(({ phone }) => phone),
    DEMO_STAFF.map(({ phone }) => phone),
  );
  for (const [at, { code: now }] of listed.entries())
    assert.equal(now, totpCode(DEMO_STAFF[at]?.totpSecret ?? '', clock.now()));
  const add = await run('staff', 'add', 'x.y', '--name', 'X', '--role', 'administrator', '--number', '4990');
  assert.match(add.err, /demo database/);
});
