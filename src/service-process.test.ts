import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ServiceDependencies } from './app.ts';
import { readConfig } from './config/config.ts';
import { loadRelease } from './flow/release-files.service.ts';
import { ManualClock } from './platform/clock.ts';
import { seededRandom } from './platform/random.ts';
import { StaticReleases } from './releases/static-releases.service.ts';
import { listen, run } from './service-process.ts';
import { connect } from './storage/connect.ts';
import { silentLog } from './telemetry/logger.ts';
import { noTelemetry } from './telemetry/telemetry.ts';

test('a service that cannot be put together gives its port up again, so that its process ends', async (t) => {
  const read = readConfig({ BANK_ADAPTER: '/there/is/no/such/adapter.ts' }, 'demo');
  assert.ok(read.ok);
  const loaded = await loadRelease(read.config.files);
  assert.ok(loaded.ok);
  const surroundings: ServiceDependencies = {
    config: read.config,
    releases: new StaticReleases(loaded.release),
    knex: connect({ kind: 'sqlite', file: ':memory:' }),
    clock: new ManualClock(),
    random: seededRandom('service process'),
    log: silentLog,
    telemetry: noTelemetry,
  };
  t.after(() => surroundings.knex.destroy());
  const server = await listen(0, '127.0.0.1');
  t.after(() => server.close());
  await assert.rejects(run(server, surroundings), /adapter\.ts/);
  assert.equal(server.listening, false);
});
