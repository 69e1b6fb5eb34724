import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { addressAt } from '../../phone-sim/carrier.client.ts';
import { converse, converseByLines, type Stroke, strokesOf } from '../../phone-sim/conversation.service.ts';
import { customerKeys, type DemoCustomer, findCustomer, readCustomers } from '../../phone-sim/customers.ts';
import { Inbox } from '../../phone-sim/inbox.client.ts';
import { Phone, type TimePort } from '../../phone-sim/phone.ts';
import { Screen } from '../../phone-sim/screen.ts';
import { playScript } from '../../phone-sim/script.service.ts';
import { type Instruction, readScript } from '../../phone-sim/script.ts';
import { hurriedTime, realTime, sharedTime } from '../../phone-sim/time.ts';
import type { PhoneEvent } from '../../phone-sim/transcript.ts';
import { DEMO_AUTH_TOKEN } from '../carriers/twilio/twilio.settings.ts';
import { processEnvironment } from '../config/config.ts';
import { type ByLanguage, isLanguage, type Language } from '../locales/catalogue.ts';
import { ManualClock } from '../platform/clock.ts';
import { defined } from '../platform/defined.ts';
import { systemClock } from '../platform/system-clock.ts';
import { secureRandom } from '../platform/system-random.ts';
import { CommandRefused } from './terminal.ts';

/** A demo service in this process, on a clock that the phone moves. */
interface OwnService {
  readonly url: string;
  readonly authToken: string;
  readonly customers?: readonly DemoCustomer[];
  stop(): Promise<void>;
}
type OwnServiceStarter = (options: { readonly clock: ManualClock }) => Promise<OwnService>;

/** What the command needs from around it. */
export interface PhoneSurroundings {
  readonly input: Readable & { readonly isTTY?: boolean; setRawMode?(raw: boolean): unknown };
  readonly output: {
    write(text: string): unknown;
    readonly isTTY?: boolean;
    readonly columns?: number;
    hasColors?(): boolean;
  };
  /** Makes `--own-service` possible; refused when left out. */
  readonly startOwnService?: OwnServiceStarter;
}

interface PhoneArguments {
  readonly url: string;
  readonly publicUrl?: string;
  readonly token: string;
  readonly from?: string;
  readonly to?: string;
  readonly customer?: string;
  readonly sms: readonly string[];
  readonly script: readonly string[];
  readonly customers?: string;
  readonly fallback: string;
  readonly showKeys: boolean;
  readonly fast: boolean;
  readonly ownService: boolean;
}

/** Exit codes: all well, a script or call failed, nothing could be tried. */
const DONE = 0;
const FAILED = 1;
const NOT_POSSIBLE = 2;

const DEFAULT_URL = 'http://localhost:3000';
/** The demo company's lines by language (flows/company.yaml). */
const DEMO_LINES: ByLanguage<string> = {
  'zh-CN': '+861058880001',
  'vi-VN': '+842873000001',
  'en-US': '+12025550143',
};
/** Of whoever calls without being a customer of the demo. */
const DEFAULT_LANGUAGE: Language = 'zh-CN';
/** A service on this machine says whether it is there at once. */
const REACH_MILLISECONDS = 3_000;
const HOTLINE_COMMAND = fileURLToPath(new URL('./hotline.ts', import.meta.url));
const DEFAULT_COLUMNS = 80;
const LOCAL_HOSTS: readonly string[] = ['localhost', '127.0.0.1', '[::1]'];

