import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { ManualClock } from '../src/platform/clock.ts';
import { DIFFERENT_ANSWER, sameAnswer } from './answer.ts';
import type { Phone } from './phone.ts';
import {
  type Received,
  startTestService,
  TEST_TOKEN,
  type TestAnswer,
  type TestService,
  testPhone,
} from './test-service.ts';
import { type PhoneEvent, printEvent } from './transcript.ts';

const services: TestService[] = [];
after(async () => {
  await Promise.all(services.map((service) => service.close()));
});

async function serve(answer: (received: Received) => TestAnswer, publicUrl?: string): Promise<TestService> {
  const service = await startTestService(answer, publicUrl);
  services.push(service);
  return service;
}

/** Answers by path; a path without an answer hangs up. */
const byPath = (answers: { readonly [path: string]: TestAnswer }) => (received: Received) =>
  answers[received.path] ?? '<Hangup/>';

const FROM = '+8613800138000';
const TO = '+864001234567';

async function dialled(service: TestService, options: Parameters<typeof testPhone>[1] = {}): Promise<Phone> {
  const phone = testPhone(service, options);
  await phone.dial({ from: FROM, to: TO });
  return phone;
}

const said = (phone: Phone) => phone.events.flatMap((event) => (event.kind === 'said' ? [event.text] : []));
const of = <Kind extends PhoneEvent['kind']>(phone: Phone, kind: Kind) =>
  phone.events.filter((event): event is Extract<PhoneEvent, { kind: Kind }> => event.kind === kind);

describe('webhooks', () => {
  test('the first webhook is signed and carries what the carrier sends', async () => {
    const service = await serve(() => '<Say>Hello</Say>');
    const phone = testPhone(service);
    await phone.dial({ from: FROM, to: TO, attestation: 'B' });
    const [first] = service.received;
    assert.equal(first?.path, '/voice/answer');
    assert.equal(first?.signed, true);
    assert.match(first?.form.CallSid ?? '', /^CA[0-9a-f]{32}$/);
    assert.match(first?.form.AccountSid ?? '', /^AC[0-9a-f]{32}$/);
    const { From, To, CallStatus, Direction, ApiVersion, StirVerstat, FromCountry } = first?.form ?? {};
    assert.deepEqual(
      { From, To, CallStatus, Direction, ApiVersion, StirVerstat, FromCountry },
      {
        From: FROM,
        To: TO,
        CallStatus: 'ringing',
        Direction: 'inbound',
        ApiVersion: '2010-04-01',
        StirVerstat: 'TN-Validation-Passed-B',
        FromCountry: 'CN',
      },
    );
  });

  test('without attestation there is no StirVerstat', async () => {
    const service = await serve(() => '<Say>Hello</Say>');
    await dialled(service);
    assert.equal(service.received[0]?.form.StirVerstat, undefined);
  });

  test('the signature is made over the public address while another is connected to', async () => {
    const publicUrl = 'https://hotline.example.com/bank';
    const service = await serve(
      byPath({
        '/voice/answer': `<Redirect>${publicUrl}/voice/turn?step=menu</Redirect>`,
        '/voice/turn': '<Say>Here</Say>',
      }),
      publicUrl,
    );
    const phone = await dialled(service, { publicUrl });
    assert.deepEqual(said(phone), ['Here']);
    assert.deepEqual(
      service.received.map(({ path, signed }) => [path, signed]),
      [
        ['/voice/answer', true],
        ['/voice/turn', true],
      ],
    );
  });

  test('an action on another host is not followed', async () => {
    const service = await serve(() => '<Redirect>https://elsewhere.example.com/x</Redirect>');
    const phone = await dialled(service);
    assert.equal(phone.state, 'ended');
    assert.match(of(phone, 'fault')[0]?.reason ?? '', /elsewhere\.example\.com is not the service/);
  });

  test('a GET action carries its parameters in the signed query', async () => {
    const service = await serve(
      byPath({
        '/voice/answer': '<Gather action="/voice/turn?step=menu" method="GET" numDigits="1"/>',
        '/voice/turn': '<Say>Done</Say>',
      }),
    );
    const phone = await dialled(service);
    await phone.press('4');
    const turn = service.received[1];
    assert.deepEqual([turn?.query.step, turn?.query.Digits, turn?.signed], ['menu', '4', true]);
  });
});

