import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Agent } from 'node:http';
import { test } from 'node:test';
import request from 'supertest';
import type { Answer, Calls } from '../src/calls/calls-port.ts';
import type { Deadline } from '../src/carriers/deadline.service.ts';
import { Fault } from '../src/platform/fault.ts';
import {
  AUTH_TOKEN,
  CALL,
  FORM,
  FROM,
  MemoryCalls,
  PUBLIC_URL,
  postKeys,
  postSigned,
  signature,
  startHttp,
  TO,
} from './http-support.ts';

const MESSAGE = `SM${'0123456789abcdef'.repeat(2)}`;

test('a call is answered, takes keys step by step and ends', async () => {
  const http = startHttp();
  const answered = await postSigned(http.app, '/voice/answer', {
    ...FORM,
    StirVerstat: 'TN-Validation-Failed-C',
  });
  assert.equal(answered.status, 200);
  assert.match(answered.headers['content-type'] ?? '', /^text\/xml/);
  assert.equal(answered.headers['cache-control'], 'no-store');
  assert.ok(answered.text.includes('step 0'));
  assert.equal(http.calls.asked[0]?.attestation, 'TN-Validation-Failed-C');
  assert.ok((await postKeys(http, '1')).text.includes('step 1'));
  assert.ok((await postKeys(http, '')).text.includes('step 2'));
  assert.deepEqual(
    http.calls.taken.map(({ digits }) => digits),
    ['1', ''],
  );
  const ended = await postSigned(http.app, '/voice/status', { ...FORM, CallStatus: 'completed' });
  assert.equal(ended.status, 200);
  assert.equal(http.calls.calls.get(CALL)?.ended, 'completed');
  assert.ok((await postKeys(http, '1')).text.includes('<Hangup/>'));
});

test('the carrier keeps its connection', async () => {
  const http = startHttp();
  const server = http.app.listen(0, '127.0.0.1');
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  try {
    await once(server, 'listening');
    for (let webhooks = 0; webhooks < 3; webhooks++) {
      const answer = await request(server)
        .post('/voice/answer')
        .agent(agent)
        .set('X-Twilio-Signature', signature('/voice/answer', FORM))
        .type('form')
        .send(FORM);
      assert.equal(answer.status, 200);
      assert.notEqual(answer.headers.connection, 'close');
    }
  } finally {
    agent.destroy();
    server.close();
  }
});

test('a genuine retry hears the first answer byte for byte (invariant 39)', async () => {
  const http = startHttp();
  await postSigned(http.app, '/voice/answer', FORM);
  const path = `/voice/turn?step=entry.ask&t=${http.calls.token(CALL)}`;
  const first = await postSigned(http.app, path, { ...FORM, Digits: '1' });
  const again = await postSigned(http.app, path, { ...FORM, Digits: '1' });
  assert.equal(again.text, first.text);
  assert.equal(http.calls.taken.length, 1);
});

test('the URL in the answer is signed by the carrier as it stands there', async () => {
  const http = startHttp();
  const answered = await postSigned(http.app, '/voice/answer', FORM);
  const action = /action="([^"]*)"/.exec(answered.text)?.[1]?.replaceAll('&amp;', '&') ?? '';
  assert.ok(action.startsWith(`${PUBLIC_URL}/voice/turn?`));
  const turned = await postSigned(http.app, action.slice(PUBLIC_URL.length), { ...FORM, Digits: '1' });
  assert.ok(turned.text.includes('step 1'));
});

test('a status while the call goes on ends nothing', async () => {
  const http = startHttp();
  await postSigned(http.app, '/voice/answer', FORM);
  assert.equal((await postSigned(http.app, '/voice/status', FORM)).status, 200);
  assert.equal(http.calls.calls.get(CALL)?.ended, undefined);
});

test('after a failed webhook the fallback keeps the caller at the step they are at', async () => {
  const http = startHttp();
  await postSigned(http.app, '/voice/answer', FORM);
  await postKeys(http, '1');
  const kept = await postSigned(http.app, '/voice/fallback', {
    ...FORM,
    ErrorCode: '11200',
    ErrorUrl: `${PUBLIC_URL}/voice/turn`,
  });
  assert.ok(kept.text.includes('step 1'));
  assert.ok(http.logLines.some((line) => line.includes('"carrierError":11200')));
});

