import assert from 'node:assert/strict';
import {
  countKinds,
  failTimes,
  NOW,
  type Over,
  policy,
  request,
  reserve,
  settle,
} from '../../test/support/attempts.ts';
import { storeTest } from '../../test/support/databases.ts';
import { GUESSING } from '../factors/catalogue.ts';
import { DAY, HOUR, SECOND } from '../platform/clock.ts';
import { isPostgres, type Knex } from '../storage/connect.ts';
import { slowdownSeconds } from './slow-down.ts';
import { countAtPins, sourcePressure } from './sources.store.ts';

let serial = 0;
async function keyed(knex: Knex, over: { readonly [column: string]: unknown }): Promise<void> {
  serial++;
  await knex('attempts').insert({
    id: `a${serial}`,
    call_id: `call-${serial}`,
    step_token: 't',
    request_digest: 'd',
    factor: 'pin.query',
    customer_id: 'wang',
    source_index: 's1',
    own_line: false,
    status: 'failed',
    reserved_at: NOW,
    ...over,
  });
}

storeTest(
  'only what was compared at customers’ PINs within the window is counted, as numbers',
  async (knex) => {
    const none = { tried: 0, customers: 0, failures: 0, sources: 0 };
    assert.deepEqual(await countAtPins(knex, NOW, 60), none);
    for (const over of [
      { reserved_at: NOW - 60 * SECOND },
      { factor: 'code' },
      { factor: 'identity' },
      { customer_id: null },
      { status: 'refused' },
      { status: 'refunded' },
    ])
      await keyed(knex, over);
    assert.deepEqual(await countAtPins(knex, NOW, 60), none);
    await keyed(knex, { reserved_at: NOW - 60 * SECOND + 1 });
    await keyed(knex, { status: 'reserved', factor: 'pin.transaction', source_index: 's2' });
    await keyed(knex, { customer_id: 'li' });
    await keyed(knex, { customer_id: 'an', source_index: 's3' });
    await keyed(knex, { customer_id: 'an', status: 'passed', source_index: 's4' });
    // An, who had a right PIN, was tried and is nobody's victim.
    assert.deepEqual(await countAtPins(knex, NOW, 60), { tried: 3, customers: 2, failures: 3, sources: 3 });
  },
);

storeTest('what another clock wrote ahead is counted when its time has come', async (knex) => {
  await keyed(knex, { customer_id: 'li', reserved_at: NOW + 1 });
  assert.equal((await countAtPins(knex, NOW, 60)).customers, 0);
  assert.equal((await countAtPins(knex, NOW + 1, 60)).customers, 1);
});

storeTest('a look reads its window and not the table, by the index made for it', async (knex) => {
  const asked: { sql: string; bindings: readonly (string | number)[] }[] = [];
  const listen = (query: (typeof asked)[number]) => void asked.push(query);
  knex.on('query', listen);
  await countAtPins(knex, NOW, 600);
  knex.removeListener('query', listen);
  assert.equal(asked.length, 2);
  await knex.transaction(async (transaction) => {
    // An empty table is read whole whatever there is; not allowed that, the planner shows what it would use.
    if (isPostgres(knex)) await transaction.raw('set local enable_seqscan = off');
    for (const { sql, bindings } of asked) {
      const explain = isPostgres(knex) ? 'explain' : 'explain query plan';
      const statement = sql.replaceAll(/\$\d+/g, '?');
      const plan = JSON.stringify(await transaction.raw(`${explain} ${statement}`, bindings));
      assert.match(plan, /attempts_at_pins/);
    }
  });
});

/** An identification as it is reserved: nobody is known, `who` is named. */
function naming(who: string, over: Over = {}) {
  const made = { counter: 'identity', line: 'other', sourceIndex: 'office', subjectIndex: who } as const;
  const { customerId: _nobody, ...rest } = request({ ...made, ...over });
  return rest;
}

/** Names somebody and has it looked up; answers what became of the reservation. */
async function name(knex: Knex, who: string, found: string | undefined, over: Over = {}) {
  const made = naming(who, over);
  const reservation = await reserve(knex, made);
  if (reservation.kind === 'reserved')
    await settle(knex, made.id, found === undefined ? 'failed' : 'passed', made.now, found);
  return { kind: reservation.kind, callId: made.callId };
}

/** A right PIN of this customer in the call. */
async function prove(knex: Knex, callId: string, customerId: string, over: Over = {}) {
  const made = request({
    counter: 'pin.query',
    line: 'other',
    sourceIndex: 'office',
    callId,
    customerId,
    ...over,
  });
  assert.equal((await reserve(knex, made)).kind, 'reserved');
  await settle(knex, made.id, 'passed', made.now);
}