describe('Gather', () => {
  test('keys before a Gather are lost, keys in it are taken', async () => {
    const service = await serve(
      byPath({
        '/voice/answer':
          '<Say>Please hear this to the end.</Say><Gather action="/voice/turn" numDigits="1"/>',
        '/voice/turn': '<Say>Taken</Say>',
      }),
    );
    const phone = await dialled(service);
    await phone.press('1');
    assert.equal(of(phone, 'pressed')[0]?.outcome, 'lost');
    assert.equal(service.received.length, 1);
    await phone.listen();
    await phone.press('2');
    assert.equal(service.received[1]?.form.Digits, '2');
  });

  test('a key during the nested prompt stops it', async () => {
    const service = await serve(
      byPath({
        '/voice/answer':
          '<Gather action="/voice/turn" timeout="4"><Say>First sentence of the menu.</Say><Say>Second</Say></Gather>',
        '/voice/turn': '<Say>Next</Say>',
      }),
    );
    const phone = await dialled(service);
    await phone.pass(500);
    await phone.press('1');
    assert.equal(phone.state, 'collecting');
    assert.equal(of(phone, 'interrupted').length, 1);
    await phone.pass(3_999);
    assert.equal(service.received.length, 1);
    await phone.pass(1);
    assert.equal(service.received[1]?.form.Digits, '1');
    assert.deepEqual(said(phone), ['First sentence of the menu.', 'Next']);
  });

  test('the timer starts when the prompt has ended and starts again with every key', async () => {
    const service = await serve(
      byPath({
        '/voice/answer':
          '<Gather action="/voice/turn" timeout="5"><Say>A prompt of some length.</Say><Pause length="2"/></Gather>',
        '/voice/turn': '<Say>Next</Say>',
      }),
    );
    const phone = await dialled(service);
    await phone.listen();
    assert.equal(phone.elapsed, Math.round((24 / 14) * 1_000) + 2_000);
    await phone.pass(4_999);
    await phone.press('1');
    await phone.pass(4_999);
    await phone.press('2');
    await phone.pass(4_999);
    assert.equal(service.received.length, 1);
    await phone.pass(1);
    const { Digits, FinishedOnKey, msg, CallStatus } = service.received[1]?.form ?? {};
    assert.deepEqual(
      { Digits, FinishedOnKey, msg, CallStatus },
      { Digits: '12', FinishedOnKey: '', msg: 'Gather End', CallStatus: 'in-progress' },
    );
  });

  test('listening to the words does not wait out a pause that takes keys', async () => {
    const service = await serve(
      byPath({
        '/voice/answer':
          '<Say>Fourteen chars</Say><Pause length="2"/><Gather action="/voice/turn"><Say>Fourteen chars</Say><Pause length="56"/></Gather>',
        '/voice/turn': '<Say>Next</Say>',
      }),
    );
    const phone = await dialled(service);
    await phone.listenToWords();
    assert.equal(phone.elapsed, 1_000 + 2_000 + 1_000);
    await phone.press('1');
    await phone.press('#');
    assert.equal(service.received[1]?.form.Digits, '1');
  });

  test('the finishing key ends the entry and is not part of it', async () => {
    const service = await serve(
      byPath({ '/voice/answer': '<Gather action="turn?step=x"/>', '/voice/turn': '<Say>Next</Say>' }),
    );
    const phone = await dialled(service);
    await phone.pressAll('12*#');
    assert.deepEqual(
      [
        service.received[1]?.form.Digits,
        service.received[1]?.form.FinishedOnKey,
        service.received[1]?.query.step,
      ],
      ['12*', '#', 'x'],
    );
  });

  test('an empty finishOnKey makes # a key like any other', async () => {
    const service = await serve(
      byPath({
        '/voice/answer': '<Gather action="/voice/turn" numDigits="2" finishOnKey=""/>',
        '/voice/turn': '<Say>Next</Say>',
      }),
    );
    const phone = await dialled(service);
    await phone.pressAll('##');
    assert.equal(service.received[1]?.form.Digits, '##');
  });

  test('silence falls through to the next verb', async () => {
    const service = await serve(
      byPath({ '/voice/answer': '<Gather action="/voice/turn" timeout="3"/><Say>We heard nothing</Say>' }),
    );
    const phone = await dialled(service);
    await phone.staySilent();
    assert.deepEqual(said(phone), ['We heard nothing']);
    assert.equal(service.received.length, 1);
    assert.equal(phone.elapsed, 3_000);
  });

  test('with actionOnEmptyResult silence is posted as an empty entry', async () => {
    const service = await serve(
      byPath({
        '/voice/answer': '<Gather action="/voice/turn" actionOnEmptyResult="true"/><Say>Never</Say>',
        '/voice/turn': '<Say>Again, please</Say>',
      }),
    );
    const phone = await dialled(service);
    await phone.staySilent();
    assert.equal(service.received[1]?.form.Digits, '');
    assert.deepEqual(said(phone), ['Again, please']);
  });

  test('the finishing key alone is an empty result', async () => {
    const service = await serve(
      byPath({
        '/voice/answer':
          '<Gather action="/voice/turn"/><Say>Fell through</Say><Gather action="/voice/turn" actionOnEmptyResult="true"/>',
        '/voice/turn': '<Say>Posted</Say>',
      }),
    );
    const phone = await dialled(service);
    await phone.press('#');
    assert.deepEqual(said(phone), ['Fell through']);
    await phone.listen();
    await phone.press('#');
    assert.deepEqual([service.received[1]?.form.Digits, service.received[1]?.form.FinishedOnKey], ['', '#']);
  });

  test('keys after the last one of a Gather meet the next document, or nothing', async () => {
    const service = await serve(
      byPath({
        '/voice/answer': '<Gather action="/voice/turn" numDigits="1"/>',
        '/voice/turn': '<Say>Listen</Say><Gather action="/voice/turn" numDigits="1"/>',
      }),
    );
    const phone = await dialled(service);
    await phone.pressAll('**');
    assert.deepEqual(
      of(phone, 'pressed').map(({ outcome }) => outcome),
      ['taken', 'lost'],
    );
  });

  test('keys while the service thinks are lost', async () => {
    const service = await serve(
      byPath({
        '/voice/answer': '<Gather action="/voice/turn" numDigits="1"/>',
        '/voice/turn': '<Gather action="/voice/turn" numDigits="1"/>',
      }),
    );
    const phone = await dialled(service);
    await Promise.all([phone.press('1'), phone.press('2')]);
    assert.deepEqual(
      of(phone, 'pressed').map(({ key, outcome }) => [key, outcome]),
      [
        ['1', 'taken'],
        ['2', 'lost'],
      ],
    );
    assert.equal(service.received.length, 2);
  });
});

