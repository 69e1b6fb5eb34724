import type { Knex } from 'knex';
import { seedDemoCompany } from '../../db/seeds/demo-company.ts';
import { DEMO_CUSTOMERS, type DemoCustomer } from '../../db/seeds/demo-customers.ts';
import { seedDemoStaff } from '../../db/seeds/demo-staff.ts';
import { Phone } from '../../phone-sim/phone.ts';
import type { PhoneOptions } from '../../phone-sim/phone-options.ts';
import type { BankPort } from '../../src/bank/bank.ts';
import { DemoBank } from '../../src/bank/demo-bank.store.ts';
import type { Carrier } from '../../src/carriers/carrier.ts';
import type { DemoCarrierAddress } from '../../src/carriers/demo.routes.ts';
import type { BeginKeying } from '../../src/carriers/desk.routes.ts';
import { type Config, readConfig } from '../../src/config/config.ts';
import type { SimDatesPort } from '../../src/customers/sim/sim-dates.ts';
import type { CallControl } from '../../src/escalation/carrier-command.ts';
import type { DeskDoor } from '../../src/escalation/desk-door.ts';
import type { Release, Releases } from '../../src/flow/release.ts';
import { loadRelease } from '../../src/flow/release-files.service.ts';
import type { ByLanguage } from '../../src/locales/catalogue.ts';
import { ManualClock } from '../../src/platform/clock.ts';
import { type Random, seededRandom } from '../../src/platform/random.ts';
import type { Environment } from '../../src/platform/settings.ts';
import { StaticReleases } from '../../src/releases/static-releases.service.ts';
import { listen, type RunningService, run } from '../../src/service-process.ts';
import { connect, forTurns } from '../../src/storage/connect.ts';
import { migrate } from '../../src/storage/migrate.ts';
import type { PostgresLimits } from '../../src/storage/postgres-limits.ts';
import { type Log, silentLog } from '../../src/telemetry/logger.ts';
import { type MemoryTelemetry, memoryTelemetry } from '../../src/telemetry/memory.ts';
import type { Takeover } from '../../src/wire-desk.ts';
import { withQuickPins } from './quick-pins.ts';

/** The real service on a database of its own, a clock that moves when told to, and telephones to call it with. */
export interface World {
  readonly knex: Knex;
  readonly clock: ManualClock;
  readonly config: Config;
  readonly release: Release;
  readonly telemetry: MemoryTelemetry;
  readonly url: string;
  phone(options?: Partial<PhoneOptions>): Phone;
  /** The messages to a number, newest last, once nothing is left to send. */
  messagesTo(number: string): Promise<readonly { readonly to: string; readonly body: string }[]>;
  /** Sends what is due by the clock and resolves when nothing is left to send now, by any process. */
  deliver(): Promise<void>;
  /** Carries out the freezes that were asked for while the store was out; answers for how many calls. */
  carryOutFreezes(): Promise<number>;
  /** Ends the calls and tickets that nobody has ended, by the clock. */
  sweep(): Promise<void>;
  /** The desk of the service itself; undefined unless it is switched on. */
  readonly takeover?: Takeover | undefined;
  stop(): Promise<void>;
}

export interface WorldOptions {
  readonly seed?: string;
  readonly random?: Random;
  readonly databaseFile?: string;
  /** A PostgreSQL database instead of SQLite; empty when first used. */
  readonly postgresUrl?: string;
  /** Otherwise than the product has them. */
  readonly postgres?: { readonly connections?: number; readonly limits?: PostgresLimits };
  readonly changeRelease?: (release: Release) => Release;
  /** Where the releases come from instead: what this makes of the world's database. */
  readonly releasesOf?: (knex: Knex, clock: ManualClock) => Promise<Releases>;
  /** Waits for nothing: PINs are hashed with the least work argon2 allows unless a test measures it. */
  readonly realPins?: boolean;
  /** The address the carrier knows the service by; the one it listens on when left out. */
  readonly publicUrl?: string;
  /** Silent when left out. */
  readonly log?: Log;
  /** Settings beside the demo's own, as the environment would hold them. */
  readonly environment?: Environment;
  /** Serves the desk as well. */
  readonly desk?: boolean;
  /** Twilio when left out. */
  readonly carrier?: Carrier;
  /** Where staff take calls; none when left out. */
  readonly deskDoor?: DeskDoor;
  /** What the service's own desk commands the carrier by; `desk` beside it. */
  readonly callControl?: CallControl;
  readonly beginKeying?: BeginKeying;
  /** Where telephones of other processes find the carrier; read when they ask. */
  readonly demoCarrier?: DemoCarrierAddress;
  /** What the service has for its bank: something made of the embedded one. */
  readonly bankOf?: (embedded: BankPort) => BankPort;
  /** The demo's operator when left out. */
  readonly simDates?: SimDatesPort;
}

