import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { storeTest } from '../../test/support/databases.ts';
import { carriedCodes } from '../factors/code/code.store.ts';
import { HOUR, ManualClock, MINUTE, SECOND } from '../platform/clock.ts';
import type { Keyring } from '../platform/keyring.ts';
import { seededRandom } from '../platform/random.ts';
import type { Knex } from '../storage/connect.ts';
import { DemoInbox } from './demo-inbox.service.ts';
import type { MessagingPort, SendOutcome, TextMessage } from './messaging.ts';
import { Outbox } from './outbox.service.ts';
import { type ClaimedMessage, OutboxStore } from './outbox.store.ts';
import type { SmsRequest } from './sms-request.ts';

const keyring: Keyring = {
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

function setUp(knex: Knex) {
  const clock = new ManualClock();
  const store = new OutboxStore(keyring, seededRandom('outbox'), carriedCodes);
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
  return { clock, store, provider, outbox, insertCode, enqueue, row, codeDelivery };
}

storeTest(
  'a message leaves after its commit, once, and its text is then gone from the database',
  async (knex) => {
    const { clock, outbox, provider, insertCode, enqueue, row, codeDelivery } = setUp(knex);
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
        validSeconds: 180,
      },
    ]);
    const after = await row(id);
    assert.deepEqual([after.status, after.provider_id, after.body_sealed], ['sent', 'SM1', null]);
    assert.equal(await codeDelivery('code1'), 'sent');
    clock.advance(HOUR);
    assert.deepEqual(await outbox.deliverDue(clock.now()), []);
    assert.equal(provider.sent.length, 1);
  },
);

