import assert from 'node:assert/strict';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { after, test } from 'node:test';
import { startTestService, TEST_TOKEN, type TestService } from '../../phone-sim/test-service.ts';
import type { ManualClock } from '../platform/clock.ts';
import type { PhoneSurroundings } from './phone/session.ts';
import { runPhone } from './phone.ts';

const services: TestService[] = [];
after(async () => {
  await Promise.all(services.map((service) => service.close()));
});

/** Asks for a phone number, then for one key. */
async function hotline(): Promise<TestService> {
  const service = await startTestService(({ path, query }) => {
    if (path === '/voice/answer')
      return '<Gather action="/voice/turn?step=identity.phone" timeout="200"><Say>Your number, please</Say></Gather>';
    if (query.step === 'identity.phone') {
      service.inbox.push({ to: '+8613800138000', body: 'Code 042917', sentAt: '2026-01-01T00:00:00Z' });
      return '<Gather action="/voice/turn?step=menu" numDigits="1" timeout="200"><Say>Press one</Say></Gather>';
    }
    return '<Say>Goodbye</Say><Hangup/>';
  });
  services.push(service);
  return service;
}

async function file(name: string, text: string): Promise<string> {
  const path = join(await mkdtemp(join(tmpdir(), 'phone-')), name);
  await writeFile(path, text);
  return path;
}

const CUSTOMERS = JSON.stringify([
  {
    name: '王小明',
    locale: 'zh-CN',
    registeredPhone: '+8613800138000',
    nationalId: '11010519491231002X',
    queryPin: '482913',
    transactionPin: '719364',
    state: 'active',
  },
]);

async function run(
  argv: readonly string[],
  around: { readonly input?: string; readonly startOwnService?: PhoneSurroundings['startOwnService'] } = {},
): Promise<{ readonly code: number; readonly printed: string }> {
  const input = new PassThrough();
  input.end(around.input ?? '');
  let printed = '';
  const code = await runPhone(argv, {
    input,
    output: { write: (text) => (printed += text) },
    ...(around.startOwnService ? { startOwnService: around.startOwnService } : {}),
  });
  return { code, printed };
}

const SCRIPT = `customer 1
call from {phone} to +861058880001
expect "Your number"
key {phone}#
expect sms "Code"
press 1
expect "Goodbye"
expect hangup
`;

test('keys from a pipe make a whole call, and entries are dots in what is printed', async () => {
  const service = await hotline();
  const customers = await file('customers.json', CUSTOMERS);
  const { code, printed } = await run(
    ['--url', service.url, '--token', TEST_TOKEN, '--customers', customers, '--fast'],
    { input: '13800138000#\n1\n' },
  );
  assert.equal(code, 0);
  assert.match(printed, /You are 王小明/);
  assert.match(printed, /\[en-US\] Your number, please/);
  assert.match(printed, /⌨ •{11}#/);
  assert.match(printed, /SMS to \+8613800138000: Code 042917/);
  assert.match(printed, /⌨ 1\n/);
  assert.match(printed, /the service hung up/);
  assert.equal(
    service.received.every(({ signed, path }) => signed || ['/healthz', '/demo/carrier'].includes(path)),
    true,
  );
});

test('the end of the lines hangs up', async () => {
  const service = await hotline();
  const { printed } = await run([
    '--url',
    service.url,
    '--token',
    TEST_TOKEN,
    '--from',
    'anonymous',
    '--fast',
    '--customers',
    await file('c.json', CUSTOMERS),
  ]);
  assert.match(printed, /anonymous calls \+861058880001/);
  assert.match(printed, /the caller hung up/);
});

test('a script that goes as written ends with 0, one that does not with 1 and the line', async () => {
  const service = await hotline();
  const customers = await file('customers.json', CUSTOMERS);
  const common = ['--url', service.url, '--token', TEST_TOKEN, '--customers', customers, '--fast'];
  const good = await run([...common, '--script', await file('good.call', SCRIPT)]);
  assert.deepEqual([good.code, /✔ .*good\.call/.test(good.printed)], [0, true], good.printed);
  const bad = await run([
    ...common,
    '--script',
    await file('bad.call', SCRIPT.replace('Goodbye', 'Welcome')),
  ]);
  assert.equal(bad.code, 1);
  assert.match(bad.printed, /bad\.call:7: expect "Welcome"\n.*expected “Welcome” but heard “Goodbye”/);
});

test('a broken script is refused before anybody is called', async () => {
  const service = await hotline();
  const { code, printed } = await run([
    '--url',
    service.url,
    '--script',
    await file('x.call', 'dance\nsing'),
    '--script',
    '/no/such/file',
  ]);
  assert.equal(code, 2);
  assert.match(printed, /x\.call:1: unknown instruction "dance"/);
  assert.match(printed, /x\.call:2: unknown instruction "sing"/);
  assert.match(printed, /\/no\/such\/file: there is no such file/);
  assert.equal(service.received.length, 0);
});

test('without a service one sentence says how to start it', async () => {
  const service = await startTestService(() => '');
  await service.close();
  const { code, printed } = await run(['--url', service.url]);
  assert.equal(code, 2);
  assert.equal(printed.trim().split('\n').length, 1);
  assert.match(printed, /npm run demo/);
});

test('customers that cannot be read are told in a sentence', async () => {
  const service = await hotline();
  const script = await file('good.call', SCRIPT);
  const { code, printed } = await run([
    '--url',
    service.url,
    '--customers',
    '/no/such.json',
    '--script',
    script,
  ]);
  assert.equal(code, 2);
  assert.match(printed, /The demo customers cannot be read from \/no\/such\.json/);
});

test('an own service is refused where there is none', async () => {
  const { code, printed } = await run(['--own-service']);
  assert.equal(code, 2);
  assert.match(printed, /not available here/);
});

test('on an own service long waits pass at once, on its clock, and it is stopped afterwards', async () => {
  const service = await hotline();
  let started: { readonly clock: ManualClock; readonly at: number } | undefined;
  let stopped = 0;
  const script = await file(
    'long.call',
    `${SCRIPT.split('\n').slice(0, 3).join('\n')}\nwait 150s\nexpect step identity.phone\n`,
  );
  const { code, printed } = await run(
    ['--own-service', '--script', script, '--customers', await file('c.json', CUSTOMERS)],
    {
      startOwnService: async ({ clock }) => {
        started = { clock, at: clock.now() };
        return {
          url: service.url,
          authToken: TEST_TOKEN,
          stop: async () => {
            stopped += 1;
          },
        };
      },
    },
  );
  assert.equal(code, 0, printed);
  assert.ok(started && started.clock.now() - started.at > 150_000);
  assert.equal(stopped, 1);
});

test('a staff phone needs a demo with a simulated carrier, and nothing that a caller has', async () => {
  const service = await hotline();
  const without = await run(['--url', service.url, '--agent', '+8613900000001']);
  assert.equal(without.code, 2);
  assert.match(without.printed, /has no simulated carrier.*npm run demo/);
  const both = await run(['--own-service', '--agent', '+8613900000001']);
  assert.equal(both.code, 2);
  assert.match(both.printed, /--agent is a phone of the running demo/);
});
