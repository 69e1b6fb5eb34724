import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, type TestContext, test } from 'node:test';
import type { DemoCustomer } from '../db/seeds/demo-customers.ts';
import type { Phone } from '../phone-sim/phone.ts';
import { consumeCode } from '../src/factors/code/code.store.ts';
import { HOUR, MINUTE, SECOND } from '../src/platform/clock.ts';
import { type Random, seededRandom } from '../src/platform/random.ts';
import {
  callerAtCode,
  callerAtLastKey,
  carriedOut,
  codesSentTo,
  comparedAndWrong,
  expectStep,
  failuresOf,
  handoffReason,
  heard,
  heardSince,
  key,
  keyNewestCode,
  newestCode,
  orderTransfer,
  registeredNumber,
  until,
  verifiedCaller,
  wordsOf,
  worldOf,
  wrongCode,
} from './support/callers.ts';
import { demoCustomer, type World } from './support/world.ts';

const lina = demoCustomer(({ id }) => id === 'demo-01');
const chen = demoCustomer(({ id }) => id === 'demo-02');

interface CodeRow {
  id: string;
  state: string;
  sent_at: number;
  expires_at: number;
  delivery: string;
}

async function codeRows(hotline: World, phone: Phone): Promise<readonly CodeRow[]> {
  return hotline.knex('codes').where({ call_id: phone.callSid }).orderByRaw('rowid');
}

async function liveCode(hotline: World, phone: Phone): Promise<CodeRow> {
  const live = (await codeRows(hotline, phone)).filter(({ state }) => state === 'live');
  const [only] = live;
  assert.ok(only && live.length === 1, `${live.length} codes live`);
  return only;
}

/** Sets the clock to an instant without the call being idle too long on the way: the caller changes the language once. */
async function waitAt(hotline: World, phone: Phone, instant: number): Promise<void> {
  hotline.clock.set(Math.min(hotline.clock.now() + 100 * SECOND, instant));
  await key(phone, '8#2');
  hotline.clock.set(instant);
}

/** Keys the wrong entry until a person takes over, or this many times. */
async function keyWrongCodes(hotline: World, phone: Phone, customer: DemoCustomer, count: number) {
  const wrong = wrongCode(await newestCode(hotline, customer));
  for (let n = 0; n < count; n++) {
    expectStep(phone, 'code.entry');
    await key(phone, `${wrong}#`);
  }
}

describe('invariant 12: one code keyed 100 times at once succeeds exactly once', () => {
  test('as 100 webhooks of one call', async (t) => {
    const hotline = await worldOf(t);
    const phone = await callerAtCode(hotline, lina, { amount: 1_000 });
    const code = await newestCode(hotline, lina);
    const url = phone.actionUrl ?? '';
    const keyed = {
      url,
      parameters: [...Object.entries(phone.parameters()), ['Digits', code], ['msg', 'Gather End']] as const,
    };
    const answers = await Promise.all(Array.from({ length: 100 }, () => phone.post(keyed)));
    assert.equal(new Set(answers.map((answer) => JSON.stringify(answer.outcome))).size, 1, 'one answer');
    assert.match(wordsOf(answers[0]), /step=confirm\.identity/);
    const attempts: { status: string }[] = await hotline.knex('attempts').where({ factor: 'code' });
    assert.deepEqual(
      attempts.map(({ status }) => status),
      ['passed'],
    );
    const entries: unknown[] = await hotline
      .knex('ledger_entries')
      .where({ stream_id: phone.callSid, type: 'factor.outcome', step: 'code.entry' });
    assert.equal(entries.length, 1);
    assert.deepEqual(
      (await codeRows(hotline, phone)).map(({ state }) => state),
      ['consumed'],
    );
  });

  test('as 100 transactions on the database', async (t) => {
    const hotline = await worldOf(t);
    const phone = await callerAtCode(hotline, lina, { amount: 1_000 });
    const { id } = await liveCode(hotline, phone);
    const consumed = await Promise.all(
      Array.from({ length: 100 }, () =>
        hotline.knex.transaction((transaction) => consumeCode(transaction, id, hotline.clock.now())),
      ),
    );
    assert.equal(consumed.filter(Boolean).length, 1);
  });

  test('and the last key pressed 100 times at once moves the money once', async (t) => {
    const hotline = await worldOf(t);
    const phone = await callerAtLastKey(hotline, lina, { amount: 1_000 });
    const keyed = {
      url: phone.actionUrl ?? '',
      parameters: [...Object.entries(phone.parameters()), ['Digits', '1'], ['msg', 'Gather End']] as const,
    };
    const answers = await Promise.all(Array.from({ length: 100 }, () => phone.post(keyed)));
    assert.equal(new Set(answers.map((answer) => JSON.stringify(answer.outcome))).size, 1, 'one answer');
    assert.equal((await carriedOut(hotline, lina)).length, 1);
    assert.equal((await hotline.knex('bank_postings').where({ kind: 'transfer' })).length, 1);
    const { balance_minor } = await hotline.knex('bank_accounts').where({ customer_id: lina.id }).first();
    assert.equal(balance_minor, (lina.accounts[0]?.balanceMinor ?? 0) - 100_000);
  });
});

