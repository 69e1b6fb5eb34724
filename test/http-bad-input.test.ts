import assert from 'node:assert/strict';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { parse, stringify } from 'node:querystring';
import { test } from 'node:test';
import fc from 'fast-check';
import { XMLValidator } from 'fast-xml-parser';
import request from 'supertest';
import { BODY_BYTES } from '../src/carriers/webhook.routes.ts';
import { CALL, FORM, PUBLIC_URL, postKeys, postSigned, signature, startHttp } from './http-support.ts';

const VOICE = ['/voice/answer', '/voice/turn', '/voice/fallback', '/voice/status'];
const WEBHOOKS = [...VOICE, '/sms/status'];
const TURN = '/voice/turn?step=entry.ask&t=abc';

/** A hotline with one call at step 0, its log emptied. */
async function startWithCall(): Promise<ReturnType<typeof startHttp>> {
  const http = startHttp();
  await postSigned(http.app, '/voice/answer', FORM);
  http.logLines.length = 0;
  http.calls.asked.length = 0;
  return http;
}

/** Nothing has moved: no call, no step, no message, no line in the log. */
function assertUntouched(http: ReturnType<typeof startHttp>, logged = 0): void {
  assert.equal(http.calls.calls.size, 1);
  assert.equal(http.calls.calls.get(CALL)?.step, 0);
  assert.equal(http.calls.calls.get(CALL)?.ended, undefined);
  assert.deepEqual([http.calls.taken, http.calls.asked, http.messageStatuses], [[], [], []]);
  assert.equal(http.logLines.length, logged);
}

test('an unsigned or wrongly signed webhook is forbidden, and only a counter remains (invariant 39)', async () => {
  const http = await startWithCall();
  const form = { ...FORM, Digits: '1', CallStatus: 'completed', MessageStatus: 'sent' };
  let wrong = 0;
  for (const path of WEBHOOKS) {
    const headers = [
      undefined,
      '',
      'short',
      'A'.repeat(27).concat('='),
      signature(path, form, 'another account'),
      signature(`${path}?x=1`, form),
      signature(path, { ...form, Digits: '2' }),
    ];
    for (const header of headers) {
      const asked = request(http.app).post(path).type('form');
      if (header !== undefined) asked.set('X-Twilio-Signature', header);
      const refused = await asked.send(stringify(form));
      assert.equal(refused.status, 403);
      assert.match(refused.headers['content-type'] ?? '', /^text\/plain/);
      assert.equal(refused.text, 'forbidden');
      wrong += 1;
    }
  }
  assertUntouched(http);
  assert.equal(await http.telemetry.count('hotline.webhooks.refused'), wrong);
  assert.equal(
    await http.telemetry.count('hotline.webhooks.refused', { reason: 'absent' }),
    2 * WEBHOOKS.length,
  );
  assert.equal(http.telemetry.spans().length, 1);
});

test('what the Host header says is worth nothing', async () => {
  const http = await startWithCall();
  const form = { ...FORM, Digits: '1' };
  const genuine = await request(http.app)
    .post(TURN)
    .set('Host', 'evil.example')
    .set('X-Forwarded-Host', 'evil.example')
    .set('X-Twilio-Signature', signature(TURN, form))
    .type('form')
    .send(stringify(form));
  assert.equal(genuine.status, 200);
  assert.ok(!genuine.text.includes('evil.example'));
  // Signed over the address without the configured prefix, as a Host-based check would want it.
  const refused = await request(http.app)
    .post('/prefix/voice/turn')
    .set('X-Twilio-Signature', signature('/voice/turn', form))
    .type('form')
    .send(stringify(form));
  assert.notEqual(refused.status, 200);
});

test('a signed webhook at another path or with another token in its URL is forbidden', async () => {
  const http = await startWithCall();
  const form = { ...FORM, Digits: '1' };
  const answer = await request(http.app)
    .post(`/voice/turn?step=entry.ask&t=${http.calls.token(CALL)}`)
    .set('X-Twilio-Signature', signature(TURN, form))
    .type('form')
    .send(stringify(form));
  assert.equal(answer.status, 403);
  assertUntouched(http);
});

