import type { Server } from 'node:http';
import { Command, CommanderError } from 'commander';
import type { Config } from '../config/config.ts';
import { EVENTS } from '../events.ts';
import type { Release } from '../flow/release.ts';
import { Fault } from '../platform/fault.ts';
import { systemClock } from '../platform/system-clock.ts';
import { secureRandom } from '../platform/system-random.ts';
import { listen, type RunningService, run } from '../service-process.ts';
import { connect, type Knex } from '../storage/connect.ts';
import { createLog } from '../telemetry/logger.ts';
import { noTelemetry, type Telemetry } from '../telemetry/telemetry.ts';
import { tellHowToDialIn } from './demo/dial-in.ts';
import { playCall } from './demo/play-call.ts';
import { printer } from './demo/printer.ts';
import { type Demo, type DemoSurroundings, Stopped, stopIfTold } from './demo/session.ts';
import { openDemoCompany, publishDemoFiles, readDemo, removeDemoFile } from './demo-service.ts';
import { CommandRefused, describeDatabase, sentenceFor } from './terminal.ts';

/** Runs `npm run demo`: serves the demo company until it is told to stop. Answers the exit code. */
export async function runDemo(argv: readonly string[], around: DemoSurroundings): Promise<number> {
  try {
    const { serveOnly } = readArguments(argv, around);
    return await demonstrate(serveOnly, around);
  } catch (error) {
    if (error instanceof Stopped) {
      around.output.write('\nThe hotline has stopped.\n');
      return 0;
    }
    if (error instanceof CommanderError) return error.exitCode;
    if (error instanceof CommandRefused) {
      const problems = error.message.split('\n').map((problem) => `- ${problem}`);
      around.tellError(['The demo does not start:', ...problems].join('\n'));
    } else around.tellError(sentenceFor(error));
    return 1;
  }
}

function readArguments(argv: readonly string[], around: DemoSurroundings): { readonly serveOnly: boolean } {
  const command = new Command('demo')
    .description('Starts the hotline with the demo company, plays one whole call and keeps serving.')
    .option('--serve-only', 'do not play the call', false)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void around.output.write(text),
      writeErr: (text) => around.tellError(text.trimEnd()),
    });
  command.parse([...argv], { from: 'user' });
  return command.opts<{ serveOnly: boolean }>();
}

async function demonstrate(serveOnly: boolean, around: DemoSurroundings): Promise<never> {
  const { environment, stop, output } = around;
  // Log lines between the lines of a call appear only when LOG_LEVEL asks for them.
  const logLevel = environment.LOG_LEVEL?.trim() || 'warn';
  const { config, release, texts } = await readDemo({ ...environment, LOG_LEVEL: logLevel });
  const keepsData = (environment.DATABASE_URL?.trim() ?? '') !== '';
  const print = printer(output);
  const server = await takePort(config);
  let knex: Knex | undefined;
  let service: RunningService | undefined;
  try {
    stopIfTold(stop);
    knex = await openDatabase(config, release, keepsData);
    stopIfTold(stop);
    const log = createLog({
      ...{ events: EVENTS, level: config.logLevel, pretty: true, clock: systemClock },
      destination: process.stdout,
    });
    service = await run(server, {
      config,
      releases: await publishDemoFiles(knex, texts, systemClock, log),
      knex,
      clock: systemClock,
      random: secureRandom,
      log,
      telemetry: await telemetryOf(config),
    });
    const baseUrl = `http://${connectHost(config.host)}:${service.port}`;
    const demo: Demo = { config, release, knex, baseUrl, keepsData, around, print };
    if (!serveOnly) await playCall(demo);
    tellHowToDialIn(demo);
    await toldToStop(stop);
    throw new Stopped();
  } finally {
    if (service) await service.stop();
    else {
      server.close();
      server.closeAllConnections();
      await knex?.destroy();
    }
  }
}

/** OpenTelemetry is loaded only where it is used: it takes longer to load than everything else. */
async function telemetryOf({ otlpEndpoint }: Config): Promise<Telemetry> {
  if (otlpEndpoint === undefined) return noTelemetry;
  const { startOtel } = await import('../telemetry/otel.ts');
  return startOtel({ serviceName: 'verification-hotline-demo', serviceVersion: '0.1.0' });
}

async function toldToStop(stop: AbortSignal): Promise<void> {
  if (stop.aborted) return;
  await new Promise<void>((resolve) => stop.addEventListener('abort', () => resolve(), { once: true }));
}

async function takePort({ port, host }: Config): Promise<Server> {
  try {
    return await listen(port, host);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason';
    if (code === 'EADDRINUSE')
      throw new CommandRefused(
        `Port ${port} is taken, perhaps by another demo: end that program, or choose another port with PORT=${port === 3001 ? 3002 : 3001} npm run demo.`,
      );
    if (code === 'EACCES')
      throw new CommandRefused(
        `Port ${port} may not be used here: choose one above 1023, such as PORT=3001.`,
      );
    throw new CommandRefused(`${host}:${port} cannot be listened on (${code}): set HOST and PORT.`);
  }
}

/** Runs once the port is ours: a demo that cannot start does not touch the data of the one that runs. */
async function openDatabase(config: Config, release: Release, keepsData: boolean): Promise<Knex> {
  const { database } = config;
  let knex: Knex | undefined;
  try {
    if (!keepsData && database.kind === 'sqlite') await removeDemoFile(database.file);
    knex = connect(database);
    await openDemoCompany(knex, config, release, systemClock);
    return knex;
  } catch (error) {
    await knex?.destroy();
    if (error instanceof CommandRefused || error instanceof Fault || !(error instanceof Error)) throw error;
    const code =
      'code' in error
        ? String(error.code)
        : error.name === 'KnexTimeoutError'
          ? 'no connection in time'
          : undefined;
    if (code === undefined) throw error;
    throw new CommandRefused(`${describeDatabase(database)} cannot be used (${code}).`);
  }
}

/** An address that reaches what listens on `host`; never a name, because another program may answer to it as well. */
function connectHost(host: string): string {
  if (host === '0.0.0.0' || host === 'localhost') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return host.includes(':') ? `[${host}]` : host;
}