test('a caller who has talked to a person hears a goodbye, and one who found the queue full goes on', async () => {
  const http = startHttp();
  await postSigned(http.app, '/voice/answer', FORM);
  const served = await postSigned(http.app, '/voice/fallback', { ...FORM, QueueResult: 'bridged' });
  assert.ok(served.text.includes('goodbye.plain in vi-VN') && served.text.includes('<Hangup/>'));
  const full = await postSigned(http.app, '/voice/fallback', { ...FORM, QueueResult: 'queue-full' });
  assert.ok(full.text.includes('step 0'));
});

/** A hotline in memory of which one method does otherwise. */
function changedCalls(change: Partial<Calls>): Calls {
  const { calls } = startHttp();
  return {
    answer: (call) => calls.answer(call),
    turn: (turn) => calls.turn(turn),
    resume: (call) => calls.resume(call),
    freeze: (asked) => calls.freeze(asked),
    ended: (callId, end) => calls.ended(callId, end),
    ...change,
  };
}

test('in an outage the caller hears the truth in the language of the line, then a person (R12.1)', async () => {
  for (const failure of [new Fault('store_unavailable', 'no connection'), new TypeError('bug with 135790')]) {
    const fail = async () => {
      throw failure;
    };
    const http = startHttp({ calls: changedCalls({ answer: fail, turn: fail, resume: fail, ended: fail }) });
    for (const path of ['/voice/answer', '/voice/turn?step=a&t=b', '/voice/fallback']) {
      const answered = await postSigned(http.app, path, { ...FORM, Digits: '1' });
      assert.equal(answered.status, 200);
      assert.equal(answered.text, http.renderer.outageAnswer('vi-VN'));
    }
    const status = await postSigned(http.app, '/voice/status', { ...FORM, CallStatus: 'completed' });
    assert.equal(status.status, 503);
    assert.ok(!http.logLines.join('').includes('135790'));
    assert.ok(http.logLines.some((line) => line.includes('"event":"turn.failed"')));
  }
});

test('a caller is told of the outage before the carrier gives up, and the late turn is still written down', async () => {
  const turning = Promise.withResolvers<Answer>();
  let milliseconds = 0;
  const expired: Deadline = { passed: Promise.resolve('late'), cancel: () => {} };
  const http = startHttp({
    calls: changedCalls({ turn: () => turning.promise }),
    startDeadline: (limit) => {
      milliseconds = limit;
      return expired;
    },
  });
  const answered = await postSigned(http.app, '/voice/turn?step=entry.ask&t=b', { ...FORM, Digits: '1' });
  assert.equal(answered.text, http.renderer.outageAnswer('vi-VN'));
  assert.ok(milliseconds <= 10_000);
  turning.resolve({ kind: 'taken', body: 'too late' });
  await turning.promise;
  await new Promise((resolve) => setImmediate(resolve));
  assert.ok(http.logLines.some((line) => line.includes('"event":"turn.late"')));
});

test('a turn too late that then fails brings nothing down', async () => {
  const turning = Promise.withResolvers<Answer>();
  const http = startHttp({
    calls: changedCalls({ turn: () => turning.promise }),
    startDeadline: () => ({ passed: Promise.resolve('late'), cancel: () => {} }),
  });
  await postSigned(http.app, '/voice/turn?step=entry.ask&t=b', { ...FORM, Digits: '1' });
  turning.reject(new Fault('store_unavailable', 'gone'));
  await new Promise((resolve) => setImmediate(resolve));
  assert.ok(http.logLines.some((line) => line.includes('store_unavailable')));
});

test('how a message fared is taken note of', async () => {
  const http = startHttp();
  const form = { MessageSid: MESSAGE, MessageStatus: 'undelivered', ErrorCode: '30003', To: FROM };
  assert.equal((await postSigned(http.app, '/sms/status', form)).status, 200);
  assert.deepEqual(http.messageStatuses, [{ messageId: MESSAGE, delivery: 'failed', carrierError: 30003 }]);
  assert.equal((await postSigned(http.app, '/sms/status', { MessageSid: MESSAGE })).status, 400);
});