/** Runs `npm run phone`; the exit code. */
export async function runPhone(argv: readonly string[], around: PhoneSurroundings): Promise<number> {
  let options: PhoneArguments;
  try {
    options = readArguments(argv);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? DONE : NOT_POSSIBLE;
    throw error;
  }
  const screen = screenOn(around.output, options.showKeys);
  const say = (text: string) => screen.line({ tone: 'call', text });
  const complain = (text: string) => screen.line({ tone: 'trouble', text });

  const scripts = await readScripts(options.script, complain);
  if (!scripts) return NOT_POSSIBLE;
  if (!options.ownService) {
    if (!(await isReachable(options.url))) {
      complain(
        `Nobody answers at ${options.url}. Start the hotline with \`npm run demo\`, or name it with --url.`,
      );
      return NOT_POSSIBLE;
    }
    const time = options.fast ? hurriedTime(scripts.length > 0 ? ['wait'] : PATIENT) : realTime;
    return makeCalls({ options, scripts, screen, time, around, say, complain });
  }
  if (!around.startOwnService) {
    complain('--own-service is not available here: start the hotline with `npm run demo` instead.');
    return NOT_POSSIBLE;
  }
  const clock = new ManualClock(systemClock.now());
  let service: OwnService;
  try {
    service = await around.startOwnService({ clock });
  } catch (error) {
    if (!(error instanceof CommandRefused)) throw error;
    complain(error.message);
    return NOT_POSSIBLE;
  }
  try {
    const time = scripts.length > 0 ? sharedTime(clock) : followingTime(clock, options.fast);
    return await makeCalls({ options, scripts, screen, time, around, say, complain, service });
  } finally {
    await service.stop();
  }
}

/** What still takes its time for a person when speech and pauses are hurried: they have to find the keys. */
const PATIENT = ['silence', 'holding', 'wait'] as const;

/** A person on a service of their own: the service's clock follows the time that really passes. */
function followingTime(clock: ManualClock, fast: boolean): TimePort {
  const time = fast ? hurriedTime(PATIENT) : realTime;
  return {
    pass: async (milliseconds, passing) => {
      await time.pass(milliseconds, passing);
      clock.advance(milliseconds);
    },
  };
}

interface Session {
  readonly options: PhoneArguments;
  readonly scripts: readonly NamedScript[];
  readonly screen: Screen;
  readonly time: TimePort;
  readonly around: PhoneSurroundings;
  readonly say: (text: string) => void;
  readonly complain: (text: string) => void;
  readonly service?: OwnService;
}

interface NamedScript {
  readonly file: string;
  readonly instructions: readonly Instruction[];
}

/** Something outside that the calls cannot do without; the message tells the person what to do. */
class Unavailable extends Error {}

async function makeCalls(session: Session): Promise<number> {
  try {
    return await (session.scripts.length > 0 ? playScripts(session) : talk(session));
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error;
    session.complain(error.message);
    return NOT_POSSIBLE;
  }
}

function newPhone(session: Session, onEvent: (event: PhoneEvent) => void): Phone {
  const { options, service, time } = session;
  const publicUrl = service ? service.url : options.publicUrl;
  return new Phone({
    baseUrl: baseUrlOf(session),
    ...defined({ publicUrl }),
    authToken: service?.authToken ?? options.token,
    ...(options.fallback === 'none' ? {} : { fallbackPath: options.fallback }),
    random: secureRandom,
    time,
    stopwatch: systemClock,
    onEvent,
  });
}

function baseUrlOf({ options, service }: Session): string {
  return service?.url ?? options.url;
}

async function playScripts(session: Session): Promise<number> {
  const { scripts, screen, say, complain } = session;
  let failed = 0;
  for (const { file, instructions } of scripts) {
    say(`── ${file}`);
    const { failures } = await playScript(instructions, {
      newPhone: (onEvent) => newPhone(session, onEvent),
      customers: () => loadCustomers(session),
      openInbox: (number) => new Inbox(baseUrlOf(session), number),
      rest: async (milliseconds) => {
        await setTimeout(milliseconds);
      },
      onEvent: (event) => screen.event(event),
    });
    for (const { line, source, message } of failures) {
      complain(`✘ ${file}:${line}: ${source}`);
      complain(`    ${message}`);
    }
    if (failures.length > 0) failed += 1;
    else say(`✔ ${file}`);
  }
  if (scripts.length > 1) say(`${scripts.length - failed} of ${scripts.length} scripts went as written`);
  return failed > 0 ? FAILED : DONE;
}

