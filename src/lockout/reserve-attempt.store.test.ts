import assert from 'node:assert/strict';
import {
  attemptStatus,
  countKinds,
  failTimes,
  NOW,
  request,
  reserve,
  settle,
  tries,
} from '../../test/support/attempts.ts';
import { storeTest } from '../../test/support/databases.ts';
import { DAY, HOUR, MINUTE } from '../platform/clock.ts';
import { readCounter } from './counters.store.ts';

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
          counter: n % 2 ? 'pin.query' : 'pin.transaction',
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
  'an attempt is charged before the secret is looked at, and stays charged when nobody settles it (invariant 3)',
  async (knex) => {
    const made = request();
    await reserve(knex, made);
    assert.equal(await attemptStatus(knex, made.id), 'reserved');
    assert.equal((await readCounter(knex, 'wang', 'pin.transaction')).own.failures, 1);
    assert.equal(await failTimes(knex, 50, { now: NOW + 10 * MINUTE }), 4);
  },
);

storeTest(
  'a retry of the same webhook is not charged again, another input on its token is a conflict',
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

storeTest('a refunded attempt is charged anew when its webhook is retried, once', async (knex) => {
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
  'a refunded attempt is charged anew for another input too, and then belongs to that one',
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
  'a stranger spends 3 wrong PINs a day on a customer, over both PINs and whatever else happens',
  async (knex) => {
    const stranger = { line: 'other', sourceIndex: 'stranger' } as const;
    assert.equal(await failTimes(knex, 2, { ...stranger, counter: 'pin.query' }), 2);
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
  'a code takes 3 tries, 50 at once too, and a late or refunded attempt refunds its try',
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
    const keyed = () => request({ counter: 'code', secret: { id: 'c1', tries } });
    const [late, outage] = [keyed(), keyed()];
    await reserve(knex, late);
    await reserve(knex, outage);
    await settle(knex, late.id, 'late');
    await settle(knex, outage.id, 'refunded');
    const triesOfCode = () =>
      knex('codes')
        .where({ id: 'c1' })
        .first('tries')
        .then((row) => row.tries);
    assert.equal(await triesOfCode(), 0);
    const all = await Promise.all(Array.from({ length: 50 }, () => reserve(knex, keyed())));
    assert.deepEqual(countKinds(all), { reserved: 3, refused: 47 });
    assert.ok(all.some((one) => one.kind === 'refused' && one.reason === 'code_tries_spent'));
    assert.equal(await triesOfCode(), 3);
    assert.equal(
      (await readCounter(knex, 'wang', 'code')).own.failures,
      3,
      'a refused try costs the customer nothing',
    );
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