test('an unknown call is started from the beginning', async () => {
  const http = startHttp();
  const answer = await postSigned(http.app, TURN, { ...FORM, Digits: '1' });
  assert.equal(answer.status, 200);
  assert.ok(answer.text.includes(`<Redirect method="POST">${PUBLIC_URL}/voice/answer</Redirect>`));
  assert.equal(http.calls.calls.size, 0);
});

test('a stale, foreign, missing or doubled step token takes no step and is asked again', async () => {
  const http = await startWithCall();
  const own = http.calls.token(CALL);
  for (const query of [
    '',
    '?t=',
    '?t=stale',
    `?t=${own}&t=${own}`,
    '?t=%00',
    `?t[]=${own}`,
    '?t=%E0%A4%A',
    `?T=${own}`,
  ]) {
    const answer = await postSigned(http.app, `/voice/turn${query}`, { ...FORM, Digits: '1' });
    assert.equal(answer.status, 200, query);
    assert.ok(answer.text.includes('step 0') && answer.text.includes('<Gather'), query);
  }
  assert.equal(http.calls.taken.length, 0);
});

test('missing, doubled or impossible keys take no step and are asked again', async () => {
  const http = await startWithCall();
  const path = `/voice/turn?step=entry.ask&t=${http.calls.token(CALL)}`;
  for (const form of [
    FORM,
    { ...FORM, Digits: ['1', '1'] },
    { ...FORM, Digits: ['1', '2'] },
    { ...FORM, Digits: 'ABCD' },
    { ...FORM, Digits: '１２３' },
    { ...FORM, Digits: '1'.repeat(65) },
    { ...FORM, 'Digits[]': '1' },
    { ...FORM, digits: '1' },
  ]) {
    const answer = await postSigned(http.app, path, form);
    assert.equal(answer.status, 200);
    assert.ok(answer.text.includes('step 0') && answer.text.includes('<Gather'));
  }
  assert.equal(http.calls.taken.length, 0);
});

test('a genuine webhook without a usable call id reaches a person', async () => {
  const http = await startWithCall();
  for (const path of VOICE.slice(0, 3))
    for (const CallSid of [[], '', [CALL, CALL]]) {
      const answer = await postSigned(http.app, path, { ...FORM, CallSid, Digits: '1' });
      assert.equal(answer.status, 200);
      assert.ok(answer.text.includes('handoff.connecting in vi-VN') && answer.text.includes('<Enqueue'));
    }
  assert.equal(http.calls.calls.size, 1);
  assert.equal(http.calls.taken.length, 0);
});

test('a genuine webhook as long as is read keeps the caller alive and takes no step', async () => {
  const http = await startWithCall();
  const long = '7'.repeat(BODY_BYTES - 512);
  const path = `/voice/turn?step=entry.ask&t=${http.calls.token(CALL)}`;
  for (const form of [
    { ...FORM, Digits: long },
    { ...FORM, Padding: long },
  ]) {
    const answer = await postSigned(http.app, path, form);
    assert.equal(answer.status, 200);
    assert.ok(answer.text.includes('<Gather'));
  }
  assert.equal(http.calls.taken.length, 0);
  assert.ok(http.logLines.join('').length < 2_000);
});

test('a body beyond the limit is refused, and an unsigned one of any size is forbidden', async () => {
  const http = await startWithCall();
  const form = { ...FORM, Digits: '7'.repeat(BODY_BYTES) };
  const large = await postSigned(http.app, TURN, form);
  assert.equal(large.status, 413);
  assert.equal(large.text, 'too large');
  const unsigned = await request(http.app)
    .post(TURN)
    .type('form')
    .send(stringify({ Digits: '7'.repeat(1024 * 1024) }));
  assert.equal(unsigned.status, 403);
  assertUntouched(http);
});

test('a body of very many parameters is forbidden rather than worked through', async () => {
  const http = await startWithCall();
  const many = Object.fromEntries(Array.from({ length: 1_000 }, (_, index) => [`p${index}`, '1']));
  assert.equal((await postSigned(http.app, TURN, { ...FORM, ...many })).status, 403);
  assertUntouched(http);
});

