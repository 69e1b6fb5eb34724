import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { seedDemoStaff } from '../../db/seeds/demo-staff.ts';
import { demoStaff } from '../../test/support/desk.ts';
import { changed, shippedTexts } from '../../test/support/shipped.ts';
import { ADMINISTRATORS, onDuty, QUICK_ARGON2, staffParts } from '../../test/support/staff.ts';
import { ManualClock } from '../platform/clock.ts';
import { seededRandom } from '../platform/random.ts';
import { PROPERTIES } from '../prover/properties/catalogue.ts';
import { Publishing } from '../releases/publishing.service.ts';
import { decideProposal } from '../staff/proposals.service.ts';
import { standingProposals } from '../staff/proposals.store.ts';
import { connect, type Knex } from '../storage/connect.ts';
import { migrate } from '../storage/migrate.ts';
import { runHotline } from './hotline.ts';

const [THU, FANG] = ADMINISTRATORS;
const HEADER = 'name,family_name,title,locale,phone,national_id,phone_since';
const WANG = '王伟,王,mr,zh-CN,13800001001,110101198504120019,2020-02-03';
const LI = '李娜,李,ms,zh-CN,13800001002,110101198504120043,2020-02-03';
const key = (byte: number) => createHash('sha256').update(String(byte)).digest('base64');
const KEYS = { ENCRYPTION_KEYS: `k1:${key(1)}`, INDEX_KEY: key(2), PIN_KEY: key(3) };

/** The database of a production with people at its desk, and the command line beside it. */
async function setUp(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'two-people-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'test.sqlite');
  const clock = new ManualClock();
  const random = seededRandom('cli');
  const withKnex = async <Result>(work: (knex: Knex) => Promise<Result>): Promise<Result> => {
    const knex = connect({ kind: 'sqlite', file });
    return work(knex).finally(() => knex.destroy());
  };
  await withKnex(async (knex) => {
    await migrate(knex);
    await seedDemoStaff(knex, staffParts(knex).keyring, QUICK_ARGON2, random, clock.now());
    // Sealed with other keys than those of the command line; no page is opened here.
    await knex('staff_accounts').update({ totp_sealed: null });
  });
  const run = async (...words: string[]) => {
    const [out, err]: [string[], string[]] = [[], []];
    const environment = { DATABASE_URL: `sqlite://${file}`, ...KEYS };
    const terminal = {
      environment,
      clock,
      random,
      print: (text: string) => void out.push(text),
    };
    const code = await runHotline(terminal, words, (text) => err.push(text));
    return { code, out: out.join('\n'), err: err.join('\n') };
  };
  /** Both administrators approve what the terminal printed. */
  const approve = (printed: string) =>
    withKnex(async (knex) => {
      const typed = /digest: ([0-9A-F]{6})\./.exec(printed)?.[1] ?? '';
      const [proposal] = (await standingProposals(knex, clock.now())).filter(({ state }) => state === 'open');
      for (const by of [THU, FANG]) {
        const member = await onDuty(knex, by ?? demoStaff('agent'));
        const asked = { id: proposal?.id ?? '', decision: 'approved', typed } as const;
        assert.deepEqual(await decideProposal(staffParts(knex), member, asked, clock.now()), {
          kind: 'done',
        });
      }
    });
  return { folder, clock, withKnex, run, approve };
}

test('customers are enrolled from exactly the file that two members of staff approved, once', async (t) => {
  const { folder, run, approve, withKnex } = await setUp(t);
  const path = join(folder, 'customers.csv');
  writeFileSync(path, `${HEADER}\n${WANG}\n`);
  const enrol = () => run('enrol', path, '--as', 'operator');
  const customers = () => withKnex((knex) => knex('customers').select('id'));
  const dry = await run('enrol', path, '--dry-run', '--as', 'operator');
  assert.equal(dry.code, 0, dry.err);
  const first = await enrol();
  assert.equal(first.code, 4, first.err);
  assert.match(first.err, /customers\.csv, mode insert\n1 to add/);
  assert.match(first.err, /two members of staff must approve this at \/desk\/proposals/);
  assert.ok(!first.err.includes('王伟'), 'nothing of a customer');
  await approve(first.err);
  appendFileSync(path, `${LI}\n`);
  const other = await enrol();
  assert.equal(other.code, 4, other.err);
  assert.deepEqual(await customers(), []);
  writeFileSync(path, `${HEADER}\n${WANG}\n`);
  const done = await enrol();
  assert.equal(done.code, 0, done.err);
  assert.match(done.out, /Approved by Phạm Thu and Wu Fang/);
  assert.equal((await customers()).length, 1);
  assert.equal((await run('enrol', path, '--mode', 'skip', '--as', 'operator')).code, 4, 'it is spent');
});

test('keys are rotated by two members of staff', async (t) => {
  const { run, approve } = await setUp(t);
  const first = await run('rotate-keys', '--as', 'operator');
  assert.equal(first.code, 4, first.err);
  await approve(first.err);
  const done = await run('rotate-keys', '--as', 'operator');
  assert.match(done.out, /Approved by Phạm Thu and Wu Fang/);
});

test('a rollback is stood for by two accounts, whose names it keeps; names alone are not enough', async (t) => {
  const { run, approve, withKnex, clock } = await setUp(t);
  await withKnex(async (knex) => {
    const verdicts = PROPERTIES.map((property) => ({ property, finding: undefined }));
    const prove = () => ({ verdicts, states: 1, transitions: 1, cutAt: undefined });
    const publishing = new Publishing({ knex, clock, prove });
    const texts = await shippedTexts();
    const people = { proposedBy: 'Li Na', approvedBy: 'Wang Wei' };
    for (const one of [changed(texts, 'policy', 'retriesShort: 4', 'retriesShort: 3'), texts])
      assert.equal((await publishing.publish(one, people, 'production')).kind, 'published');
  });
  const names = await run('flows', 'rollback', '1', '--proposed-by', 'Li Na', '--approved-by', 'Wang Wei');
  assert.match(names.err, /Names are not enough any more/);
  const first = await run('flows', 'rollback', '1', '--as', 'operator');
  assert.equal(first.code, 4, first.err);
  await approve(first.err);
  const done = await run('flows', 'rollback', '1', '--as', 'operator');
  assert.equal(done.code, 0, done.err);
  const last = await withKnex((knex) => knex('release_activations').orderBy('seq', 'desc').first());
  assert.deepEqual([last.proposed_by, last.approved_by], ['Phạm Thu', 'Wu Fang']);
});