describe('the course of a call', () => {
  test('speech takes time: Chinese about 4.2 characters a second, others about 14', async () => {
    const clock = new ManualClock(0);
    const service = await serve(
      () =>
        '<Say language="cmn-CN">您好，欢迎致电信贷公司。</Say><Say language="en-US">Fourteen chars</Say><Pause length="2"/><Gather action="/a"/>',
    );
    const phone = await dialled(service, { clock });
    await phone.listen();
    assert.equal(clock.now(), Math.round((10 / 4.2) * 1_000) + 1_000 + 2_000);
  });

  test('the end of the document is a hang-up by the carrier, and the status is told once', async () => {
    const service = await serve(() => '<Say>Goodbye</Say>');
    const phone = await dialled(service);
    await phone.listen();
    await phone.hangUp();
    assert.equal(phone.endedBy, 'carrier');
    const statuses = service.received.filter(({ path }) => path === '/voice/status');
    assert.deepEqual(
      statuses.map(({ form, signed }) => [form.CallStatus, signed]),
      [['completed', true]],
    );
  });

  test('the service hangs up with Hangup; later keys are lost', async () => {
    const service = await serve(() => '<Hangup/>');
    const phone = await dialled(service);
    await phone.press('1');
    assert.equal(phone.endedBy, 'service');
    assert.equal(of(phone, 'pressed')[0]?.outcome, 'lost');
  });

  test('a caller who hangs up is reported as completed', async () => {
    const service = await serve(() => '<Gather action="/voice/turn"/>');
    const phone = await dialled(service);
    await phone.pass(2_600);
    await phone.hangUp();
    assert.equal(phone.endedBy, 'caller');
    assert.deepEqual(
      [
        service.received[1]?.path,
        service.received[1]?.form.CallStatus,
        service.received[1]?.form.CallDuration,
      ],
      ['/voice/status', 'completed', '3'],
    );
  });

  test('a hang-up while the service thinks drops the answer', async () => {
    const service = await serve(
      byPath({
        '/voice/answer': '<Gather action="/voice/turn" numDigits="1"/>',
        '/voice/turn': '<Say>Too late</Say>',
      }),
    );
    const phone = await dialled(service);
    await Promise.all([phone.press('1'), phone.hangUp()]);
    assert.deepEqual(said(phone), []);
    assert.equal(phone.state, 'ended');
  });

  test('a call waits in the queue until it is taken out, and the action decides what follows', async () => {
    const service = await serve(
      byPath({
        '/voice/answer': '<Enqueue action="/voice/turn?step=person" waitUrl="/wait">verification</Enqueue>',
        '/wait': '<Say>Please hold</Say>',
        '/voice/turn': '<Say>Thank you</Say><Hangup/>',
      }),
    );
    const phone = await dialled(service);
    assert.deepEqual([phone.state, phone.queue], ['queued', 'verification']);
    await phone.pass(42_000);
    await phone.leaveQueue('bridged');
    const turn = service.received.find(({ path }) => path === '/voice/turn');
    assert.deepEqual([turn?.form.QueueResult, turn?.form.QueueTime, turn?.signed], ['bridged', '42', true]);
    await phone.listen();
    assert.deepEqual([said(phone)[0], said(phone).at(-1)], ['Please hold', 'Thank you']);
    assert.equal(phone.endedBy, 'service');
  });

  test('hanging up in the queue asks its action too, and nobody hears the answer', async () => {
    const service = await serve(
      byPath({
        '/voice/answer': '<Enqueue action="/voice/turn">verification</Enqueue>',
        '/voice/turn': '<Say>Nobody hears this</Say>',
      }),
    );
    const phone = await dialled(service);
    await phone.hangUp();
    assert.deepEqual(
      service.received.map(({ path, form }) => [path, form.QueueResult]),
      [
        ['/voice/answer', undefined],
        ['/voice/turn', 'hangup'],
        ['/voice/status', undefined],
      ],
    );
    assert.deepEqual(said(phone), []);
  });

  test('a wait document is played again and again, hears keys, and can take the call out of the queue', async () => {
    const service = await serve(
      byPath({
        '/voice/answer': '<Enqueue action="/left" waitUrl="/wait">verification</Enqueue>',
        '/wait': '<Gather action="/keyed" finishOnKey="" timeout="1"><Say>Please hold.</Say></Gather>',
        '/keyed': '<Leave/>',
        '/left': '<Say>Back.</Say><Hangup/>',
      }),
    );
    const phone = await dialled(service);
    await phone.pass(5_000);
    assert.deepEqual([phone.state, phone.queue, phone.step], ['queued', 'verification', undefined]);
    assert.ok(of(phone, 'http').filter(({ path }) => path === '/wait').length > 1);
    await phone.pressAll('**');
    await phone.pass(2_000);
    const { form } = service.received.find(({ path }) => path === '/left') ?? {};
    assert.equal(form?.QueueResult, 'leave');
    assert.equal(service.received.find(({ path }) => path === '/keyed')?.form.Digits, '**');
    assert.deepEqual([said(phone).at(-1), of(phone, 'fault')], ['Back.', []]);
  });

  test('what a wait document must not do is a fault, and the call goes on waiting', async () => {
    const service = await serve(
      byPath({
        '/voice/answer': '<Enqueue action="/left" waitUrl="/wait">verification</Enqueue>',
        '/wait': '<Dial>+8613800138001</Dial>',
      }),
    );
    const phone = await dialled(service);
    assert.deepEqual([phone.state, of(phone, 'fault')[0]?.reason], ['queued', 'dial while queued']);
  });

  test('a Gather that only listens beside its words is passed by when nothing is keyed', async () => {
    const aside = '<Gather action="/cut" finishOnKey="" timeout="1"><Say>Read back.</Say></Gather>';
    const service = await serve(byPath({ '/voice/answer': `${aside}<Gather action="/key" numDigits="1"/>` }));
    const phone = await dialled(service);
    assert.equal(phone.isAside, true);
    await phone.listen();
    assert.deepEqual([phone.isAside, phone.collects], [false, 'one']);
  });

  test('time waited after the end of a call passes for the service, too', async () => {
    const clock = new ManualClock();
    const phone = await dialled(await serve(() => '<Say>Hello</Say>'), { clock });
    await phone.hangUp();
    const before = clock.now();
    await phone.pass(65 * 60_000, 'wait');
    assert.equal(clock.now() - before, 65 * 60_000);
  });

  test('a dialled party who does not answer comes back to the action', async () => {
    const service = await serve(
      byPath({
        '/voice/answer': '<Dial action="/voice/turn">+8640012345</Dial>',
        '/voice/turn': '<Say>Nobody there</Say>',
      }),
    );
    const phone = await dialled(service);
    assert.equal(phone.state, 'connected');
    await phone.endDial('no-answer');
    assert.equal(service.received[1]?.form.DialCallStatus, 'no-answer');
    assert.deepEqual(said(phone), ['Nobody there']);
  });

  test('a rejected call is over before it begins', async () => {
    const service = await serve(() => '<Reject reason="busy"/>');
    const phone = await dialled(service);
    assert.equal(of(phone, 'ended')[0]?.status, 'busy');
  });

  test('documents that redirect in a circle are given up', async () => {
    const service = await serve(() => '<Redirect>/voice/answer</Redirect>');
    const phone = await dialled(service, { fallbackPath: '/voice/answer' });
    assert.equal(phone.state, 'ended');
    assert.match(of(phone, 'fault')[0]?.reason ?? '', /in a row/);
  });
});