test('broken percent-encoding, odd bytes and other content types are forbidden unless the carrier signed them', async () => {
  const http = await startWithCall();
  for (const [type, body] of [
    ['application/x-www-form-urlencoded', `CallSid=${CALL}&Digits=%E0%A4%A&%`],
    ['application/x-www-form-urlencoded', `CallSid=${CALL}&Digits=\xff\xfe`],
    ['application/x-www-form-urlencoded; charset=nonsense', `CallSid=${CALL}`],
    ['application/json', JSON.stringify({ ...FORM, Digits: '1' })],
    ['application/json', '{"broken'],
    ['multipart/form-data; boundary=x', '--x\r\n'],
    ['text/plain', `CallSid=${CALL}`],
  ] as const) {
    const unsigned = await request(http.app).post(TURN).set('Content-Type', type).send(body);
    assert.equal(unsigned.status, 403);
    const odd = await request(http.app)
      .post(TURN)
      .set('Content-Type', type)
      .set('X-Twilio-Signature', 'A'.repeat(27).concat('='))
      .send(body);
    assert.equal(odd.status, 403);
  }
  assertUntouched(http);
  // Signed over the URL alone, as the carrier signs what is no form: no call id can be read, so a person.
  const json = await request(http.app)
    .post(TURN)
    .set('X-Twilio-Signature', signature(TURN, {}))
    .send({ ...FORM, Digits: '1' });
  assert.ok(json.text.includes('<Enqueue'));
  const compressed = await request(http.app)
    .post(TURN)
    .set('X-Twilio-Signature', signature(TURN, {}))
    .set('Content-Encoding', 'gzip')
    .type('form')
    .send('CallSid=1');
  assert.equal(compressed.status, 415);
});

test('a signed form with broken percent-encoding is read as far as it goes', async () => {
  const http = await startWithCall();
  const path = `/voice/turn?step=entry.ask&t=${http.calls.token(CALL)}`;
  const body = `${stringify(FORM)}&Digits=%E0%A4%A&%`;
  const answer = await request(http.app)
    .post(path)
    .set('X-Twilio-Signature', signature(path, { ...parse(body) } as typeof FORM))
    .type('form')
    .send(body);
  assert.equal(answer.status, 200);
  assert.ok(answer.text.includes('step 0'));
});

test('a signed GET is asked to come by POST, with nothing of the call in the URL', async () => {
  const http = await startWithCall();
  const path = `/voice/turn?step=entry.ask&t=abc&CallSid=${CALL}&Digits=1&From=%2B8613800138000`;
  assert.equal((await request(http.app).get(path)).status, 403);
  const answer = await request(http.app).get(path).set('X-Twilio-Signature', signature(path, {}));
  assert.equal(answer.status, 200);
  assert.ok(
    answer.text.includes(
      `<Redirect method="POST">${PUBLIC_URL}/voice/turn?step=entry.ask&amp;t=abc</Redirect>`,
    ),
  );
  const unchanged = await request(http.app)
    .get(path)
    .set('X-Twilio-Signature', signature(path, {}))
    .set('If-None-Match', '*');
  assert.equal(unchanged.status, 200);
  assertUntouched(http);
});

test('other methods are forbidden unsigned and not allowed signed', async () => {
  const http = await startWithCall();
  for (const path of WEBHOOKS)
    for (const method of ['put', 'delete', 'patch', 'options'] as const) {
      assert.equal((await request(http.app)[method](path)).status, 403);
      const signed = await request(http.app)[method](path).set('X-Twilio-Signature', signature(path, {}));
      assert.equal(signed.status, 405);
      assert.equal(signed.headers.allow, path.endsWith('/status') ? 'POST' : 'GET, POST');
    }
  assertUntouched(http);
});

