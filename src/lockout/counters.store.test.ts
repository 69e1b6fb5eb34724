import assert from 'node:assert/strict';
import { getsThrough, storeTest } from '../../test/support/databases.ts';
import { isPostgres, type Knex } from '../storage/connect.ts';
import { lockCounterForUpdate, lockGuardForUpdate, readCounter, writeCounter } from './counters.store.ts';
import { EMPTY_COUNTER, type LockCounter } from './ladder.ts';

const NOW = Date.UTC(2026, 0, 15);
const FACTOR = 'pin.transaction';

/** Every member filled, and none with the value of another. */
const FILLED: LockCounter = {
  own: { failures: 1, lockedUntil: NOW + 1, lockedBefore: NOW + 2, noticeDue: true },
  other: { failures: 2, lockedUntil: NOW + 3, lockedBefore: NOW + 4, noticeDue: false },
  voidAt: NOW + 5,
  voidNoticeDue: true,
};

/** Holds the counter, changes it and lets it go. */
function change(knex: Knex, customerId: string, by: (counter: LockCounter) => LockCounter): Promise<void> {
  return knex.transaction(async (transaction) => {
    const held = await lockCounterForUpdate(transaction, customerId, FACTOR);
    await writeCounter(transaction, customerId, FACTOR, held, by(held));
  });
}

const oneMore = (counter: LockCounter): LockCounter => ({
  ...counter,
  own: { ...counter.own, failures: counter.own.failures + 1 },
});

storeTest('a counter that was never touched is empty, and looking at it writes nothing', async (knex) => {
  assert.deepEqual(await readCounter(knex, 'wang', FACTOR), EMPTY_COUNTER);
  assert.deepEqual(await knex('lock_counters'), []);
});

storeTest(
  'a counter comes back as it was written: times as numbers, flags as flags, nothing as nothing',
  async (knex) => {
    assert.deepEqual(
      await knex.transaction((transaction) => lockCounterForUpdate(transaction, 'wang', FACTOR)),
      EMPTY_COUNTER,
    );
    for (const counter of [FILLED, EMPTY_COUNTER, FILLED]) {
      await change(knex, 'wang', () => counter);
      assert.deepEqual(await readCounter(knex, 'wang', FACTOR), counter);
      assert.deepEqual(
        await knex.transaction((transaction) => lockCounterForUpdate(transaction, 'wang', FACTOR)),
        counter,
      );
    }
    assert.deepEqual(await readCounter(knex, 'wang', 'pin.query'), EMPTY_COUNTER);
    assert.deepEqual(await readCounter(knex, 'li', FACTOR), EMPTY_COUNTER);
  },
);

storeTest(
  'transactions that lock one counter follow one another, the first of them on no row yet',
  async (knex) => {
    await Promise.all(Array.from({ length: 40 }, () => change(knex, 'wang', oneMore)));
    assert.equal((await readCounter(knex, 'wang', FACTOR)).own.failures, 40);
    assert.equal((await knex('lock_counters')).length, 1);
  },
);

storeTest(
  'a counter whose transaction fails is unchanged, and the next transaction gets it',
  async (knex) => {
    const failing = () =>
      knex.transaction(async (transaction) => {
        const held = await lockCounterForUpdate(transaction, 'wang', FACTOR);
        await writeCounter(transaction, 'wang', FACTOR, held, FILLED);
        throw new Error('the turn failed');
      });
    const all = await Promise.allSettled(
      Array.from({ length: 10 }, (_, n) => (n % 2 ? change(knex, 'wang', oneMore) : failing())),
    );
    assert.equal(all.filter(({ status }) => status === 'fulfilled').length, 5);
    assert.equal((await readCounter(knex, 'wang', FACTOR)).own.failures, 5);
  },
);

storeTest('a counter that has changed since it was read is not written over', async (knex) => {
  const changes: readonly ((counter: LockCounter) => LockCounter)[] = [
    oneMore,
    (counter) => ({ ...counter, other: { ...counter.other, failures: 9 } }),
    (counter) => ({ ...counter, own: { ...counter.own, lockedUntil: NOW } }),
    (counter) => ({ ...counter, other: { ...counter.other, lockedUntil: NOW } }),
    (counter) => ({ ...counter, voidAt: NOW }),
  ];
  for (const [index, meanwhile] of changes.entries())
    for (const start of [EMPTY_COUNTER, FILLED]) {
      const customer = `customer-${index}-${start.own.failures}`;
      await change(knex, customer, () => start);
      await change(knex, customer, meanwhile);
      await assert.rejects(
        knex.transaction((transaction) => writeCounter(transaction, customer, FACTOR, start, EMPTY_COUNTER)),
        /a counter changes only while it is locked/,
      );
      assert.deepEqual(await readCounter(knex, customer, FACTOR), meanwhile(start));
    }
});

storeTest('counters of other customers stay free meanwhile', async (knex) => {
  await Promise.all(Array.from({ length: 12 }, (_, n) => change(knex, `customer-${n % 4}`, oneMore)));
  for (let n = 0; n < 4; n++)
    assert.equal((await readCounter(knex, `customer-${n}`, FACTOR)).own.failures, 3);
});

storeTest('a count behind a guard sees every row that was written behind it before', async (knex) => {
  const taken = await Promise.all(
    Array.from({ length: 30 }, (_, n) =>
      knex.transaction(async (transaction) => {
        await lockGuardForUpdate(transaction, 'source:s', NOW + n);
        if ((await transaction('settings')).length >= 5) return false;
        await transaction('settings').insert({ name: `row-${n}`, value: '' });
        return true;
      }),
    ),
  );
  assert.equal(taken.filter(Boolean).length, 5);
  assert.equal((await knex('budget_guards')).length, 1);
});

storeTest('a locked counter or guard makes the next transaction wait, and no other', async (knex) => {
  const counter = (customerId: string) => (transaction: Knex) =>
    lockCounterForUpdate(transaction, customerId, FACTOR);
  const guard = (subject: string) => (transaction: Knex) => lockGuardForUpdate(transaction, subject, NOW);
  for (const round of ['not there yet', 'there']) {
    assert.equal(await getsThrough(knex, counter('wang'), counter('wang')), false, round);
    assert.equal(await getsThrough(knex, counter('wang'), counter('li')), isPostgres(knex), round);
    assert.equal(await getsThrough(knex, guard('source:a'), guard('source:a')), false, round);
    assert.equal(await getsThrough(knex, guard('source:a'), guard('source:b')), isPostgres(knex), round);
  }
});
