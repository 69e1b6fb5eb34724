import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { hashPin, PinVerifiers } from '../src/credentials/pin-verifier.service.ts';
import type { AttemptContext } from '../src/factors/check.ts';
import { FactorService } from '../src/factors/factors.service.ts';
import { alarmsOf } from '../src/fraud/alarms.store.ts';
import { sprayingWatch } from '../src/fraud/spraying-watch.service.ts';
import { DAY, HOUR, type Instant, ManualClock, MINUTE, SECOND } from '../src/platform/clock.ts';
import { blindIndex, type Keyring } from '../src/platform/keyring.ts';
import { seededRandom } from '../src/platform/random.ts';
import type { Policy } from '../src/policy/policy.ts';
import { connect, type Knex } from '../src/storage/connect.ts';
import { migrate } from '../src/storage/migrate.ts';
import { silentLog } from '../src/telemetry/logger.ts';
import { memoryTelemetry } from '../src/telemetry/memory.ts';
import { expectStep, until, verifiedCaller, worldOf } from './support/callers.ts';
import { releaseOf, shippedTexts } from './support/shipped.ts';
import { demoCustomer } from './support/world.ts';

const { policy } = releaseOf(await shippedTexts());
/** The invariant's figures. */
const CUSTOMERS = 1_000;
const ALARM_WITHIN_MILLISECONDS = 60 * SECOND;

const keyring: Keyring = {
  encryption: { currentId: 'a', byId: new Map([['a', Buffer.alloc(32, 1)]]) },
  index: Buffer.alloc(32, 2),
  pepper: Buffer.alloc(32, 3),
};
/** The least work argon2 takes: it is counted here, not timed. */
const QUICK: Policy['pin']['argon2'] = { memoryKib: 8, passes: 1, lanes: 1 };
const RIGHT = '730194';
const WRONG = '730195';

async function database(t: TestContext): Promise<Knex> {
  const knex = connect({ kind: 'sqlite', file: ':memory:' });
  t.after(() => knex.destroy());
  await migrate(knex);
  return knex;
}

/** The watch of a process, whose timer rings with the clock of the test. */
function watchOn(t: TestContext, knex: Knex, clock: ManualClock) {
  let due: { readonly at: Instant; ring(): void } | undefined;
  const telemetry = memoryTelemetry();
  const watch = sprayingWatch({
    knex,
    clock,
    policy: () => policy,
    log: silentLog,
    telemetry,
    startTimer: (milliseconds, ring) => {
      due = { at: clock.now() + milliseconds, ring };
      return () => {
        due = undefined;
      };
    },
  });
  t.after(() => watch.stop());
  watch.start();
  return {
    telemetry,
    /** Sets the clock, and lets the watch look then, whenever it asked to. */
    lookAt: async (instant: Instant) => {
      await watch.idle();
      clock.set(instant);
      assert.ok(due, 'the watch goes on');
      due.ring();
      await watch.idle();
    },
    /** Moves the clock on, and lets the watch look at each moment it asked for. */
    passTo: async (instant: Instant) => {
      await watch.idle();
      while (due !== undefined && due.at <= instant) {
        clock.set(due.at);
        due.ring();
        await watch.idle();
      }
      clock.set(instant);
    },
  };
}

/** Customers with a phone and a transaction PIN of their own. */
async function enrolMany(knex: Knex, count: number, now: Instant): Promise<readonly string[]> {
  const random = seededRandom('customers');
  const ids = Array.from({ length: count }, (_, n) => `customer-${n}`);
  await knex.batchInsert(
    'customers',
    ids.map((id) => ({
      id,
      locale: 'zh-CN',
      jurisdiction: 'CN',
      name_sealed: '',
      national_id_sealed: '',
      national_id_index: id,
      phone_index: blindIndex(keyring, 'phone', id),
      phone_since: 0,
      created_at: now,
    })),
    50,
  );
  const verifiers = await Promise.all(
    ids.map(async (id) => ({
      customer_id: id,
      kind: 'transaction',
      verifier: await hashPin(keyring, random, QUICK, { customerId: id, kind: 'transaction' }, RIGHT),
      set_at: now,
    })),
  );
  await knex.batchInsert('pin_verifiers', verifiers, 50);
  return ids;
}