async function talk(session: Session): Promise<number> {
  const { options, screen, around, complain } = session;
  const customer = await chooseCustomer(session);
  if (options.customer !== undefined && !customer) {
    complain(`There is no demo customer "${options.customer}".`);
    return NOT_POSSIBLE;
  }
  const from = options.from ?? customer?.registeredPhone ?? 'anonymous';
  const to =
    options.to ?? DEMO_LINES[customer && isLanguage(customer.locale) ? customer.locale : DEFAULT_LANGUAGE];
  if (customer) introduce(customer, screen);
  const numbers = new Set([...options.sms, customer?.registeredPhone, from]);
  const inboxes = [...numbers].flatMap((number) =>
    number?.startsWith('+') ? [new Inbox(baseUrlOf(session), number)] : [],
  );
  const phone = newPhone(session, (event) => screen.event(event));
  const conversation = { phone, screen, showKeys: options.showKeys, inboxes };
  if (!around.input.isTTY) {
    await converseByLines(conversation, { from, to }, linesOf(around.input));
    return DONE;
  }
  screen.line({ tone: 'line', text: 'keys: 0-9 * #   q hangs up' });
  const { input } = around;
  let take: ((strokes: readonly Stroke[]) => void) | undefined;
  const onData = (typed: Buffer) => take?.(strokesOf(typed.toString('utf8')));
  input.setRawMode?.(true);
  input.on('data', onData);
  input.resume();
  try {
    await converse(conversation, { from, to }, (taker) => {
      take = taker;
    });
  } finally {
    input.off('data', onData);
    input.setRawMode?.(false);
    input.pause();
  }
  return DONE;
}

/** Begins to read only when asked for the first line: a reader made earlier would lose what comes before. */
async function* linesOf(input: Readable): AsyncGenerator<string> {
  yield* createInterface({ input });
}

/** Who the person at the keyboard plays: as named, else the first demo customer, else nobody. */
async function chooseCustomer(session: Session): Promise<DemoCustomer | undefined> {
  const { options, service } = session;
  const named = options.customer ?? '1';
  const isDemo =
    service !== undefined ||
    options.customers !== undefined ||
    options.customer !== undefined ||
    LOCAL_HOSTS.includes(new URL(options.url).hostname);
  if (!isDemo) return undefined;
  try {
    return findCustomer(await loadCustomers(session), named);
  } catch (error) {
    // Without --customer the card is a courtesy; a real deployment has no demo customers.
    if (options.customer !== undefined || options.customers !== undefined) throw error;
    return undefined;
  }
}

/** What a newcomer needs to key; invented people, public PINs. */
function introduce(customer: DemoCustomer, screen: Screen): void {
  const entries: readonly (readonly [string, string | undefined])[] = [
    ['phone', customerKeys(customer, 'phone')],
    ['ID', customerKeys(customer, 'id')],
    ['query PIN', customerKeys(customer, 'queryPin')],
    ['transaction PIN', customerKeys(customer, 'transactionPin')],
  ];
  const known = entries.flatMap(([name, keys]) => (keys === undefined ? [] : [`${name} ${keys}`]));
  screen.line({
    tone: 'message',
    text: `You are ${customer.name} (${customer.state}), invented for the demo.`,
  });
  screen.line({ tone: 'message', text: `  ${known.join('   ')}` });
  screen.line({
    tone: 'line',
    text: '  end an entry with #; be somebody else with --customer <name or number>',
  });
}

async function loadCustomers({ options, service }: Session): Promise<readonly DemoCustomer[]> {
  if (options.customers === undefined && service?.customers) return service.customers;
  try {
    if (options.customers !== undefined) return readCustomers(await readFile(options.customers, 'utf8'));
    const command = [HOTLINE_COMMAND, 'demo-customers', '--json'];
    const { stdout } = await promisify(execFile)(process.execPath, command);
    return readCustomers(stdout);
  } catch (error) {
    const source = options.customers ?? '`npm run -s hotline -- demo-customers --json`';
    const reason = error instanceof Error ? error.message.split('\n')[0] : 'unknown reason';
    throw new Unavailable(`The demo customers cannot be read from ${source}: ${reason}`);
  }
}