storeTest('a turn that is rolled back sends nothing', async (knex) => {
  const { clock, store, outbox, provider } = setUp(knex);
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

storeTest('several deliverers at once never send one message twice', async (knex) => {
  const { clock, outbox, provider, enqueue } = setUp(knex);
  for (let i = 0; i < 20; i++) await enqueue({ body: `message ${i}` });
  const rounds = await Promise.all(Array.from({ length: 10 }, () => outbox.deliverDue(clock.now())));
  while ((await outbox.deliverDue(clock.now())).length > 0);
  assert.ok(rounds.length === 10);
  assert.equal(provider.sent.length, 20);
  assert.equal(new Set(provider.sent.map(({ body }) => body)).size, 20);
});

storeTest('a message whose deliverer died goes out when the lease is over, and not before', async (knex) => {
  const { clock, store, outbox, provider, enqueue } = setUp(knex);
  await enqueue();
  assert.equal((await store.claimDue(knex, clock.now(), 30 * SECOND, 8)).length, 1);
  clock.advance(30 * SECOND - 1);
  assert.deepEqual(await outbox.deliverDue(clock.now()), []);
  clock.advance(1);
  assert.equal((await outbox.deliverDue(clock.now()))[0]?.tries, 2);
  assert.equal(provider.sent.length, 1);
});

storeTest(
  'a time-out is tried again with the same text, a bounded number of times (invariant 17)',
  async (knex) => {
    const { clock, outbox, provider, insertCode, enqueue, row, codeDelivery } = setUp(knex);
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
  },
);

storeTest(
  'a provider that is down is asked again at growing intervals until the message is too old',
  async (knex) => {
    const { clock, outbox, provider, insertCode, enqueue, row, codeDelivery } = setUp(knex);
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
  },
);

storeTest(
  'a notice that was never sent is tried as long as it is of use, however long the outage',
  async (knex) => {
    const { clock, outbox, provider, enqueue, row } = setUp(knex);
    const id = await enqueue({ purpose: 'freeze_notice', expiresAt: clock.now() + 24 * HOUR });
    provider.answer = () => ({ kind: 'unavailable', reason: 'unreachable' });
    for (let minute = 0; minute < 20 * 60; minute++) {
      await outbox.deliverDue(clock.now());
      clock.advance(MINUTE);
    }
    assert.equal((await row(id)).status, 'pending');
    provider.answer = () => ({ kind: 'accepted', providerId: 'SM1' });
    clock.advance(15 * MINUTE);
    assert.equal((await outbox.deliverDue(clock.now()))[0]?.result, 'sent');
  },
);

storeTest('a message at the end of its life is not sent any more', async (knex) => {
  const { clock, outbox, provider, insertCode, enqueue, row, codeDelivery } = setUp(knex);
  await insertCode('code1');
  const id = await enqueue({ codeId: 'code1', expiresAt: clock.now() + MINUTE });
  clock.advance(MINUTE);
  assert.deepEqual(await outbox.deliverDue(clock.now()), [
    { purpose: 'code', tries: 0, result: 'expired', reason: 'too_late' },
  ]);
  assert.deepEqual(provider.sent, []);
  assert.deepEqual([(await row(id)).status, (await row(id)).body_sealed], ['expired', null]);
  assert.equal(await codeDelivery('code1'), 'failed');
});

storeTest('a refused message is not tried again, and only the error number is kept', async (knex) => {
  const { clock, outbox, provider, insertCode, enqueue, row, codeDelivery } = setUp(knex);
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

storeTest('a report that overtakes the provider’s answer is not lost', async (knex) => {
  const { clock, outbox, provider, insertCode, enqueue, row, codeDelivery } = setUp(knex);
  await insertCode('code1');
  const id = await enqueue({ codeId: 'code1' });
  provider.answer = async ({ reference }) => {
    await outbox.recordDelivery({ providerId: 'SMx', delivery: 'delivered', reference });
    return { kind: 'accepted', providerId: 'SMx' };
  };
  await outbox.deliverDue(clock.now());
  assert.deepEqual([(await row(id)).status, (await row(id)).provider_id], ['delivered', 'SMx']);
  assert.equal(await codeDelivery('code1'), 'delivered');
});

storeTest(
  'a message that was given up without an answer is delivered when the provider says so',
  async (knex) => {
    const { clock, outbox, provider, enqueue, row } = setUp(knex);
    const id = await enqueue();
    provider.answer = () => ({ kind: 'unavailable', reason: 'timeout' });
    for (let i = 0; i < 3; i++) {
      await outbox.deliverDue(clock.now());
      clock.advance(10 * SECOND);
    }
    assert.equal((await row(id)).status, 'failed');
    assert.equal(
      await outbox.recordDelivery({ providerId: 'SM9', delivery: 'delivered', reference: id }),
      true,
    );
    assert.equal((await row(id)).status, 'delivered');
  },
);

storeTest('the failure of one copy says nothing of the other', async (knex) => {
  const { clock, outbox, enqueue, row } = setUp(knex);
  const id = await enqueue();
  await outbox.deliverDue(clock.now());
  assert.equal(
    await outbox.recordDelivery({ providerId: 'SMother', delivery: 'failed', reference: id }),
    false,
  );
  assert.equal((await row(id)).status, 'sent');
});

storeTest('reports about unknown messages change nothing', async (knex) => {
  const { outbox } = setUp(knex);
  for (const reference of [undefined, 'nobody']) {
    assert.equal(
      await outbox.recordDelivery({
        providerId: 'SM404',
        delivery: 'delivered',
        ...(reference === undefined ? {} : { reference }),
      }),
      false,
    );
  }
});

storeTest(
  'late, doubled and disordered reports end where the first final one ended (invariant 39)',
  async (knex) => {
    const { clock, outbox, insertCode, enqueue, row, codeDelivery } = setUp(knex);
    const words = ['sent', 'delivered', 'failed'] as const;
    let run = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom(...words), { maxLength: 8 }), async (statuses) => {
        run += 1;
        const codeId = `code-${run}`;
        await insertCode(codeId);
        const id = await enqueue({ codeId });
        const [report] = await outbox.deliverDue(clock.now());
        assert.ok(report?.providerId);
        for (const delivery of statuses)
          await outbox.recordDelivery({ providerId: report.providerId, delivery, errorCode: 30006 });
        const expected = statuses.find((delivery) => delivery !== 'sent') ?? 'sent';
        const { status, error } = await row(id);
        assert.deepEqual([status, error], [expected, expected === 'failed' ? '30006' : null]);
        assert.equal(await codeDelivery(codeId), expected);
        await knex('outbox').delete();
      }),
      { numRuns: 40 },
    );
  },
);

storeTest('a missing key holds a message back, and it goes out when the key is there', async (knex) => {
  const { clock, enqueue, provider } = setUp(knex);
  await enqueue();
  const other: Keyring = {
    ...keyring,
    encryption: { currentId: 'k2', byId: new Map([['k2', Buffer.alloc(32, 9)]]) },
  };
  const without = new Outbox({
    knex,
    store: new OutboxStore(other, seededRandom('other'), carriedCodes),
    messaging: provider,
  });
  assert.equal((await without.deliverDue(clock.now()))[0]?.reason, 'sealed');
  clock.advance(2 * SECOND);
  const withKey = new Outbox({
    knex,
    store: new OutboxStore(keyring, seededRandom('again'), carriedCodes),
    messaging: provider,
  });
  assert.equal((await withKey.deliverDue(clock.now()))[0]?.result, 'sent');
});

/** The statements that a piece of work sends to the database, transactions left out. */
async function statementsOf(knex: Knex, work: () => Promise<unknown>): Promise<readonly string[]> {
  const statements: string[] = [];
  const listen = ({ sql }: { readonly sql: string }) => void statements.push(sql);
  knex.on('query', listen);
  await work();
  knex.off('query', listen);
  return statements.filter((sql) => !/^(?:BEGIN|COMMIT)/i.test(sql));
}

storeTest('a quiet outbox costs one look that writes nothing, however much lies in it', async (knex) => {
  const { clock, outbox, enqueue } = setUp(knex);
  for (let i = 0; i < 3; i++) await enqueue({ expiresAt: clock.now() + HOUR });
  await outbox.deliverDue(clock.now());
  await enqueue({ now: clock.now() + MINUTE });
  const statements = await statementsOf(knex, () => outbox.deliverDue(clock.now()));
  assert.equal(statements.length, 1, statements.join('; '));
  assert.match(statements[0] ?? '', /^select/);
});

storeTest('a report that tells nothing new costs one look and takes no transaction', async (knex) => {
  const { clock, outbox, enqueue } = setUp(knex);
  await enqueue();
  await outbox.deliverDue(clock.now());
  const all: string[] = [];
  knex.on('query', ({ sql }: { readonly sql: string }) => void all.push(sql));
  for (let report = 0; report < 2; report++)
    await outbox.recordDelivery({ providerId: 'SM1', delivery: 'sent' });
  assert.equal(all.length, 2, all.join('; '));
});

storeTest(
  'a process that dies at each send leaves three copies behind, and then the failure is told',
  async (knex) => {
    const { clock, store, outbox, provider, insertCode, enqueue, row, codeDelivery } = setUp(knex);
    await insertCode('code1');
    const id = await enqueue({ codeId: 'code1', expiresAt: clock.now() + HOUR });
    let claims = 0;
    for (let death = 0; death < 10; death++) {
      claims += (await store.claimDue(knex, clock.now(), 30 * SECOND, 8)).length;
      clock.advance(30 * SECOND);
    }
    assert.equal(claims, 3, 'each claim may have left a copy');
    assert.deepEqual(await outbox.deliverDue(clock.now()), [
      { purpose: 'code', tries: 3, result: 'failed', reason: 'unanswered' },
    ]);
    assert.deepEqual(provider.sent, []);
    const { status, error, body_sealed } = await row(id);
    assert.deepEqual([status, error, body_sealed], ['failed', 'unanswered', null]);
    assert.equal(await codeDelivery('code1'), 'failed');
    assert.equal(
      await outbox.recordDelivery({ providerId: 'SM1', delivery: 'delivered', reference: id }),
      true,
    );
  },
);

storeTest(
  'tries that reached nobody leave no copy, and later ones are not cut short for them',
  async (knex) => {
    const { clock, outbox, provider, enqueue, row } = setUp(knex);
    const id = await enqueue({ expiresAt: clock.now() + HOUR });
    const reasons = [
      'unreachable',
      'rate_limited',
      'not_authorised',
      'timeout',
      'unreachable',
      'timeout',
    ] as const;
    const results: string[] = [];
    provider.answer = () => ({ kind: 'unavailable', reason: reasons[provider.sent.length - 1] ?? 'timeout' });
    while ((await row(id)).status === 'pending') {
      for (const { result } of await outbox.deliverDue(clock.now())) results.push(result);
      clock.advance(SECOND);
    }
    assert.deepEqual(results, [...Array<string>(6).fill('retry'), 'failed']);
    assert.equal((await row(id)).copies, 3);
  },
);

storeTest('the provider’s Retry-After is kept, but never beyond the life of a code', async (knex) => {
  const { clock, outbox, provider, insertCode, enqueue, row, codeDelivery } = setUp(knex);
  await insertCode('code1');
  const start = clock.now();
  await enqueue({ codeId: 'code1', expiresAt: start + 180 * SECOND });
  const asked = [40, 1, 600];
  provider.answer = () => ({
    kind: 'unavailable',
    reason: 'rate_limited',
    retryAfterSeconds: asked[provider.sent.length - 1] ?? 0,
  });
  const told: string[] = [];
  for (let second = 0; second < 60; second++) {
    for (const { result } of await outbox.deliverDue(clock.now())) told.push(`${second} ${result}`);
    clock.advance(SECOND);
  }
  // Our own wait after the second try is 4 s, which is longer than the second that was asked for.
  assert.deepEqual(told, ['0 retry', '40 retry', '44 expired']);
  assert.equal(await codeDelivery('code1'), 'failed');

  const notice = await enqueue({ purpose: 'freeze_notice', expiresAt: clock.now() + 24 * HOUR });
  provider.answer = () => ({ kind: 'unavailable', reason: 'rate_limited', retryAfterSeconds: 999_999 });
  await outbox.deliverDue(clock.now());
  assert.equal(
    (await row(notice)).due_at,
    clock.now() + 15 * MINUTE,
    'no provider puts a message off for days',
  );
});

storeTest(
  'codes go before notices that have waited longer, and never more than eight at once',
  async (knex) => {
    const { clock, outbox, provider, enqueue } = setUp(knex);
    let open = 0;
    let most = 0;
    provider.answer = async () => {
      open += 1;
      most = Math.max(most, open);
      await new Promise((resolve) => setImmediate(resolve));
      open -= 1;
      return { kind: 'accepted', providerId: `SM${provider.sent.length}` };
    };
    for (let i = 0; i < 20; i++) await enqueue({ purpose: 'action_notice', body: `notice ${i}` });
    clock.advance(SECOND);
    await enqueue({ body: 'the code' });
    while ((await outbox.deliverDue(clock.now())).length > 0);
    assert.equal(provider.sent[0]?.body, 'the code');
    assert.deepEqual([provider.sent.length, most], [21, 8]);
  },
);

storeTest('a code that is no longer good is not sent, nor sent again', async (knex) => {
  const { clock, outbox, provider, insertCode, enqueue, row } = setUp(knex);
  await insertCode('old');
  await insertCode('new');
  const old = await enqueue({ codeId: 'old' });
  provider.answer = () => ({ kind: 'unavailable', reason: 'rate_limited' });
  await outbox.deliverDue(clock.now());
  await knex('codes').where({ id: 'old' }).update({ state: 'superseded' });
  const newer = await enqueue({ codeId: 'new' });
  provider.answer = () => ({ kind: 'accepted', providerId: 'SM2' });
  clock.advance(2 * SECOND);
  const reports = await outbox.deliverDue(clock.now());
  assert.deepEqual(
    reports.map(({ result, reason }) => [result, reason]),
    [
      ['expired', 'code_void'],
      ['sent', undefined],
    ],
  );
  assert.deepEqual(
    provider.sent.map(({ reference }) => reference),
    [old, newer],
  );
  assert.deepEqual([(await row(old)).body_sealed, (await row(newer)).status], [null, 'sent']);
});

storeTest(
  'an answer that the database does not take down is told, and costs the others nothing',
  async (knex) => {
    const { clock, provider, enqueue, row } = setUp(knex);
    const [lost, kept] = [await enqueue({ body: 'lost' }), await enqueue({ body: 'kept' })];
    class LosingStore extends OutboxStore {
      override async markSent(db: Knex, message: ClaimedMessage, providerId: string): Promise<void> {
        if (message.id === lost) throw new Error('the database is gone');
        await super.markSent(db, message, providerId);
      }
    }
    const broken = new LosingStore(keyring, seededRandom('losing'), carriedCodes);
    const outbox = new Outbox({ knex, store: broken, messaging: provider });
    const reports = await outbox.deliverDue(clock.now());
    assert.deepEqual(
      new Set(reports.map(({ result, reason }) => `${result} ${reason}`)),
      new Set(['retry unrecorded', 'sent undefined']),
    );
    assert.deepEqual([(await row(lost)).status, (await row(kept)).status], ['pending', 'sent']);
  },
);

storeTest('a process whose messages others have claimed looks again for what they left', async (knex) => {
  const { clock, store, provider, enqueue } = setUp(knex);
  for (let i = 0; i < 12; i++) await enqueue({ body: `message ${i}` });
  /** Another process claims first, once. */
  class SlowStore extends OutboxStore {
    #late = true;
    override async claimDue(...of: Parameters<OutboxStore['claimDue']>): Promise<readonly ClaimedMessage[]> {
      if (this.#late) await store.claimDue(...of);
      const claimed = this.#late ? [] : await super.claimDue(...of);
      this.#late = false;
      return claimed;
    }
  }
  const slow = new SlowStore(keyring, seededRandom('slow'), carriedCodes);
  const outbox = new Outbox({ knex, store: slow, messaging: provider });
  await outbox.deliverDue(clock.now());
  assert.equal(provider.sent.length, 4);
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
