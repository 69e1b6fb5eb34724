import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { parse } from 'yaml';
import { storeTest } from '../../test/support/databases.ts';
import { DAY, HOUR, MINUTE } from '../platform/clock.ts';
import { type Policy, policySchema } from '../policy/policy.ts';
import { isPostgres, type Knex } from '../storage/connect.ts';
import {
  type AttemptOutcome,
  type AttemptRequest,
  type Reservation,
  reserveAttempt,
  type Settlement,
  settleAttempt,
  slowdownSeconds,
  sourcePressure,
} from './budget.store.ts';
import { factorLock, readCounter } from './counters.store.ts';

const policy: Policy = policySchema.parse(
  parse(readFileSync(new URL('../../flows/policy/default.yaml', import.meta.url), 'utf8')),
);
const NOW = Date.UTC(2026, 0, 15);

let serial = 0;
function request(over: Partial<AttemptRequest> = {}): AttemptRequest {
  serial++;
  return {
    id: `attempt-${serial}`,
    callId: `call-${serial}`,
    stepToken: `token-${serial}`,
    requestDigest: `digest-${serial}`,
    factor: 'pin.transaction',
    customerId: 'wang',
    sourceIndex: 'line-of-wang',
    line: 'own',
    now: NOW,
    policy,
    ...over,
  };
}

function reserve(knex: Knex, made: AttemptRequest): Promise<Reservation> {
  return knex.transaction((transaction) => reserveAttempt(transaction, made));
}

function settle(
  knex: Knex,
  id: string,
  outcome: AttemptOutcome,
  now = NOW,
  matched?: string,
): Promise<Settlement> {
  return knex.transaction((transaction) => settleAttempt(transaction, id, outcome, now, policy, matched));
}

/** Reserves and settles as failed, until one is refused or `upTo` were taken. */
async function failTimes(knex: Knex, upTo: number, over: Partial<AttemptRequest> = {}): Promise<number> {
  for (let taken = 0; taken < upTo; taken++) {
    const made = request(over);
    if ((await reserve(knex, made)).kind !== 'reserved') return taken;
    await settle(knex, made.id, 'failed', made.now);
  }
  return upTo;
}

function attemptStatus(knex: Knex, id: string): Promise<string> {
  return knex('attempts')
    .where({ id })
    .first('status')
    .then((row) => row.status);
}

function countKinds(reservations: readonly Reservation[]): { reserved: number; refused: number } {
  const reserved = reservations.filter(({ kind }) => kind === 'reserved').length;
  return { reserved, refused: reservations.length - reserved };
}

storeTest(
  '50 parallel attempts on an empty counter get exactly 5 comparisons (invariant 1)',
  async (knex) => {
    const all = await Promise.all(Array.from({ length: 50 }, () => reserve(knex, request())));
    assert.deepEqual(countKinds(all), { reserved: 5, refused: 45 });
    assert.equal((await readCounter(knex, 'wang', 'pin.transaction')).own.failures, 5);
    const more = await Promise.all(
      Array.from({ length: 50 }, () => reserve(knex, request({ now: NOW + HOUR }))),
    );
    assert.deepEqual(countKinds(more), { reserved: 2, refused: 48 });
  },
);

storeTest('50 parallel attempts of one stranger get 3, of many strangers 5 (invariant 10)', async (knex) => {
  const one = await Promise.all(
    Array.from({ length: 50 }, (_, n) =>
      reserve(
        knex,
        request({
          line: 'other',
          sourceIndex: 'stranger',
          factor: n % 2 ? 'pin.query' : 'pin.transaction',
        }),
      ),
    ),
  );
  assert.deepEqual(countKinds(one), { reserved: 3, refused: 47 });
  const many = await Promise.all(
    Array.from({ length: 50 }, (_, n) =>
      reserve(knex, request({ line: 'other', sourceIndex: `stranger-${n}`, customerId: 'li' })),
    ),
  );
  assert.deepEqual(countKinds(many), { reserved: 5, refused: 45 });
  assert.equal(await failTimes(knex, 50, { customerId: 'li' }), 5, 'the own line is not shut out');
});

storeTest(
  'an attempt is paid for before anything is looked at, and stays paid when nobody settles it (invariant 3)',
  async (knex) => {
    const made = request();
    await reserve(knex, made);
    assert.equal(await attemptStatus(knex, made.id), 'reserved');
    assert.equal((await readCounter(knex, 'wang', 'pin.transaction')).own.failures, 1);
    assert.equal(await failTimes(knex, 50, { now: NOW + 10 * MINUTE }), 4);
  },
);

storeTest(
  'a retry of the same webhook is not charged again, another entry on its token is a conflict',
  async (knex) => {
    const made = request();
    assert.deepEqual(await reserve(knex, made), {
      kind: 'reserved',
      attemptId: made.id,
      repeated: false,
    });
    const retries = await Promise.all(
      Array.from({ length: 20 }, (_, n) => reserve(knex, { ...made, id: `retry-${n}` })),
    );
    for (const retry of retries)
      assert.deepEqual(retry, { kind: 'reserved', attemptId: made.id, repeated: true });
    assert.deepEqual(await reserve(knex, { ...made, id: 'guess', requestDigest: 'guess' }), {
      kind: 'conflict',
    });
    assert.equal((await readCounter(knex, 'wang', 'pin.transaction')).own.failures, 1);
  },
);

