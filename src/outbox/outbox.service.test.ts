import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import fc from 'fast-check';
import { connect } from '../persistence/connect.ts';
import { migrate } from '../persistence/migrate.ts';
import { HOUR, ManualClock, MINUTE, SECOND } from '../platform/clock.ts';
import type { Keys } from '../platform/keys.ts';
import { seededRandom } from '../platform/random.ts';
import { DemoInbox } from './demo-inbox.client.ts';
import type { MessagingPort, SendOutcome, TextMessage } from './messaging.ts';
import { type MessageStatusWord, Outbox } from './outbox.service.ts';
import { OutboxStore, type SmsRequest } from './outbox.store.ts';

const keys: Keys = {
  encryption: { currentId: 'k1', byId: new Map([['k1', Buffer.alloc(32, 1)]]) },
  index: Buffer.alloc(32, 2),
  pepper: Buffer.alloc(32, 3),
};
const TO = '+8613812345678';
const BODY = 'code 123456 for a transfer';

/** A provider that answers what it is told to and remembers what it was given. */
class ScriptedProvider implements MessagingPort {
  readonly sent: TextMessage[] = [];
  answer: (message: TextMessage) => SendOutcome | Promise<SendOutcome> = () => ({
    kind: 'accepted',
    providerId: `SM${this.sent.length}`,
  });
  async send(message: TextMessage): Promise<SendOutcome> {
    this.sent.push(message);
    return this.answer(message);
  }
}

async function setUp(t: TestContext) {
  const knex = connect({ kind: 'sqlite', file: ':memory:' });
  t.after(() => knex.destroy());
  await migrate(knex);
  const clock = new ManualClock();
  const store = new OutboxStore(keys, seededRandom('outbox'));
  const provider = new ScriptedProvider();
  const outbox = new Outbox({
    knex,
    store,
    messaging: provider,
    statusCallback: 'https://hotline.example/sms/status',
  });
  const insertCode = (id: string) =>
    knex('codes').insert({
      id,
      customer_id: 'c1',
      call_id: 'CA1',
      binding: 'b',
      code_digest: 'd',
      state: 'live',
      sent_at: clock.now(),
      expires_at: clock.now() + 3 * MINUTE,
      number_index: 'n',
    });
  const enqueue = (request: Partial<SmsRequest> = {}) =>
    knex.transaction((trx) =>
      store.enqueueSms(trx, {
        purpose: 'code',
        to: TO,
        body: BODY,
        expiresAt: clock.now() + 3 * MINUTE,
        now: clock.now(),
        ...request,
      }),
    );
  const row = (id: string) => knex('outbox').where({ id }).first();
  const codeDelivery = async (id: string) => (await knex('codes').where({ id }).first()).delivery;
  return { knex, clock, store, provider, outbox, insertCode, enqueue, row, codeDelivery };
}

test('a message leaves after its commit, once, and its text is then gone from the database', async (t) => {
  const { clock, outbox, provider, insertCode, enqueue, row, codeDelivery } = await setUp(t);
  await insertCode('code1');
  const id = await enqueue({ codeId: 'code1' });
  const before = JSON.stringify(await row(id));
  assert.doesNotMatch(before, /123456|13812345678|transfer/);
  const reports = await outbox.deliverDue(clock.now());
  assert.deepEqual(reports, [{ purpose: 'code', tries: 1, result: 'sent', providerId: 'SM1' }]);
  assert.deepEqual(provider.sent, [
    {
      to: TO,
      body: BODY,
      reference: id,
      statusCallback: `https://hotline.example/sms/status?reference=${id}`,
    },
  ]);
  const after = await row(id);
  assert.deepEqual([after.status, after.provider_id, after.body_sealed], ['sent', 'SM1', null]);
  assert.equal(await codeDelivery('code1'), 'sent');
  clock.advance(HOUR);
  assert.deepEqual(await outbox.deliverDue(clock.now()), []);
  assert.equal(provider.sent.length, 1);
});

test('a turn that is rolled back sends nothing', async (t) => {
  const { knex, clock, store, outbox, provider } = await setUp(t);
  await assert.rejects(
    knex.transaction(async (trx) => {
      await store.enqueueSms(trx, {
        purpose: 'code',
        to: TO,
        body: BODY,
        expiresAt: clock.now() + MINUTE,
        now: clock.now(),
      });
      throw new Error('the turn failed');
    }),
  );
  await outbox.deliverDue(clock.now());
  assert.deepEqual(provider.sent, []);
});

