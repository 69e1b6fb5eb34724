import assert from 'node:assert/strict';
import fc from 'fast-check';
import { failTimes, NOW, nextSerial, policy, request, reserve, settle } from '../../test/support/attempts.ts';
import { storeTest } from '../../test/support/databases.ts';
import { pinBudgetOf } from '../factors/pin/pin.ts';
import { DAY, HOUR, MINUTE } from '../platform/clock.ts';
import { isPostgres, type Knex } from '../storage/connect.ts';
import type { AttemptOutcome, AttemptRequest } from './attempt.ts';
import { lockOf, readCounter } from './counters.store.ts';

storeTest(
  'only a compared and wrong secret counts: a refunded or late attempt leaves no lock (invariant 6)',
  async (knex) => {
    await failTimes(knex, 4);
    for (const outcome of ['refunded', 'late'] as const) {
      const made = request();
      await reserve(knex, made);
      assert.equal(await lockOf(knex, 'wang', pinBudgetOf('transaction', policy), 'own', NOW), 'locked');
      assert.deepEqual(await settle(knex, made.id, outcome), { settled: true });
      assert.equal(await lockOf(knex, 'wang', pinBudgetOf('transaction', policy), 'own', NOW), undefined);
      assert.deepEqual(await settle(knex, made.id, outcome), { settled: false }, 'refunded once');
    }
    assert.equal((await readCounter(knex, 'wang', 'pin.transaction')).own.failures, 4);
  },
);

storeTest('success resets that factor of that customer, nothing else (invariant 7)', async (knex) => {
  await failTimes(knex, 3);
  await failTimes(knex, 2, { line: 'other', sourceIndex: 'stranger' });
  await failTimes(knex, 3, { counter: 'pin.query' });
  await failTimes(knex, 3, { counter: 'code' });
  await failTimes(knex, 3, { customerId: 'li' });
  const before = await knex('lock_counters').orderBy(['customer_id', 'factor']);
  const made = request();
  await reserve(knex, made);
  assert.deepEqual(await settle(knex, made.id, 'passed'), { settled: true });
  const after = await knex('lock_counters').orderBy(['customer_id', 'factor']);
  const others = (rows: { customer_id: string; factor: string }[]) =>
    rows.filter((row) => !(row.customer_id === 'wang' && row.factor === 'pin.transaction'));
  assert.deepEqual(others(after), others(before));
  const reset = await readCounter(knex, 'wang', 'pin.transaction');
  assert.deepEqual([reset.own.failures, reset.other.failures], [0, 0]);
});

storeTest(
  'two right PINs at the same time both pass, also with wrong ones beside them (invariant 11)',
  async (knex) => {
    await failTimes(knex, 2);
    const [first, second, wrong] = [request(), request(), request()];
    await Promise.all([first, second, wrong].map((made) => reserve(knex, made)));
    assert.deepEqual(await settle(knex, wrong.id, 'failed'), { settled: true });
    assert.deepEqual(await settle(knex, first.id, 'passed'), { settled: true });
    assert.equal(
      (await readCounter(knex, 'wang', 'pin.transaction')).own.failures,
      1,
      'the second is still charged',
    );
    assert.deepEqual(await settle(knex, second.id, 'passed'), { settled: true });
    assert.equal((await readCounter(knex, 'wang', 'pin.transaction')).own.failures, 0);
  },
);

storeTest(
  'an attempt nobody settled is given up by the next success, and its result is worth nothing then',
  async (knex) => {
    const [dead, alive] = [request(), request({ now: NOW + 10 * MINUTE })];
    await reserve(knex, dead);
    await reserve(knex, alive);
    await settle(knex, alive.id, 'passed', NOW + 10 * MINUTE);
    assert.equal((await readCounter(knex, 'wang', 'pin.transaction')).own.failures, 0);
    assert.deepEqual(await settle(knex, dead.id, 'passed', NOW), { settled: false });
  },
);

storeTest(
  'the customer is told of each lock once, by the failure that ends it, and of the void',
  async (knex) => {
    await failTimes(knex, 4);
    const fifth = request();
    await reserve(knex, fifth);
    assert.deepEqual(await settle(knex, fifth.id, 'failed'), {
      settled: true,
      lockStarted: { until: NOW + policy.pin.noticeFromLockSeconds * 1000 },
    });
    assert.deepEqual(await settle(knex, fifth.id, 'failed'), { settled: false });
    const later = NOW + HOUR;
    const [sixth, seventh] = [request({ now: later }), request({ now: later })];
    await reserve(knex, sixth);
    await reserve(knex, seventh);
    assert.deepEqual(
      await settle(knex, seventh.id, 'failed', later),
      { settled: true },
      'the sixth may still pass',
    );
    assert.deepEqual(await settle(knex, sixth.id, 'failed', later), {
      settled: true,
      lockStarted: { until: later + DAY },
    });
    const end = later + 2 * DAY;
    assert.equal(await failTimes(knex, 2, { now: end }), 2);
    const tenth = request({ now: end });
    await reserve(knex, tenth);
    assert.deepEqual(await settle(knex, tenth.id, 'failed', end), {
      settled: true,
      lockStarted: { void: true },
    });
    assert.deepEqual(await reserve(knex, request({ now: end + 100 * DAY })), {
      kind: 'refused',
      reason: 'void',
    });
  },
);