describe('invariant 9: PINs sprayed over many customers raise the alarm, and lock nobody', () => {
  test('1,000 numbers with one wrong PIN each on 1,000 customers: one alarm within 60 s, nobody locked', async (t) => {
    const knex = await database(t);
    const clock = new ManualClock();
    const random = seededRandom('spraying');
    const ids = await enrolMany(knex, CUSTOMERS, clock.now());
    const pins = new PinVerifiers({ keyring, random, parameters: QUICK, concurrency: 2, queueLimit: 10 });
    const factors = new FactorService({ keyring, random, pins });
    const keyPin = async (id: string, source: string, pin: string) => {
      const context: AttemptContext = {
        callId: `call ${source}`,
        stepToken: 'token',
        requestDigest: blindIndex(keyring, 'request', source),
        sourceIndex: blindIndex(keyring, 'source', source),
        sourcePhoneIndex: blindIndex(keyring, 'phone', source),
        policy,
        now: clock.now(),
      };
      const reserved = await knex.transaction((transaction) =>
        factors.reserve(transaction, context, { factor: 'pin', customerId: id, kind: 'transaction', pin }),
      );
      assert.ok(reserved !== 'conflict' && reserved.kind === 'in_process');
      const result = await factors.compareInProcess(reserved);
      await knex.transaction((transaction) => factors.settle(transaction, result, clock.now()));
      return result.kind;
    };
    const { passTo, telemetry } = watchOn(t, knex, clock);
    const began = clock.now();
    for (const [n, id] of ids.entries()) {
      assert.equal(await keyPin(id, `+8613${n}`, WRONG), 'failed', 'each is compared: no budget stops it');
      await passTo(began + n * 100);
    }
    await passTo(clock.now() + MINUTE);

    const alarms = await alarmsOf(knex, 'spraying');
    assert.equal(alarms.length, 1);
    const [alarm] = alarms;
    assert.ok(alarm && alarm.raisedAt - began <= ALARM_WITHIN_MILLISECONDS, `raised at ${alarm?.raisedAt}`);
    assert.deepEqual([alarm.customers, alarm.sources, alarm.failures], [CUSTOMERS, CUSTOMERS, CUSTOMERS]);
    assert.equal(await telemetry.count('hotline.alarms'), 1);
    assert.doesNotMatch(JSON.stringify(alarm), /customer-\d|\+86/, 'counts only');

    const counters: { own_locked_until: unknown; other_locked_until: unknown; void_at: unknown }[] =
      await knex('lock_counters');
    assert.ok(counters.length >= CUSTOMERS);
    for (const { own_locked_until, other_locked_until, void_at } of counters)
      assert.deepEqual([own_locked_until, other_locked_until, void_at], [null, null, null]);
    for (const id of ids.slice(0, 20)) assert.equal(await keyPin(id, id, RIGHT), 'passed', 'the customer');
  });

  test('the service watches by itself, and the alarm stops no caller', async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'invariants-'));
    t.after(() => rm(folder, { recursive: true, force: true }));
    const file = join(folder, 'sprayed.sqlite');
    const before = connect({ kind: 'sqlite', file });
    await migrate(before);
    const rows = new Traffic();
    rows.wrong(new ManualClock().now() - MINUTE, CUSTOMERS);
    await rows.write(before);
    await before.destroy();
    const hotline = await worldOf(t, { databaseFile: file });
    await until('the alarm', async () => (await alarmsOf(hotline.knex, 'spraying')).length === 1);
    const lina = demoCustomer(({ id }) => id === 'demo-01');
    expectStep(await verifiedCaller(hotline, lina, { intent: 'enquiry' }), 'confirm.identity');
    assert.equal(await hotline.telemetry.count('hotline.alarms', { kind: 'spraying' }), 1);
  });

  for (const calls of [300, 20_000])
    test(`an honest day of ${calls} calls raises none, and spraying in its busiest hour does`, async (t) => {
      const knex = await database(t);
      const clock = new ManualClock(Date.UTC(2026, 0, 15));
      const midnight = clock.now();
      const traffic = new Traffic();
      traffic.honestDay(midnight, calls);
      await traffic.write(knex);
      const { lookAt } = watchOn(t, knex, clock);
      // Of its 5,760 looks one in forty: all that is keyed is seen by one of them.
      for (let at = midnight; at <= midnight + DAY; at += 10 * MINUTE) await lookAt(at);
      assert.deepEqual(await alarmsOf(knex, 'spraying'), []);

      const noon = midnight + 12 * HOUR;
      const attack = new Traffic(calls);
      for (let second = 0; second < 600; second += 6) attack.wrong(noon + second * SECOND, CUSTOMERS / 100);
      await attack.write(knex);
      for (let second = 15; second <= 600; second += 15) await lookAt(noon + second * SECOND);
      assert.equal((await alarmsOf(knex, 'spraying')).length, 1);
    });
});

/** Comparisons of PINs as they stand in the table, of customers and numbers never met before. */
class Traffic {
  readonly #random = seededRandom('traffic');
  readonly #rows: object[] = [];
  #serial: number;

  constructor(serial = 0) {
    this.#serial = serial * 10;
  }

  #keyed(customer: number, at: Instant, status: 'failed' | 'passed'): void {
    this.#serial++;
    this.#rows.push({
      id: `attempt-${this.#serial}`,
      call_id: `call-${this.#serial}`,
      step_token: 'token',
      request_digest: 'digest',
      factor: 'pin.query',
      customer_id: `customer-${customer}`,
      source_index: `source-${customer}`,
      own_line: false,
      status,
      reserved_at: at,
    });
  }

  wrong(at: Instant, customers: number): void {
    for (let n = 0; n < customers; n++) this.#keyed(++this.#serial, at, 'failed');
  }

  /** Most between 9 and 18 o'clock. Of 100 callers 5 mistype the PIN, some twice; one of these gives up in the end. */
  honestDay(midnight: Instant, calls: number): void {
    for (let call = 0; call < calls; call++) {
      const customer = ++this.#serial;
      const busy = this.#random.integer(4) > 0;
      let at = midnight + (busy ? 9 * HOUR + this.#random.integer(9 * HOUR) : this.#random.integer(DAY));
      const luck = this.#random.integer(100);
      for (let wrong = 0; wrong < (luck < 2 ? 2 : luck < 5 ? 1 : 0); wrong++) {
        this.#keyed(customer, at, 'failed');
        at += 30 * SECOND;
      }
      if (luck > 0) this.#keyed(customer, at, 'passed');
    }
  }

  async write(knex: Knex): Promise<void> {
    await knex.batchInsert('attempts', this.#rows, 80);
  }
}
