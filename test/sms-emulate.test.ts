import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { validateRequest } from 'twilio/lib/webhooks/webhooks.js';
import { TwilioSms } from '../src/carriers/twilio/sms.client.ts';
import { LANGUAGES } from '../src/locales/catalogue.ts';
import { releaseOf, shippedTexts } from './support/shipped.ts';

// The npm package `emulate`: a stateful double of Twilio's REST API that nobody here wrote.
const EMULATE = fileURLToPath(new URL('../node_modules/emulate/dist/index.js', import.meta.url));
const ACCOUNT = `AC${'0'.repeat(32)}`;
const TOKEN = 'twilio_test_auth_token';
const OUR_NUMBER = '+15551234567';
const TO = '+8613812345678';
/** The double starts in about a second; on a busy machine in several. */
const START_TRIES = 300;

interface Webhook {
  readonly url: string;
  readonly signature: string;
  readonly form: { readonly [name: string]: string };
}

describe('SMS over Twilio’s REST API, against a double', { timeout: 120_000 }, () => {
  let emulate: ChildProcess;
  let folder: string;
  let api: string;
  let server: Server;
  let publicUrl: string;
  const webhooks: Webhook[] = [];

  before(async () => {
    server = createServer(async (request, response) => {
      let text = '';
      for await (const chunk of request) text += String(chunk);
      webhooks.push({
        url: request.url ?? '',
        signature: String(request.headers['x-twilio-signature']),
        form: Object.fromEntries(new URLSearchParams(text)),
      });
      response.writeHead(200, { 'content-type': 'text/xml' }).end('<Response/>');
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    publicUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

    folder = await mkdtemp(join(tmpdir(), 'emulate-'));
    const seed = join(folder, 'seed.json');
    await writeFile(
      seed,
      JSON.stringify({
        twilio: {
          account: { sid: ACCOUNT, auth_token: TOKEN },
          phone_numbers: [{ phone_number: OUR_NUMBER }],
        },
      }),
    );
    const port = await freePort();
    api = `http://127.0.0.1:${port}`;
    emulate = spawn(
      process.execPath,
      [EMULATE, '--service', 'twilio', '--port', String(port), '--seed', seed],
      { cwd: folder, stdio: 'ignore' },
    );
    process.once('exit', () => emulate.kill('SIGKILL'));
    await answering(`${api}/2010-04-01/Accounts/${ACCOUNT}/Messages.json`, emulate);
  });

  after(async () => {
    if (emulate?.exitCode === null && emulate.signalCode === null) {
      const ended = once(emulate, 'exit');
      emulate.kill('SIGKILL');
      await ended;
    }
    server?.closeAllConnections();
    server?.close();
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  const client = (settings: Partial<ConstructorParameters<typeof TwilioSms>[0]> = {}) =>
    new TwilioSms({
      accountSid: ACCOUNT,
      authToken: TOKEN,
      sender: OUR_NUMBER,
      baseUrl: api,
      ...settings,
    });
  const ask = (path: string, form?: { readonly [name: string]: string }) =>
    fetch(`${api}${path}`, {
      method: form ? 'POST' : 'GET',
      headers: { authorization: `Basic ${Buffer.from(`${ACCOUNT}:${TOKEN}`).toString('base64')}` },
      ...(form ? { body: new URLSearchParams(form) } : {}),
    });

  test('a message arrives with its text whole, in every script', async () => {
    const { sms } = releaseOf(await shippedTexts());
    for (const language of LANGUAGES) {
      const money = { minor: 10_000_000, currency: 'VND' } as const;
      const body = sms.write('code', language, {
        company: 'Demo Credit',
        purpose: { key: 'purpose.transfer', values: { money, lastFour: '6222020200099998888' } },
        code: '012345',
        lifetime: 180,
      });
      const outcome = await client().send({ to: TO, body, reference: language });
      assert.equal(outcome.kind, 'accepted');
      const listed = (await (await ask(`/2010-04-01/Accounts/${ACCOUNT}/Messages.json`)).json()) as {
        messages: { sid: string; to: string; from: string; body: string }[];
      };
      const message = listed.messages.find(
        ({ sid }) => outcome.kind === 'accepted' && sid === outcome.providerId,
      );
      assert.deepEqual([message?.to, message?.from, message?.body], [TO, OUR_NUMBER, body]);
    }
  });

  test('a number that is none, and a sender that is not ours, are refused by error number', async () => {
    const message = { body: 'x', reference: 'r' };
    assert.deepEqual(await client().send({ ...message, to: 'nobody' }), { kind: 'refused', code: 21201 });
    assert.deepEqual(await client({ sender: '+15550009999' }).send({ ...message, to: TO }), {
      kind: 'refused',
      code: 21606,
    });
  });

  test('a wrong token is an outage an operator can mend, not a refusal of the message', async () => {
    const outcome = await client({ authToken: 'wrong' }).send({ to: TO, body: 'x', reference: 'r' });
    assert.deepEqual(outcome, { kind: 'unavailable', reason: 'not_authorised' });
  });

  test('reports come signed for the whole address, our reference in it', async () => {
    webhooks.length = 0;
    const statusCallback = `${publicUrl}/sms/status?reference=Zr0k-_9`;
    const outcome = await client().send({ to: TO, body: 'hello', reference: 'Zr0k-_9', statusCallback });
    assert.ok(outcome.kind === 'accepted');
    const simulated = await ask('/_twilio/simulate/message-status', {
      MessageSid: outcome.providerId,
      Status: 'delivered',
    });
    assert.equal(simulated.status, 200);
    // This double reports "queued" before it answers the request itself: reports overtake answers.
    assert.deepEqual(
      webhooks.map(({ form }) => form.MessageStatus),
      ['queued', 'delivered'],
    );
    for (const { url, signature, form } of webhooks) {
      assert.equal(form.MessageSid, outcome.providerId);
      assert.ok(validateRequest(TOKEN, signature, `${publicUrl}${url}`, form));
      assert.ok(!validateRequest('another token', signature, `${publicUrl}${url}`, form));
      assert.ok(!validateRequest(TOKEN, signature, `${publicUrl}/sms/status`, form));
    }
  });
});

async function freePort(): Promise<number> {
  const probe = createTcpServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}

/** Resolves when the double answers anything at all; rejects when it has ended. */
async function answering(url: string, child: ChildProcess): Promise<void> {
  for (let i = 0; i < START_TRIES; i++) {
    assert.equal(child.exitCode, null, 'the double ended at its start');
    try {
      await (await fetch(url)).arrayBuffer();
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
  throw new Error('the double did not start');
}
