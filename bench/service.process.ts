import { seedDemoCompany } from '../db/seeds/demo-company.ts';
import { type Config, readConfig } from '../src/config.ts';
import { loadRelease } from '../src/flow/load-release.ts';
import { connect } from '../src/persistence/connect.ts';
import { migrate } from '../src/persistence/migrate.ts';
import { systemClock } from '../src/platform/clock.ts';
import { secureRandom } from '../src/platform/random.ts';
import { OneRelease } from '../src/releases/one-release.ts';
import { listen, type RunningService, run } from '../src/service-process.ts';
import { createLog } from '../src/telemetry/logger.ts';
import { noTelemetry } from '../src/telemetry/telemetry.ts';
import { beChild, tellParent } from './child.ts';
import { insertBenchCustomers } from './customers.ts';
import type { Argon2Cost } from './floors.process.ts';

/** What the service tells the benchmark when it listens. */
export interface ServiceReady {
  readonly port: number;
  readonly authToken: string;
  /** What a PIN comparison costs by the policy, and how many run at once. */
  readonly argon2: Argon2Cost & { readonly concurrency: number };
}

/** The real service as the demo wires it, on a database file of its own, with a customer for every caller. */
async function main(): Promise<void> {
  let service: RunningService | undefined;
  const settings = beChild<{ databaseFile: string; calls: string }>(async () => service?.stop());
  const read = readConfig({ DATABASE_URL: `sqlite://${settings.databaseFile}` }, 'demo');
  if (!read.ok) throw new Error(read.problems.join('\n'));
  const loaded = await loadRelease(read.config.files);
  if (!loaded.ok) throw new Error(loaded.problems.join('\n'));
  const { release } = loaded;
  const { keys } = read.config;
  const knex = connect(read.config.database);
  await migrate(knex);
  await seedDemoCompany(knex, keys, release.policy, secureRandom, systemClock.now());
  await insertBenchCustomers(
    knex,
    keys,
    secureRandom,
    release.policy,
    Number(settings.calls),
    systemClock.now(),
  );
  const server = await listen(0, '127.0.0.1');
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const config: Config = { ...read.config, port, publicUrl: `http://127.0.0.1:${port}` };
  service = await run(server, {
    config,
    releases: new OneRelease(release),
    knex,
    clock: systemClock,
    random: secureRandom,
    log: createLog({ level: config.logLevel, pretty: false, clock: systemClock }),
    telemetry: noTelemetry,
  });
  const ready: ServiceReady = {
    port,
    authToken: config.webhookTokens[0] ?? '',
    argon2: { ...release.policy.pin.argon2, concurrency: config.argon2.concurrency },
  };
  tellParent(ready);
}

await main();