const pauseOf = async (knex: Knex, source = 'office', now = NOW) =>
  slowdownSeconds(await sourcePressure(knex, source, GUESSING, now), policy);

storeTest(
  'a source names 10 people an hour without proof, whatever number of calls it makes at once',
  async (knex) => {
    const all = await Promise.all(Array.from({ length: 50 }, (_, n) => reserve(knex, naming(`p${n}`))));
    assert.deepEqual(countKinds(all), { reserved: 10, refused: 40 });
    for (const one of all) if (one.kind === 'reserved') await settle(knex, one.attemptId, 'failed');
    assert.equal(await pauseOf(knex), policy.source.slowSeconds);
    assert.deepEqual(await reserve(knex, naming('q')), { kind: 'refused', reason: 'source_limited' });
    assert.equal((await reserve(knex, naming('q', { sourceIndex: 'home' }))).kind, 'reserved');
    assert.equal((await reserve(knex, naming('q', { now: NOW + HOUR }))).kind, 'reserved');
    assert.equal((await knex('lock_counters')).length, 0, 'never a lock on customers');
  },
);

storeTest('the same person counts once, found or not, and is let through again', async (knex) => {
  for (let n = 0; n < 20; n++) {
    assert.equal((await name(knex, 'wang', 'wang')).kind, 'reserved');
    assert.equal((await name(knex, 'nobody', undefined)).kind, 'reserved');
  }
  assert.deepEqual(await sourcePressure(knex, 'office', GUESSING, NOW), { lastHour: 2, lastDay: 2 });
  assert.equal(await pauseOf(knex), 0);
  for (let n = 0; n < 8; n++) await name(knex, `p${n}`, undefined);
  assert.equal((await name(knex, 'eleventh', 'li')).kind, 'refused');
  assert.equal((await name(knex, 'wang', 'wang')).kind, 'reserved');
  assert.equal((await name(knex, 'nobody', undefined)).kind, 'reserved');
});

storeTest(
  'a right PIN gives back the identification of its own call and customer, and no other',
  async (knex) => {
    // Twenty colleagues behind one number.
    for (let n = 0; n < 20; n++) {
      const { kind, callId } = await name(knex, `colleague-${n}`, `c${n}`);
      assert.equal(kind, 'reserved');
      await prove(knex, callId, `c${n}`);
    }
    assert.deepEqual(await sourcePressure(knex, 'office', GUESSING, NOW), { lastHour: 0, lastDay: 0 });
    // Who has an account of their own does not wash others' names with it.
    const guessed = await name(knex, 'victim', 'victim');
    await name(knex, 'mine', 'me', { callId: guessed.callId });
    await prove(knex, guessed.callId, 'me');
    assert.equal((await sourcePressure(knex, 'office', GUESSING, NOW)).lastHour, 1);
    // That the victim calls from the same number, and proves it, changes nothing for who has guessed before.
    const own = await name(knex, 'victim', 'victim');
    await prove(knex, own.callId, 'victim');
    assert.equal((await sourcePressure(knex, 'office', GUESSING, NOW)).lastHour, 1);
  },
);

storeTest('more people in a day than a household has are slowed, and not refused', async (knex) => {
  for (let n = 0; n < policy.source.customersPerDay - 1; n++) await name(knex, `p${n}`, undefined);
  const later = NOW + 2 * HOUR;
  assert.equal(await pauseOf(knex, 'office', later), 0);
  assert.equal((await name(knex, 'one-more', 'li', { now: later })).kind, 'reserved');
  assert.equal(await pauseOf(knex, 'office', later), policy.source.slowSeconds);
  for (let n = 0; n < 8; n++)
    assert.equal((await name(knex, `q${n}`, undefined, { now: later })).kind, 'reserved');
  assert.equal(await pauseOf(knex, 'office', NOW + 2 * HOUR + DAY), 0);
});

storeTest('attempts of an older program, which named nobody, count one by one', async (knex) => {
  for (let n = 0; n < 10; n++)
    await keyed(knex, { factor: 'identity', customer_id: null, source_index: 'office' });
  assert.equal((await sourcePressure(knex, 'office', GUESSING, NOW + 1)).lastHour, 10);
  assert.equal((await name(knex, 'p', undefined)).kind, 'refused');
});

storeTest('a right PIN gives a shared line its three tries at that customer back', async (knex) => {
  const tries = (n: number) =>
    failTimes(knex, n, { counter: 'pin.query', line: 'other', sourceIndex: 'office', now: NOW + n });
  assert.equal(await tries(2), 2);
  await prove(knex, 'call-right', 'wang', { now: NOW + 10 });
  assert.equal(
    await failTimes(knex, 9, { counter: 'pin.query', line: 'other', sourceIndex: 'office', now: NOW + 20 }),
    3,
  );
});