const LINES: ByLanguage<string> = {
  'zh-CN': '+861058880001',
  'vi-VN': '+842873000001',
  'en-US': '+12025550143',
};

/** The number to dial for a language. */
export function lineOf(language: keyof typeof LINES): string {
  return LINES[language];
}

/** A demo customer by id or by a property; fails loudly when there is none. */
export function demoCustomer(matches: (customer: DemoCustomer) => boolean): DemoCustomer {
  const found = DEMO_CUSTOMERS.find(matches);
  if (!found) throw new Error('there is no such demo customer');
  return found;
}

/** What a customer keys as phone number and as national ID. */
export function keysOf(customer: DemoCustomer): { readonly phone: string; readonly id: string } {
  const e164 = customer.phone?.e164 ?? '';
  const phone = e164.startsWith('+86') ? e164.slice(3) : `0${e164.slice(3)}`;
  return { phone, id: customer.nationalId.replace('X', '*') };
}

let baseRelease: Promise<Release> | undefined;

async function shippedRelease(files: Config['files']): Promise<Release> {
  baseRelease ??= loadRelease(files).then((loaded) => {
    if (!loaded.ok) throw new Error(loaded.problems.join('\n'));
    return loaded.release;
  });
  return baseRelease;
}

export async function startWorld(options: WorldOptions = {}): Promise<World> {
  const read = readConfig({ LOG_LEVEL: 'silent', ...options.environment }, 'demo');
  if (!read.ok) throw new Error(read.problems.join('\n'));
  const shipped = await shippedRelease(read.config.files);
  const withPins = options.realPins ? shipped : withQuickPins(shipped);
  const release = options.changeRelease?.(withPins) ?? withPins;
  const clock = new ManualClock();
  const random = options.random ?? seededRandom(options.seed ?? 'world');
  const knex = connect(
    options.postgresUrl === undefined
      ? { kind: 'sqlite', file: options.databaseFile ?? ':memory:' }
      : forTurns({ kind: 'postgres', url: options.postgresUrl, ...options.postgres }),
  );
  await migrate(knex);
  await seedDemoCompany(knex, read.config.keyring, release.policy, random, clock.now());
  if (options.desk)
    await seedDemoStaff(knex, read.config.keyring, release.policy.pin.argon2, random, clock.now());
  const server = await listen(0, '127.0.0.1');
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const url = `http://127.0.0.1:${port}`;
  const publicUrl = options.publicUrl ?? url;
  const desk = options.desk ? { url, timeZone: 'Asia/Shanghai' } : undefined;
  const config: Config = { ...read.config, port, publicUrl, desk };
  const telemetry = memoryTelemetry();
  const service: RunningService = await run(server, {
    config,
    releases: (await options.releasesOf?.(knex, clock)) ?? new StaticReleases(release),
    knex,
    clock,
    random,
    log: options.log ?? silentLog,
    telemetry,
    ...(options.carrier && { carrier: options.carrier }),
    ...(options.simDates && { simDates: options.simDates }),
    ...(options.deskDoor && { deskDoor: options.deskDoor }),
    ...(options.callControl && { callControl: options.callControl }),
    ...(options.demoCarrier && { demoCarrier: options.demoCarrier }),
    ...(options.beginKeying && { beginKeying: options.beginKeying }),
    ...(options.bankOf && { bank: options.bankOf(new DemoBank(config.keyring)) }),
  }).catch(async (error: unknown) => {
    await knex.destroy();
    throw error;
  });
  return {
    knex,
    clock,
    config,
    release,
    telemetry,
    url,
    phone: (phoneOptions = {}) =>
      new Phone({
        baseUrl: url,
        publicUrl,
        authToken: config.webhookTokens[0] ?? '',
        fallbackPath: '/voice/fallback',
        random,
        stopwatch: clock,
        time: {
          pass: async (milliseconds) => {
            clock.advance(milliseconds);
          },
        },
        ...phoneOptions,
      }),
    messagesTo: async (number) => {
      await service.outgoing.idle();
      const response = await fetch(`${url}/demo/inbox?to=${encodeURIComponent(number)}`);
      return (await response.json()) as { to: string; body: string }[];
    },
    deliver: async () => {
      service.outgoing.wake();
      await service.outgoing.idle();
    },
    carryOutFreezes: async () => (await service.freezeRequests?.carryOutWaiting()) ?? 0,
    sweep: () => service.sweep(),
    takeover: service.takeover,
    stop: () => service.stop(),
  };
}