describe('failing webhooks', () => {
  const broken: readonly (readonly [string, TestAnswer, number])[] = [
    ['status 500', { status: 500, type: 'text/xml', body: '<Response/>' }, 11_200],
    ['status 404', { status: 404, type: 'text/xml', body: '<Response/>' }, 11_200],
    ['a redirect', { status: 302, type: 'text/xml', body: '<Response/>' }, 11_200],
    ['no content type', { body: '<Response/>' }, 11_200],
    ['the wrong content type', { type: 'application/json', body: '{}' }, 12_300],
    ['TwiML that is not', { type: 'text/xml', body: '<Response><Sing>x</Sing></Response>' }, 12_100],
    ['an empty body', { type: 'text/xml', body: '' }, 12_100],
    ['no answer in time', 'never', 11_200],
  ];
  for (const [name, answer, code] of broken)
    test(`${name} goes to the fallback address with the error, or ends the call with an apology`, async () => {
      const service = await serve(
        byPath({
          '/voice/answer': answer,
          '/voice/fallback': '<Say>One moment</Say><Gather action="turn"/>',
        }),
      );
      const saved = await dialled(service, { fallbackPath: '/voice/fallback', readLimitMilliseconds: 200 });
      assert.deepEqual(said(saved), ['One moment']);
      const fallback = service.received.find(({ path }) => path === '/voice/fallback');
      assert.deepEqual(
        [fallback?.form.ErrorCode, fallback?.form.ErrorUrl, fallback?.signed],
        [String(code), `${service.url}/voice/answer`, true],
      );

      const lost = await dialled(service, { readLimitMilliseconds: 200 });
      assert.equal(lost.state, 'ended');
      assert.equal(of(lost, 'fault')[0]?.code, code);
      assert.match(of(lost, 'ended')[0]?.reason ?? '', /An application error has occurred/);
    });

  test('a service that is not there ends the call with an apology', async () => {
    const service = await startTestService(() => '');
    await service.close();
    const phone = await dialled(service, { fallbackPath: '/voice/fallback' });
    assert.equal(phone.endedBy, 'carrier');
    assert.deepEqual(
      of(phone, 'fault').map(({ reason, path }) => [reason, path]),
      [
        ['ECONNREFUSED', '/voice/answer'],
        ['ECONNREFUSED', '/voice/fallback'],
      ],
    );
  });
});

