import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import type { DemoCustomer } from './customers.ts';
import { Inbox } from './inbox.client.ts';
import { playScript, type ScriptResult } from './script.service.ts';
import { readScript } from './script.ts';
import {
  type Received,
  startTestService,
  type TestAnswer,
  type TestService,
  testPhone,
} from './test-service.ts';

const CUSTOMERS: readonly DemoCustomer[] = [
  {
    name: '王小明',
    locale: 'zh-CN',
    registeredPhone: '+8613800138000',
    nationalId: '11010519491231002X',
    queryPin: '482913',
    transactionPin: '719364',
    state: 'active',
  },
  {
    name: 'Nguyễn Văn An',
    locale: 'vi-VN',
    registeredPhone: '+84912345678',
    nationalId: '001090012345',
    queryPin: '271828',
    transactionPin: '314159',
    state: 'locked',
  },
  {
    name: '李没有',
    locale: 'zh-CN',
    registeredPhone: null,
    nationalId: '110105194912310011',
    queryPin: '118822',
    transactionPin: '226644',
    state: 'active',
  },
];

function problems(text: string): string[] {
  const read = readScript(text);
  assert.equal(read.kind, 'refused');
  return read.kind === 'refused' ? read.problems.map(({ line, message }) => `${line}: ${message}`) : [];
}

describe('reading a script', () => {
  test('every instruction is read, with its line', () => {
    const read = readScript(`# A call with everything in it

send every webhook twice
customer state:locked
call from {phone} to +864001234567 attested A
language vi-VN
expect "Xin chào"
expect not "PIN"
expect step identity.phone
expect language vi-VN
key {phone}#
key {id of 王小明}#
press 1 at once
stay silent
wait 200s
wait 1.5min
expect sms "mã"
expect no sms
key {code}#
repeat last webhook
replay webhook 3
expect queue verification
leave queue bridged
expect fault "11200"
expect hangup
hang up
`);
    assert.equal(read.kind, 'read', JSON.stringify(read));
    if (read.kind !== 'read') return;
    assert.equal(read.instructions[0]?.line, 3);
    assert.equal(read.instructions.at(-1)?.source, 'hang up');
    assert.deepEqual(
      read.instructions.flatMap(({ action }) => (action.kind === 'wait' ? [action.milliseconds] : [])),
      [200_000, 90_000],
    );
    assert.deepEqual(read.instructions.find(({ source }) => source === 'press 1 at once')?.action, {
      kind: 'keys',
      parts: [{ kind: 'keys', keys: '1' }],
      atOnce: true,
    });
    assert.deepEqual(read.instructions.find(({ line }) => line === 12)?.action, {
      kind: 'keys',
      parts: [
        { kind: 'customer', what: 'id', of: '王小明' },
        { kind: 'keys', keys: '#' },
      ],
      atOnce: false,
    });
  });

  test('all problems are told at once, each with its line', () => {
    const broken = problems(`call from 12 to +864001234567
dance
press 1a
key {pin}#
wait long
language fr-FR
expect something
replay webhook 0
leave queue soon
call to +86400
expect language fr-FR
call from {code} to +864001234567`);
    const expected = [
      /^1: call: "12" is not a number/,
      /^2: unknown instruction "dance"/,
      /^3: "1a" cannot be pressed/,
      /^4: unknown placeholder \{pin\}: there are \{phone\}/,
      /^5: wait: expected a time/,
      /^6: unknown language "fr-FR"/,
      /^7: expected one of: expect "text"/,
      /^8: expected: replay webhook/,
      /^9: expected: leave queue bridged\|/,
      /^10: expected: call from/,
      /^11: unknown language/,
      /^12: call: only \{phone\}/,
    ];
    assert.equal(broken.length, expected.length);
    expected.forEach((pattern, index) => {
      assert.match(broken[index] ?? '', pattern);
    });
    assert.deepEqual(problems('# nothing\n'), ['1: the script has no instructions']);
    assert.deepEqual(problems('key {phone}#\ncustomer 1\ncall from {phone} to +86400123'), [
      '1: a placeholder needs a `customer` line before it',
      '1: there is no call yet: begin with `call from … to …`',
    ]);
  });
});

const services: TestService[] = [];
after(async () => {
  await Promise.all(services.map((service) => service.close()));
});

