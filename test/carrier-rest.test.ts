import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, type TestContext, test } from 'node:test';
import type { DemoCustomer } from '../db/seeds/demo-customers.ts';
import type { Phone } from '../phone-sim/phone.ts';
import { TwilioSms, type TwilioSmsSettings } from '../src/carriers/twilio/sms.client.ts';
import { EVENTS } from '../src/events.ts';
import { carriedCodes } from '../src/factors/code/code.store.ts';
import { Outbox } from '../src/outbox/outbox.service.ts';
import { OutboxStore } from '../src/outbox/outbox.store.ts';
import { DAY, ManualClock, SECOND } from '../src/platform/clock.ts';
import { seededRandom } from '../src/platform/random.ts';
import { connect } from '../src/storage/connect.ts';
import { migrate } from '../src/storage/migrate.ts';
import { createLog } from '../src/telemetry/logger.ts';
import {
  callerAtCode,
  carriedOut,
  confirmIdentity,
  expectStep,
  failuresOf,
  handoffReason,
  heard,
  heardSince,
  identifiedCaller,
  key,
  registeredNumber,
  until,
  verifiedCaller,
  wrongPin,
} from './support/callers.ts';
import {
  type CarrierAnswer,
  type CarrierApi,
  type SentForm,
  startCarrierApi,
} from './support/carrier-api.ts';
import { TEST_KEYS } from './support/keys.ts';
import {
  type Canary,
  databaseSinks,
  fileSinks,
  findLeaks,
  listenToErrors,
  telemetrySinks,
} from './support/leaks.ts';
import { demoCustomer, startWorld, type World } from './support/world.ts';

const ACCOUNT = `AC${'5'.repeat(32)}`;
const TOKEN = 'token-of-the-carrier-in-this-test';
const OUR_NUMBER = '+12025550143';
const CODE = /(?:验证码|[Mm]ã (?:OTP )?|Code )(\d{6})/;
const MESSAGE = { to: '+8613812345678', body: 'code 728194 for a transfer', reference: 'r1' };

const [wang, chen, grace, an, ngo] = ['demo-01', 'demo-02', 'demo-07', 'demo-09', 'demo-16'].map((id) =>
  demoCustomer((customer) => customer.id === id),
) as [DemoCustomer, DemoCustomer, DemoCustomer, DemoCustomer, DemoCustomer];

async function carrierOf(t: TestContext): Promise<CarrierApi> {
  const carrier = await startCarrierApi(ACCOUNT, TOKEN);
  t.after(() => carrier.stop());
  return carrier;
}

function clientOf(carrier: CarrierApi, settings: Partial<TwilioSmsSettings> = {}): TwilioSms {
  return new TwilioSms({
    accountSid: ACCOUNT,
    authToken: TOKEN,
    sender: OUR_NUMBER,
    baseUrl: carrier.url,
    ...settings,
  });
}

describe('the stand-in for the carrier holds to its published description', () => {
  const post = (carrier: CarrierApi, form: string, token = TOKEN, account = ACCOUNT) =>
    fetch(`${carrier.url}/2010-04-01/Accounts/${account}/Messages.json`, {
      method: 'POST',
      headers: {
        authorization: `Basic ${Buffer.from(`${account}:${token}`).toString('base64')}`,
        'content-type': 'application/x-www-form-urlencoded',
      },
      body: form,
    });
  const good = 'To=%2B8613812345678&Body=x&From=%2B12025550143';

  test('what it does not name or not in this form is refused, and a stranger too', async (t) => {
    const carrier = await carrierOf(t);
    assert.equal((await post(carrier, good)).status, 201);
    assert.deepEqual(carrier.violations, []);
    const bad = [
      `${good}&Colour=red`,
      'Body=x&From=%2B12025550143',
      good.replace('%2B86', '86'),
      `${good}&StatusCallback=sms/status`,
      `${good}&ValidityPeriod=soon`,
      'To=%2B8613812345678&Body=x&MessagingServiceSid=MG1',
    ];
    for (const form of bad) assert.equal((await post(carrier, form)).status, 400, form);
    assert.equal(carrier.violations.length, bad.length);
    assert.equal((await post(carrier, good, 'another token')).status, 401);
    assert.equal((await post(carrier, good, TOKEN, `AC${'6'.repeat(32)}`)).status, 401);
    assert.equal(carrier.sent.length, 1, 'nothing of it counts as sent');
  });
});

