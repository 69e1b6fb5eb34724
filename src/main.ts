import { type Config, processEnvironment, readConfig } from './config/config.ts';
import { EVENTS } from './events.ts';
import { listenTrouble } from './http/listen-trouble.ts';
import { Fault } from './platform/fault.ts';
import { systemClock } from './platform/system-clock.ts';
import { openToOthers } from './platform/system-folders.ts';
import { secureRandom } from './platform/system-random.ts';
import { PublishedReleases } from './releases/published-releases.service.ts';
import { activeRelease } from './releases/releases.store.ts';
import { listen, run, stopOnSignals } from './service-process.ts';
import { unsafeAccounts } from './staff/accounts.store.ts';
import { connect, type DatabaseTarget, forTurns, type Knex } from './storage/connect.ts';
import { databaseTrouble } from './storage/database-trouble.ts';
import { migrate } from './storage/migrate.ts';
import { describeFailure } from './telemetry/failure.ts';
import { standardOutput } from './telemetry/line-output.service.ts';
import { createLog } from './telemetry/logger.ts';
import { startOtel } from './telemetry/otel.ts';
import { noTelemetry } from './telemetry/telemetry.ts';

/** The production entry: refuses unsafe settings with every problem at once, then serves what is published until told to stop. */
async function main(): Promise<void> {
  const { environment, unsafe } = processEnvironment();
  const read = readConfig(environment, 'production');
  if (!read.ok || unsafe.length > 0) {
    return refuseStart([...unsafe, ...(read.ok ? [] : read.problems)]);
  }
  const { config } = read;
  warnOfOpenFiles(config);
  let telemetry = noTelemetry;
  const output = standardOutput({
    lost: () => telemetry.logLineLost(),
    recovered: (count) => log.event('log.lines_lost', { count }),
  });
  const log = createLog({
    ...{ events: EVENTS, level: config.logLevel, pretty: false, clock: systemClock },
    destination: output,
  });
  let knex: Knex | undefined;
  try {
    knex = connect(forTurns(config.database));
    await migrateWithoutTurnLimits(config.database);
    const problems = await databaseProblems(knex, config);
    if (problems.length > 0) {
      await knex.destroy();
      return refuseStart(problems);
    }
    const releases = new PublishedReleases({
      knex,
      clock: systemClock,
      failed: (error) => log.event('release.refused', describeFailure(error)),
    });
    if (config.otlpEndpoint !== undefined)
      telemetry = startOtel({ serviceName: 'verification-hotline', serviceVersion: '0.1.0' });
    const server = await listen(config.port, config.host).catch((error: unknown) => {
      throw new Error(listenTrouble(error, config), { cause: error });
    });
    const service = await run(server, {
      config,
      releases,
      knex,
      clock: systemClock,
      random: secureRandom,
      log,
      telemetry,
    });
    log.event('service.started', { mode: 'production', database: config.database.kind, port: service.port });
    stopOnSignals(service, log, output);
  } catch (error) {
    const sentence = whatToDo(error, config.database);
    const { fault, ...failure } = describeFailure(error);
    log.event('service.failed', { ...failure, ...(sentence === undefined ? { fault } : {}) });
    await knex?.destroy();
    refuseStart([sentence ?? 'This is a bug: report it with the line `service.failed` of the log.']);
  }
}

/** Migrates on a connection of its own, without the limits of turns: a migration may take long. */
async function migrateWithoutTurnLimits(database: DatabaseTarget): Promise<void> {
  const knex = connect(database);
  try {
    await migrate(knex);
  } finally {
    await knex.destroy();
  }
}

/** Every reason why this database must not be served; empty where it may be. */
async function databaseProblems(knex: Knex, { desk }: Config): Promise<readonly string[]> {
  const problems: string[] = [];
  const demo: unknown = await knex('settings').where({ name: 'demo' }).first();
  if (demo)
    problems.push(
      'This database holds the demo company, whose PINs are public: set DATABASE_URL to another.',
    );
  if ((await activeRelease(knex)) === undefined)
    problems.push(
      'Nothing is published in this database: npm run flows -- publish --proposed-by NAME --approved-by NAME.',
    );
  if (desk === undefined) return problems;
  const { ofDemo, withoutFactor } = await unsafeAccounts(knex);
  if (ofDemo > 0)
    problems.push(
      'This database holds people of the demo desk, whose passwords are public: set DATABASE_URL to another, or leave DESK_URL empty.',
    );
  if (withoutFactor > 0)
    problems.push(
      'An account of the desk has no second factor: give it a new link with npm run -s hotline -- staff reset-link SIGN-IN, or leave DESK_URL empty.',
    );
  return problems;
}

/** What the operator can do. Undefined for an error of the language, which is a bug, and whose words may quote data. */
function whatToDo(error: unknown, database: DatabaseTarget): string | undefined {
  const trouble = databaseTrouble(error, database);
  if (trouble !== undefined) return trouble;
  if (error instanceof Fault) return `It cannot start now: ${error.message}.`;
  return error instanceof Error && error.constructor === Error ? error.message : undefined;
}

/** What an earlier version or an operator made for others to read stays so; new files of this program do not. */
function warnOfOpenFiles({ database, freezeJournal }: Config): void {
  const files = database.kind === 'sqlite' ? ['', '-wal', '-shm'].map((end) => `${database.file}${end}`) : [];
  for (const path of openToOthers([...files, ...(freezeJournal === undefined ? [] : [freezeJournal])]))
    process.stderr.write(`Warning: others on this machine can read ${path}: chmod go= ${path}\n`);
}

function refuseStart(problems: readonly string[]): void {
  process.stderr.write(
    `The hotline does not start:\n${problems.map((problem) => `- ${problem}\n`).join('')}`,
  );
  process.exitCode = 1;
}

await main();