/** A small hotline: language, number, ID, code by SMS; three wrong codes lead to a person. */
async function smallHotline(changes: { readonly [step: string]: TestAnswer } = {}): Promise<TestService> {
  let vietnamese = false;
  let wrong = 0;
  const say = (chinese: string, other: string) =>
    vietnamese
      ? `<Say language="vi-VN" voice="Google.vi-VN-Wavenet-A">${other}</Say>`
      : `<Say language="cmn-CN" voice="Polly.Zhiyu">${chinese}</Say>`;
  const gather = (step: string, numDigits: number | undefined, inner: string) =>
    `<Gather action="/voice/turn?step=${step}&amp;t=x" actionOnEmptyResult="true"${numDigits ? ` numDigits="${numDigits}" finishOnKey=""` : ''}>${inner}</Gather>`;
  const menu = () =>
    gather(
      'menu',
      1,
      `${say('您好，欢迎致电。查询请按一。', 'Xin chào quý khách. Tra cứu bấm một.')}<Say language="en-US">For languages press 8</Say>`,
    );
  const send = (body: string) =>
    service.inbox.push({ to: '+8613800138000', body, sentAt: new Date(Date.UTC(2026, 0, 1)).toISOString() });
  const askCode = () => gather('code', undefined, say('请输入验证码。', 'Nhập mã.'));

  function answer({ path, query, form }: Received): TestAnswer {
    const given = changes[query.step ?? path];
    if (given !== undefined) return given;
    if (path === '/voice/answer') return menu();
    switch (query.step) {
      case 'menu':
        if (form.Digits === '8') vietnamese = !vietnamese;
        return form.Digits === '1'
          ? gather('phone', undefined, say('请输入手机号码。', 'Số điện thoại.'))
          : menu();
      case 'phone':
        return form.Digits === '13800138000'
          ? gather('id', undefined, say('请输入身份证号。', 'Số giấy tờ.'))
          : gather('phone', undefined, say('请核对后重新输入手机号码。', 'Nhập lại.'));
      case 'id':
        if (form.Digits !== '11010519491231002*') return '<Hangup/>';
        send('转账 15000.00 元，验证码 042917，请勿告诉任何人');
        return askCode();
      case 'code':
        if (form.Digits === '042917') return `${say('核对通过。', 'Đúng.')}<Hangup/>`;
        return ++wrong < 2 ? askCode() : '<Enqueue action="/voice/turn?step=left">verification</Enqueue>';
      default:
        return '<Hangup/>';
    }
  }
  const service = await startTestService(answer);
  services.push(service);
  return service;
}

async function play(service: TestService, text: string): Promise<ScriptResult> {
  const read = readScript(text);
  assert.equal(read.kind, 'read', JSON.stringify(read));
  return playScript(read.kind === 'read' ? read.instructions : [], {
    newPhone: (onEvent) => testPhone(service, { onEvent }),
    customers: async () => CUSTOMERS,
    openInbox: (number) => new Inbox(service.url, number),
    rest: async () => {},
  });
}

const START = 'customer 1\ncall from {phone} to +864001234567\n';