describe('invariant 13: a code is valid at its lifetime minus 1 ms and void at its lifetime', () => {
  for (const { early, step } of [
    { early: 1, step: 'confirm.identity' },
    { early: 0, step: 'code.entry' },
    { early: -1, step: 'code.entry' },
  ]) {
    test(`keyed ${early} ms before its end`, async (t) => {
      const hotline = await worldOf(t);
      const phone = await callerAtCode(hotline, lina, { amount: 1_000 });
      const { sent_at, expires_at } = await liveCode(hotline, phone);
      assert.equal(expires_at - sent_at, hotline.release.policy.code.lifetimeSeconds * SECOND);
      const code = await newestCode(hotline, lina);
      await waitAt(hotline, phone, expires_at - early);
      const said = heard(phone).length;
      await key(phone, `${code}#`);
      expectStep(phone, step);
      if (step === 'confirm.identity') return;
      assert.match(heardSince(phone, said), /quá hạn|hết hạn/i, 'recognised as late');
      assert.equal(await failuresOf(hotline.knex, lina, 'code'), 0, 'and not charged');
    });
  }
});

describe('invariant 14: a code is good for the order it was sent for and no other', () => {
  test('an order changed, and changed back, after its code was used needs a new code', async (t) => {
    const hotline = await worldOf(t);
    const phone = await callerAtLastKey(hotline, lina, { amount: 1_000 });
    const [old] = await codesSentTo(hotline, registeredNumber(lina));
    await key(phone, '2');
    await orderTransfer(phone, { amount: 2_000 });
    expectStep(phone, 'code.entry');
    await key(phone, `${await newestCode(hotline, lina)}#`);
    await phone.listen();
    expectStep(phone, 'confirm.order');
    await key(phone, '2');
    await orderTransfer(phone, { amount: 1_000 });
    expectStep(phone, 'code.entry');
    await key(phone, `${old}#`);
    expectStep(phone, 'code.entry');
    assert.equal(await comparedAndWrong(hotline, lina, 'code'), 1);
    await key(phone, `${await newestCode(hotline, lina)}#`);
    await phone.listen();
    expectStep(phone, 'confirm.order');
    await key(phone, '1');
    assert.deepEqual(await carriedOut(hotline, lina), [
      { action: 'transfer', level: 'L3', amount_minor: 100_000 },
    ]);
  });

  test('a code that was sent and not keyed is void as soon as another thing is wanted, also when it is wanted back', async (t) => {
    const hotline = await worldOf(t);
    const phone = await callerAtCode(hotline, lina, { amount: 1_000 });
    const old = await newestCode(hotline, lina);
    await key(phone, '**#');
    expectStep(phone, 'more');
    assert.deepEqual(
      (await codeRows(hotline, phone)).map(({ state }) => state),
      ['void'],
    );
    await hotline.knex('customers').where({ id: lina.id }).update({ freeze: 'none' });
    await hotline.knex('bank_freezes').delete();
    await key(phone, '122');
    await orderTransfer(phone, { amount: 1_000 });
    await key(phone, `${old}#`);
    expectStep(phone, 'code.entry');
    await keyNewestCode(hotline, phone, lina);
    expectStep(phone, 'confirm.identity');
  });

  test('a code of another call of the same customer, or of another customer, opens nothing', async (t) => {
    const hotline = await worldOf(t);
    const [first, second, other] = [
      await callerAtCode(hotline, lina, { amount: 1_000 }),
      await callerAtCode(hotline, lina, { amount: 1_000 }),
      await callerAtCode(hotline, chen, { amount: 1_000 }),
    ];
    const [codeOfFirst, codeOfSecond] = await codesSentTo(hotline, registeredNumber(lina));
    assert.notEqual(codeOfFirst, codeOfSecond);
    await key(second, `${codeOfFirst}#`);
    expectStep(second, 'code.entry');
    await key(first, `${codeOfSecond}#`);
    expectStep(first, 'code.entry');
    await key(other, `${codeOfFirst}#`);
    expectStep(other, 'code.entry');
    await key(first, `${codeOfFirst}#`);
    expectStep(first, 'confirm.identity');
  });
});