test('a message status that cannot be stored is not said to be', async () => {
  const http = startHttp({
    messageStatus: async () => {
      throw new Fault('store_unavailable', 'gone');
    },
  });
  const form = { MessageSid: MESSAGE, MessageStatus: 'delivered' };
  assert.equal((await postSigned(http.app, '/sms/status', form)).status, 503);
});

test('every turn is a span and a count; the numbers of the call are in none of what goes out', async () => {
  const http = startHttp();
  await postSigned(http.app, '/voice/answer', FORM);
  await postKeys(http, '135790');
  assert.equal(await http.telemetry.count('hotline.turns', { route: 'voice.turn', outcome: 'taken' }), 1);
  assert.equal(http.telemetry.spans().length, 2);
  const out = JSON.stringify([
    http.logLines,
    http.telemetry.spans().map(({ name, attributes }) => [name, attributes]),
    await http.telemetry.points(),
  ]);
  for (const secret of ['135790', FROM.slice(1), TO.slice(1), http.calls.token(CALL), AUTH_TOKEN])
    assert.ok(!out.includes(secret), secret);
});

test('the process says that it lives, and whether it can take calls', async () => {
  const http = startHttp();
  assert.deepEqual((await request(http.app).get('/healthz')).body, { status: 'ok' });
  assert.deepEqual((await request(http.app).get('/readyz')).body, { status: 'ready' });
  const out = startHttp({ ready: async () => ['database_unreachable', 'migrations_pending'] });
  const unready = await request(out.app).get('/readyz');
  assert.equal(unready.status, 503);
  assert.deepEqual(unready.body, {
    status: 'not ready',
    reasons: ['database_unreachable', 'migrations_pending'],
  });
  const broken = startHttp({
    ready: async () => {
      throw new Error('password=secret');
    },
  });
  const unknown = await request(broken.app).get('/readyz');
  assert.equal(unknown.status, 503);
  assert.deepEqual(unknown.body, { status: 'not ready', reasons: ['unknown'] });
});

test('the demo shows its messages for a number however the plus is written, and nothing else does', async () => {
  const asked: string[] = [];
  const http = startHttp({
    demoInbox: async (to) => {
      asked.push(to);
      return [{ to, body: 'code', sentAt: '2026-01-15T02:00:00.000Z' }];
    },
  });
  for (const to of ['+8613800138000', '%2B8613800138000', '%208613800138000']) {
    const shown = await request(http.app).get(`/demo/inbox?to=${to}`);
    assert.deepEqual(shown.body, [{ to: FROM, body: 'code', sentAt: '2026-01-15T02:00:00.000Z' }]);
  }
  assert.deepEqual(asked, [FROM, FROM, FROM]);
  for (const query of ['', '?to=', '?to=138', '?to=+86138a', `?to=${FROM}&to=${FROM}`])
    assert.equal((await request(http.app).get(`/demo/inbox${query}`)).status, 400);
  assert.equal((await request(startHttp().app).get(`/demo/inbox?to=${FROM}`)).status, 404);
});

test('answers carry the usual guards and do not say what serves them', async () => {
  const { headers } = await request(startHttp().app).get('/healthz');
  assert.equal(headers['x-content-type-options'], 'nosniff');
  assert.equal(headers['x-powered-by'], undefined);
});

test('the memory double keeps the contract it stands in for', async () => {
  const { renderer } = startHttp();
  const calls = new MemoryCalls(renderer);
  const call = { callId: CALL, from: FROM, to: TO };
  assert.equal((await calls.turn({ ...call, token: 'x', step: 'a', digits: '1' })).kind, 'unknown_call');
  await calls.answer(call);
  assert.equal((await calls.answer(call)).kind, 'repeated');
  const token = calls.token(CALL);
  const first = await calls.turn({ ...call, token, step: 'a', digits: '1' });
  assert.deepEqual(await calls.turn({ ...call, token, step: 'a', digits: '1' }), {
    ...first,
    kind: 'repeated',
  });
  assert.equal((await calls.turn({ ...call, token: 'x', step: 'a', digits: '1' })).kind, 'reprompted');
  assert.equal(signature('/x', {}).length, 28);
});
