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
import { databaseTrouble } from '../storage/database-trouble.ts';
import { createLog } from '../telemetry/logger.ts';
import { noTelemetry } from '../telemetry/telemetry.ts';
import { type DemoCarrier, startDemoCarrier } from './demo/demo-carrier.ts';
import { demoEnvironment } from './demo/demo-environment.ts';
import { tellHowToSignIn } from './demo/desk.ts';
import { tellHowToDialIn } from './demo/dial-in.ts';
import { playCall } from './demo/play-call.ts';
import { printer } from './demo/printer.ts';
import { type Demo, type DemoSurroundings, Stopped, stopIfTold } from './demo/session.ts';
import { openDemoCompany, publishDemoFiles, readDemo, removeDemoFile } from './demo-service.ts';
import { CommandRefused, sentenceFor } from './terminal.ts';

const LOOPBACK = '127.0.0.1';

/** Runs `npm run demo`: serves the demo company until it is told to stop. Answers the exit code. */
export async function runDemo(argv: readonly string[], around: DemoSurroundings): Promise<number> {
  try {
    return await demonstrate(readArguments(argv, around), around);
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

interface DemoArguments {
  readonly serveOnly: boolean;
  /** Where it listens; its PINs are public, so that other machines reach it only where this says so. */
  readonly host: string;
}

function readArguments(argv: readonly string[], around: DemoSurroundings): DemoArguments {
  const command = new Command('demo')
    .description('Starts the hotline with the demo company, plays one whole call and keeps serving.')
    .option('--serve-only', 'do not play the call', false)
    .option(
      '--host <address>',
      'listen on this address, so that other machines reach the demo, whose PINs are public',
      LOOPBACK,
    )
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void around.output.write(text),
      writeErr: (text) => around.tellError(text.trimEnd()),
    });
  command.parse([...argv], { from: 'user' });
  return command.opts<DemoArguments>();
}

async function demonstrate({ serveOnly, host }: DemoArguments, around: DemoSurroundings): Promise<never> {
  const { stop, output } = around;
  const { environment, ignored } = demoEnvironment(around.environment);
  if (ignored.length > 0)
    output.write(
      `Set and ignored, because a demo reaches nobody outside: ${ignored.join(', ')}.${ignored.includes('HOST') ? ' To be reached from other machines: npm run demo -- --host ADDRESS.' : ''}\n`,
    );
  // Log lines between the lines of a call appear only when LOG_LEVEL asks for them.
  const logLevel = environment.LOG_LEVEL?.trim() || 'warn';
  const { config, release, texts } = await readDemo({ ...environment, LOG_LEVEL: logLevel, HOST: host });
  const keepsData = (environment.DATABASE_URL?.trim() ?? '') !== '';
  const print = printer(output);
  // Taken and given back: it listens only once it can answer, and a demo that finds its port taken touches no data.
  await closed(await takePort(config));
  let server: Server | undefined;
  let knex: Knex | undefined;
  let service: RunningService | undefined;
  let carrier: DemoCarrier | undefined;
  try {
    stopIfTold(stop);
    knex = await openDatabase(config, release, keepsData);
    stopIfTold(stop);
    const log = createLog({
      ...{ events: EVENTS, level: config.logLevel, pretty: true, clock: systemClock },
      destination: process.stdout,
    });
    const releases = await publishDemoFiles(knex, texts, systemClock, log);
    server = await takePort(config);
    const baseUrl = `http://${connectHost(config.host)}:${config.port}`;
    const [authToken = ''] = config.webhookTokens;
    carrier = await startDemoCarrier({ baseUrl, publicUrl: config.publicUrl, authToken });
    const parts = { clock: systemClock, random: secureRandom, telemetry: noTelemetry };
    service = await run(server, {
      ...{ config, releases, knex, log, callControl: carrier.control, demoCarrier: carrier.address },
      ...parts,
    });
    const demo: Demo = { config, release, knex, baseUrl, keepsData, around, print, carrier };
    if (!serveOnly) await playCall(demo);
    tellHowToSignIn(demo);
    tellHowToDialIn(demo);
    await toldToStop(stop);
    throw new Stopped();
  } finally {
    await carrier?.stop();
    if (service) await service.stop();
    else {
      server?.close();
      server?.closeAllConnections();
      await knex?.destroy();
    }
  }
}

async function closed(server: Server): Promise<void> {
  await new Promise((resolve) => server.close(resolve));
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
    throw new CommandRefused(
      `${host}:${port} cannot be listened on (${code}): say another with --host and PORT.`,
    );
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
    const trouble = databaseTrouble(error, database);
    if (trouble === undefined) throw error;
    throw new CommandRefused(trouble);
  }
}

/** An address that reaches what listens on `host`; never a name, because another program may answer to it as well. */
function connectHost(host: string): string {
  if (host === '0.0.0.0' || host === 'localhost') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return host.includes(':') ? `[${host}]` : host;
}
