import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { storeTest } from '../../../test/support/databases.ts';
import { DAY, HOUR } from '../../platform/clock.ts';
import type { Keyring } from '../../platform/keyring.ts';
import { seededRandom } from '../../platform/random.ts';
import { parsePolicy } from '../../policy/load.ts';
import type { Knex } from '../../storage/connect.ts';
import { allCustomers } from '../customers.store.ts';
import { enrolCustomers } from './enrolment.service.ts';
import type { Mode } from './judge-rows.service.ts';

const NOW = Date.parse('2026-01-15T10:00:00+08:00');
const parsed = parsePolicy(
  readFileSync(new URL('../../../flows/policy/default.yaml', import.meta.url), 'utf8'),
);
assert.ok(parsed.ok);
const { policy } = parsed;
const keyring: Keyring = {
  encryption: { currentId: 'a', byId: new Map([['a', Buffer.alloc(32, 1)]]) },
  index: Buffer.alloc(32, 2),
  pepper: Buffer.alloc(32, 3),
};
const endOf = (day: string) => Date.parse(`${day}T23:59:59.999+08:00`);

async function enrol(knex: Knex, mode: Mode, phone: string, simChangedAt: string, now = NOW) {
  const text = [
    'name,family_name,title,locale,phone,national_id,phone_since,sim_changed_at',
    `李娜,李,ms,zh-CN,${phone},110101198504120019,,${simChangedAt}`,
  ].join('\n');
  const source = async function* () {
    yield Buffer.from(text);
  };
  const by = { knex, keyring, random: seededRandom('sim'), policy, person: 'Li Na' };
  const options = { dryRun: false, mode, skipBad: false, accepted: [], dateOrder: undefined };
  const result = await enrolCustomers(by, source, options, now);
  assert.notEqual(result.kind, 'wrong_keys');
  const [customer] = await allCustomers(knex);
  const told = result.kind === 'wrong_keys' ? assert.fail() : result;
  return {
    kind: result.kind,
    problems: told.problems.map(({ column, problem }) => `${column}: ${problem}`),
    changes: told.summary.changes.map(({ field, shown }) => `${field}: ${shown}`),
    sim: [customer?.simChangedAt, customer?.simKnownAt],
  };
}

storeTest(
  'a new customer comes with the day of the SIM and when it was learnt; one without a day is not known',
  async (knex) => {
    const { kind, sim } = await enrol(knex, 'insert', '13800001001', '2026-01-10');
    assert.deepEqual([kind, sim], ['enrolled', [endOf('2026-01-10'), NOW]]);
  },
);

storeTest('what a file cannot know is refused: a day to come, a day without a phone', async (knex) => {
  const future = await enrol(knex, 'insert', '13800001001', '2026-01-16');
  assert.deepEqual(future.problems, ['sim_changed_at: lies in the future']);
  const alone = await enrol(knex, 'insert', '', '2026-01-10');
  assert.deepEqual(alone.problems, ['sim_changed_at: is given without a phone']);
  const today = await enrol(knex, 'insert', '13800001001', '2026-01-15');
  assert.deepEqual(today.sim, [NOW, NOW], 'today is now at the latest');
});

storeTest(
  'an update shows and writes a later day, learns the same one anew, and is the same the second time',
  async (knex) => {
    await enrol(knex, 'insert', '13800001001', '');
    assert.deepEqual((await enrol(knex, 'skip', '13800001001', '2026-01-10')).sim, [null, null]);
    const first = await enrol(knex, 'update', '13800001001', '2026-01-10');
    assert.deepEqual(first.changes, ['sim_changed_at: none -> 2026-01-10 (as of 2026-01-15)']);
    assert.deepEqual(first.sim, [endOf('2026-01-10'), NOW]);
    assert.deepEqual((await enrol(knex, 'update', '13800001001', '2026-01-10', NOW + HOUR)).changes, []);
    assert.deepEqual((await enrol(knex, 'update', '13800001001', '', NOW + HOUR)).changes, []);
    const learnt = await enrol(knex, 'update', '13800001001', '2026-01-10', NOW + 2 * DAY);
    assert.deepEqual(learnt.changes, [
      'sim_changed_at: 2026-01-10 (as of 2026-01-15) -> 2026-01-10 (as of 2026-01-17)',
    ]);
    assert.deepEqual(learnt.sim, [endOf('2026-01-10'), NOW + 2 * DAY]);
  },
);

storeTest('an update forgets no change that is known', async (knex) => {
  await enrol(knex, 'insert', '13800001001', '2026-01-14');
  const earlier = await enrol(knex, 'update', '13800001001', '2024-01-01', NOW + HOUR);
  assert.equal(earlier.kind, 'refused');
  assert.match(earlier.problems[0] ?? '', /sim_changed_at: is before a change that is known already/);
  assert.deepEqual(earlier.sim, [endOf('2026-01-14'), NOW]);
});

storeTest(
  'another phone has another SIM: the old date goes, the new one comes with the file',
  async (knex) => {
    await enrol(knex, 'insert', '13800001001', '2026-01-10');
    const moved = await enrol(knex, 'update', '13800001002', '', NOW + HOUR);
    assert.ok(
      moved.changes.includes('sim_changed_at: 2026-01-10 (as of 2026-01-15) -> none'),
      String(moved.changes),
    );
    assert.deepEqual(moved.sim, [null, null]);
    const again = await enrol(knex, 'update', '13800001003', '2024-05-01', NOW + 2 * HOUR);
    assert.deepEqual(again.sim, [endOf('2024-05-01'), NOW + 2 * HOUR]);
  },
);
