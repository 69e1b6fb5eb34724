import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { SpanStatusCode } from '@opentelemetry/api';
import { sha256 } from '../platform/digest.ts';
import { Fault } from '../platform/fault.ts';
import { memoryTelemetry } from './memory.ts';
import { startOtel } from './otel.ts';
import type { Factor } from './telemetry.ts';

const CALL = `CA${'0123456789abcdef'.repeat(2)}`;
const OTHER_CALL = `CA${'f'.repeat(32)}`;

test('a call is one trace with a span per turn, in every process that takes a turn of it', async () => {
  const one = memoryTelemetry();
  const other = memoryTelemetry();
  await one.turn({ call: CALL, route: 'voice.answer' }, async () => {});
  await other.turn({ call: CALL, route: 'voice.turn' }, async () => {});
  await other.turn({ call: OTHER_CALL, route: 'voice.turn' }, async () => {});
  const traces = [...one.spans(), ...other.spans()].map((span) => span.spanContext().traceId);
  const expected = sha256(`trace:${CALL}`).slice(0, 32);
  assert.deepEqual(traces.slice(0, 2), [expected, expected]);
  assert.notEqual(traces[2], expected);
});

test('a turn is counted and timed by route and outcome', async () => {
  const telemetry = memoryTelemetry();
  await telemetry.turn({ call: CALL, route: 'voice.turn', step: 'pin.query' }, async (note) => {
    note({ outcome: 'taken', language: 'zh-CN' });
  });
  assert.equal(await telemetry.count('hotline.turns', { route: 'voice.turn', outcome: 'taken' }), 1);
  assert.equal(await telemetry.count('hotline.turn.seconds', { outcome: 'taken' }), 1);
  assert.deepEqual(telemetry.spans()[0]?.attributes, {
    call: CALL,
    route: 'voice.turn',
    step: 'pin.query',
    outcome: 'taken',
    language: 'zh-CN',
  });
});

test('a turn that fails is an error in its trace, without the words of the error', async () => {
  const telemetry = memoryTelemetry();
  await assert.rejects(
    telemetry.turn({ call: CALL, route: 'voice.turn' }, async () => {
      throw new Fault('store_unavailable', 'canary 135790');
    }),
    Fault,
  );
  const [span] = telemetry.spans();
  assert.equal(span?.status.code, SpanStatusCode.ERROR);
  assert.equal(span?.attributes.fault, 'store_unavailable');
  assert.deepEqual(span?.events, []);
  assert.ok(!JSON.stringify([span?.attributes, span?.status, span?.name]).includes('135790'));
  assert.equal(await telemetry.count('hotline.turns', { outcome: 'outage' }), 1);
});

test('factors, locks, codes and refused webhooks are counted', async () => {
  const telemetry = memoryTelemetry();
  telemetry.factorChecked('pin.query', 'failed');
  telemetry.factorChecked('pin.query', 'failed');
  telemetry.factorChecked('code', 'passed');
  telemetry.locked('pin.query');
  telemetry.codeSent();
  telemetry.codeFailed('not_delivered');
  telemetry.webhookRefused('wrong');
  assert.equal(
    await telemetry.count('hotline.factor.outcomes', { factor: 'pin.query', result: 'failed' }),
    2,
  );
  assert.equal(await telemetry.count('hotline.factor.outcomes'), 3);
  assert.equal(await telemetry.count('hotline.locks', { factor: 'pin.query' }), 1);
  assert.equal(await telemetry.count('hotline.codes.sent'), 1);
  assert.equal(await telemetry.count('hotline.codes.failed', { reason: 'not_delivered' }), 1);
  assert.equal(await telemetry.count('hotline.webhooks.refused', { reason: 'wrong' }), 1);
});

test('active calls are asked for when metrics are collected, and a store that is out spoils no metric', async () => {
  const telemetry = memoryTelemetry();
  let active = 3;
  telemetry.observeActiveCalls(async () => {
    if (active < 0) throw new Fault('store_unavailable', 'out');
    return active;
  });
  assert.equal(await telemetry.count('hotline.calls.active'), 3);
  active = 5;
  assert.equal(await telemetry.count('hotline.calls.active'), 5);
  active = -1;
  assert.equal(await telemetry.count('hotline.calls.active'), 5);
});

test('a secret given as an attribute reaches neither spans nor metrics (invariant 15)', async () => {
  const telemetry = memoryTelemetry();
  const canary = '135790';
  const forged = { call: canary, route: canary, step: canary, outcome: canary, pin: canary } as never;
  await telemetry.turn(forged, async (note) => note(forged));
  telemetry.factorChecked(canary as Factor, canary as 'passed');
  telemetry.codeFailed(`no route to +86138${canary}`);
  const spans = telemetry
    .spans()
    .map(({ name, attributes, resource }) => ({ name, attributes, resource: resource.attributes }));
  assert.equal(spans.length, 1);
  assert.ok(!JSON.stringify([spans, await telemetry.points()]).includes(canary));
});

test('what is sent to a collector names the service and nothing of the machine or the process', async () => {
  const received: { readonly url: string | undefined; readonly body: string }[] = [];
  const collector = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    received.push({ url: request.url, body: Buffer.concat(chunks).toString('latin1') });
    response.end();
  });
  await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve));
  const { port } = collector.address() as AddressInfo;
  // The SDK reads the standard variables itself.
  process.env.OTEL_EXPORTER_OTLP_ENDPOINT = `http://127.0.0.1:${port}`;
  try {
    const telemetry = startOtel({ serviceName: 'verification-hotline', serviceVersion: 'test' });
    await telemetry.turn({ call: CALL, route: 'voice.turn' }, async () => {});
    await telemetry.stop();
  } finally {
    delete process.env.OTEL_EXPORTER_OTLP_ENDPOINT;
    collector.close();
  }
  assert.deepEqual(received.map(({ url }) => url).sort(), ['/v1/metrics', '/v1/traces']);
  const sent = received.map(({ body }) => body).join('');
  assert.ok(sent.includes('verification-hotline') && sent.includes('hotline.turns'));
  for (const stranger of ['process.', 'host.', process.execPath, import.meta.dirname])
    assert.ok(!sent.includes(stranger), stranger);
});
