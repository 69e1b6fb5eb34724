import type { Profiler } from 'node:inspector';
import { Session } from 'node:inspector/promises';
import { type Config, processEnvironment, readConfig } from '../src/config/config.ts';
import { customerById } from '../src/customers/customers.store.ts';
import { EVENTS } from '../src/events.ts';
import { loadRelease } from '../src/flow/release-files.service.ts';
import { systemClock } from '../src/platform/system-clock.ts';
import { secureRandom } from '../src/platform/system-random.ts';
import { StaticReleases } from '../src/releases/static-releases.service.ts';
import { listen, type RunningService, run } from '../src/service-process.ts';
import { connect, type Knex } from '../src/storage/connect.ts';
import { migrate } from '../src/storage/migrate.ts';
import { standardOutput } from '../src/telemetry/line-output.service.ts';
import { createLog } from '../src/telemetry/logger.ts';
import { noTelemetry } from '../src/telemetry/telemetry.ts';
import type { ServiceAddress } from './carrier.ts';
import { beChild, onQuestion, tellParent } from './child.ts';
import { benchCustomer, insertBenchCustomers } from './customers.ts';
import type { Argon2Cost } from './floors.process.ts';

export interface ServiceSettings {
  readonly databaseUrl: string;
  /** A customer for each of so many callers; in a database that has them already they are the ones. */
  readonly callers: number;
}

/** What the service tells the benchmark when it listens. */
export interface ServiceReady extends ServiceAddress {
  /** What a PIN comparison costs by the policy, and how many run at once. */
  readonly argon2: Argon2Cost & { readonly concurrency: number };
}

/** The memory in use, in bytes; after a collection where the process was started with --expose-gc. */
export interface MemoryUse {
  readonly rss: number;
  readonly heapUsed: number;
  readonly external: number;
}

/** What was done between two questions. */
export interface TimeUse {
  readonly profile: Profiler.Profile;
  /** Each statement, and how often it was sent to the database. */
  readonly statements: readonly (readonly [string, number])[];
}

/** The real service as the demo wires it, on a database of its own, whose customers are the callers. */
async function main(): Promise<void> {
  let service: RunningService | undefined;
  const settings = beChild<ServiceSettings>(async () => service?.stop());
  const read = readConfig(
    { ...processEnvironment().environment, DATABASE_URL: settings.databaseUrl },
    'demo',
  );
  if (!read.ok) throw new Error(read.problems.join('\n'));
  const loaded = await loadRelease(read.config.files);
  if (!loaded.ok) throw new Error(loaded.problems.join('\n'));
  const { release } = loaded;
  const { keyring } = read.config;
  const knex = connect(read.config.database);
  await migrate(knex);
  const known = await customerById(knex, benchCustomer(0).id);
  const callers = known ? 0 : settings.callers;
  await insertBenchCustomers(knex, keyring, secureRandom, release.policy, callers, systemClock.now());
  const server = await listen(0, '127.0.0.1');
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const config: Config = { ...read.config, port, publicUrl: `http://127.0.0.1:${port}` };
  service = await run(server, {
    config,
    releases: new StaticReleases(release),
    knex,
    clock: systemClock,
    random: secureRandom,
    log: createLog({
      ...{ events: EVENTS, level: config.logLevel, pretty: false, clock: systemClock },
      destination: standardOutput(),
    }),
    telemetry: noTelemetry,
  });
  answerAboutMemory();
  answerAboutTime(knex);
  const ready: ServiceReady = {
    port,
    authToken: config.webhookTokens[0] ?? '',
    argon2: { ...release.policy.pin.argon2, concurrency: config.argon2.concurrency },
  };
  tellParent(ready);
}

function answerAboutMemory(): void {
  onQuestion('memory', (): MemoryUse => {
    globalThis.gc?.();
    const { rss, heapUsed, external } = process.memoryUsage();
    return { rss, heapUsed, external };
  });
}

/** Profiles the thread that runs JavaScript and counts statements, between two questions. */
function answerAboutTime(knex: Knex): void {
  const session = new Session();
  const statements = new Map<string, number>();
  const count = ({ sql }: { readonly sql: string }) => statements.set(sql, (statements.get(sql) ?? 0) + 1);
  onQuestion('start profile', async () => {
    statements.clear();
    knex.on('query', count);
    session.connect();
    await session.post('Profiler.enable');
    await session.post('Profiler.start');
    return {};
  });
  onQuestion('stop profile', async (): Promise<TimeUse> => {
    const { profile } = await session.post('Profiler.stop');
    session.disconnect();
    knex.off('query', count);
    return { profile, statements: [...statements] };
  });
}

await main();