test('invariant 16: a code of leading zeros is sent whole, announced by its first digit, and accepted', async (t) => {
  const forced: number[] = [];
  const seeded = seededRandom('leading zeros');
  const random: Random = {
    bytes: (count) => seeded.bytes(count),
    integer: (limit) => (limit === 10 ? (forced.shift() ?? seeded.integer(limit)) : seeded.integer(limit)),
  };
  const hotline = await worldOf(t, { random });
  const phone = await verifiedCaller(hotline, lina, { intent: 'transfer', line: 'en-US' });
  await key(phone, '1');
  forced.push(0, 0, 0, 0, 0, 7);
  await key(phone, '1000#');
  assert.equal(await newestCode(hotline, lina), '000007');
  await phone.listen();
  assert.match(heard(phone).join('\n'), /code that starts with 0\b/);
  await key(phone, '000007');
  expectStep(phone, 'confirm.identity');
});

describe('invariant 17: whatever happens to the message, one code is live and no level is gained', () => {
  type Behaviour = 'accept' | 'fail' | 'cut';

  /** A provider that takes messages, fails, or cuts the line after it has read the message: nobody knows if it went out. */
  async function provider(t: TestContext, behaviours: Behaviour[]) {
    const received: { to: string; body: string }[] = [];
    const server = createServer(async (request, response) => {
      let text = '';
      for await (const chunk of request) text += String(chunk);
      const form = new URLSearchParams(text);
      received.push({ to: form.get('To') ?? '', body: form.get('Body') ?? '' });
      const behaviour = behaviours.shift() ?? 'accept';
      if (behaviour === 'cut') return void response.destroy();
      const sid = `SM${String(received.length).padStart(32, '0')}`;
      response
        .writeHead(behaviour === 'fail' ? 503 : 201, { 'content-type': 'application/json' })
        .end(JSON.stringify(behaviour === 'fail' ? { status: 503 } : { sid, status: 'queued' }));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    t.after(() => server.close());
    const environment = {
      TWILIO_ACCOUNT_SID: `AC${'0'.repeat(32)}`,
      TWILIO_AUTH_TOKEN: 'token-of-the-provider-in-this-test',
      TWILIO_MESSAGING_FROM: '+12025550143',
      TWILIO_API_BASE_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    };
    return { received, environment };
  }

  for (const trouble of ['cut', 'fail'] as const) {
    test(`when the provider's answer is lost (${trouble}), the same code is sent again and no second one lives`, async (t) => {
      const { received, environment } = await provider(t, [trouble]);
      const hotline = await worldOf(t, { environment });
      const phone = await callerAtCode(hotline, lina, { amount: 1_000 });
      const tried = async () => (await hotline.knex('outbox').whereNotNull('error')).length === 1;
      await until('the first try', tried);
      assert.equal(received.length, 1);
      hotline.clock.advance(3 * SECOND);
      await key(phone, '8#2');
      await until(
        'the second try',
        async () => (await hotline.knex('outbox').where({ status: 'sent' })).length === 1,
      );
      assert.equal(received.length, 2);
      assert.deepEqual(received[1], received[0], 'the same message, to the same number');
      await liveCode(hotline, phone);
      const code = /验证码(\d{6})/.exec(received[1]?.body ?? '')?.[1];
      await key(phone, `${code}#`);
      expectStep(phone, 'confirm.identity');
    });
  }

  /** Reports the fate of the newest message with a code, as the carrier does. */
  async function report(hotline: World, phone: Phone, status: string, signature?: 'absent') {
    const { id } = await liveCode(hotline, phone);
    await until(
      'the sending',
      async () => (await hotline.knex('outbox').where({ code_id: id, status: 'sent' })).length === 1,
    );
    const { provider_id } = await hotline.knex('outbox').where({ code_id: id }).first();
    return phone.post({
      url: '/sms/status',
      parameters: [
        ['MessageSid', provider_id],
        ['MessageStatus', status],
        ['ErrorCode', '30005'],
      ],
      ...(signature ? { signature } : {}),
    });
  }

  test('a message that is not delivered is said to be so, sent anew, and at last a person takes over without a level', async (t) => {
    const hotline = await worldOf(t);
    const phone = await callerAtCode(hotline, lina, { amount: 1_000 });
    const codes = [await newestCode(hotline, lina)];
    for (const resend of [1, 2]) {
      await report(hotline, phone, 'undelivered');
      assert.equal(
        await hotline.telemetry.count('hotline.codes.failed', { reason: 'not_delivered' }),
        resend,
      );
      const said = heard(phone).length;
      await phone.staySilent();
      expectStep(phone, 'code.entry');
      assert.match(heardSince(phone, said), /没有送达|未送达|没有发送成功/);
      codes.push(await newestCode(hotline, lina));
      assert.equal(codes.length, resend + 1);
      await liveCode(hotline, phone);
    }
    await key(phone, `${codes[0]}#`);
    expectStep(phone, 'code.entry');
    await report(hotline, phone, 'failed');
    await phone.staySilent();
    assert.equal(await handoffReason(hotline, phone), 'code_unavailable');
    const { level } = await hotline.knex('handoffs').where({ call_id: phone.callSid }).first();
    assert.equal(level, 'L2');
    assert.equal((await carriedOut(hotline, lina)).length, 0);
    assert.equal(await failuresOf(hotline.knex, lina, 'code'), 0, 'nothing was compared and wrong');
  });

  for (const [keyed, keys] of [
    ['9, for more time', '9#'],
    ['1, for another code', '1#'],
    ['a wrong code', 'wrong'],
    ['the code itself, which came by another way', 'right'],
  ] as const)
    test(`a message that failed is said to have failed at ${keyed}, and never to be on its way`, async (t) => {
      const hotline = await worldOf(t);
      const phone = await callerAtCode(hotline, lina, { amount: 1_000 });
      const code = await newestCode(hotline, lina);
      await report(hotline, phone, 'failed');
      hotline.clock.advance(61 * SECOND);
      const said = heard(phone).length;
      await key(phone, keys === 'wrong' ? wrongCode(code) : keys === 'right' ? code : keys);
      await phone.listen();
      const words = heardSince(phone, said);
      if (keys === 'right') return expectStep(phone, 'confirm.identity');
      assert.match(words, /没有送达|未送达|没有发送成功/);
      assert.equal((await codesSentTo(hotline, registeredNumber(lina))).length, 2, 'sent anew');
    });

  test('a forged report of failure is refused and changes nothing', async (t) => {
    const hotline = await worldOf(t);
    const phone = await callerAtCode(hotline, lina, { amount: 1_000 });
    const answer = await report(hotline, phone, 'undelivered', 'absent');
    assert.ok(answer.outcome.kind === 'answered' && answer.outcome.response.status === 403);
    assert.equal((await liveCode(hotline, phone)).delivery, 'sent');
  });

  test('a delivered code gives no level until it is keyed', async (t) => {
    const hotline = await worldOf(t);
    const phone = await callerAtCode(hotline, lina, { amount: 1_000 });
    await report(hotline, phone, 'delivered');
    await phone.staySilent();
    expectStep(phone, 'code.entry');
  });
});

describe('codes: tries, locks and sends are limited', () => {
  test('a code takes three tries, then a person; a resend gives no more', async (t) => {
    const hotline = await worldOf(t);
    const phone = await callerAtCode(hotline, lina, { amount: 1_000 });
    await keyWrongCodes(hotline, phone, lina, 2);
    hotline.clock.advance(60 * SECOND);
    await key(phone, '1#');
    await keyWrongCodes(hotline, phone, lina, 1);
    assert.equal(await handoffReason(hotline, phone), 'code_exhausted');
    assert.equal(await failuresOf(hotline.knex, lina, 'code'), 3);
  });

  test('five wrong codes over several calls lock the codes, by one SMS, and no code is sent meanwhile', async (t) => {
    const hotline = await worldOf(t);
    const first = await callerAtCode(hotline, lina, { amount: 1_000 });
    await keyWrongCodes(hotline, first, lina, 3);
    const second = await callerAtCode(hotline, lina, { amount: 1_000 });
    await keyWrongCodes(hotline, second, lina, 2);
    await key(second, `${await newestCode(hotline, lina)}#`);
    assert.equal(await handoffReason(hotline, second), 'code_exhausted', 'the right code, while locked');
    await second.hangUp();
    const third = await verifiedCaller(hotline, lina, { intent: 'transfer' });
    await orderTransfer(third, { amount: 1_000 });
    assert.equal(await handoffReason(hotline, third), 'code_unavailable');
    const messages = await hotline.messagesTo(registeredNumber(lina));
    assert.equal(messages.filter(({ body }) => body.includes('短信验证码功能因连续输错已锁定')).length, 1);
    assert.equal((await codesSentTo(hotline, registeredNumber(lina))).length, 2);
    hotline.clock.advance(30 * MINUTE);
    await callerAtCode(hotline, lina, { amount: 1_000 });
  });

  test('a code is not sent again within a minute, and twice more at most', async (t) => {
    const hotline = await worldOf(t);
    const phone = await callerAtCode(hotline, lina, { amount: 1_000 });
    const sent = async () => (await codesSentTo(hotline, registeredNumber(lina))).length;
    hotline.clock.advance(60 * SECOND - 1);
    await key(phone, '1#');
    assert.equal(await sent(), 1);
    hotline.clock.advance(1);
    await key(phone, '1#');
    assert.equal(await sent(), 2);
    hotline.clock.advance(60 * SECOND);
    await key(phone, '1#');
    assert.equal(await sent(), 3);
    hotline.clock.advance(60 * SECOND);
    await key(phone, '1#');
    assert.equal(await sent(), 3);
    expectStep(phone, 'code.entry');
  });

  /** Orders until a code would be sent, and hangs up; whether one was. */
  async function asksForCode(hotline: World): Promise<boolean> {
    const phone = await verifiedCaller(hotline, lina, { intent: 'transfer' });
    await orderTransfer(phone, { amount: 1_000 });
    const sent = phone.step === 'code.entry';
    if (!sent) assert.equal(await handoffReason(hotline, phone), 'code_unavailable');
    await phone.hangUp();
    return sent;
  }

  test('three codes to a number in ten minutes, whatever the number of calls', async (t) => {
    const hotline = await worldOf(t);
    const first = hotline.clock.now();
    for (let n = 0; n < 3; n++) assert.equal(await asksForCode(hotline), true);
    assert.equal(await asksForCode(hotline), false);
    hotline.clock.set(first + 10 * MINUTE - 1);
    assert.equal(await asksForCode(hotline), false);
    hotline.clock.set(first + 11 * MINUTE);
    assert.equal(await asksForCode(hotline), true);
  });

  test('five codes to a customer in a day', async (t) => {
    const hotline = await worldOf(t);
    const first = hotline.clock.now();
    for (let n = 0; n < 5; n++) {
      assert.equal(await asksForCode(hotline), true, `code ${n + 1}`);
      hotline.clock.advance(11 * MINUTE);
    }
    assert.equal(await asksForCode(hotline), false);
    hotline.clock.set(first + 23 * HOUR);
    assert.equal(await asksForCode(hotline), false);
    hotline.clock.set(first + 24 * HOUR + MINUTE);
    assert.equal(await asksForCode(hotline), true);
  });

  for (const [id, why, reason] of [
    ['demo-05', 'a phone registered two hours ago', 'code_unavailable'],
    ['demo-08', 'a SIM changed yesterday', 'sim_changed'],
    ['demo-14', 'a SIM of which nobody knows when it changed', 'sim_unknown'],
  ] as const) {
    test(`no code goes to ${why}; a person takes over`, async (t) => {
      const hotline = await worldOf(t);
      const customer = demoCustomer((one) => one.id === id);
      const phone = await verifiedCaller(hotline, customer, { intent: 'transfer' });
      // What the record tells is told before an order is keyed in vain (E3.2); a feed is asked when the code is sent.
      if (phone.step === 'details.payee')
        await orderTransfer(phone, { amount: customer.locale === 'vi-VN' ? 100_000 : 1_000 });
      assert.equal(await handoffReason(hotline, phone), reason);
      assert.deepEqual(await hotline.messagesTo(registeredNumber(customer)), []);
    });
  }
});
