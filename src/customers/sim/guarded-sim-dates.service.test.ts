import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { HOUR, LAST_INSTANT, ManualClock } from '../../platform/clock.ts';
import type { Keyring } from '../../platform/keyring.ts';
import { parsePolicy } from '../../policy/load.ts';
import { connect } from '../../storage/connect.ts';
import { silentLog } from '../../telemetry/logger.ts';
import { connectSimDates } from './connect-sim-dates.service.ts';
import { guardSimDates } from './guarded-sim-dates.service.ts';
import type { SimDatesPort, SimFailure } from './sim-dates.ts';

const parsed = parsePolicy(
  readFileSync(new URL('../../../flows/policy/default.yaml', import.meta.url), 'utf8'),
);
assert.ok(parsed.ok);
const { policy } = parsed;
const NUMBER = '+8613800138000';
const keyring: Keyring = {
  encryption: { currentId: 'a', byId: new Map([['a', Buffer.alloc(32, 1)]]) },
  index: Buffer.alloc(32, 2),
  pepper: Buffer.alloc(32, 3),
};

function guarded(t: TestContext, answer: (number: string) => unknown) {
  const knex = connect({ kind: 'sqlite', file: ':memory:' });
  t.after(() => knex.destroy());
  const clock = new ManualClock();
  const failures: SimFailure[] = [];
  let asked = 0;
  const lastChange = (number: string) => {
    asked++;
    return answer(number);
  };
  const feed = guardSimDates({ lastChange } as unknown as SimDatesPort, {
    clock,
    onFailure: (why) => failures.push(why),
    limitMilliseconds: 20,
  });
  return { ask: () => feed.lastChange(NUMBER, knex), clock, failures, times: () => asked };
}

test('an answer in shape goes through without what is not asked for', async (t) => {
  for (const answer of [
    { kind: 'changed', at: 0 },
    { kind: 'changed', at: LAST_INSTANT },
    { kind: 'unchanged', since: 5 },
    { kind: 'unknown' },
  ]) {
    const { ask, failures } = guarded(t, async () => ({ ...answer, number: NUMBER }));
    assert.deepEqual(await ask(), answer);
    assert.deepEqual(failures, []);
  }
});

test('an answer in another shape is "not known", with the reason', async (t) => {
  for (const answer of [
    undefined,
    null,
    true,
    'unknown',
    {},
    { kind: 'swapped' },
    { kind: 'changed' },
    { kind: 'changed', at: '2026-01-15' },
    { kind: 'changed', at: new Date() },
    { kind: 'changed', at: Number.NaN },
    { kind: 'changed', at: 0.5 },
    { kind: 'changed', at: -1 },
    { kind: 'changed', at: LAST_INSTANT + 1 },
    { kind: 'unchanged', at: 5 },
  ]) {
    const { ask, failures } = guarded(t, async () => answer);
    assert.deepEqual(await ask(), { kind: 'unknown', failure: 'odd_answer' }, JSON.stringify(answer));
    assert.deepEqual(failures, ['odd_answer']);
  }
});

test('what a feed throws, at once or later, is "not known", and its words go nowhere', async (t) => {
  for (const answer of [
    () => {
      throw new Error(NUMBER);
    },
    () => Promise.reject(new Error(NUMBER)),
    () => Promise.reject(undefined),
  ]) {
    const { ask, failures } = guarded(t, answer);
    assert.deepEqual(await ask(), { kind: 'unknown', failure: 'failed' });
    assert.deepEqual(failures, ['failed']);
  }
});

test('a late feed is not waited for, and the next callers do not ask it until five seconds have passed', async (t) => {
  let comesAtOnce = false;
  const { ask, clock, failures, times } = guarded(t, () =>
    comesAtOnce ? { kind: 'unchanged', since: 1 } : new Promise(() => {}),
  );
  assert.deepEqual(await ask(), { kind: 'unknown', failure: 'late' });
  comesAtOnce = true;
  clock.advance(4_999);
  assert.deepEqual(await ask(), { kind: 'unknown', failure: 'paused' });
  assert.equal(times(), 1);
  clock.advance(1);
  assert.deepEqual(await ask(), { kind: 'unchanged', since: 1 });
  assert.equal(times(), 2);
  assert.deepEqual(failures, ['late', 'paused']);
});

test('a module is connected, and one without the shape is refused with what to mend', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'sim-dates-'));
  t.after(() => rm(folder, { recursive: true }));
  const knex = connect({ kind: 'sqlite', file: ':memory:' });
  t.after(() => knex.destroy());
  const connecting = { keyring, clock: new ManualClock(), log: silentLog, policy };
  const of = async (text: string) => {
    const file = join(folder, `${Math.abs(text.length)}.mjs`);
    await writeFile(file, text);
    return connectSimDates({ kind: 'module', file }, connecting);
  };
  const good = await of(
    `export const createSimDates = async () => ({ lastChange: async () => ({ kind: 'changed', at: ${HOUR} }) });`,
  );
  assert.deepEqual(await good?.lastChange(NUMBER, knex), { kind: 'changed', at: HOUR });
  assert.equal(await connectSimDates({ kind: 'none' }, connecting), undefined);
  await assert.rejects(
    of('export const other = 1;'),
    /SIM_DATES_ADAPTER .*export a function createSimDates\(\)/,
  );
  await assert.rejects(
    of('export const createSimDates = () => ({ ask() {} });'),
    /createSimDates\(\) must answer a feed with lastChange \(see docs\/sim-dates\.md\)/,
  );
  await assert.rejects(
    of('export const createSimDates = () => { throw new Error("no certificate"); };'),
    /createSimDates\(\) failed: no certificate/,
  );
  await assert.rejects(
    connectSimDates({ kind: 'module', file: join(folder, 'nowhere.mjs') }, connecting),
    /SIM_DATES_ADAPTER .*cannot be loaded/,
  );
});
