import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { type TestContext, test } from 'node:test';
import { parse } from 'yaml';
import { EVENTS } from '../events.ts';
import { HOUR, ManualClock, MINUTE, SECOND } from '../platform/clock.ts';
import { policySchema } from '../policy/policy.ts';
import { connect, type Knex } from '../storage/connect.ts';
import { migrate } from '../storage/migrate.ts';
import type { EventName } from '../telemetry/events.ts';
import { createLog, type Log } from '../telemetry/logger.ts';
import { memoryTelemetry } from '../telemetry/memory.ts';
import { alarmsOf } from './alarms.store.ts';
import { sprayingWatch } from './spraying-watch.service.ts';

const policy = policySchema.parse(
  parse(readFileSync(new URL('../../flows/policy/default.yaml', import.meta.url), 'utf8')),
);
const { burst } = policy.spraying;

async function database(t: TestContext): Promise<Knex> {
  const knex = connect({ kind: 'sqlite', file: ':memory:' });
  t.after(() => knex.destroy());
  await migrate(knex);
  return knex;
}

/** A watch whose timer rings when told to, and what it logged. */
function watchOn(t: TestContext, knex: Knex, clock: ManualClock) {
  const events: { name: EventName; attributes: object }[] = [];
  const log: Log = { event: (name, attributes = {}) => void events.push({ name, attributes }) };
  const timers: { milliseconds: number; ring: () => void }[] = [];
  const telemetry = memoryTelemetry();
  const watch = sprayingWatch({
    knex,
    clock,
    policy: () => policy,
    log,
    telemetry,
    startTimer: (milliseconds, ring) => {
      timers.push({ milliseconds, ring });
      return () => void timers.splice(0);
    },
  });
  t.after(() => watch.stop());
  const ring = async () => {
    const [timer] = timers.splice(0);
    assert.ok(timer, 'a timer runs');
    clock.advance(timer.milliseconds);
    timer.ring();
    await watch.idle();
    return timer.milliseconds;
  };
  return { watch, events, telemetry, ring, timers };
}

let serial = 0;
/** One comparison of a PIN each of so many customers, never met before. */
async function keyed(
  knex: Knex,
  at: number,
  customers: number,
  status: 'failed' | 'passed' | 'refused' = 'failed',
): Promise<void> {
  const rows = Array.from({ length: customers }, () => {
    serial++;
    return {
      id: `attempt-${serial}`,
      call_id: `call-${serial}`,
      step_token: 'token',
      request_digest: 'digest',
      factor: 'pin.query',
      customer_id: `customer-${serial}`,
      source_index: `source-${serial}`,
      own_line: false,
      status,
      reserved_at: at,
    };
  });
  await knex.batchInsert('attempts', rows, 50);
}

test('the watch looks at its start and every 15 s from then on, and stops when told to', async (t) => {
  const knex = await database(t);
  const { watch, ring, timers } = watchOn(t, knex, new ManualClock());
  assert.equal(timers.length, 0);
  watch.start();
  watch.start();
  await watch.idle();
  assert.equal(await ring(), 15 * SECOND);
  assert.equal(await ring(), 15 * SECOND);
  await watch.stop();
  assert.equal(timers.length, 0);
});