storeTest('what was refused stays refused for its retry, also after the lock ended', async (knex) => {
  await failTimes(knex, 5);
  const made = request();
  assert.deepEqual(await reserve(knex, made), { kind: 'refused', reason: 'locked' });
  assert.deepEqual(await reserve(knex, { ...made, id: 'retry', now: NOW + DAY }), {
    kind: 'refused',
    reason: 'locked',
  });
  assert.equal(await attemptStatus(knex, made.id), 'refused');
  assert.equal((await settle(knex, made.id, 'passed')).settled, false);
});

storeTest('an attempt given back is charged anew when its webhook is retried, once', async (knex) => {
  const made = request();
  await reserve(knex, made);
  assert.deepEqual(await settle(knex, made.id, 'refunded'), { settled: true });
  assert.equal((await readCounter(knex, 'wang', 'pin.transaction')).own.failures, 0);
  const retries = await Promise.all(
    Array.from({ length: 10 }, (_, n) => reserve(knex, { ...made, id: `retry-${n}` })),
  );
  assert.deepEqual(retries.map((retry) => retry.kind === 'reserved' && retry.repeated).sort(), [
    false,
    ...Array.from({ length: 9 }, () => true),
  ]);
  assert.equal((await readCounter(knex, 'wang', 'pin.transaction')).own.failures, 1);
});

storeTest(
  'an attempt given back is charged anew for another entry too, and then holds that one',
  async (knex) => {
    const made = request();
    await reserve(knex, made);
    await settle(knex, made.id, 'refunded');
    const other = { ...made, id: 'other', requestDigest: 'other' };
    const [first, second] = [await reserve(knex, other), await reserve(knex, { ...made, id: 'third' })];
    assert.deepEqual(first, { kind: 'reserved', attemptId: made.id, repeated: false });
    assert.deepEqual(second, { kind: 'conflict' });
    assert.equal((await readCounter(knex, 'wang', 'pin.transaction')).own.failures, 1);
  },
);

storeTest(
  'only a compared and wrong secret counts: what is released or late leaves no lock (invariant 6)',
  async (knex) => {
    await failTimes(knex, 4);
    for (const outcome of ['refunded', 'late'] as const) {
      const made = request();
      await reserve(knex, made);
      assert.equal(await factorLock(knex, 'wang', 'pin.transaction', 'own', policy, NOW), 'locked');
      assert.deepEqual(await settle(knex, made.id, outcome), { settled: true });
      assert.equal(await factorLock(knex, 'wang', 'pin.transaction', 'own', policy, NOW), undefined);
      assert.deepEqual(await settle(knex, made.id, outcome), { settled: false }, 'given back once');
    }
    assert.equal((await readCounter(knex, 'wang', 'pin.transaction')).own.failures, 4);
  },
);

storeTest('success resets that factor of that customer, nothing else (invariant 7)', async (knex) => {
  await failTimes(knex, 3);
  await failTimes(knex, 2, { line: 'other', sourceIndex: 'stranger' });
  await failTimes(knex, 3, { factor: 'pin.query' });
  await failTimes(knex, 3, { factor: 'code' });
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
    const factor = 'pin.transaction';
    await failTimes(knex, 4);
    const fifth = request();
    await reserve(knex, fifth);
    assert.deepEqual(await settle(knex, fifth.id, 'failed'), {
      settled: true,
      lockStarted: { factor, until: NOW + policy.pin.noticeFromLockSeconds * 1000 },
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
      lockStarted: { factor, until: later + DAY },
    });
    const end = later + 2 * DAY;
    assert.equal(await failTimes(knex, 2, { now: end }), 2);
    const tenth = request({ now: end });
    await reserve(knex, tenth);
    assert.deepEqual(await settle(knex, tenth.id, 'failed', end), {
      settled: true,
      lockStarted: { factor, void: true },
    });
    assert.deepEqual(await reserve(knex, request({ now: end + 100 * DAY })), {
      kind: 'refused',
      reason: 'void',
    });
  },
);

storeTest(
  'a stranger spends 3 wrong PINs a day on a customer, over both PINs and whatever else happens',
  async (knex) => {
    const stranger = { line: 'other', sourceIndex: 'stranger' } as const;
    assert.equal(await failTimes(knex, 2, { ...stranger, factor: 'pin.query' }), 2);
    assert.equal(await failTimes(knex, 50, stranger), 1);
    assert.deepEqual(await reserve(knex, request(stranger)), {
      kind: 'refused',
      reason: 'source_refused',
    });
    assert.equal(await failTimes(knex, 1, { ...stranger, sourceIndex: 'another' }), 1);
    assert.equal(await failTimes(knex, 1, { ...stranger, customerId: 'li' }), 1);
    assert.equal(await failTimes(knex, 1, { ...stranger, now: NOW + DAY }), 1);
  },
);