describe('what tests may do', () => {
  test('the last webhook can be sent again byte for byte, and an old one too', async () => {
    let count = 0;
    const service = await serve(({ path }) =>
      path === '/voice/answer'
        ? '<Gather action="/voice/turn" numDigits="1"/>'
        : `<Say>Turn ${++count}</Say><Gather action="/voice/turn" numDigits="1"/>`,
    );
    const phone = await dialled(service);
    assert.equal(sameAnswer(await phone.repeatLast(), await phone.repeatLast()), true);
    await phone.press('1');
    assert.equal(sameAnswer(await phone.repeatLast(), await phone.repeatLast()), false);
    await phone.replay(1);
    const [first, , , turn] = service.received;
    assert.deepEqual(service.received.at(-1), first);
    assert.deepEqual(service.received.at(-2), turn);
    assert.equal(phone.state, 'speaking');
  });

  for (const duplicates of ['parallel', 'after'] as const)
    test(`every webhook can be sent twice (${duplicates}), and a different answer is told`, async () => {
      let count = 0;
      const service = await serve(({ path }) =>
        path === '/voice/answer'
          ? '<Gather action="/voice/turn" numDigits="1"/>'
          : `<Say>Turn ${++count}</Say>`,
      );
      const phone = await dialled(service, { duplicates });
      await phone.press('1');
      assert.deepEqual(
        of(phone, 'http').map(({ path, note }) => [path, note]),
        [
          ['/voice/answer', undefined],
          ['/voice/answer', 'sent twice, same answer'],
          ['/voice/turn', undefined],
          ['/voice/turn', DIFFERENT_ANSWER],
        ],
      );
    });

  test('a tester can post unsigned, wrongly signed, doubled and oversized webhooks', async () => {
    const service = await serve(() => '<Gather action="/voice/turn?step=menu" numDigits="1"/>');
    const phone = await dialled(service);
    const url = phone.actionUrl ?? '';
    const parameters = Object.entries(phone.parameters());
    await phone.post({ url, parameters });
    await phone.post({ url, parameters, signature: 'absent' });
    await phone.post({ url: '/voice/turn', parameters, signature: { value: 'short' } });
    await phone.post({ url, parameters: [...parameters, ['Digits', '1'], ['Digits', '2']] });
    assert.deepEqual(
      service.received.slice(1, 4).map(({ signed }) => signed),
      [true, false, false],
    );
    assert.deepEqual(service.received[4]?.form.Digits, ['1', '2']);
    const huge = await phone.post({ url, body: `a=${'1'.repeat(1_000_000)}` });
    assert.equal(huge.outcome.kind === 'answered' ? huge.outcome.response.status : 0, 413);
    assert.equal(phone.state, 'collecting');
    assert.equal(phone.exchanges.length, 1);
  });

  test('the request that was sent last can be looked at', async () => {
    const service = await serve(() => '<Gather action="/voice/turn"/>');
    const phone = await dialled(service);
    assert.equal(phone.lastRequest?.url, `${service.url}/voice/answer`);
    assert.match(phone.lastRequest?.body ?? '', /CallStatus=ringing/);
    assert.doesNotMatch(JSON.stringify(phone.lastRequest), new RegExp(TEST_TOKEN));
  });
});

