import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { after, describe, type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Admission } from '../src/carriers/admission.service.ts';
import { BODY_BYTES } from '../src/carriers/webhook.routes.ts';
import { Connections } from '../src/http/connections.service.ts';
import { listen } from '../src/service-process.ts';
import { FORM, postSigned, startHttp } from './http-support.ts';
import type { StrangerServerState } from './support/strangers.process.ts';

/**
 * What a request costs whose signature is not right (invariant 47). The server is a process of its own, so that only
 * its time counts; the floor is Node's own server in the same process, which reads the same headers and answers 403.
 */

const SERVER = fileURLToPath(new URL('./support/strangers.process.ts', import.meta.url));
/** In each round, so that the clock of the processor, which counts in milliseconds, has something to count. */
const REQUESTS = 60;
/** At most this many times what reading the headers costs. */
const MOST_TIMES = 8;

class StrangerServer {
  readonly #child: ChildProcess;

  constructor() {
    this.#child = fork(SERVER, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  }

  async ask(): Promise<StrangerServerState> {
    this.#child.send('how is it');
    const [answer] = (await once(this.#child, 'message')) as [StrangerServerState];
    return answer;
  }

  stop(): void {
    this.#child.kill('SIGKILL');
  }
}

/** Bodies that cost a careless reader most, each as long as is read at all. */
const COSTLY: { readonly [name: string]: string } = {
  'plus signs': '+'.repeat(BODY_BYTES),
  'encoded letters': '%41'.repeat(BODY_BYTES / 3),
  'broken encoding': '%E4'.repeat(BODY_BYTES / 3),
  'broken encodings apart': '%E4&'.repeat(256).slice(0, -1),
  'as many names as there may be': filled(256, (n) => `${'p'.repeat(40)}${n}=1`),
  'more names than there may be': filled(2_000, (n) => `p${n}=1`),
  'one name again and again': filled(256, (n) => `a=${'v'.repeat(40)}${n}`),
  'nothing but separators': '&'.repeat(BODY_BYTES),
  'equals signs': '='.repeat(BODY_BYTES),
};

function filled(count: number, part: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => part(index))
    .join('&')
    .slice(0, BODY_BYTES);
}

function head(body: string | { readonly announced: number }): string {
  const length = typeof body === 'string' ? Buffer.byteLength(body) : body.announced;
  return `POST /voice/turn?step=menu.main&t=${'t'.repeat(22)} HTTP/1.1\r\nHost: hotline.example\r\nX-Twilio-Signature: ${'A'.repeat(27)}=\r\nContent-Type: application/x-www-form-urlencoded\r\nUser-Agent: TwilioProxy/1.1\r\nContent-Length: ${length}\r\n`;
}

/** Sends bytes on a new connection and answers all that comes back until it is closed. */
async function exchange(port: number, text: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  socket.write(text);
  let answer = '';
  socket.on('data', (data: Buffer) => {
    answer += data.toString('latin1');
  });
  await once(socket, 'close');
  return answer;
}

describe('before the signature is known to be right (invariant 47)', () => {
  const server = new StrangerServer();
  after(() => server.stop());

  test('a wrongly signed request costs at most a few times what reading its headers costs, whatever its body', async (t) => {
    const { floor, port } = await server.ask();
    const secondsFor = async (to: number, body: string) => {
      const text = `${head(body)}\r\n${body}`;
      const { cpu: before } = await server.ask();
      for (let count = 0; count < REQUESTS; count++) await exchange(to, text);
      return (await server.ask()).cpu - before;
    };
    const none = '';
    for (let warm = 0; warm < 5; warm++) {
      await secondsFor(floor, none);
      for (const body of [none, ...Object.values(COSTLY)]) await secondsFor(port, body);
    }
    for (const [name, body] of Object.entries(COSTLY)) {
      // The least of several rounds: another process on this machine only ever adds.
      const rounds = [1, 2, 3, 4, 5];
      let ofFloor = Number.POSITIVE_INFINITY;
      let ofBody = Number.POSITIVE_INFINITY;
      for (const _ of rounds) {
        ofFloor = Math.min(ofFloor, await secondsFor(floor, none));
        ofBody = Math.min(ofBody, await secondsFor(port, body));
      }
      const times = ofBody / ofFloor;
      t.diagnostic(
        `${name}: ${times.toFixed(1)} times the floor of ${((ofFloor / REQUESTS) * 1e3).toFixed(3)} ms`,
      );
      assert.ok(times < MOST_TIMES, `${name}: ${times.toFixed(1)} times the floor`);
    }
  });

  test('a body that is announced or sent beyond what is read is not waited for, and the connection is closed', async () => {
    const { port } = await server.ask();
    const unsigned = (text: string) => text.replace(/X-Twilio-Signature: .*\r\n/, '');
    const endless = `${head('').replace('Content-Length: 0', 'Transfer-Encoding: chunked')}\r\n`;
    const chunk = `4000\r\n${'7'.repeat(0x4000)}\r\n`;
    for (const [what, text, status] of [
      ['a gigabyte announced', `${head({ announced: 2 ** 30 })}\r\n`, 413],
      ['one byte too many announced', `${head({ announced: BODY_BYTES + 1 })}\r\n`, 413],
      ['chunks without end', `${endless}${chunk}${chunk}`, 413],
      ['a gigabyte announced and nothing signed', unsigned(`${head({ announced: 2 ** 30 })}\r\n`), 403],
      [
        'a gigabyte for another path',
        `${head({ announced: 2 ** 30 })}\r\n`.replace('/voice/turn', '/x'),
        404,
      ],
      ['a gigabyte of another type', `${head({ announced: 2 ** 30 })}\r\n`.replace(/-urlencoded/, ''), 413],
      [
        'a gigabyte for a health question',
        `${head({ announced: 2 ** 30 })}\r\n`.replace('POST /voice/turn', 'GET /healthz'),
        200,
      ],
    ] as const) {
      const answer = await exchange(port, text);
      assert.match(answer, new RegExp(`^HTTP/1\\.1 ${status} `), what);
      assert.match(answer, /^Connection: close\r$/im, what);
    }
  });

  test('after a refusal nothing more is read from the connection', async () => {
    const { port } = await server.ask();
    const refused = `${head('')}\r\n`;
    const answer = await exchange(port, refused.repeat(50));
    assert.equal(answer.split('HTTP/1.1 ').length - 1, 1);
  });
});

test('a stranger holds no place among the turns, while its body is awaited and after', async (t) => {
  const admission = new Admission(4);
  const { app, telemetry } = startHttp({ admission });
  const server = app.listen(0, '127.0.0.1');
  t.after(() => server.closeAllConnections());
  t.after(() => server.close());
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const half = connect(port, '127.0.0.1');
  half.write(`${head({ announced: 1_000 })}\r\nCallSid=CA1&`);
  await once(server, 'request');
  assert.equal(admission.underWay, 0);
  assert.match(await exchange(port, `${head('Digits=1')}\r\nDigits=1`), /^HTTP\/1\.1 403 /);
  assert.equal(admission.underWay, 0);
  assert.equal(await telemetry.count('hotline.webhooks.refused'), 1);
  half.destroy();
});

describe('idle strangers hold no connection (invariant 47)', () => {
  /** A server with room for `limit` connections that trusts every request for `/genuine`. */
  async function roomFor(t: TestContext, limit: number) {
    const server = createServer((request, response) => {
      if (request.url === '/genuine') connections.trust(request.socket);
      response.end('answered');
    });
    const connections = new Connections(server, limit);
    server.listen(0, '127.0.0.1');
    t.after(() => server.closeAllConnections());
    t.after(() => server.close());
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const open = async (): Promise<Socket> => {
      const socket = connect(port, '127.0.0.1');
      socket.on('error', () => {});
      await Promise.all([once(socket, 'connect'), once(server, 'connection')]);
      return socket;
    };
    const ask = async (socket: Socket, path: string) => {
      socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`);
      const [data] = (await once(socket, 'data')) as [Buffer];
      return data.toString('latin1');
    };
    return { open, ask };
  }

  test('where there is no room the stranger who has been there longest goes, and never the carrier', async (t) => {
    const { open, ask } = await roomFor(t, 4);
    const carrier = await open();
    assert.match(await ask(carrier, '/genuine'), /answered$/);
    const strangers = [await open(), await open(), await open()];
    for (let more = 0; more < 20; more++) {
      const longest = strangers.shift() as Socket;
      const gone = once(longest, 'close');
      strangers.push(await open());
      await gone;
    }
    // A new connection of the carrier finds room in the middle of it, and the old one was never cut.
    const another = await open();
    assert.match(await ask(another, '/genuine'), /answered$/);
    assert.match(await ask(carrier, '/genuine'), /answered$/);
  });

  test('where every place is the carrier’s the newcomer goes', async (t) => {
    const { open, ask } = await roomFor(t, 2);
    const [one, two] = [await open(), await open()];
    for (const socket of [one, two]) await ask(socket, '/genuine');
    await once(await open(), 'close');
    for (const socket of [one, two]) assert.match(await ask(socket, '/genuine'), /answered$/);
  });

  test('a client that sends nothing, or one byte after the other, is cut off after seconds', async (t) => {
    const server = await listen(0, '127.0.0.1');
    t.after(() => server.close());
    for (const limit of [server.headersTimeout, server.requestTimeout])
      assert.ok(limit > 0 && limit <= 15_000);
  });

  test('a genuine webhook makes its connection trusted, a refused one does not', async () => {
    const trusted: Socket[] = [];
    const { app } = startHttp({ onGenuine: (connection) => void trusted.push(connection) });
    await postSigned(app, '/voice/answer', FORM, 'stranger');
    assert.equal(trusted.length, 0);
    await postSigned(app, '/voice/answer', FORM);
    assert.equal(trusted.length, 1);
  });
});