describe('playing a script', () => {
  test('a whole call is played: language, identity with X, code by SMS', async () => {
    const service = await smallHotline();
    const { failures, events } = await play(
      service,
      `${START}expect "欢迎致电"
expect language zh-CN
expect step menu
language vi-VN
expect "Xin chào"
language zh-CN
press 1
expect step phone
key {phone}#
expect "身份证"
expect not "手机号码"
key {id}#
expect sms "请勿告诉任何人"
key {wrongCode}#
expect step code
repeat last webhook
replay webhook 1
key {code}#
expect "核对通过"
expect hangup`,
    );
    // The small hotline counts on every request, so a repeated wrong code leads on to a person.
    assert.deepEqual(
      failures.map(({ line, message }) => [line, message.slice(0, 35)]),
      [[18, 'the same webhook got another answer']],
    );
    assert.equal(
      events.some((event) => event.kind === 'sms'),
      true,
    );
  });

  test('expectations that are not met are told with line and what was heard instead', async () => {
    const { failures } = await play(
      await smallHotline(),
      `${START}expect "再见"
expect not "欢迎"
expect step identity.phone
expect language vi-VN
expect queue verification
expect hangup
expect no sms
expect fault "11200"
press 1
expect "手机号码"`,
    );
    assert.deepEqual(
      failures.map(({ line }) => line),
      [3, 4, 5, 6, 7, 8, 10],
    );
    assert.match(
      failures[0]?.message ?? '',
      /expected “再见” but heard “您好，欢迎致电。查询请按一。 For languages press 8” \(the call is at step menu\)/,
    );
  });

  test('an instruction that cannot be carried out stops the script there', async () => {
    const { failures } = await play(
      await smallHotline(),
      `${START}press 1\nkey {phone}#\nkey {phone}#\npress 1\nexpect "anything"`,
    );
    assert.deepEqual(
      failures.map(({ line, message }) => [line, message]),
      [[6, 'nobody waits for a key: the call is over, ended by the service']],
    );
  });

  test('silence, waiting and a queue', async () => {
    const service = await smallHotline();
    const { failures } = await play(
      service,
      `${START}stay silent
expect "欢迎"
wait 60s
expect step menu
press 1
key {phone}#
key {id}#
key 000000#
key 000000#
expect queue verification
leave queue bridged
expect hangup`,
    );
    assert.deepEqual(failures, []);
    const silent = service.received.filter(({ query, form }) => query.step === 'menu' && form.Digits === '');
    assert.ok(silent.length > 3);
  });

  test('keys pressed at once cut the prompt short, or are lost before a Gather', async () => {
    const service = await smallHotline({
      phone: '<Say>Hear this out</Say><Gather action="/voice/turn?step=id"/>',
    });
    const { events, failures } = await play(
      service,
      `${START}press 1 at once\nkey {phone}# at once\npress 5 at once\nexpect step id`,
    );
    assert.deepEqual(failures, []);
    assert.equal(events.filter((event) => event.kind === 'interrupted').length, 2);
    assert.equal(events.filter((event) => event.kind === 'pressed' && event.outcome === 'lost').length, 1);
  });

  test('an error the carrier meets fails the script unless it is expected', async () => {
    const changes = { phone: { status: 500, type: 'text/xml', body: '' } };
    const text = `${START}press 1\nkey {phone}#\nexpect hangup`;
    const failed = await play(await smallHotline(changes), text);
    assert.deepEqual(
      failed.failures.map(({ line, message }) => [line, message]),
      [[4, 'the carrier met error 11200 status 500']],
    );
    const expected = await play(await smallHotline(changes), `${text}\nexpect fault "status 500"`);
    assert.deepEqual(expected.failures, []);
  });

  test('webhooks sent twice must be answered alike', async () => {
    const text = `send every webhook twice\n${START}press 1\nkey {phone}#\nkey {id}#\nkey 000000#`;
    const { failures } = await play(await smallHotline(), text);
    assert.deepEqual(
      failures.map(({ line, message }) => [line, message]),
      [[7, 'webhook #5 was sent twice and answered differently']],
    );
  });

  test('a code that never comes and a customer who does not exist are told plainly', async () => {
    const none = await play(await smallHotline(), `${START}key {code}#`);
    assert.match(none.failures[0]?.message ?? '', /fewer than 1 SMS with a code/);
    const nobody = await play(await smallHotline(), 'customer 99\ncall from {phone} to +864001234567');
    assert.deepEqual(
      nobody.failures.map(({ line, message }) => [line, message]),
      [[1, 'there is no demo customer "99"']],
    );
    const phoneless = await play(await smallHotline(), 'customer 3\ncall from {phone} to +864001234567');
    assert.match(phoneless.failures[0]?.message ?? '', /no registered phone/);
  });

  test('a call that is still on at the end of the script is hung up', async () => {
    const service = await smallHotline();
    await play(service, START);
    assert.equal(service.received.at(-1)?.path, '/voice/status');
  });

  test('failures and SMS failures never hold what was keyed or sent', async () => {
    const { failures } = await play(
      await smallHotline(),
      `${START}press 1\nkey {phone}#\nkey {id}#\nexpect sms "no such text"\nexpect "no such words"`,
    );
    assert.equal(failures.length, 2);
    assert.doesNotMatch(JSON.stringify(failures), /042917|13800138000#|11010519491231002/);
  });
});
