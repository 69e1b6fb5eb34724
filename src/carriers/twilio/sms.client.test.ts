import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, createServer as createPlainServer, type Server } from 'node:net';
import { type TestContext, test } from 'node:test';
import { TwilioSms } from './sms.client.ts';

const SID = `SM${'a'.repeat(32)}`;
const MESSAGE = { to: '+8613812345678', body: 'code 123456', reference: 'r1' };

/** A provider that answers every request in one way; how many came is counted. */
async function provider(t: TestContext, answer: RequestListener, limitMilliseconds = 10_000) {
  let requests = 0;
  const server = createServer((request, response) => {
    requests += 1;
    request.resume();
    answer(request, response);
  }).listen(0, '127.0.0.1');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server, 'listening');
  const client = new TwilioSms({
    accountSid: `AC${'1'.repeat(32)}`,
    authToken: 'token',
    sender: '+15551234567',
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    limitMilliseconds,
  });
  return { client, requests: () => requests, server };
}

const json =
  (status: number, body: unknown): RequestListener =>
  (_request, response) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));

test('every answer of a provider becomes one word of a closed list, without its text', async (t) => {
  const error = (status: number, code: number) =>
    json(status, { code, message: `${MESSAGE.to} is not valid: ${MESSAGE.body}`, status });
  const cases = [
    [json(201, { sid: SID, status: 'queued' }), { kind: 'accepted', providerId: SID }],
    [json(201, { sid: SID, status: 'failed', error_code: 30007 }), { kind: 'refused', code: 30007 }],
    [json(201, { status: 'queued' }), { kind: 'unavailable', reason: 'not_understood' }],
    [json(201, { sid: MESSAGE.to, status: 'queued' }), { kind: 'unavailable', reason: 'not_understood' }],
    [json(307, {}), { kind: 'unavailable', reason: 'not_understood' }],
    [error(400, 21211), { kind: 'refused', code: 21211 }],
    [error(400, 21610), { kind: 'refused', code: 21610 }],
    [error(403, 21408), { kind: 'refused', code: 21408 }],
    [error(403, 20005), { kind: 'unavailable', reason: 'not_authorised' }],
    [error(401, 20003), { kind: 'unavailable', reason: 'not_authorised' }],
    [error(429, 20429), { kind: 'unavailable', reason: 'rate_limited' }],
    // An address that is not the provider's, or another account: for an operator to mend, and the message to wait for.
    [json(404, 'no json object'), { kind: 'unavailable', reason: 'not_authorised' }],
    [error(404, 20404), { kind: 'unavailable', reason: 'not_authorised' }],
    [error(400, 8_613_812_345_678), { kind: 'refused', code: 400 }],
    [error(503, 20503), { kind: 'unavailable', reason: 'provider_error' }],
    [
      ((_request, response) => response.writeHead(502).end('<html>bad gateway</html>')) as RequestListener,
      { kind: 'unavailable', reason: 'provider_error' },
    ],
  ] as const;
  for (const [answer, expected] of cases) {
    const { client, requests } = await provider(t, answer);
    assert.deepEqual(await client.send(MESSAGE), expected);
    assert.equal(requests(), 1, 'the client itself tries once');
  }
});

test('a provider that hangs, drips or hangs up may have the message; one that is not there has not', async (t) => {
  const hanging = await provider(t, () => {}, 300);
  assert.deepEqual(await hanging.client.send(MESSAGE), { kind: 'unavailable', reason: 'timeout' });

  const drip: RequestListener = (_request, response) => {
    response.writeHead(201, { 'content-type': 'application/json' });
    const drops = setInterval(() => response.write(' '), 50);
    response.on('close', () => clearInterval(drops));
  };
  const dripping = await provider(t, drip, 300);
  assert.deepEqual(await dripping.client.send(MESSAGE), { kind: 'unavailable', reason: 'timeout' });

  const resetting = await provider(t, (request) => request.socket.destroy());
  assert.deepEqual(await resetting.client.send(MESSAGE), { kind: 'unavailable', reason: 'timeout' });

  resetting.server.closeAllConnections();
  resetting.server.close();
  await once(resetting.server, 'close');
  assert.deepEqual(await resetting.client.send(MESSAGE), { kind: 'unavailable', reason: 'unreachable' });
});

/** Nobody trusts this certificate, and no other server has its key. */
const UNTRUSTED = {
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgB0/RtFjhBJL8Gc4P
btPizYx/smI8fSOyVXxm60QTovGhRANCAASlGsBLNwvO6KljRPIo4K8znrvZb7Sx
kk47KIK3BizWwpjfMk4ZEUo386KhjOgTo4rOdC3zGV6duiWWgmNGULxy
-----END PRIVATE KEY-----`,
  cert: `-----BEGIN CERTIFICATE-----
MIIBfjCCASOgAwIBAgIUGvg/YaGhP2twli7p2FbK+3pvU6AwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MB4XDTI2MTEyODA2MTUzOFoXDTI2MTEyOTA2
MTUzOFowFDESMBAGA1UEAwwJbG9jYWxob3N0MFkwEwYHKoZIzj0CAQYIKoZIzj0D
AQcDQgAEpRrASzcLzuipY0TyKOCvM5672W+0sZJOOyiCtwYs1sKY3zJOGRFKN/Oi
oYzoE6OKznQt8xlenbolloJjRlC8cqNTMFEwHQYDVR0OBBYEFMSVzDiL8fbRGxfv
gglmmpFyMG/tMB8GA1UdIwQYMBaAFMSVzDiL8fbRGxfvgglmmpFyMG/tMA8GA1Ud
EwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDSQAwRgIhAKueyRlmhIMjWBcCW957l5XJ
4n2ZNj0gy1VAlMb13NH8AiEA0DTq+eg8zEMxotmNnQvTKAVybAUWFDiA3p5H91qj
WiU=
-----END CERTIFICATE-----`,
};

test('a certificate nobody trusts and a server that speaks no TLS were never sent anything', async (t) => {
  const untrusted = createTlsServer(UNTRUSTED, () => assert.fail('nothing is sent'));
  const plain = createPlainServer((socket) => {
    socket.on('error', () => {});
    socket.end('HTTP/1.1 400 Bad Request\r\n\r\n');
  });
  for (const server of [untrusted, plain] as readonly Server[]) {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    t.after(() => server.close());
    const client = new TwilioSms({
      accountSid: `AC${'1'.repeat(32)}`,
      authToken: 'token',
      sender: '+15551234567',
      baseUrl: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    });
    assert.deepEqual(await client.send(MESSAGE), { kind: 'unavailable', reason: 'unreachable' });
  }
});
