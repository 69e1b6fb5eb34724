import assert from 'node:assert/strict';
import { storeTest } from '../../test/support/databases.ts';
import { TEST_KEYS } from '../../test/support/keys.ts';
import { carriedCodes } from '../factors/code/code.store.ts';
import { HOUR, MINUTE, SECOND } from '../platform/clock.ts';
import { seededRandom } from '../platform/random.ts';
import type { Knex } from '../storage/connect.ts';
import { OutboxStore } from './outbox.store.ts';
import type { SmsRequest } from './sms-request.ts';

const NOW = Date.UTC(2026, 0, 15);
const LEASE = 30 * SECOND;
const store = new OutboxStore(TEST_KEYS, seededRandom('outbox store'), carriedCodes);

function enqueue(knex: Knex, over: Partial<SmsRequest> = {}): Promise<string> {
  return knex.transaction((transaction) =>
    store.enqueueSms(transaction, {
      purpose: 'code',
      to: '+8613812345678',
      body: 'code 123456',
      expiresAt: NOW + 3 * MINUTE,
      now: NOW,
      ...over,
    }),
  );
}

async function enqueueMany(knex: Knex, count: number): Promise<readonly string[]> {
  const ids: string[] = [];
  for (let n = 0; n < count; n++) ids.push(await enqueue(knex, { now: NOW - count + n }));
  return ids;
}

async function codeOf(knex: Knex, id: string): Promise<string> {
  await knex('codes').insert({
    id,
    customer_id: 'c1',
    call_id: 'CA1',
    binding: 'b',
    code_digest: 'd',
    state: 'live',
    sent_at: NOW,
    expires_at: NOW + 3 * MINUTE,
    number_index: 'n',
  });
  return id;
}

const statusOf = async (knex: Knex, id: string) => (await knex('outbox').where({ id }).first()).status;
const deliveryOf = async (knex: Knex, id: string) => (await knex('codes').where({ id }).first()).delivery;

storeTest('several who claim at once get each message once', async (knex) => {
  const ids = await enqueueMany(knex, 24);
  const rounds: string[] = [];
  while (rounds.length < ids.length) {
    const claims = await Promise.all(Array.from({ length: 8 }, () => store.claimDue(knex, NOW, LEASE, 8)));
    const round = claims.flat().map(({ id }) => id);
    assert.ok(round.length > 0, 'somebody gets on');
    rounds.push(...round);
  }
  assert.deepEqual([...rounds].sort(), [...ids].sort());
  assert.deepEqual(await store.claimDue(knex, NOW, LEASE, 8), []);
});

storeTest(
  'the longest due goes first, at most as many as asked for, and opens as it was written',
  async (knex) => {
    const ids = await enqueueMany(knex, 5);
    const claimed = await store.claimDue(knex, NOW, LEASE, 3);
    assert.deepEqual(
      claimed.map(({ id }) => id),
      ids.slice(0, 3),
    );
    const [first] = claimed;
    assert.ok(first);
    assert.deepEqual(
      [first.tries, first.leaseUntil, first.expiresAt, first.codeId, first.purpose],
      [1, NOW + LEASE, NOW + 3 * MINUTE, undefined, 'code'],
    );
    assert.deepEqual(store.openMessage(first), { to: '+8613812345678', body: 'code 123456' });
  },
);

storeTest('a message is due from its millisecond on, and never at or after its end', async (knex) => {
  const later = await enqueue(knex, { now: NOW + 1, expiresAt: NOW + 3 });
  assert.deepEqual(await store.claimDue(knex, NOW, LEASE, 8), []);
  assert.deepEqual(await store.claimDue(knex, NOW + 3, LEASE, 8), []);
  assert.deepEqual(
    (await store.claimDue(knex, NOW + 1, LEASE, 8)).map(({ id }) => id),
    [later],
  );
});

storeTest('what somebody claimed anew is no longer the first one’s to give back or give up', async (knex) => {
  const codeId = await codeOf(knex, 'code1');
  const id = await enqueue(knex, { codeId, expiresAt: NOW + HOUR });
  const [first] = await store.claimDue(knex, NOW, LEASE, 8);
  const [second] = await store.claimDue(knex, NOW + LEASE, LEASE, 8);
  assert.ok(first && second?.tries === 2);
  await store.reschedule(knex, first, NOW + 40 * SECOND, 'timeout');
  await store.markGivenUp(knex, first, 'failed', 'timeout');
  assert.deepEqual([await statusOf(knex, id), await deliveryOf(knex, codeId)], ['pending', 'pending']);
  assert.deepEqual(await store.claimDue(knex, NOW + 41 * SECOND, LEASE, 8), [], 'the second still has it');
  await store.reschedule(knex, second, NOW + 41 * SECOND, 'timeout');
  assert.equal((await store.claimDue(knex, NOW + 41 * SECOND, LEASE, 8)).length, 1);
});