storeTest(
  'a code takes 3 tries, 50 at once too, and a late or released one gives its try back',
  async (knex) => {
    const live = {
      id: 'c1',
      customer_id: 'wang',
      call_id: 'k',
      binding: 'b',
      code_digest: 'd',
      state: 'live',
    };
    await knex('codes').insert({ ...live, sent_at: NOW, expires_at: NOW + 1, number_index: 'n' });
    const keyed = () => request({ factor: 'code', codeId: 'c1' });
    const [late, outage] = [keyed(), keyed()];
    await reserve(knex, late);
    await reserve(knex, outage);
    await settle(knex, late.id, 'late');
    await settle(knex, outage.id, 'refunded');
    const tries = () =>
      knex('codes')
        .where({ id: 'c1' })
        .first('tries')
        .then((row) => row.tries);
    assert.equal(await tries(), 0);
    const all = await Promise.all(Array.from({ length: 50 }, () => reserve(knex, keyed())));
    assert.deepEqual(countKinds(all), { reserved: 3, refused: 47 });
    assert.ok(all.some((one) => one.kind === 'refused' && one.reason === 'code_tries_spent'));
    assert.equal(await tries(), 3);
    assert.equal(
      (await readCounter(knex, 'wang', 'code')).own.failures,
      3,
      'a refused try costs the customer nothing',
    );
  },
);

storeTest(
  'a source has 10 failed identifications an hour, whatever number of calls it makes at once',
  async (knex) => {
    const identity = (over: Partial<AttemptRequest> = {}) => {
      const { customerId: _nobody, ...rest } = request({
        factor: 'identity',
        line: 'other',
        sourceIndex: 'office',
        ...over,
      });
      return rest;
    };
    // In flight they may each turn out to be another customer, so no more than 5 run at once.
    const all = await Promise.all(Array.from({ length: 50 }, () => reserve(knex, identity())));
    assert.deepEqual(countKinds(all), { reserved: 5, refused: 45 });
    for (const one of all) if (one.kind === 'reserved') await settle(knex, one.attemptId, 'failed');
    assert.equal(
      slowdownSeconds(await sourcePressure(knex, 'office', NOW), policy),
      policy.source.slowSeconds,
    );
    assert.equal(slowdownSeconds(4, policy), 0);
    for (let n = 5; n < 10; n++) {
      const made = identity();
      assert.equal((await reserve(knex, made)).kind, 'reserved');
      await settle(knex, made.id, 'failed');
    }
    assert.deepEqual(await reserve(knex, identity()), { kind: 'refused', reason: 'source_limited' });
    assert.equal((await reserve(knex, identity({ sourceIndex: 'home' }))).kind, 'reserved');
    assert.equal((await reserve(knex, identity({ now: NOW + HOUR }))).kind, 'reserved');
    assert.equal((await knex('lock_counters')).length, 0, 'never a lock on customers');
  },
);

storeTest(
  'a source meets 5 customers a day and then no more; one customer often is no matter',
  async (knex) => {
    const identify = async (matched: string, now = NOW) => {
      const { customerId: _nobody, ...made } = request({ factor: 'identity', sourceIndex: 'office', now });
      const reservation = await reserve(knex, made);
      if (reservation.kind === 'reserved') await settle(knex, made.id, 'passed', now, matched);
      return reservation.kind;
    };
    for (let n = 0; n < 20; n++) assert.equal(await identify('wang'), 'reserved');
    for (const customer of ['a', 'b', 'c', 'd']) assert.equal(await identify(customer), 'reserved');
    assert.equal(await identify('e'), 'refused');
    assert.equal(await identify('e', NOW + DAY), 'reserved');
  },
);

storeTest('a PIN for nobody known is recorded against the source and always taken', async (knex) => {
  const { customerId: _nobody, ...made } = request({ line: 'other' });
  assert.deepEqual(await reserve(knex, made), {
    kind: 'reserved',
    attemptId: made.id,
    repeated: false,
  });
  assert.deepEqual(await settle(knex, made.id, 'failed'), { settled: true });
  const row = await knex('attempts').where({ id: made.id }).first();
  assert.deepEqual([row.customer_id, row.source_index, row.status], [null, 'line-of-wang', 'failed']);
});

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
        const again = await reserve(knex, { ...made, id: `${made.id}-again-${serial++}`, now });
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
      { numRuns: isPostgres(knex) ? 8 : 25 },
    );
    assert.ok(most >= 5, `the schedules must come near the limit to prove anything, they reached ${most}`);
  },
);

storeTest(
  'what nobody compared is returned, unless a repeated webhook has taken it up as well (invariants 3, 8)',
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
    // Taken anew after it was released, it is one webhook's again.
    await reserve(knex, alone);
    assert.deepEqual(await settle(knex, alone.id, 'refundedUnlessShared'), { settled: true });
    assert.equal((await readCounter(knex, 'wang', 'pin.transaction')).own.failures, 1);
  },
);