test('several deliverers at once never send one message twice', async (t) => {
  const { clock, outbox, provider, enqueue } = await setUp(t);
  for (let i = 0; i < 20; i++) await enqueue({ body: `message ${i}` });
  const rounds = await Promise.all(Array.from({ length: 10 }, () => outbox.deliverDue(clock.now())));
  while ((await outbox.deliverDue(clock.now())).length > 0);
  assert.ok(rounds.length === 10);
  assert.equal(provider.sent.length, 20);
  assert.equal(new Set(provider.sent.map(({ body }) => body)).size, 20);
});

test('a message whose deliverer died goes out when the lease is over, and not before', async (t) => {
  const { knex, clock, store, outbox, provider, enqueue } = await setUp(t);
  await enqueue();
  assert.equal((await store.claimDue(knex, clock.now(), 30 * SECOND, 8)).length, 1);
  clock.advance(30 * SECOND - 1);
  assert.deepEqual(await outbox.deliverDue(clock.now()), []);
  clock.advance(1);
  assert.equal((await outbox.deliverDue(clock.now()))[0]?.tries, 2);
  assert.equal(provider.sent.length, 1);
});

test('a time-out is tried again with the same text, a bounded number of times (invariant 17)', async (t) => {
  const { clock, outbox, provider, insertCode, enqueue, row, codeDelivery } = await setUp(t);
  await insertCode('code1');
  const id = await enqueue({ codeId: 'code1' });
  provider.answer = () => ({ kind: 'unavailable', reason: 'timeout' });
  const results: string[] = [];
  for (let second = 0; second < 180; second++) {
    for (const { result } of await outbox.deliverDue(clock.now())) results.push(result);
    clock.advance(SECOND);
  }
  assert.deepEqual(results, ['retry', 'retry', 'failed']);
  assert.deepEqual([...new Set(provider.sent.map(({ body }) => body))], [BODY]);
  assert.deepEqual([(await row(id)).status, (await row(id)).error], ['failed', 'timeout']);
  assert.equal(await codeDelivery('code1'), 'failed');
});

test('a provider that is down is asked again at growing intervals until the message is too old', async (t) => {
  const { clock, outbox, provider, insertCode, enqueue, row, codeDelivery } = await setUp(t);
  await insertCode('code1');
  const start = clock.now();
  const id = await enqueue({ codeId: 'code1', expiresAt: start + 60 * SECOND });
  provider.answer = () => ({ kind: 'unavailable', reason: 'rate_limited' });
  const seconds: number[] = [];
  for (let second = 0; second < 120; second++) {
    if ((await outbox.deliverDue(clock.now())).length > 0) seconds.push(second);
    clock.advance(SECOND);
  }
  assert.deepEqual(seconds, [0, 2, 6, 14, 30]);
  assert.equal((await row(id)).status, 'expired');
  assert.equal((await row(id)).body_sealed, null);
  assert.equal(await codeDelivery('code1'), 'failed');
});

test('a message at the end of its life is not sent any more', async (t) => {
  const { clock, outbox, provider, insertCode, enqueue, row, codeDelivery } = await setUp(t);
  await insertCode('code1');
  const id = await enqueue({ codeId: 'code1', expiresAt: clock.now() + MINUTE });
  clock.advance(MINUTE);
  assert.deepEqual(await outbox.deliverDue(clock.now()), []);
  assert.deepEqual(provider.sent, []);
  assert.deepEqual([(await row(id)).status, (await row(id)).body_sealed], ['expired', null]);
  assert.equal(await codeDelivery('code1'), 'failed');
});

test('a refused message is not tried again, and only the error number is kept', async (t) => {
  const { clock, outbox, provider, insertCode, enqueue, row, codeDelivery } = await setUp(t);
  await insertCode('code1');
  const id = await enqueue({ codeId: 'code1' });
  provider.answer = () => ({ kind: 'refused', code: 21211 });
  assert.deepEqual(await outbox.deliverDue(clock.now()), [
    { purpose: 'code', tries: 1, result: 'failed', reason: 'refused', providerCode: 21211 },
  ]);
  assert.deepEqual(
    [(await row(id)).status, (await row(id)).error, (await row(id)).body_sealed],
    ['failed', '21211', null],
  );
  assert.equal(await codeDelivery('code1'), 'failed');
  clock.advance(HOUR);
  assert.deepEqual(await outbox.deliverDue(clock.now()), []);
});

test('a report that overtakes the provider’s answer is not lost', async (t) => {
  const { clock, outbox, provider, insertCode, enqueue, row, codeDelivery } = await setUp(t);
  await insertCode('code1');
  const id = await enqueue({ codeId: 'code1' });
  provider.answer = async ({ reference }) => {
    await outbox.recordDelivery({ providerId: 'SMx', status: 'delivered', reference });
    return { kind: 'accepted', providerId: 'SMx' };
  };
  await outbox.deliverDue(clock.now());
  assert.deepEqual([(await row(id)).status, (await row(id)).provider_id], ['delivered', 'SMx']);
  assert.equal(await codeDelivery('code1'), 'delivered');
});

