import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { Agent, createServer, get } from 'node:http';
import { type AddressInfo, connect as connectSocket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, type TestContext, test } from 'node:test';
import { DEMO_CUSTOMERS, type DemoCustomer } from '../db/seeds/demo-customers.ts';
import { Phone } from '../phone-sim/phone.ts';
import { ManualClock } from '../src/platform/clock.ts';
import { seededRandom } from '../src/platform/random.ts';
import { connect, type Knex } from '../src/storage/connect.ts';
import { INTENT_KEYS, key, keyIdentity, orderTransfer, registeredNumber, until } from './support/callers.ts';
import { startPostgres, type TestPostgres } from './support/postgres.ts';
import { demoCustomer, lineOf, type WorldOptions } from './support/world.ts';

const CUSTOMER = demoCustomer(({ id }) => id === 'demo-01');
/** What most process managers give before they kill. */
const LIMIT_MILLISECONDS = 10_000;

let postgres: TestPostgres;
before(async () => {
  postgres = await startPostgres({ withoutSyncing: true });
});
after(() => postgres.stop());

/** The service in a process of its own, with callers and a look into its database from here. */
interface Process {
  readonly url: string;
  readonly beside: Knex;
  /** Dials in as this customer, in English. */
  dial(customer: DemoCustomer): Promise<Phone>;
  /** Sends SIGTERM and answers how the process ended, and after how many milliseconds. */
  terminate(): Promise<{ readonly code: number | null; readonly milliseconds: number }>;
}