describe('one try', { timeout: 120_000 }, () => {
  test('every kind of sender is named as the carrier wants it, and a message never waits there for longer than it is good', async (t) => {
    const carrier = await carrierOf(t);
    const service = `MG${'7'.repeat(32)}`;
    for (const sender of [OUR_NUMBER, 'BlueMagpie', service])
      assert.equal((await clientOf(carrier, { sender }).send(MESSAGE)).kind, 'accepted');
    for (const validSeconds of [1, 179.6, 86_400]) await clientOf(carrier).send({ ...MESSAGE, validSeconds });
    assert.deepEqual(carrier.violations, []);
    assert.deepEqual(
      carrier.sent.map(({ From, MessagingServiceSid, ValidityPeriod }) => [
        From,
        MessagingServiceSid,
        ValidityPeriod,
      ]),
      [
        [OUR_NUMBER, undefined, undefined],
        ['BlueMagpie', undefined, undefined],
        [undefined, service, undefined],
        [OUR_NUMBER, undefined, '5'],
        [OUR_NUMBER, undefined, '179'],
        [OUR_NUMBER, undefined, '36000'],
      ],
    );
  });

  test('is over when its time is, whatever the carrier does, and leaves no connection behind', async (t) => {
    const carrier = await carrierOf(t);
    const hasty = clientOf(carrier, { limitMilliseconds: 300 });
    for (const kind of ['hang', 'drip', 'reset', 'cut'] as const) {
      carrier.answer({ kind });
      assert.deepEqual(await hasty.send(MESSAGE), { kind: 'unavailable', reason: 'timeout' }, kind);
    }
    carrier.answer({ kind: 'flood' });
    assert.deepEqual(await clientOf(carrier).send(MESSAGE), {
      kind: 'unavailable',
      reason: 'not_understood',
    });
    await until('the end of the connections', async () => (await carrier.connections()) === 0);
  });

  test('a process that is told to show its debugging shows nothing of it', async (t) => {
    const carrier = await carrierOf(t);
    carrier.answer({ kind: 'error', status: 400, code: 21211 }, { kind: 'cut' });
    const settings = { accountSid: ACCOUNT, authToken: TOKEN, sender: OUR_NUMBER, baseUrl: carrier.url };
    const script = `
      const { TwilioSms } = await import(${JSON.stringify(import.meta.resolve('../src/carriers/twilio/sms.client.ts'))});
      const client = new TwilioSms(${JSON.stringify(settings)});
      for (let i = 0; i < 2; i++) console.log(JSON.stringify(await client.send(${JSON.stringify(MESSAGE)})));`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      env: {
        ...process.env,
        NODE_DEBUG: 'http,https,net,tls,fetch,undici',
        DEBUG: '*',
        TWILIO_LOG_LEVEL: 'debug',
        TWILIO_REGION: 'ie1',
        TWILIO_EDGE: 'dublin',
      },
    });
    let text = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (part) => (text += String(part)));
    const [code] = await once(child, 'close');
    assert.equal(code, 0);
    assert.match(text, /"refused","code":21211/, 'it went where our settings say');
    assert.match(text, /"unavailable","reason":"timeout"/);
    assert.match(text, /UNDICI|NET/, 'debugging was on');
    assert.deepEqual(findLeaks([{ name: 'output', text }], CLIENT_CANARIES), []);
  });
});

const CLIENT_CANARIES: readonly Canary[] = [
  { kind: 'phone', text: MESSAGE.to.slice(3) },
  { kind: 'code', text: '728194' },
  { kind: 'message', text: MESSAGE.body },
  { kind: 'key', text: TOKEN },
];