describe('the transcript', () => {
  const entry = '<Gather action="/voice/turn?step=identity.phone&amp;t=SECRET-TOKEN"/>';

  async function transcript(showKeys: boolean): Promise<string> {
    const service = await serve(
      byPath({ '/voice/answer': entry, '/voice/turn': '<Gather action="/voice/turn" numDigits="1"/>' }),
    );
    const phone = await dialled(service);
    await phone.pressAll('13800138000#');
    await phone.press('7');
    return phone.events
      .flatMap((event) => printEvent(event, { showKeys, columns: 100 }))
      .map(({ text }) => text)
      .join('\n');
  }

  test('shows dots for an entry, the key for a choice, and no step token', async () => {
    const text = await transcript(false);
    const keyed = text.split('\n').filter((line) => line.includes('⌨'));
    assert.deepEqual(
      keyed.map((line) => line.split('⌨')[1]?.trim()),
      ['•••••••••••#', '7'],
    );
    assert.doesNotMatch(text, /13800138000#|SECRET-TOKEN/);
    assert.match(text, /POST \/voice\/turn from identity\.phone → 200/);
  });

  test('shows the keys when asked to', async () => {
    assert.match(await transcript(true), /13800138000#/);
  });

  test('breaks Chinese lines at the width of the terminal', () => {
    const text = '您好，'.repeat(30);
    const lines = printEvent(
      { at: 61_000, kind: 'said', text, language: 'cmn-CN' },
      { showKeys: false, columns: 60 },
    );
    assert.ok(lines.length > 2);
    assert.match(lines[0]?.text ?? '', /^ {2}1:01/);
    assert.equal(
      lines
        .map((line) => line.text.slice(10))
        .join('')
        .replace('«', '')
        .replace('[cmn-CN] ', '')
        .trim(),
      text,
    );
  });
});