test('one attack is one alarm, logged and counted once, and it ends an hour after it was last seen', async (t) => {
  const knex = await database(t);
  const clock = new ManualClock();
  const { watch, ring, events, telemetry } = watchOn(t, knex, clock);
  watch.start();
  await watch.idle();
  const began = clock.now();
  for (const more of [burst.customers, 20, 20]) {
    await keyed(knex, clock.now(), more);
    await ring();
  }
  const [alarm, ...others] = await alarmsOf(knex, 'spraying');
  assert.deepEqual(others, []);
  assert.deepEqual(
    [alarm?.raisedAt, alarm?.customers, alarm?.failures, alarm?.sources, alarm?.endedAt],
    [began + 15 * SECOND, burst.customers + 40, burst.customers + 40, burst.customers + 40, null],
  );
  const named = (name: EventName) => events.filter((event) => event.name === name);
  assert.deepEqual(named('alarm.raised'), [
    {
      name: 'alarm.raised',
      attributes: {
        kind: 'spraying',
        customers: burst.customers,
        sources: burst.customers,
        failures: burst.customers,
      },
    },
  ]);
  assert.equal(await telemetry.count('hotline.alarms', { kind: 'spraying' }), 1);

  // Seen in the long window for an hour; over an hour after that.
  clock.advance(2 * HOUR - 5 * MINUTE);
  await ring();
  assert.equal((await alarmsOf(knex, 'spraying'))[0]?.endedAt, clock.now());
  await ring();
  assert.equal(named('alarm.ended').length, 1);
  await keyed(knex, clock.now(), burst.customers);
  await ring();
  assert.deepEqual(
    (await alarmsOf(knex, 'spraying')).map(({ episode, endedAt }) => [episode, endedAt === null]),
    [
      [1, false],
      [2, true],
    ],
  );
  assert.equal(named('alarm.raised').length, 2);
});

test('of many processes one looks at a time, and one raises the alarm', async (t) => {
  const knex = await database(t);
  const clock = new ManualClock();
  await keyed(knex, clock.now(), burst.customers);
  const watches = Array.from({ length: 8 }, () => watchOn(t, knex, clock));
  for (const { watch } of watches) watch.start();
  await Promise.all(watches.map(({ watch }) => watch.idle()));
  const raised = watches.flatMap(({ events }) => events).filter(({ name }) => name === 'alarm.raised');
  assert.equal(raised.length, 1);
  assert.equal((await alarmsOf(knex, 'spraying')).length, 1);
});

test('customers who got it right, were refused or failed before the window are not counted', async (t) => {
  const knex = await database(t);
  const clock = new ManualClock();
  const now = clock.now();
  await keyed(knex, now, burst.customers - 1);
  await keyed(knex, now, 30, 'passed');
  await keyed(knex, now, 500, 'refused');
  await keyed(knex, now - 2 * HOUR, 500);
  const { watch, events } = watchOn(t, knex, clock);
  watch.start();
  await watch.idle();
  assert.deepEqual(events, []);
  await keyed(knex, now, 1);
  const another = watchOn(t, knex, clock);
  clock.advance(15 * SECOND);
  another.watch.start();
  await another.watch.idle();
  assert.deepEqual(
    another.events.map(({ name, attributes }) => [name, 'customers' in attributes && attributes.customers]),
    [['alarm.raised', burst.customers]],
  );
});

test('a database that is gone is logged, and the watch goes on', async (t) => {
  const knex = await database(t);
  const { watch, ring, events } = watchOn(t, knex, new ManualClock());
  await knex.schema.renameTable('alarm_watches', 'elsewhere');
  watch.start();
  await watch.idle();
  assert.deepEqual(
    events.map(({ name }) => name),
    ['alarm.failed'],
  );
  await knex.schema.renameTable('elsewhere', 'alarm_watches');
  await ring();
  assert.equal(events.length, 1);
  assert.equal((await knex('alarm_watches')).length, 1);
});

test('the alarm is logged as an error, in counts and nothing else', async (t) => {
  const knex = await database(t);
  const clock = new ManualClock();
  await keyed(knex, clock.now(), burst.customers);
  const lines: string[] = [];
  const log = createLog({
    events: EVENTS,
    level: 'info',
    pretty: false,
    clock,
    destination: { write: (line: string) => void lines.push(line) },
  });
  const watch = sprayingWatch({ knex, clock, policy: () => policy, log, telemetry: memoryTelemetry() });
  watch.start();
  await watch.stop();
  assert.deepEqual(
    lines.map((line) => JSON.parse(line)),
    [
      {
        level: 'error',
        time: '2026-01-15T02:00:00.000Z',
        event: 'alarm.raised',
        kind: 'spraying',
        customers: burst.customers,
        sources: burst.customers,
        failures: burst.customers,
      },
    ],
  );
});
