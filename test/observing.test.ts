import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, openSync } from 'node:fs';
import { createServer as createHttpServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import {
  type ProductionProcess,
  phoneTo,
  productionSettings,
  type Settings,
  startProduction,
  untilReady,
} from './support/production.ts';
import { lineOf } from './support/world.ts';

/**
 * Nothing that only observes ends or delays a call (invariant 46): the production entry serves calls while the process that reads
 * its log, or takes its traces, is gone, full or asleep.
 */

/** Of each about 700 bytes of log: more than a pipe holds (64 KiB). */
const LOGGED_CALLS = 150;
const TRACED_CALLS = 20;
/** A call has two turns, each a few milliseconds; a write that blocks never ends. */
const ANSWER_MILLISECONDS = 5_000;
const STOP_MILLISECONDS = 10_000;

/** Makes calls and hears what they hear; the process must answer each of them, and then stop as it is told to. */
async function servesAndStops(started: ProductionProcess, settings: Settings, calls: number): Promise<void> {
  await untilReady(started, settings);
  let slowest = 0;
  for (let call = 0; call < calls; call++) {
    const phone = phoneTo(settings);
    const from = performance.now();
    await phone.dial({ from: '+8613800138000', to: lineOf('zh-CN') });
    await phone.press('2');
    slowest = Math.max(slowest, performance.now() - from);
    assert.equal(phone.step, 'menu.money', `call ${call}`);
    await phone.hangUp();
  }
  assert.ok(slowest < ANSWER_MILLISECONDS, `a call took ${Math.round(slowest)} ms`);
  const from = performance.now();
  started.child.kill('SIGTERM');
  assert.equal(await started.ended, 0);
  assert.ok(performance.now() - from < STOP_MILLISECONDS);
}

/** Runs a process with this for standard output and error. */
async function servesWithOutputTo(t: TestContext, output: number | 'closed pipe'): Promise<void> {
  const settings = { ...(await productionSettings(t)), LOG_LEVEL: 'debug' };
  const stdio = output === 'closed pipe' ? 'pipe' : output;
  const started = startProduction(t, settings, ['ignore', stdio, stdio]);
  started.child.stdout?.destroy();
  started.child.stderr?.destroy();
  await servesAndStops(started, settings, LOGGED_CALLS);
}

describe('nobody who only reads the log ends or delays a call (invariant 46)', () => {
  test('a reader that is gone (EPIPE)', async (t) => {
    await servesWithOutputTo(t, 'closed pipe');
  });

  test('a full disk (ENOSPC)', async (t) => {
    const full = openSync('/dev/full', 'w');
    t.after(() => closeSync(full));
    await servesWithOutputTo(t, full);
  });

  test('a reader that stopped reading', async (t) => {
    const settings = await productionSettings(t);
    const fifo = join(settings.folder, 'log');
    execFileSync('mkfifo', [fifo]);
    // Both ends are open, so that it can be opened at once; nobody ever reads.
    const pipe = openSync(fifo, constants.O_RDWR);
    t.after(() => closeSync(pipe));
    await servesWithOutputTo(t, pipe);
  });
});

/** Ways in which what takes traces and metrics can misbehave. */
const COLLECTORS: {
  readonly [what: string]: RequestListener | 'takes no connection' | 'cuts every connection';
} = {
  'that is not there': 'takes no connection',
  'that cuts every connection': 'cuts every connection',
  'that never answers': () => {},
  'that fails': (_request, response) => void response.writeHead(503, { 'Retry-After': '0' }).end('no'),
  'that never ends its answer': (_request, response) => {
    response.writeHead(200);
    const timer = setInterval(() => response.write('x'.repeat(64 * 1024)), 5);
    response.once('close', () => clearInterval(timer));
  },
};

async function startCollector(t: TestContext, behaviour: (typeof COLLECTORS)[string]): Promise<number> {
  const http = createHttpServer(typeof behaviour === 'string' ? () => {} : behaviour);
  if (behaviour === 'cuts every connection') http.on('connection', (socket) => socket.resetAndDestroy());
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const { port } = http.address() as AddressInfo;
  const stop = () => {
    http.close();
    http.closeAllConnections();
  };
  if (behaviour === 'takes no connection') stop();
  else t.after(stop);
  return port;
}

describe('nothing that takes traces and metrics ends or delays a call (invariant 46)', () => {
  for (const [what, behaviour] of Object.entries(COLLECTORS))
    test(`a collector ${what}`, async (t) => {
      const port = await startCollector(t, behaviour);
      const settings = {
        ...(await productionSettings(t)),
        OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
        // Sent all the time, so that each of these calls meets it.
        OTEL_BSP_SCHEDULE_DELAY: '20',
        OTEL_METRIC_EXPORT_INTERVAL: '100',
        OTEL_METRIC_EXPORT_TIMEOUT: '100',
      };
      const started = startProduction(t, settings, ['ignore', 'ignore', 'inherit']);
      await servesAndStops(started, settings, TRACED_CALLS);
    });
});
