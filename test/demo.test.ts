import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Phone } from '../phone-sim/phone.ts';
import { sharedTime } from '../phone-sim/time.ts';
import { DEMO_AUTH_TOKEN } from '../src/carriers/twilio/twilio.settings.ts';
import { insertCustomer } from '../src/customers/customers.store.ts';
import { readNationalId } from '../src/jurisdictions/national-id.ts';
import { ManualClock } from '../src/platform/clock.ts';
import { demoKeys } from '../src/platform/keyring.settings.ts';
import { systemClock } from '../src/platform/system-clock.ts';
import { secureRandom } from '../src/platform/system-random.ts';
import { connect } from '../src/storage/connect.ts';
import { migrate } from '../src/storage/migrate.ts';
import { until } from './support/callers.ts';

const DEMO = fileURLToPath(new URL('../src/cli/demo.ts', import.meta.url));
/** A demo is ready in two seconds on an idle machine; a busy one is given time. */
const PATIENCE_MILLISECONDS = 90_000;
const STACK_TRACE = /\n\s+at |Unhandled|UnhandledPromise/;

const folder = mkdtempSync(join(tmpdir(), 'demo-test-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const databaseUrl = (name: string) => `sqlite://${join(folder, name)}.sqlite`;

/** A demo as a child process; what it has written so far, and how it ended. */
interface RunningDemo {
  readonly process: ChildProcess;
  readonly text: () => string;
  /** Resolves when it has written `words`, or has ended. */
  says(words: string): Promise<void>;
  /** Its exit code; null when a signal killed it. */
  readonly exit: Promise<number | null>;
}

const running = new Set<ChildProcess>();
after(() => {
  for (const child of running) child.kill('SIGKILL');
});

const startDemo = (settings: { readonly [name: string]: string }, ...words: string[]) =>
  startDemoIn(process.cwd(), settings, ...words);

function startDemoIn(
  cwd: string,
  settings: { readonly [name: string]: string },
  ...words: string[]
): RunningDemo {
  const child = spawn(process.execPath, [DEMO, ...words], {
    cwd,
    env: { PATH: process.env.PATH, ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  let text = '';
  const waiting = new Set<() => void>();
  const hear = (chunk: Buffer) => {
    text += chunk.toString('utf8');
    for (const look of waiting) look();
  };
  child.stdout.on('data', hear);
  child.stderr.on('data', hear);
  const exit = once(child, 'close').then(([code]: (number | null)[]) => {
    running.delete(child);
    for (const look of waiting) look();
    return code ?? null;
  });
  return {
    process: child,
    text: () => text,
    says: (words) =>
      new Promise((resolve, reject) => {
        const limit = setTimeout(
          () => reject(new Error(`“${words}” was not said in time, but:\n${text}`)),
          PATIENCE_MILLISECONDS,
        );
        const look = () => {
          if (!text.includes(words) && running.has(child)) return;
          clearTimeout(limit);
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      }),
    exit,
  };
}

async function openPort(): Promise<{ readonly server: Server; readonly port: number }> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, port: (server.address() as AddressInfo).port };
}

async function freePort(): Promise<string> {
  const { server, port } = await openPort();
  server.close();
  await once(server, 'close');
  return String(port);
}

describe('npm run demo', () => {
  let demo: RunningDemo;
  let port: string;
  before(async () => {
    port = await freePort();
    demo = startDemo({
      PORT: port,
      DATABASE_URL: databaseUrl('demo'),
      PUBLIC_URL: 'https://hotline.example',
    });
    await demo.says('Ctrl-C ends it.');
  });

  test('a whole high-risk call is played, in words a newcomer can read', () => {
    // Lines are broken to be read; words are compared without that.
    const text = demo.text().replace(/\s+/g, ' ');
    for (const words of [
      'Welcome to Blue Magpie Credit',
      'registered phone number',
      'transaction PIN',
      'SMS to +8613800001007',
      'Please confirm who you are',
      'You transferred 1,888 yuan to Daniel Wong',
      'Your receipt is',
    ])
      assert.ok(text.includes(words), `the call says “${words}”`);
    assert.doesNotMatch(text, /✘|Not as written/);
    assert.doesNotMatch(demo.text(), STACK_TRACE);
  });

  test('its audit trail is printed with steps, rules and outcomes, and holds together', () => {
    const text = demo.text();
    assert.match(text, /factor\.outcome +code\.entry +code PASSED +R7\.2/);
    assert.match(text, /order\.carried +carryOut +transfer 1,888\.00 CNY/);
    const [, count] = /the chain of (\d+) entries is intact/.exec(text) ?? [];
    assert.ok(Number(count) > 20, 'the chain has the entries of the whole call');
  });

  test('neither PIN nor ID is printed', () => {
    for (const secret of ['163172', '206035', '810000199110200073']) assert.ok(!demo.text().includes(secret));
  });

  test('how to dial in is said: address, token, commands, inbox', () => {
    const text = demo.text();
    for (const words of [
      'The hotline is open at https://hotline.example',
      `npm run phone -- --url http://127.0.0.1:${port} --public-url https://hotline.example`,
      'npm run -s hotline -- demo-customers',
      `http://127.0.0.1:${port}/demo/inbox?to=`,
      DEMO_AUTH_TOKEN,
      'Set the same DATABASE_URL there.',
    ])
      assert.ok(text.includes(words), `it says “${words}”`);
  });

  test('it keeps serving: somebody else can dial in', async () => {
    const phone = new Phone({
      baseUrl: `http://127.0.0.1:${port}`,
      publicUrl: 'https://hotline.example',
      authToken: DEMO_AUTH_TOKEN,
      random: secureRandom,
      stopwatch: systemClock,
      time: sharedTime(new ManualClock()),
    });
    await phone.dial({ from: 'anonymous', to: '+12025550143' });
    await phone.listenToWords();
    assert.equal(phone.step, 'menu.main');
    await phone.hangUp();
  });

  test('a second demo on the same port says what to do and leaves the first alone', async () => {
    const second = startDemo({ PORT: port, DATABASE_URL: databaseUrl('demo') });
    assert.equal(await second.exit, 1);
    assert.match(second.text(), /Port \d+ is taken.*PORT=3001/);
    assert.doesNotMatch(second.text(), STACK_TRACE);
    assert.equal((await fetch(`http://127.0.0.1:${port}/readyz`)).status, 200);
  });

  test('Ctrl-C ends it cleanly, also when it comes twice', async () => {
    demo.process.kill('SIGINT');
    demo.process.kill('SIGINT');
    assert.equal(await demo.exit, 0);
    assert.match(demo.text(), /The hotline has stopped\.\n$/);
  });

  test('started again on its own data it keeps what is there', async () => {
    const again = startDemo({ PORT: port, DATABASE_URL: databaseUrl('demo') }, '--serve-only');
    await again.says('Ctrl-C ends it.');
    assert.doesNotMatch(again.text(), /Grace Chan calls/);
    again.process.kill('SIGTERM');
    assert.equal(await again.exit, 0);
    const knex = connect({ kind: 'sqlite', file: join(folder, 'demo.sqlite') });
    const orders: unknown[] = await knex('carried_orders').select('receipt');
    await knex.destroy();
    assert.equal(orders.length, 1);
  });
});

describe('a demo that does not get far', () => {
  test('a signal while the call plays ends it cleanly', async () => {
    const demo = startDemo({ PORT: await freePort(), DATABASE_URL: databaseUrl('stopped') });
    await demo.says('Welcome to Blue Magpie Credit');
    demo.process.kill('SIGTERM');
    assert.equal(await demo.exit, 0);
    assert.doesNotMatch(demo.text(), STACK_TRACE);
  });

  test('all problems of the settings are told at once', async () => {
    const demo = startDemo({ PORT: 'abc', LOG_LEVEL: 'loud', DATABASE_URL: 'mysql://somewhere' });
    assert.equal(await demo.exit, 1);
    for (const name of ['PORT', 'LOG_LEVEL', 'DATABASE_URL'])
      assert.match(demo.text(), new RegExp(`^- ${name} `, 'm'));
    assert.doesNotMatch(demo.text(), STACK_TRACE);
  });

  test('a database with real customers is refused and left as it is', async () => {
    const file = join(folder, 'real.sqlite');
    const knex = connect({ kind: 'sqlite', file });
    await migrate(knex);
    const now = systemClock.now();
    const nationalId = readNationalId('110101198504120019', now);
    assert.ok(nationalId);
    const name = { full: '某人', family: '某', title: 'none' } as const;
    const customer = { id: 'real-1', locale: 'zh-CN', name, nationalId, verifiers: {} } as const;
    await insertCustomer(knex, demoKeys(), secureRandom, customer, now);

    const demo = startDemo({ PORT: await freePort(), DATABASE_URL: databaseUrl('real') });
    assert.equal(await demo.exit, 1);
    assert.match(demo.text(), /was not made by a demo/);
    const customers: unknown[] = await knex('customers').select('id');
    await knex.destroy();
    assert.deepEqual(customers, [{ id: 'real-1' }]);
  });

  test('a migrated database of production in which nobody is yet is refused, and stays as it is', async () => {
    const knex = connect({ kind: 'sqlite', file: join(folder, 'empty-production.sqlite') });
    await migrate(knex);
    const before: unknown[] = await knex('sqlite_master').select('name');
    const demo = startDemo({ PORT: await freePort(), DATABASE_URL: databaseUrl('empty-production') });
    assert.equal(await demo.exit, 1);
    assert.match(demo.text(), /was not made by a demo, and a demo writes into no other/);
    assert.deepEqual(await knex('sqlite_master').select('name'), before);
    assert.deepEqual(await knex('customers').select('id'), []);
    await knex.destroy();
  });

  test('no setting of production gets in, from the environment or .env, and it says so', async (t) => {
    const asked: string[] = [];
    const world = createServer((request, response) => {
      asked.push(request.url ?? '');
      response.end();
    });
    world.listen(0, '127.0.0.1');
    await once(world, 'listening');
    t.after(() => world.close());
    const url = `http://127.0.0.1:${(world.address() as AddressInfo).port}`;
    const port = await freePort();
    const home = mkdtempSync(join(folder, 'with-env-'));
    writeFileSync(
      join(home, '.env'),
      `PORT=1\nDATABASE_URL=${databaseUrl('of-env')}\nBANK_ADAPTER=/no/such/bank.ts\n`,
    );
    const demo = startDemoIn(home, {
      PORT: port,
      DATABASE_URL: databaseUrl('reaches-nobody'),
      TWILIO_API_BASE_URL: url,
      TWILIO_ACCOUNT_SID: `AC${'0'.repeat(32)}`,
      TWILIO_AUTH_TOKEN: 'auth-token-of-the-tests',
      TWILIO_MESSAGING_FROM: '+15005550006',
      OTEL_EXPORTER_OTLP_ENDPOINT: url,
      BANK_ADAPTER: '/no/such/bank.ts',
      HOST: '0.0.0.0',
    });
    await demo.says('Ctrl-C ends it.');
    assert.match(demo.text(), /^Set and ignored, .*HOST.*BANK_ADAPTER.*TWILIO_API_BASE_URL/m);
    assert.match(demo.text(), /SMS to \+8613800001007/);
    assert.deepEqual(asked, []);
    assert.equal(existsSync(join(folder, 'of-env.sqlite')), false);
    const outside = Object.values(networkInterfaces())
      .flat()
      .find((one) => one?.family === 'IPv4' && !one.internal)?.address;
    if (outside !== undefined) await assert.rejects(fetch(`http://${outside}:${port}/healthz`));
    demo.process.kill('SIGTERM');
    assert.equal(await demo.exit, 0);
  });

  test('it answers whatever it listens for: no request before it serves is left without an answer', async () => {
    const port = await freePort();
    const demo = startDemo({ PORT: port, DATABASE_URL: databaseUrl('listens') }, '--serve-only');
    await until('a demo that serves', async () => {
      const answer = await fetch(`http://127.0.0.1:${port}/readyz`, {
        signal: AbortSignal.timeout(10_000),
      }).catch((error: Error) => {
        assert.notEqual(error.name, 'TimeoutError', 'a request was taken and never answered');
        return undefined;
      });
      return answer?.status === 200;
    });
    demo.process.kill('SIGTERM');
    assert.equal(await demo.exit, 0);
  });

  test('its database is readable by nobody else', () => {
    assert.equal(statSync(join(folder, 'listens.sqlite')).mode & 0o077, 0);
  });
});