storeTest(
  'an attempt nobody compared is refunded, unless a repeated webhook shares it (invariants 3, 8)',
  async (knex) => {
    const alone = request();
    await reserve(knex, alone);
    assert.deepEqual(await settle(knex, alone.id, 'refundedUnlessShared'), { settled: true });
    const shared = request();
    await reserve(knex, shared);
    await reserve(knex, { ...shared, id: 'twin' });
    assert.deepEqual(await settle(knex, shared.id, 'refundedUnlessShared'), { settled: false });
    assert.equal((await readCounter(knex, 'wang', 'pin.transaction')).own.failures, 1);
    assert.deepEqual(await settle(knex, shared.id, 'failed'), { settled: true });
    // Charged anew after the refund, it is one webhook's again.
    await reserve(knex, alone);
    assert.deepEqual(await settle(knex, alone.id, 'refundedUnlessShared'), { settled: true });
    assert.equal((await readCounter(knex, 'wang', 'pin.transaction')).own.failures, 1);
  },
);
type Command =
  | { readonly do: 'reserve'; readonly line: 'own' | 'other'; readonly source: number }
  | { readonly do: 'settle'; readonly which: number; readonly outcome: AttemptOutcome }
  | { readonly do: 'retry'; readonly which: number }
  | { readonly do: 'jump'; readonly by: number };

const commands: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('reserve' as const),
      line: fc.constantFrom('own' as const, 'other' as const),
      source: fc.nat(9),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('settle' as const),
      which: fc.nat(9),
      outcome: fc.constantFrom<AttemptOutcome>('failed', 'failed', 'failed', 'failed', 'passed', 'refunded'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('retry' as const), which: fc.nat(9) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('jump' as const),
      by: fc.oneof(
        fc.constantFrom(-DAY, -HOUR, -2 * MINUTE, 2 * MINUTE, HOUR, DAY + 1, 2 * DAY),
        fc.integer({ min: -DAY, max: 2 * DAY }),
      ),
    }),
  },
);

/** Fails at every attempt it may make, whatever locks come: some schedule has to come near the limit, whatever the seed. */
const UP_TO_THE_VOID: Command[] = Array.from({ length: 12 }, (): readonly Command[] => [
  { do: 'reserve', line: 'own', source: 0 },
  { do: 'settle', which: 0, outcome: 'failed' },
  { do: 'jump', by: 2 * DAY },
]).flat();

/** Plays a schedule and answers the comparisons of use between successes, the success included. */
async function play(
  knex: Knex,
  customerId: string,
  schedule: readonly Command[],
): Promise<readonly number[]> {
  let now = NOW;
  const open: AttemptRequest[] = [];
  const all: AttemptRequest[] = [];
  const comparisons = [0];
  for (const command of schedule) {
    const before = await readCounter(knex, customerId, 'pin.transaction');
    let lowers = false;
    if (command.do === 'jump') now += command.by;
    if (command.do === 'reserve') {
      const source = command.line === 'own' ? 'own' : `source-${command.source}`;
      const made = request({ customerId, line: command.line, sourceIndex: source, now });
      all.push(made);
      if ((await reserve(knex, made)).kind === 'reserved') open.push(made);
    }
    if (command.do === 'retry') {
      const made = all[command.which % Math.max(1, all.length)];
      if (made) {
        const again = await reserve(knex, { ...made, id: `${made.id}-again-${nextSerial()}`, now });
        if (again.kind === 'reserved' && !open.includes(made)) open.push(made);
      }
    }
    if (command.do === 'settle' && open.length > 0) {
      const [made] = open.splice(command.which % open.length, 1);
      if (made) {
        const { settled } = await settle(knex, made.id, command.outcome, now);
        if (settled && command.outcome !== 'refunded') {
          comparisons.push((comparisons.pop() ?? 0) + 1);
          if (command.outcome === 'passed') comparisons.push(0);
        }
        lowers = settled && command.outcome !== 'failed';
      }
    }
    const after = await readCounter(knex, customerId, 'pin.transaction');
    if (!lowers)
      for (const line of ['own', 'other'] as const)
        assert.ok(after[line].failures >= before[line].failures, 'a counter went down (invariant 5)');
  }
  return comparisons;
}

storeTest(
  'between two successes at most 10 comparisons, for any schedule, line and clock jump (invariants 5, 8)',
  async (knex) => {
    let customer = 0;
    let most = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(commands, { minLength: 20, maxLength: 60, size: 'max' }),
        async (schedule) => {
          const counts = await play(knex, `customer-${customer++}`, schedule);
          most = Math.max(most, ...counts);
          for (const count of counts) assert.ok(count <= 10, `${count} comparisons`);
        },
      ),
      // Each statement is a way to the server and back there.
      { numRuns: isPostgres(knex) ? 8 : 25, examples: [[UP_TO_THE_VOID]] },
    );
    assert.equal(most, 10, 'a schedule comes to the limit, or nothing is proved');
  },
);
