import { readFile } from 'node:fs/promises';
import type { Server } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { styleText } from 'node:util';
import { Command, CommanderError } from 'commander';
import { Inbox } from '../../phone-sim/inbox.client.ts';
import { Phone, type TimePort } from '../../phone-sim/phone.ts';
import { Screen } from '../../phone-sim/screen.ts';
import { playScript } from '../../phone-sim/script.service.ts';
import { readScript } from '../../phone-sim/script.ts';
import { hurriedTime } from '../../phone-sim/time.ts';
import type { PhoneEvent } from '../../phone-sim/transcript.ts';
import { DEMO_AUTH_TOKEN } from '../carriers/twilio/twilio.settings.ts';
import type { Config } from '../config/config.ts';
import { EVENTS } from '../events.ts';
import type { Release } from '../flow/release.ts';
import { callStream } from '../ledger/stream.ts';
import { verifyStored } from '../ledger/verify.service.ts';
import { Fault } from '../platform/fault.ts';
import type { Environment } from '../platform/settings.ts';
import { systemClock } from '../platform/system-clock.ts';
import { secureRandom } from '../platform/system-random.ts';
import { listen, type RunningService, run } from '../service-process.ts';
import { connect, type Knex } from '../storage/connect.ts';
import { createLog } from '../telemetry/logger.ts';
import { noTelemetry, type Telemetry } from '../telemetry/telemetry.ts';
import { CALL_HEADS } from './audit.command.ts';
import { auditTable } from './audit-table.ts';
import { listDemoCustomers } from './demo-customers.command.ts';
import { openDemoCompany, publishDemoFiles, readDemo, removeDemoFile } from './demo-service.ts';
import { CommandRefused, describeDatabase, sentenceFor } from './terminal.ts';

/** What the command needs from around it. */
export interface DemoSurroundings {
  readonly environment: Environment;
  readonly output: {
    write(text: string): unknown;
    readonly isTTY?: boolean;
    readonly columns?: number;
    hasColors?(): boolean;
  };
  readonly tellError: (text: string) => void;
  /** Ends the demo, whatever it is doing. */
  readonly stop: AbortSignal;
}

const SCRIPT = 'flows/scripts/transfer-en.call';
const SCRIPT_FILE = fileURLToPath(new URL(`../../${SCRIPT}`, import.meta.url));
/** In three languages, and leaves nothing changed. */
const HARMLESS_SCRIPT = 'flows/scripts/language-change.call';
/** Who speaks English in the demo, for commands to copy. */
const ENGLISH_CUSTOMER = 'Grace Chan';
const ENGLISH_CUSTOMER_PHONE = '+8613800001007';
const NAME_COLUMNS = 19;
const DEFAULT_URL = 'http://localhost:3000';
const DEFAULT_COLUMNS = 100;
const MOST_COLUMNS = 110;
/** Speech and pauses pass this much faster than on a telephone, each at least and at most so long: to be read along. */
const HURRY = 10;
const SHORTEST_MILLISECONDS = 150;
const LONGEST_MILLISECONDS = 1_200;
/** What only somebody who debugs the carrier wants to see. */
const NOT_SHOWN: ReadonlySet<PhoneEvent['kind']> = new Set(['http', 'paused', 'interrupted']);

/** The demo was told to end. */
class Stopped extends Error {}

/** Runs `npm run demo`: serves the demo company until told to stop; the exit code. */
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

interface Demo {
  readonly config: Config;
  readonly release: Release;
  readonly knex: Knex;
  /** Where the service is reached from this machine. */
  readonly baseUrl: string;
  readonly keepsData: boolean;
  readonly around: DemoSurroundings;
  readonly print: Printer;
}

