import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { isDemoCompany, seedDemoCompany } from '../../db/seeds/demo-company.ts';
import { seedDemoStaff } from '../../db/seeds/demo-staff.ts';
import { type Config, readConfig } from '../config/config.ts';
import { FLOW_SETTINGS } from '../flow/flow.settings.ts';
import { makeRelease, type ReleaseTexts } from '../flow/load-release.ts';
import type { Release, Releases } from '../flow/release.ts';
import { readReleaseTexts } from '../flow/release-files.service.ts';
import type { Clock } from '../platform/clock.ts';
import type { Environment } from '../platform/settings.ts';
import { secureRandom } from '../platform/system-random.ts';
import { publishForDemo } from '../releases/activation.service.ts';
import { PublishedReleases } from '../releases/published-releases.service.ts';
import { listen, run } from '../service-process.ts';
import { connect, isPostgres, type Knex } from '../storage/connect.ts';
import { migrate } from '../storage/migrate.ts';
import { describeFailure } from '../telemetry/failure.ts';
import { type Log, silentLog } from '../telemetry/logger.ts';
import { noTelemetry } from '../telemetry/telemetry.ts';
import { type DemoListing, listDemoCustomers } from './demo-customers.command.ts';
import { CommandRefused } from './terminal.ts';

/** A demo hotline in this process, on a database in memory. */
export interface DemoService {
  readonly url: string;
  readonly authToken: string;
  readonly customers: readonly DemoListing[];
  stop(): Promise<void>;
}

/** What a demo of one's own may be told about; everything else would make it meet another one's data or port. */
const OWN_SETTINGS = FLOW_SETTINGS.settings.map(({ name }) => name);

/** What a demo is made of, or a refusal that lists every problem of settings and files. */
export async function readDemo(
  environment: Environment,
): Promise<{ readonly config: Config; readonly release: Release; readonly texts: ReleaseTexts }> {
  const settings = readConfig(environment, 'demo');
  if (!settings.ok) throw new CommandRefused(settings.problems);
  const { config } = settings;
  const read = await readReleaseTexts(config.files);
  if (!read.ok) throw new CommandRefused(read.problems);
  const made = makeRelease(read.texts);
  if (!made.ok) throw new CommandRefused(made.problems);
  return { config, release: made.release, texts: read.texts };
}

/** Publishes the demo's files in its database, and answers where its calls find them and whatever is published later. */
export async function publishDemoFiles(
  knex: Knex,
  texts: ReleaseTexts,
  clock: Clock,
  log: Log,
): Promise<Releases> {
  await publishForDemo(knex, clock, texts);
  const failed = (error: unknown) => log.event('release.refused', describeFailure(error));
  return new PublishedReleases({ knex, clock, failed });
}

/** A table of this name says that a demo made the database, before anything else stands in it. */
const MADE_BY_DEMO = 'made_by_the_demo';

/**
 * Brings the schema up to date and writes the demo company, or renews what of it is told in hours. A database that no demo
 * has made is refused before anything is written, also where nobody is in it yet.
 */
export async function openDemoCompany(
  knex: Knex,
  { keyring }: Pick<Config, 'keyring'>,
  { policy }: Pick<Release, 'policy'>,
  clock: Clock,
): Promise<void> {
  const seeded =
    (await isDemosOwn(knex)) &&
    (await migrate(knex).then(() => seedDemoCompany(knex, keyring, policy, secureRandom, clock.now())));
  if (seeded === false || seeded === 'refused_real_data')
    throw new CommandRefused(
      'The database of DATABASE_URL was not made by a demo, and a demo writes into no other: leave DATABASE_URL empty, or set it to an empty database of the demo’s own.',
    );
  await seedDemoStaff(knex, keyring, policy.pin.argon2, secureRandom, clock.now());
}

/** Whether a demo made the database; an empty one becomes its own. */
async function isDemosOwn(knex: Knex): Promise<boolean> {
  if (await knex.schema.hasTable(MADE_BY_DEMO)) return true;
  if (await hasTables(knex)) return (await knex.schema.hasTable('settings')) && isDemoCompany(knex);
  await knex.schema.createTable(MADE_BY_DEMO, (table) => table.integer('schema'));
  return true;
}

async function hasTables(knex: Knex): Promise<boolean> {
  const tables = isPostgres(knex)
    ? knex('information_schema.tables').whereRaw('table_schema = current_schema()')
    : knex('sqlite_master');
  return (await tables.first()) !== undefined;
}

/** Removes the demo's own database file, so that every demo begins alike; refuses while somebody has it open. */
export async function removeDemoFile(file: string): Promise<void> {
  if (existsSync(file) && (await isOpenElsewhere(file)))
    throw new CommandRefused(
      `Another demo is using ${file}: end that one, or give this one a database of its own with DATABASE_URL=sqlite:///absolute/path/file.sqlite.`,
    );
  for (const suffix of ['', '-wal', '-shm']) await rm(`${file}${suffix}`, { force: true });
}

/** Leaving WAL takes SQLite's exclusive lock, which nobody gets while another connection is open. */
async function isOpenElsewhere(file: string): Promise<boolean> {
  const knex = connect({ kind: 'sqlite', file, busyMilliseconds: 0 });
  try {
    await knex.raw('PRAGMA journal_mode = DELETE');
    return false;
  } catch (error) {
    // Anything else is a broken file, which goes.
    return error instanceof Error && 'code' in error && error.code === 'SQLITE_BUSY';
  } finally {
    await knex.destroy();
  }
}

/** Starts a demo hotline for one phone, on any free port and a clock that may be moved by hand. */
export async function startDemoService(options: {
  readonly clock: Clock;
  readonly environment?: Environment;
}): Promise<DemoService> {
  const { clock, environment = {} } = options;
  const own = Object.fromEntries(OWN_SETTINGS.map((name) => [name, environment[name]]));
  const read = await readDemo(own);
  const knex = connect({ kind: 'sqlite', file: ':memory:' });
  await openDemoCompany(knex, read.config, read.release, clock);
  const server = await listen(0, '127.0.0.1');
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  // A phone's own service has nobody at its desk.
  const config: Config = { ...read.config, port, publicUrl: url, desk: undefined };
  const { release } = read;
  const service = await run(server, {
    config,
    releases: await publishDemoFiles(knex, read.texts, clock, silentLog),
    knex,
    clock,
    random: secureRandom,
    log: silentLog,
    telemetry: noTelemetry,
  });
  return {
    url,
    authToken: config.webhookTokens[0] ?? '',
    customers: await listDemoCustomers(knex, config.keyring, release.policy, clock.now()),
    stop: () => service.stop(),
  };
}