describe('the outbox and its carrier', { timeout: 120_000 }, () => {
  async function outboxOf(t: TestContext, carrier: CarrierApi, file = ':memory:') {
    const knex = connect({ kind: 'sqlite', file });
    t.after(() => knex.destroy());
    await migrate(knex);
    const clock = new ManualClock();
    const store = new OutboxStore(TEST_KEYS, seededRandom('carrier'), carriedCodes);
    const outbox = new Outbox({ knex, store, messaging: clientOf(carrier) });
    const enqueue = (body: string) =>
      store.enqueueSms(knex, {
        purpose: 'freeze_notice',
        to: MESSAGE.to,
        body,
        expiresAt: clock.now() + DAY,
        now: clock.now(),
      });
    return { knex, clock, outbox, enqueue };
  }

  test('however much waits, a process has at most eight requests open', async (t) => {
    const carrier = await carrierOf(t);
    const { clock, outbox, enqueue } = await outboxOf(t, carrier);
    for (let i = 0; i < 30; i++) await enqueue(`notice ${i}`);
    let release = () => {};
    const after = new Promise<void>((resolve) => {
      release = resolve;
    });
    carrier.answer({ kind: 'accept', after });
    const first = outbox.deliverDue(clock.now());
    await carrier.received(8);
    release();
    await first;
    while ((await outbox.deliverDue(clock.now())).length > 0);
    assert.equal(new Set(carrier.sent.map(({ Body }) => Body)).size, 30);
    assert.deepEqual([carrier.sent.length, carrier.mostAtOnce], [30, 8]);
  });

  test('a process killed after the carrier took the message: it goes out once more, the same, and is told as the second try (invariant 17)', async (t) => {
    const carrier = await carrierOf(t);
    const folder = mkdtempSync(join(tmpdir(), 'hotline-outbox-'));
    t.after(() => rmSync(folder, { recursive: true }));
    const file = join(folder, 'outbox.sqlite');
    const { clock, outbox, enqueue } = await outboxOf(t, carrier, file);
    await enqueue('once');
    carrier.answer({ kind: 'hang' }, { kind: 'accept' });
    const program = join(import.meta.dirname, 'support', 'outbox.process.ts');
    const child = spawn(process.execPath, [program, file, carrier.url, ACCOUNT, String(clock.now()), TOKEN]);
    const ended = once(child, 'exit');
    await Promise.race([carrier.received(1), ended]);
    assert.ok(child.kill('SIGKILL'), 'it was in the middle of the sending');
    await ended;
    assert.equal(carrier.sent.length, 1);
    clock.advance(30 * SECOND - 1);
    assert.deepEqual(await outbox.deliverDue(clock.now()), [], 'nobody takes it before the lease is over');
    clock.advance(1);
    const [report] = await outbox.deliverDue(clock.now());
    assert.deepEqual([report?.result, report?.tries], ['sent', 2]);
    assert.equal(carrier.sent.length, 2);
    assert.deepEqual(carrier.sent[1], carrier.sent[0]);
  });
});