async function demonstrate(serveOnly: boolean, around: DemoSurroundings): Promise<never> {
  const { environment, stop, output } = around;
  // Log lines between the lines of a call are for those who ask for them.
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
    const log = createLog({ events: EVENTS, level: config.logLevel, pretty: true, clock: systemClock });
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

/** Loaded only where it is used: it takes longer to load than all the rest. */
async function telemetryOf({ otlpEndpoint }: Config): Promise<Telemetry> {
  if (otlpEndpoint === undefined) return noTelemetry;
  const { startOtel } = await import('../telemetry/otel.ts');
  return startOtel({ serviceName: 'verification-hotline-demo', serviceVersion: '0.1.0' });
}

function stopIfTold(stop: AbortSignal): void {
  if (stop.aborted) throw new Stopped();
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

/** The port is ours before this: a demo that cannot start leaves the data of the one that runs alone. */
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

/** An address that reaches what listens on `host`; never a name that another program may answer to as well. */
function connectHost(host: string): string {
  if (host === '0.0.0.0' || host === 'localhost') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return host.includes(':') ? `[${host}]` : host;
}

/** Plays the script on a simulated phone, then prints the messages' and the decisions' trace. Never ends the demo when the call goes another way. */
async function playCall(demo: Demo): Promise<void> {
  const { config, release, knex, baseUrl, keepsData, around, print } = demo;
  if (config.twilio) {
    print.note(
      'No call is played: messages go to TWILIO_API_BASE_URL, where this phone cannot read the code.',
    );
    return;
  }
  const script = readScript(await readFile(SCRIPT_FILE, 'utf8'));
  if (script.kind === 'refused') throw new Error('the demo script cannot be read');
  print.heading(`${ENGLISH_CUSTOMER} calls and transfers money (${SCRIPT})`);
  let phone: Phone | undefined;
  const { stop } = around;
  const playing = playScript(script.instructions, {
    newPhone: (onEvent) => {
      phone = new Phone({
        baseUrl,
        publicUrl: config.publicUrl,
        authToken: config.webhookTokens[0] ?? '',
        fallbackPath: '/voice/fallback',
        random: secureRandom,
        time: readableTime(around.output.isTTY === true, stop),
        stopwatch: systemClock,
        onEvent,
      });
      return phone;
    },
    customers: () => listDemoCustomers(knex, config.keyring, release.policy, systemClock.now()),
    openInbox: (number) => new Inbox(baseUrl, number),
    rest: async (milliseconds) => {
      stopIfTold(stop);
      await setTimeout(milliseconds);
    },
    onEvent: (event) => {
      if (!NOT_SHOWN.has(event.kind)) print.screen.event(event);
    },
  });
  const { failures } = await playing.catch(async (error: unknown) => {
    await phone?.hangUp();
    throw error;
  });
  for (const { source, message } of failures) print.trouble(`Not as written: ${source}: ${message}`);
  if (failures.length > 0 && keepsData)
    print.note('This database remembers earlier demos; without DATABASE_URL every demo begins afresh.');
  if (phone) await showAudit(demo, phone);
}

async function showAudit({ knex, print }: Demo, phone: Phone): Promise<void> {
  const { callSid, exchanges } = phone;
  const slowest = Math.max(0, ...exchanges.map(({ milliseconds }) => Math.round(milliseconds)));
  print.heading('What was decided, and by which rules');
  const { entries, differences } = await verifyStored(knex, callStream(callSid), CALL_HEADS);
  const { head, rows, verdict, intact } = auditTable(entries, differences);
  print.note(head);
  for (const { text, lead } of rows) (lead ? print.line : print.note)(text);
  (intact ? print.good : print.trouble)(verdict);
  print.note(`${exchanges.length} webhooks, the slowest answered in ${slowest} ms.`);
  print.note(`Every detail: npm run -s hotline -- audit ${callSid} --demo`);
}

/** Fast, but to be read along at a terminal; at once where nobody watches. */
function readableTime(watched: boolean, stop: AbortSignal): TimePort {
  const hurried = hurriedTime([]);
  return {
    pass: async (milliseconds, passing) => {
      stopIfTold(stop);
      if (!watched || passing !== 'speech') await hurried.pass(milliseconds, passing);
      else {
        const reading = Math.min(Math.max(milliseconds / HURRY, SHORTEST_MILLISECONDS), LONGEST_MILLISECONDS);
        await setTimeout(reading, undefined, { signal: stop }).catch(() => {});
      }
      stopIfTold(stop);
    },
  };
}

function tellHowToDialIn({ config, baseUrl, keepsData, print }: Demo): void {
  const { publicUrl, webhookTokens } = config;
  const token = webhookTokens[0] ?? '';
  const isLocal = publicUrl === `http://localhost:${config.port}`;
  const address = isLocal ? publicUrl : baseUrl;
  const settings = [
    ...(address === DEFAULT_URL ? [] : ['--url', address]),
    ...(isLocal ? [] : ['--public-url', publicUrl]),
    ...(token === DEMO_AUTH_TOKEN ? [] : ['--token', token]),
  ].map(quoted);
  const phone = (...words: string[]) => ['npm run phone --', ...settings, ...words].join(' ');
  const rows: readonly (readonly [string, string])[] = [
    ['Call it yourself', phone('--customer', `"${ENGLISH_CUSTOMER}"`)],
    ['Whom you can be', 'npm run -s hotline -- demo-customers'],
    ['Play another call', phone('--script', HARMLESS_SCRIPT)],
    ['Read the SMS', `${address}/demo/inbox?to=${encodeURIComponent(ENGLISH_CUSTOMER_PHONE)}`],
    ['Voice webhook', `${publicUrl}/voice/answer`],
    ['Demo auth token', token],
  ];
  print.heading(`The hotline is open at ${publicUrl} — dial in from another terminal`);
  for (const row of rows) print.entry(...row);
  if (keepsData) print.note('\n  Set the same DATABASE_URL there.');
  print.line('\nCtrl-C ends it.');
}

const quoted = (word: string) =>
  /^[\w:/.+@%=,-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;

interface Printer {
  readonly screen: Screen;
  heading(text: string): void;
  line(text: string): void;
  note(text: string): void;
  entry(name: string, value: string): void;
  good(text: string): void;
  trouble(text: string): void;
}

function printer(output: DemoSurroundings['output']): Printer {
  const colour = output.isTTY === true && output.hasColors?.() === true;
  const columns = () => Math.min(output.columns ?? DEFAULT_COLUMNS, MOST_COLUMNS);
  const paint = (style: Parameters<typeof styleText>[0], text: string) =>
    colour ? styleText(style, text, { validateStream: false }) : text;
  const write = (text: string) => void output.write(`${text}\n`);
  return {
    screen: new Screen({
      write: (text) => void output.write(text),
      columns,
      colour,
      overwrites: false,
      showKeys: false,
    }),
    heading: (text) => write(`\n${paint('bold', `── ${text}`)}\n`),
    line: write,
    note: (text) => write(paint('dim', text)),
    entry: (name, value) => write(`  ${name.padEnd(NAME_COLUMNS)}${paint('cyan', value)}`),
    good: (text) => write(`\n${paint('green', `✔ ${text}`)}`),
    trouble: (text) => write(paint('red', `✘ ${text}`)),
  };
}
