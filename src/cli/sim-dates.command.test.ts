import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { ManualClock } from '../platform/clock.ts';
import { seededRandom } from '../platform/random.ts';
import { connect } from '../storage/connect.ts';
import { migrate } from '../storage/migrate.ts';
import { runHotline } from './hotline.ts';

const NUMBER = '13800001001';

/** A database with one customer, and the command line that looks after it. */
async function setUp(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'sim-dates-cli-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'test.sqlite');
  const key = (byte: number) => createHash('sha256').update(String(byte)).digest('base64');
  const environment = {
    DATABASE_URL: `sqlite://${file}`,
    ENCRYPTION_KEYS: `k1:${key(1)}`,
    INDEX_KEY: key(2),
    PIN_KEY: key(3),
  };
  const clock = new ManualClock(Date.parse('2026-01-15T10:00:00+08:00'));
  const random = seededRandom('cli');
  const run = async (...words: readonly string[]) => {
    const [out, err]: [string[], string[]] = [[], []];
    const terminal = { environment, clock, random, print: (text: string) => out.push(text) };
    const code = await runHotline(terminal, words, (text) => err.push(text));
    return { code, out: out.join('\n'), err: err.join('\n') };
  };
  const csv = (...lines: readonly string[]) => {
    const path = join(folder, 'file.csv');
    writeFileSync(path, lines.join('\n'));
    return path;
  };
  const knex = connect({ kind: 'sqlite', file });
  await migrate(knex);
  await knex.destroy();
  const customers = csv(
    'name,family_name,title,locale,phone,national_id',
    `李娜,李,ms,zh-CN,${NUMBER},110101198504120019`,
  );
  const enrolled = await run('enrol', customers);
  assert.deepEqual([enrolled.code, enrolled.err], [0, '']);
  const sim = async () => {
    const own = connect({ kind: 'sqlite', file });
    const row = await own('customers').first('sim_changed_at', 'sim_known_at');
    await own.destroy();
    return [row.sim_changed_at, row.sim_known_at];
  };
  return { run, csv, sim, clock };
}

test('dates are checked, brought in and told in sentences, with the exit code that says how it went', async (t) => {
  const { run, csv, sim, clock } = await setUp(t);
  const path = csv('phone,sim_changed_at', `+86${NUMBER},2026-01-10`, '+8613900000000,2026-01-10');
  const dry = await run('sim-dates', path, '--dry-run');
  assert.deepEqual([dry.code, dry.err], [0, '']);
  assert.match(
    dry.out,
    /^1 customers to change, 0 confirmed, 0 known better already, 0 rows refused\.\nNothing was written\./,
  );
  assert.match(dry.out, /1 rows have a number that is nobody's registered phone\./);
  assert.deepEqual(await sim(), [null, null]);
  const done = await run('sim-dates', path);
  assert.deepEqual([done.code, done.err], [0, '']);
  assert.match(done.out, /^1 customers changed/);
  assert.deepEqual(await sim(), [Date.parse('2026-01-10T23:59:59.999+08:00'), clock.now()]);
  const json = JSON.parse((await run('sim-dates', path, '--json')).out);
  assert.deepEqual(
    [json.kind, json.summary],
    ['imported', { changed: 0, confirmed: 1, older: 0, unknownNumbers: 1 }],
  );
  assert.doesNotMatch(dry.out + done.out + JSON.stringify(json), new RegExp(NUMBER));
});

test('a bad row keeps the file out and is named; with --skip-bad the rest goes in and the exit code is 3', async (t) => {
  const { run, csv, sim } = await setUp(t);
  const path = csv('phone,sim_changed_at', `${NUMBER},2026-01-10`, '12,2026-01-10');
  const refused = await run('sim-dates', path, '--home', 'CN');
  assert.equal(refused.code, 1);
  assert.match(refused.err, /^row 3, phone: is not a valid number.*\nNothing was written\.$/s);
  assert.deepEqual(await sim(), [null, null]);
  const rest = await run('sim-dates', path, '--home', 'CN', '--skip-bad');
  assert.equal(rest.code, 3);
  assert.match(rest.err, /1 rows were left out\.$/);
  assert.notEqual((await sim())[0], null);
});

test('what an operator gets wrong is told with what to do', async (t) => {
  const { run, csv } = await setUp(t);
  const path = csv('phone,sim_changed_at', `+86${NUMBER},2026-01-10`);
  for (const [words, message] of [
    [['sim-dates', path, '--as-of', 'yesterday'], /--as-of must be a moment with its zone/],
    [['sim-dates', path, '--as-of', '2026-01-15T10:00:01+08:00'], /--as-of lies in the future/],
    [['sim-dates', `${path}.not`], /cannot be read/],
    [['sim-dates', path, '--home', 'XX'], /Allowed choices are CN, VN/],
  ] as const) {
    const { code, err, out } = await run(...words);
    assert.deepEqual([code, out], [1, ''], err);
    assert.match(err, message);
  }
  const help = await run('sim-dates', '--help');
  assert.equal(help.code, 0);
  assert.match(help.out, /Exit codes: 0 done, 1 nothing written, 3 written without/);
});