describe('calls whose messages go out through the carrier', { timeout: 120_000 }, () => {
  let folder: string;
  let file: string;
  let world: World;
  let carrier: CarrierApi;
  let errors: ReturnType<typeof listenToErrors>;
  const logLines: string[] = [];
  const phones: Phone[] = [];
  const rejections: unknown[] = [];
  const onRejection = (reason: unknown) => void rejections.push(reason);

  before(async () => {
    process.on('unhandledRejection', onRejection);
    folder = mkdtempSync(join(tmpdir(), 'hotline-carrier-'));
    file = join(folder, 'hotline.sqlite');
    carrier = await startCarrierApi(ACCOUNT, TOKEN);
    world = await startWorld({
      seed: 'carrier',
      databaseFile: file,
      environment: {
        TWILIO_ACCOUNT_SID: ACCOUNT,
        TWILIO_AUTH_TOKEN: TOKEN,
        TWILIO_MESSAGING_FROM: OUR_NUMBER,
        TWILIO_API_BASE_URL: carrier.url,
      },
      log: createLog({
        events: EVENTS,
        level: 'debug',
        pretty: false,
        clock: new ManualClock(),
        destination: { write: (line) => void logLines.push(line) },
      }),
    });
    errors = listenToErrors(world.knex);
  });

  after(async () => {
    errors.stop();
    await world.stop();
    await carrier.stop();
    rmSync(folder, { recursive: true });
    process.off('unhandledRejection', onRejection);
  });

  const kept = (phone: Phone): Phone => {
    phones.push(phone);
    return phone;
  };
  const codeIn = (form: SentForm | undefined): string => {
    const code = CODE.exec(form?.Body ?? '')?.[1];
    assert.ok(code, 'the message holds a code');
    return code;
  };
  interface Row {
    readonly id: string;
    readonly status: string;
    readonly error: string | null;
    readonly tries: number;
    readonly due_at: number;
    readonly code_id: string;
  }
  const newestRow = (phone: Phone): Promise<Row> =>
    world.knex('outbox').where({ call_id: phone.callSid }).orderByRaw('rowid desc').first();
  const liveCodes = async (phone: Phone) =>
    (await world.knex('codes').where({ call_id: phone.callSid, state: 'live' })).length;

  /** Each customer gets a few codes a day, so each call is on a day of its own; carried out to the end with the code given. */
  async function carryOut(phone: Phone, code: string): Promise<void> {
    await key(phone, `${code}#`);
    await confirmIdentity(phone);
    await phone.listen();
    await key(phone, '1');
    expectStep(phone, 'more');
    await phone.hangUp();
    await world.deliver();
  }

  test('codes and notices of all kinds and languages are requests that the carrier describes, each with where to report', async () => {
    for (const [customer, amount] of [
      [wang, 300],
      [an, 500_000],
      [grace, 300],
    ] as const) {
      const phone = kept(await callerAtCode(world, customer, { amount }));
      await world.deliver();
      await carryOut(phone, codeIn(carrier.sent.at(-1)));
    }
    const contact = kept(await verifiedCaller(world, chen, { intent: 'contact_change' }));
    await key(contact, '13912348765#');
    await world.deliver();
    await carryOut(contact, codeIn(carrier.sent.at(-1)));
    kept(await identifiedCaller(world, ngo, { intent: 'freeze' }));
    for (const customer of [wang, grace, an]) {
      for (const guesses of [3, 2]) {
        const phone = kept(await identifiedCaller(world, customer, { intent: 'enquiry' }));
        for (let guess = 0; guess < guesses; guess++) {
          if (phone.step === 'refused') await key(phone, '1');
          await key(phone, `${wrongPin(customer, guess)}#`);
        }
        await phone.hangUp();
      }
    }
    await world.deliver();
    const sent: { purpose: string; status: string; id: string }[] = await world.knex('outbox').select();
    const count = (purpose: string) => sent.filter((row) => row.purpose === purpose).length;
    assert.deepEqual(
      ['code', 'action_notice', 'change_notice', 'freeze_notice', 'lock_notice'].map(count),
      [4, 3, 1, 1, 3],
    );
    assert.ok(sent.every(({ status }) => status === 'sent'));
    assert.deepEqual(carrier.violations, []);
    assert.deepEqual(
      carrier.sent.map(({ StatusCallback }) => StatusCallback).sort(),
      sent.map(({ id }) => `${world.url}/sms/status?reference=${id}`).sort(),
    );
    // A code is void after three minutes; no notice is longer on its way than the carrier keeps any message.
    for (const { Body, ValidityPeriod } of carrier.sent)
      assert.equal(ValidityPeriod, CODE.test(Body) ? '180' : '36000');
  });

  /** What the carrier refuses for good: nothing is tried again, and at the next silence the caller hears it and gets a new code. */
  const REFUSALS: readonly (readonly [string, CarrierAnswer, string])[] = [
    ['a number that is none (21211)', { kind: 'error', status: 400, code: 21211 }, '21211'],
    ['a number that wants nothing (21610)', { kind: 'error', status: 400, code: 21610 }, '21610'],
    ['a country that is closed (21408)', { kind: 'error', status: 403, code: 21408 }, '21408'],
    ['a sender that is not ours (21606)', { kind: 'error', status: 400, code: 21606 }, '21606'],
    ['a failure within a good answer', { kind: 'accept', failed: 30007 }, '30007'],
    [
      'a wait that is longer than the code lives',
      { kind: 'error', status: 429, code: 20429, retryAfter: '200' },
      'rate_limited',
    ],
  ];

  describe('what the carrier refuses is told to the caller, charged to nobody, and one code lives', () => {
    for (const [what, answer, error] of REFUSALS) {
      test(what, async () => {
        world.clock.advance(DAY);
        carrier.answer(answer, { kind: 'accept' });
        const count = carrier.sent.length;
        const phone = kept(await callerAtCode(world, grace, { amount: 300 }));
        await world.deliver();
        const row = await newestRow(phone);
        assert.deepEqual([row.status === 'sent', row.error, row.tries], [false, error, 1]);
        world.clock.advance(30 * SECOND);
        await world.deliver();
        assert.equal(carrier.sent.length, count + 1, 'it is not tried again');
        const said = heard(phone).length;
        await phone.staySilent();
        assert.match(heardSince(phone, said), /the message did not arrive/);
        await world.deliver();
        const [first, second] = carrier.sent.slice(count).map(codeIn);
        assert.equal(await liveCodes(phone), 1);
        if (first !== second) {
          await key(phone, `${first}#`);
          expectStep(phone, 'code.entry');
        }
        await key(phone, `${second}#`);
        expectStep(phone, 'confirm.identity');
        await phone.hangUp();
        assert.equal(await failuresOf(world.knex, grace, 'code'), 0, 'no attempt was charged');
      });
    }
  });

  /** What passes: the same message goes again when it is time, and not before. */
  const TROUBLES: readonly (readonly [string, CarrierAnswer, string, number])[] = [
    ['a token the carrier does not know', { kind: 'error', status: 401, code: 20003 }, 'not_authorised', 2],
    ['an account it does not know', { kind: 'error', status: 404, code: 20404 }, 'not_authorised', 2],
    ['too many requests', { kind: 'error', status: 429, code: 20429, retryAfter: '25' }, 'rate_limited', 25],
    ['too many requests, nothing said', { kind: 'error', status: 429, code: 20429 }, 'rate_limited', 2],
    ['a failure inside', { kind: 'error', status: 500, code: 20500 }, 'provider_error', 2],
    ['a rest', { kind: 'error', status: 503, code: 20503, retryAfter: '9' }, 'provider_error', 9],
    [
      'a gateway’s page',
      { kind: 'other', status: 502, text: ({ To }) => `<html>${To}</html>` },
      'provider_error',
      2,
    ],
    [
      'no JSON',
      { kind: 'other', status: 201, text: ({ To, Body }) => `{"to": ${To} ${Body}` },
      'not_understood',
      2,
    ],
    [
      'no id',
      { kind: 'other', status: 201, text: ({ To }) => JSON.stringify({ to: To, status: 'queued' }) },
      'not_understood',
      2,
    ],
    [
      'a number for an id',
      { kind: 'other', status: 201, text: ({ To }) => JSON.stringify({ sid: To, status: 'queued' }) },
      'not_understood',
      2,
    ],
    ['a reset', { kind: 'reset' }, 'timeout', 2],
    ['a reset in the middle of the answer', { kind: 'cut' }, 'timeout', 2],
  ];

  describe('what passes is tried again when it is time, as the same message, while one code lives', () => {
    for (const [what, answer, error, seconds] of TROUBLES) {
      test(what, async () => {
        world.clock.advance(DAY);
        carrier.answer(answer, { kind: 'accept' });
        const count = carrier.sent.length;
        const phone = kept(await callerAtCode(world, wang, { amount: 300 }));
        await world.deliver();
        const { status, error: noted, due_at } = await newestRow(phone);
        assert.deepEqual([status, noted, due_at], ['pending', error, world.clock.now() + seconds * SECOND]);
        world.clock.advance(seconds * SECOND - 1);
        await world.deliver();
        assert.equal(carrier.sent.length, count + 1);
        world.clock.advance(1);
        await world.deliver();
        const [first, again] = carrier.sent.slice(count);
        assert.deepEqual({ ...again, ValidityPeriod: '' }, { ...first, ValidityPeriod: '' });
        assert.equal((await newestRow(phone)).status, 'sent');
        assert.equal(await liveCodes(phone), 1);
        assert.equal(await failuresOf(world.knex, wang, 'code'), 0, 'no attempt was charged');
        await key(phone, `${codeIn(again)}#`);
        expectStep(phone, 'confirm.identity');
        await phone.hangUp();
      });
    }
  });

  test('a carrier that stays down: the caller hears so and gets a person, nothing is gained, charged or moved', async () => {
    world.clock.advance(DAY);
    carrier.answer({ kind: 'error', status: 503, code: 20503 });
    const before = (await carriedOut(world, grace)).length;
    const phone = kept(await callerAtCode(world, grace, { amount: 300 }));
    const start = carrier.sent.length;
    for (let seconds = 0; phone.step === 'code.entry'; seconds++) {
      assert.ok(seconds < 900, 'it comes to an end');
      await world.deliver();
      assert.equal(await liveCodes(phone), phone.step === 'code.entry' ? 1 : 0);
      await phone.staySilent();
    }
    await world.deliver();
    const copies = new Map<string, number>();
    for (const { Body } of carrier.sent.slice(start)) copies.set(Body, (copies.get(Body) ?? 0) + 1);
    assert.ok(Math.max(...copies.values()) <= 3, 'three copies of a code at most');
    assert.match(heard(phone).join('\n'), /the message did not arrive|cannot send a code right now/);
    assert.equal(await handoffReason(world, phone), 'code_unavailable');
    const { level } = await world.knex('handoffs').where({ call_id: phone.callSid }).first();
    assert.deepEqual([level, (await carriedOut(world, grace)).length], ['L2', before]);
    assert.equal(await failuresOf(world.knex, grace, 'code'), 0);
    await phone.hangUp();
    carrier.answer({ kind: 'accept' });
  });

  test('reports: before the answer, twice, late, of unknown messages; and an unsigned one is none (invariant 39)', async () => {
    world.clock.advance(DAY);
    let release = () => {};
    const after = new Promise<void>((resolve) => {
      release = resolve;
    });
    carrier.answer({ kind: 'accept', after }, { kind: 'accept' });
    const count = carrier.sent.length;
    const phone = kept(await callerAtCode(world, wang, { amount: 300 }));
    await carrier.received(count + 1);
    const report = async (
      status: string,
      options: { sid?: string; unsigned?: boolean; url?: string } = {},
    ) => {
      const { pathname, search } = new URL(options.url ?? carrier.sent.at(-1)?.StatusCallback ?? '');
      const sid = `SM${(count + 1).toString(16).padStart(32, '0')}`;
      const { outcome } = await phone.post({
        url: `${pathname}${search}`,
        parameters: [
          ['MessageSid', options.sid ?? sid],
          ['MessageStatus', status],
          ['To', registeredNumber(wang)],
          ['ErrorCode', '30005'],
        ],
        ...(options.unsigned ? { signature: 'absent' } : {}),
      });
      return outcome.kind === 'answered' ? outcome.response.status : outcome.reason;
    };
    const delivery = async () =>
      (await world.knex('codes').where({ call_id: phone.callSid }).first()).delivery;
    assert.equal(await report('failed', { unsigned: true }), 403);
    assert.equal(await delivery(), 'pending');
    assert.equal(await report('sent'), 200);
    assert.equal(await delivery(), 'sent');
    release();
    await world.deliver();
    assert.equal(carrier.sent.length, count + 1, 'what the carrier reported is not sent again');
    for (const status of ['delivered', 'delivered', 'queued', 'sent', 'undelivered', 'failed']) {
      assert.equal(await report(status), 200);
      assert.equal(await delivery(), 'delivered', status);
    }
    const rows = async () => JSON.stringify(await world.knex('outbox').orderBy('id'));
    const unmoved = await rows();
    const unknown = { sid: `SM${'f'.repeat(32)}`, url: `${world.url}/sms/status?reference=nobody` };
    for (const status of ['delivered', 'failed', 'read', 'scheduled', 'no-such-word'])
      assert.equal(await report(status, unknown), 200);
    assert.equal(await rows(), unmoved);
    await phone.hangUp();
  });

  test('no number, code, text or token of all this is in the log, an error, a trace, the audit or the database', async () => {
    await world.deliver();
    const codes = carrier.sent.flatMap(({ Body }) => CODE.exec(Body)?.[1] ?? []);
    const canaries: readonly Canary[] = [
      ...[wang, chen, grace, an, ngo].map(
        (customer): Canary => ({ kind: 'phone', text: registeredNumber(customer).slice(3) }),
      ),
      ...[...new Set(codes)].map((text): Canary => ({ kind: 'code', text })),
      ...[...new Set(carrier.sent.map(({ Body }) => Body))].map(
        (text): Canary => ({ kind: 'message', text }),
      ),
      { kind: 'key', text: TOKEN },
    ];
    assert.ok(codes.length > 20 && logLines.length > 300);
    for (const word of [
      'message.sent',
      'message.failed',
      'message.status',
      '"reason":"not_authorised"',
      '"carrierError":21211',
    ])
      assert.ok(
        logLines.some((line) => line.includes(word)),
        `${word} was logged`,
      );
    const sinks = [
      { name: 'log', text: logLines.join('') },
      { name: 'errors', text: errors.said.join('\n') },
      ...(await telemetrySinks(world.telemetry)),
      ...(await databaseSinks(world.knex)),
      ...fileSinks(file),
    ];
    assert.ok(sinks.some(({ name }) => name === 'ledger_entries.data') && sinks.length > 80);
    assert.deepEqual(findLeaks(sinks, canaries), []);
    assert.deepEqual(rejections, []);
    assert.deepEqual(carrier.violations, []);
    const quoted = `The 'To' number ${registeredNumber(wang)} is not a valid phone number.`;
    assert.deepEqual(findLeaks([{ name: 'a text of the carrier', text: quoted }], canaries), [
      'phone 0 in a text of the carrier',
    ]);
  });
});
