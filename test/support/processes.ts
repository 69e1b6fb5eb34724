import { seedDemoCompany } from '../../db/seeds/demo-company.ts';
import { Phone } from '../../phone-sim/phone.ts';
import type { PhoneOptions } from '../../phone-sim/phone-options.ts';
import { type Config, readConfig } from '../../src/config/config.ts';
import type { Release } from '../../src/flow/release.ts';
import { loadRelease } from '../../src/flow/release-files.service.ts';
import { ManualClock } from '../../src/platform/clock.ts';
import { type Random, seededRandom } from '../../src/platform/random.ts';
import type { Environment } from '../../src/platform/settings.ts';
import { connect, type DatabaseTarget, type Knex } from '../../src/storage/connect.ts';
import { migrate } from '../../src/storage/migrate.ts';
import { type MemoryTelemetry, memoryTelemetry } from '../../src/telemetry/memory.ts';
import { type Arrived, type Balancer, type Delivered, deliver, startBalancer } from './balancer.ts';
import type { Opening } from './process-messages.ts';
import { withQuickPins } from './quick-pins.ts';
import { ServiceProcess } from './service-process.ts';
import { type SmsCarrier, startSmsCarrier } from './sms-carrier.ts';
import type { World } from './world.ts';

/** How often the carrier tries a failed webhook again: `#rc=2` of README.md. */
const CARRIER_RETRIES = 2;

/** What surrounds the processes of a test: their public address, the SMS carrier, the clock, and telephones. */
export interface Surroundings {
  readonly balancer: Balancer;
  readonly carrier: SmsCarrier;
  readonly clock: ManualClock;
  readonly config: Config;
  readonly release: Release;
  /** Hears nothing: what the processes measure stays theirs. */
  readonly telemetry: MemoryTelemetry;
  /** What a process is told to serve. */
  opening(database: DatabaseTarget, seed: string): Opening;
  phone(random: Random, options?: Partial<PhoneOptions>): Phone;
  stop(): Promise<void>;
}

/** Starts everything but the processes. The clock is this test's; each request tells it to the process it goes to. */
export async function startSurroundings(environment: Environment = {}): Promise<Surroundings> {
  const carrier = await startSmsCarrier();
  const balancer = await startBalancer(async () => undefined);
  const settings: Environment = {
    ...environment,
    PUBLIC_URL: balancer.url,
    TWILIO_API_BASE_URL: carrier.url,
    TWILIO_ACCOUNT_SID: `AC${'0'.repeat(32)}`,
    TWILIO_AUTH_TOKEN: 'auth-token-of-the-tests',
    TWILIO_MESSAGING_FROM: '+15005550006',
  };
  const read = readConfig({ LOG_LEVEL: 'silent', ...settings }, 'demo');
  if (!read.ok) throw new Error(read.problems.join('\n'));
  const { config } = read;
  const loaded = await loadRelease(config.files);
  if (!loaded.ok) throw new Error(loaded.problems.join('\n'));
  const clock = new ManualClock();
  return {
    balancer,
    carrier,
    clock,
    config,
    release: withQuickPins(loaded.release),
    telemetry: memoryTelemetry(),
    opening: (database, seed) => ({ database, environment: settings, seed, clock: clock.now() }),
    phone: (random, options = {}) =>
      new Phone({
        baseUrl: balancer.url,
        authToken: config.webhookTokens[0] ?? '',
        fallbackPath: '/voice/fallback',
        random,
        stopwatch: clock,
        time: {
          pass: async (milliseconds) => {
            clock.advance(milliseconds);
          },
        },
        ...options,
      }),
    stop: async () => {
      await balancer.stop();
      await carrier.stop();
    },
  };
}

/** Brings an empty database to where processes can serve it: the schema and the demo company. */
export async function prepareDatabase(knex: Knex, { config, release, clock }: Surroundings): Promise<void> {
  await migrate(knex);
  await seedDemoCompany(knex, config.keyring, release.policy, seededRandom('demo company'), clock.now());
}

/** Several processes of the service on one database, and a world around them as tests of one process know it. */
export interface ProcessWorld extends World {
  readonly processes: readonly ServiceProcess[];
  readonly surroundings: Surroundings;
  /** Which processes took requests so far, by their place in `processes`, in order. */
  readonly taken: readonly number[];
  /** Which process gets the next webhook; any that serves, by chance, when undefined. */
  pick: ((arrived: Arrived) => ServiceProcess) | undefined;
  /** Sends a request to each of the processes at once and answers what each said. */
  toEach(arrived: Arrived): Promise<readonly (Delivered | undefined)[]>;
  /** Starts one more. */
  startOne(): Promise<ServiceProcess>;
}

export interface ProcessWorldOptions {
  /** Empty. */
  readonly database: DatabaseTarget;
  readonly processes: number;
  readonly seed: string;
  readonly environment?: Environment;
}

/**
 * Starts processes of the real service on one database, behind one public address. No call sticks to a process: each
 * webhook goes to one drawn anew, and where that one gives no answer to another, as often as the carrier tries.
 */
export async function startProcessWorld(options: ProcessWorldOptions): Promise<ProcessWorld> {
  const { database, seed } = options;
  // They start while the database is made ready.
  const processes = Array.from({ length: options.processes }, () => new ServiceProcess());
  const surroundings = await startSurroundings(options.environment);
  const { balancer, carrier, clock, config, release } = surroundings;
  const knex = connect(database);
  await prepareDatabase(knex, surroundings);
  const random = seededRandom(seed);
  const chance = seededRandom(`${seed}: which process`);
  const open = (one: ServiceProcess, index: number) =>
    one.open(surroundings.opening(database, `${seed}: process ${index}`));
  await Promise.all(processes.map(open));

  const taken: number[] = [];
  const to = (one: ServiceProcess, arrived: Arrived): Promise<Delivered | undefined> => {
    const { port } = one;
    if (port === undefined) return Promise.resolve(undefined);
    taken.push(processes.indexOf(one));
    return deliver(port, arrived, clock.now());
  };
  const world: ProcessWorld = {
    processes,
    surroundings,
    taken,
    pick: undefined,
    knex,
    clock,
    config,
    release,
    telemetry: surroundings.telemetry,
    url: balancer.url,
    toEach: (arrived) => Promise.all(processes.map((one) => to(one, arrived))),
    startOne: async () => {
      const one = new ServiceProcess();
      await open(one, processes.push(one) - 1);
      return one;
    },
    phone: (phoneOptions) => surroundings.phone(random, phoneOptions),
    messagesTo: async (number) => {
      await Promise.all(processes.map((one) => one.outboxIdle()));
      return carrier.taken.filter((message) => message.to === number);
    },
    deliver: async () => {
      const alive = processes.filter((one) => one.port !== undefined);
      await Promise.all(alive.map((one) => one.deliverMessages(clock.now())));
    },
    // Each process sees to its own.
    carryOutFreezes: async () => 0,
    sweep: async () => {},
    stop: async () => {
      await Promise.all(processes.map((one) => one.kill()));
      await surroundings.stop();
      await knex.destroy();
    },
  };
  balancer.route = async (arrived) => {
    const tried = new Set<ServiceProcess>();
    for (let tries = 0; tries <= CARRIER_RETRIES; tries++) {
      const fresh = processes.filter((one) => one.port !== undefined && !tried.has(one));
      const one = world.pick?.(arrived) ?? fresh[chance.integer(Math.max(fresh.length, 1))];
      if (!one) return undefined;
      tried.add(one);
      const delivered = await to(one, arrived);
      if (delivered) return delivered;
    }
    return undefined;
  };
  return world;
}