test('a message that was given up without an answer is delivered when the provider says so', async (t) => {
  const { clock, outbox, provider, enqueue, row } = await setUp(t);
  const id = await enqueue();
  provider.answer = () => ({ kind: 'unavailable', reason: 'timeout' });
  for (let i = 0; i < 3; i++) {
    await outbox.deliverDue(clock.now());
    clock.advance(10 * SECOND);
  }
  assert.equal((await row(id)).status, 'failed');
  assert.equal(await outbox.recordDelivery({ providerId: 'SM9', status: 'delivered', reference: id }), true);
  assert.equal((await row(id)).status, 'delivered');
});

test('the failure of one copy says nothing of the other', async (t) => {
  const { clock, outbox, enqueue, row } = await setUp(t);
  const id = await enqueue();
  await outbox.deliverDue(clock.now());
  assert.equal(
    await outbox.recordDelivery({ providerId: 'SMother', status: 'undelivered', reference: id }),
    false,
  );
  assert.equal((await row(id)).status, 'sent');
});

test('reports about unknown messages change nothing', async (t) => {
  const { outbox } = await setUp(t);
  for (const reference of [undefined, 'nobody']) {
    assert.equal(
      await outbox.recordDelivery({
        providerId: 'SM404',
        status: 'delivered',
        ...(reference === undefined ? {} : { reference }),
      }),
      false,
    );
  }
});

test('late, doubled and disordered reports end where the first final one ended (invariant 39)', async (t) => {
  const { knex, clock, outbox, insertCode, enqueue, row, codeDelivery } = await setUp(t);
  const words: readonly MessageStatusWord[] = [
    'accepted',
    'queued',
    'sending',
    'sent',
    'delivered',
    'undelivered',
    'failed',
    'canceled',
  ];
  let run = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(fc.constantFrom(...words), { maxLength: 8 }), async (statuses) => {
      run += 1;
      const codeId = `code-${run}`;
      await insertCode(codeId);
      const id = await enqueue({ codeId });
      const [report] = await outbox.deliverDue(clock.now());
      assert.ok(report?.providerId);
      for (const status of statuses)
        await outbox.recordDelivery({ providerId: report.providerId, status, errorCode: 30006 });
      const final = statuses.find((status) =>
        ['delivered', 'undelivered', 'failed', 'canceled'].includes(status),
      );
      const expected = final === undefined ? 'sent' : final === 'delivered' ? 'delivered' : 'failed';
      const { status, error } = await row(id);
      assert.deepEqual([status, error], [expected, expected === 'failed' ? '30006' : null]);
      assert.equal(await codeDelivery(codeId), expected);
      await knex('outbox').delete();
    }),
    { numRuns: 40 },
  );
});

test('a missing key holds a message back, and it goes out when the key is there', async (t) => {
  const { knex, clock, enqueue, provider } = await setUp(t);
  await enqueue();
  const other: Keys = {
    ...keys,
    encryption: { currentId: 'k2', byId: new Map([['k2', Buffer.alloc(32, 9)]]) },
  };
  const without = new Outbox({
    knex,
    store: new OutboxStore(other, seededRandom('other')),
    messaging: provider,
  });
  assert.equal((await without.deliverDue(clock.now()))[0]?.reason, 'sealed');
  clock.advance(2 * SECOND);
  const withKey = new Outbox({
    knex,
    store: new OutboxStore(keys, seededRandom('again')),
    messaging: provider,
  });
  assert.equal((await withKey.deliverDue(clock.now()))[0]?.result, 'sent');
});

test('the demo inbox keeps the newest messages of a number, oldest first', async () => {
  const clock = new ManualClock();
  const inbox = new DemoInbox(clock);
  for (let i = 0; i < 205; i++) {
    const outcome = await inbox.send({ to: i % 2 ? TO : '+84900000000', body: `m${i}`, reference: `r${i}` });
    assert.equal(outcome.kind, 'accepted');
    clock.advance(SECOND);
  }
  const messages = inbox.list(TO);
  assert.equal(messages.length, 100);
  assert.deepEqual(messages[0], { to: TO, body: 'm5', sentAt: '2026-01-15T02:00:05.000Z' });
  assert.equal(messages.at(-1)?.body, 'm203');
  assert.deepEqual(inbox.list('+1'), []);
});