async function startProcess(t: TestContext, options: WorldOptions): Promise<Process> {
  const folder = await mkdtemp(join(tmpdir(), 'stop-'));
  const databaseFile = join(folder, 'hotline.sqlite');
  const child = spawn(
    process.execPath,
    [
      new URL('./support/stopping.process.ts', import.meta.url).pathname,
      JSON.stringify({ databaseFile, ...options }),
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const exited = once(child, 'exit');
  const beside = connect(
    options.postgresUrl === undefined
      ? { kind: 'sqlite', file: databaseFile }
      : { kind: 'postgres', url: options.postgresUrl },
  );
  t.after(async () => {
    child.kill('SIGKILL');
    await exited;
    await beside.destroy();
    await rm(folder, { recursive: true, force: true });
  });
  const [ready] = await once(child.stdout, 'data');
  const { url, token } = JSON.parse(String(ready)) as { url: string; token: string };
  const clock = new ManualClock();
  const random = seededRandom('callers of a process that stops');
  return {
    url,
    beside,
    dial: async (customer) => {
      const phone = new Phone({
        baseUrl: url,
        authToken: token,
        random,
        stopwatch: clock,
        time: { pass: async (milliseconds) => clock.advance(milliseconds) },
      });
      await phone.dial({ from: registeredNumber(customer), to: lineOf('en-US') });
      return phone;
    },
    terminate: async () => {
      const from = performance.now();
      child.kill('SIGTERM');
      const [code] = await exited;
      return { code, milliseconds: performance.now() - from };
    },
  };
}

async function callerAtPin(process: Process, customer: DemoCustomer, keys: string): Promise<Phone> {
  const phone = await process.dial(customer);
  await key(phone, keys);
  await keyIdentity(phone, customer);
  assert.equal(phone.step, 'pin.entry');
  return phone;
}

describe('SIGTERM ends the process within ten seconds', { concurrency: true }, () => {
  test('idle: at once, with connections kept open, and nobody is let in any more', async (t) => {
    const service = await startProcess(t, {});
    const port = Number(new URL(service.url).port);
    const silent = connectSocket(port, '127.0.0.1');
    await once(silent, 'connect');
    const agent = new Agent({ keepAlive: true });
    const kept = get(`${service.url}/readyz`, { agent });
    const [answer] = await once(kept, 'response');
    answer.resume();
    await once(answer, 'end');
    assert.equal(answer.statusCode, 200);
    const closed = once(silent, 'close');
    const { code, milliseconds } = await service.terminate();
    agent.destroy();
    await closed;
    assert.equal(code, 0);
    assert.ok(milliseconds < 5_000, `${milliseconds} ms`);
    await assert.rejects(fetch(`${service.url}/readyz`), 'ready for nobody');
  });

  test('in the middle of many PINs: every turn is finished, every answer is in the database, no attempt is left open (S2)', async (t) => {
    const service = await startProcess(t, { realPins: true, environment: { ARGON2_CONCURRENCY: '1' } });
    const customers = DEMO_CUSTOMERS.filter(({ phone, freeze }) => phone && !freeze);
    const phones: Phone[] = [];
    for (const customer of customers.slice(0, 10))
      phones.push(await callerAtPin(service, customer, INTENT_KEYS.enquiry));
    const keyed = phones.map((phone, index) => key(phone, `${customers[index]?.queryPin}`));
    await until('every PIN has arrived', async () => {
      const arrived = await service.beside('attempts').where({ factor: 'pin.query' });
      return arrived.length === phones.length;
    });
    const [{ code, milliseconds }] = await Promise.all([service.terminate(), ...keyed]);
    assert.equal(code, 0);
    assert.ok(milliseconds < LIMIT_MILLISECONDS, `${milliseconds} ms`);
    for (const phone of phones) {
      const answer = phone.exchanges.at(-1)?.outcome;
      assert.ok(answer?.kind === 'answered', 'a turn under way is answered');
      assert.equal(answer.response.status, 200);
      const { step, token } = await service.beside('calls').where({ id: phone.callSid }).first();
      assert.ok(
        answer.response.body.includes(`step=${step}&amp;t=${token}`),
        'what was answered is where the call stands',
      );
    }
    assert.equal((await service.beside('attempts').where({ status: 'reserved' })).length, 0);
  });

  test('with a message provider that hangs: the message is left to the process that finds its lease run out', async (t) => {
    const provider = createServer(() => {});
    await new Promise<void>((resolve) => provider.listen(0, '127.0.0.1', resolve));
    t.after(() => {
      provider.close();
      provider.closeAllConnections();
    });
    const service = await startProcess(t, {
      environment: {
        TWILIO_ACCOUNT_SID: `AC${'0'.repeat(32)}`,
        TWILIO_AUTH_TOKEN: 'token-of-a-provider-that-hangs',
        TWILIO_MESSAGING_FROM: '+12025550143',
        TWILIO_API_BASE_URL: `http://127.0.0.1:${(provider.address() as AddressInfo).port}`,
      },
    });
    const asked = once(provider, 'request');
    const phone = await callerAtPin(service, CUSTOMER, INTENT_KEYS.transfer);
    await key(phone, `${CUSTOMER.transactionPin}`);
    await orderTransfer(phone, { amount: 500 });
    await asked;
    const { code, milliseconds } = await service.terminate();
    assert.equal(code, 0);
    assert.ok(milliseconds < LIMIT_MILLISECONDS, `${milliseconds} ms`);
    const [message] = await service.beside('outbox');
    assert.deepEqual([message.status, message.tries], ['pending', 1]);
    assert.ok(message.body_sealed, 'there is still a text to send');
  });

  test('with a database that hangs: the caller is answered all the same, and goes on elsewhere', async (t) => {
    const service = await startProcess(t, { postgresUrl: await postgres.newDatabase() });
    const phone = await service.dial(CUSTOMER);
    const held = await service.beside.transaction();
    try {
      await held.raw('LOCK TABLE calls IN ACCESS EXCLUSIVE MODE');
      const pressed = key(phone, INTENT_KEYS.enquiry).catch(() => undefined);
      await until('the turn waits for the database', async () => {
        const { rows } = await held.raw('SELECT count(*) AS waiting FROM pg_locks WHERE NOT granted');
        return Number(rows[0].waiting) > 0;
      });
      const { milliseconds } = await service.terminate();
      await pressed;
      assert.ok(milliseconds < LIMIT_MILLISECONDS, `${milliseconds} ms`);
      const handedOver = phone.exchanges.find(({ request }) => request.url.includes('/voice/turn'));
      assert.ok(handedOver?.outcome.kind === 'answered');
      // The earlier of two: the end of this process, or of the patience with that database.
      assert.match(handedOver.outcome.response.body, /<(?:Redirect|Enqueue) [^>]*>/);
    } finally {
      await held.rollback();
    }
  });
});