storeTest(
  'of an answer and an end of the same message that come at once one counts, for the code too',
  async (knex) => {
    for (let round = 0; round < 5; round++) {
      const codeId = await codeOf(knex, `code${round}`);
      const id = await enqueue(knex, { codeId });
      const [message] = await store.claimDue(knex, NOW, LEASE, 8);
      assert.ok(message);
      await Promise.all([
        store.markSent(knex, message, `SM${round}`),
        store.markGivenUp(knex, message, 'failed', 'timeout'),
      ]);
      const ended = [await statusOf(knex, id), await deliveryOf(knex, codeId)].join();
      assert.ok(['sent,sent', 'failed,failed'].includes(ended), ended);
    }
  },
);

storeTest(
  'of reports that come at once the first final one stands, for the code too (invariant 39)',
  async (knex) => {
    for (let round = 0; round < 5; round++) {
      const codeId = await codeOf(knex, `code${round}`);
      const id = await enqueue(knex, { codeId });
      const [message] = await store.claimDue(knex, NOW, LEASE, 8);
      assert.ok(message);
      const providerId = `SM${round}`;
      await store.markSent(knex, message, providerId);
      const changed = await Promise.all(
        Array.from({ length: 10 }, (_, n) =>
          store.recordReport(knex, providerId, undefined, n % 2 ? 'delivered' : 'failed', null),
        ),
      );
      assert.equal(changed.filter(Boolean).length, 1);
      const winner = changed.indexOf(true) % 2 ? 'delivered' : 'failed';
      assert.deepEqual([await statusOf(knex, id), await deliveryOf(knex, codeId)], [winner, winner]);
    }
  },
);

storeTest('messages whose time is over end once, however many look', async (knex) => {
  const codeId = await codeOf(knex, 'code1');
  const ids = [
    await enqueue(knex, { codeId, expiresAt: NOW + 1 }),
    await enqueue(knex, { expiresAt: NOW + 1 }),
  ];
  const kept = await enqueue(knex, { expiresAt: NOW + 2 });
  const expired = await Promise.all(Array.from({ length: 6 }, () => store.expireOverdue(knex, NOW + 1, 8)));
  assert.deepEqual(
    expired.flat().map(({ reason }) => reason),
    ['too_late', 'too_late'],
  );
  for (const id of ids) assert.equal(await statusOf(knex, id), 'expired');
  assert.deepEqual([await statusOf(knex, kept), await deliveryOf(knex, codeId)], ['pending', 'failed']);
  const texts = await knex('outbox').whereNotNull('body_sealed').select('id');
  assert.deepEqual(texts, [{ id: kept }], 'the text of what ended is gone');
});

storeTest('a message that is being sent does not end under its sender’s hands', async (knex) => {
  const id = await enqueue(knex, { expiresAt: NOW + SECOND });
  const [message] = await store.claimDue(knex, NOW, LEASE, 8);
  assert.ok(message);
  assert.deepEqual(await store.expireOverdue(knex, NOW + 2 * SECOND, 8), []);
  await store.markSent(knex, message, 'SM1');
  assert.equal(await statusOf(knex, id), 'sent');
});

storeTest('what a message was for is found by the provider’s id alone', async (knex) => {
  await enqueue(knex, { purpose: 'freeze_notice' });
  const [message] = await store.claimDue(knex, NOW, LEASE, 8);
  assert.ok(message);
  await store.markSent(knex, message, 'SM1');
  assert.equal(await store.purposeOf(knex, 'SM1'), 'freeze_notice');
  assert.equal(await store.purposeOf(knex, 'SM2'), undefined);
});

storeTest('a text no provider takes is a bug and puts nothing into the outbox', async (knex) => {
  for (const body of ['', 'x'.repeat(1_601)])
    await assert.rejects(enqueue(knex, { body }), /assertion failed/);
  assert.deepEqual(await knex('outbox'), []);
});
