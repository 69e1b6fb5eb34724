import assert from 'node:assert/strict';
import { countKinds, NOW, type Over, policy, request, reserve, settle } from '../../test/support/attempts.ts';
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

storeTest(
  'a source has 10 failed identifications an hour, whatever number of calls it makes at once',
  async (knex) => {
    const identity = (over: Over = {}) => {
      const { customerId: _nobody, ...rest } = request({
        counter: 'identity',
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
      slowdownSeconds(await sourcePressure(knex, 'office', GUESSING, NOW), policy),
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
      const { customerId: _nobody, ...made } = request({ counter: 'identity', sourceIndex: 'office', now });
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