async function readScripts(
  files: readonly string[],
  complain: (text: string) => void,
): Promise<readonly NamedScript[] | undefined> {
  const scripts: NamedScript[] = [];
  let refused = false;
  for (const file of files) {
    const text = await readFile(file, 'utf8').catch(() => undefined);
    const read = text === undefined ? undefined : readScript(text);
    if (read?.kind === 'read') scripts.push({ file, instructions: read.instructions });
    else {
      refused = true;
      if (!read) complain(`${file}: there is no such file`);
      else for (const { line, message } of read.problems) complain(`${file}:${line}: ${message}`);
    }
  }
  return refused ? undefined : scripts;
}

async function isReachable(url: string): Promise<boolean> {
  try {
    await fetch(addressAt(url, '/healthz'), { signal: AbortSignal.timeout(REACH_MILLISECONDS) });
    return true;
  } catch {
    return false;
  }
}

function screenOn(output: PhoneSurroundings['output'], showKeys: boolean): Screen {
  return new Screen({
    write: (text) => void output.write(text),
    columns: () => output.columns ?? DEFAULT_COLUMNS,
    colour: output.isTTY === true && output.hasColors?.() === true,
    overwrites: output.isTTY === true,
    showKeys,
  });
}

function readArguments(argv: readonly string[]): PhoneArguments {
  const collect = (value: string, before: readonly string[]) => [...before, value];
  const address = (value: string): string => {
    const url = URL.canParse(value) ? new URL(value) : undefined;
    if (url?.protocol === 'http:' || url?.protocol === 'https:') return value;
    throw new InvalidArgumentError('It must be a web address such as http://localhost:3000.');
  };
  const command = new Command('phone')
    .description(
      'A telephone for this machine: dials the hotline as a carrier would, shows what is said, takes keys.',
    )
    .exitOverride()
    .addOption(
      new Option('--url <url>', 'where the hotline is')
        .env('PUBLIC_URL')
        .default(DEFAULT_URL)
        .argParser(address),
    )
    .addOption(
      new Option(
        '--public-url <url>',
        "the hotline's PUBLIC_URL, when it is reached by another address",
      ).argParser(address),
    )
    .addOption(
      new Option('--token <token>', 'auth token that signs the webhooks')
        .env('DEMO_AUTH_TOKEN')
        .default(DEMO_AUTH_TOKEN, 'the demo token'),
    )
    .option('--from <number>', "calling number (default: the customer's registered phone)")
    .option('--to <number>', "dialled number (default: the demo line in the customer's language)")
    .option(
      '--customer <who>',
      'which demo customer to be: name, number or state:locked (default: the first)',
    )
    .option('--sms <number>', 'show the SMS of this number too (repeatable)', collect, [])
    .option(
      '--script <file>',
      'play a call script instead (repeatable); see flows/scripts/README.md',
      collect,
      [],
    )
    .option('--customers <file>', 'demo customers as JSON (default: from `hotline demo-customers --json`)')
    .option('--fallback <path>', "the carrier's fallback path, or none", '/voice/fallback')
    .option('--show-keys', 'print keyed entries instead of dots', false)
    .option('--fast', 'speech, silence and pauses pass at once; only `wait` really waits', false)
    .option('--own-service', 'start a demo hotline in this process whose clock the phone moves', false);
  command.parse([...argv], { from: 'user' });
  return command.opts<PhoneArguments>();
}

if (import.meta.main) {
  // Whoever reads along may stop reading (`npm run phone … | head`).
  process.stdout.on('error', () => process.exit(FAILED));
  process.exitCode = await runPhone(process.argv.slice(2), {
    input: process.stdin,
    output: process.stdout,
    startOwnService: async ({ clock }) => {
      // Only here: a phone that calls somebody else's service need not load one.
      const { startDemoService } = await import('./demo-service.ts');
      return startDemoService({ clock, environment: processEnvironment() });
    },
  });
}