test('paths that do not exist are not found, and below the webhooks a stranger does not even learn that', async () => {
  const http = await startWithCall();
  for (const path of ['/', '/nothing', '/%E0%A4%A', '/healthz/', '/VOICE', '/demo/inbox'])
    assert.ok([403, 404].includes((await request(http.app).get(path)).status), path);
  assert.equal((await request(http.app).post('/voice/nothing')).status, 403);
  assertUntouched(http);
});

/** Strings that break programs: control characters, markup, SQL, format strings, odd Unicode, paths. */
const NAUGHTY = [
  '\0',
  "' OR 1=1--",
  '"><script>alert(1)</script>',
  `\${jndi:ldap://x}`,
  '%s%n%x',
  '../../etc/passwd',
  '__proto__',
  'constructor',
  'hasOwnProperty',
  'NaN',
  '1e309',
  '-0',
  'null',
  '０１２３',
  '٣٤',
  '\u202e\u2066\u200b\ufeff',
  '😀👩‍👩‍👧‍👦',
  'Ω≈ç√∫˜µ≤≥÷',
  '田中さんにあげて下さい',
  'ﷺ'.repeat(50),
  '\r\nSet-Cookie: a=b',
  '<!DOCTYPE x [<!ENTITY y SYSTEM "file:///etc/passwd">]>&y;',
  '{"$gt":""}',
  ' '.repeat(500),
];

test('naughty strings in any field are answered with words, and no step is taken', async () => {
  const http = await startWithCall();
  const path = `/voice/turn?step=entry.ask&t=${http.calls.token(CALL)}`;
  for (const naughty of NAUGHTY)
    for (const form of [
      { ...FORM, Digits: naughty },
      { ...FORM, From: naughty, To: naughty, StirVerstat: naughty },
      { ...FORM, CallSid: naughty },
      { ...FORM, QueueResult: naughty, ErrorCode: naughty },
      { ...FORM, [naughty]: naughty },
    ]) {
      const answer = await postSigned(http.app, path, form);
      assert.equal(answer.status, 200);
      assert.equal(XMLValidator.validate(answer.text), true);
      assert.ok(/<Gather|<Enqueue|<Redirect/.test(answer.text));
    }
  assert.equal(http.calls.taken.length, 0);
});

test('whatever a signed form holds, the caller hears words; whatever an unsigned one holds, 403', async () => {
  const http = await startWithCall();
  const text = fc.string({ unit: 'grapheme', maxLength: 40 });
  const name = fc.oneof(fc.constantFrom('CallSid', 'Digits', 'From', 'To', 'QueueResult', 'ErrorCode'), text);
  const form = fc.dictionary(name, fc.oneof(text, fc.array(text, { minLength: 2, maxLength: 3 })), {
    maxKeys: 6,
  });
  await fc.assert(
    fc.asyncProperty(
      form,
      fc.constantFrom(...VOICE.slice(0, 3)),
      fc.boolean(),
      async (fields, path, genuine) => {
        const filled = genuine ? { ...fields, CallSid: CALL } : fields;
        const signed = await postSigned(http.app, path, filled);
        assert.equal(signed.status, 200);
        assert.ok(/<Gather|<Enqueue|<Redirect|<Hangup/.test(signed.text));
        assert.equal((await postSigned(http.app, path, filled, 'stranger')).status, 403);
      },
    ),
    { numRuns: 40 },
  );
});

test('a request that names another site in its first line is forbidden', async () => {
  const http = await startWithCall();
  const server = http.app.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  try {
    const { port } = server.address() as AddressInfo;
    const socket = connect(port, '127.0.0.1');
    const header = signature(TURN, {});
    socket.write(
      `POST http://evil.example${TURN} HTTP/1.1\r\nHost: evil.example\r\nX-Twilio-Signature: ${header}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`,
    );
    let answer = '';
    for await (const chunk of socket) answer += chunk;
    assert.match(answer, /^HTTP\/1\.1 403 /);
  } finally {
    server.close();
  }
  assertUntouched(http);
});

test('after all that a genuine caller is served as before', async () => {
  const http = await startWithCall();
  await request(http.app).post(TURN).send('rubbish');
  assert.ok((await postKeys(http, '1')).text.includes('step 1'));
});
