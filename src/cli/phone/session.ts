import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type DemoCustomer, readCustomers } from '../../../phone-sim/customers.ts';
import { Inbox } from '../../../phone-sim/inbox.client.ts';
import { Phone } from '../../../phone-sim/phone.ts';
import type { TimePort } from '../../../phone-sim/phone-options.ts';
import type { Screen } from '../../../phone-sim/screen.ts';
import type { Instruction } from '../../../phone-sim/script.ts';
import { type CarrierAddress, RemoteSwitchboard } from '../../../phone-sim/terminal.client.ts';
import type { PhoneEvent } from '../../../phone-sim/transcript.ts';
import type { ManualClock } from '../../platform/clock.ts';
import { defined } from '../../platform/defined.ts';
import { systemClock } from '../../platform/system-clock.ts';
import { secureRandom } from '../../platform/system-random.ts';
import type { Output } from '../output.ts';
import type { PhoneArguments } from './arguments.ts';

/** A demo service in this process, on a clock that the phone moves. */
export interface OwnService {
  readonly url: string;
  readonly authToken: string;
  readonly customers?: readonly DemoCustomer[];
  stop(): Promise<void>;
}

type OwnServiceStarter = (options: { readonly clock: ManualClock }) => Promise<OwnService>;

/** What the command needs from around it. */
export interface PhoneSurroundings {
  readonly input: Readable & { readonly isTTY?: boolean; setRawMode?(raw: boolean): unknown };
  readonly output: Output;
  /** Makes `--own-service` possible; refused when left out. */
  readonly startOwnService?: OwnServiceStarter;
}

/** Exit codes: all went as it should, a script or call failed, nothing could be tried. */
export const DONE = 0;
export const FAILED = 1;
export const NOT_POSSIBLE = 2;

const HOTLINE_COMMAND = fileURLToPath(new URL('../hotline.ts', import.meta.url));

export interface NamedScript {
  readonly file: string;
  readonly instructions: readonly Instruction[];
}

/** One run of the command: what it was told, and the parts it works with. */
export interface Session {
  readonly options: PhoneArguments;
  readonly scripts: readonly NamedScript[];
  readonly screen: Screen;
  readonly time: TimePort;
  readonly around: PhoneSurroundings;
  readonly say: (text: string) => void;
  readonly complain: (text: string) => void;
  readonly service?: OwnService;
  /** The simulated carrier of a demo that runs in another process: calls meet there. */
  readonly carrier?: CarrierAddress;
}

/** Something outside that the calls cannot do without; the message tells the person what to do. */
export class Unavailable extends Error {}

/** A telephone that dials the service of this session. */
export function newPhone(session: Session, onEvent: (event: PhoneEvent) => void): Phone {
  const { options, service, time, carrier } = session;
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
    ...(carrier && { switchboard: new RemoteSwitchboard(carrier) }),
  });
}

/** An inbox of the service of this session, for the messages of one number. */
export function openInbox(session: Session, number: string): Inbox {
  return new Inbox(baseUrlOf(session), number);
}

function baseUrlOf({ options, service }: Session): string {
  return service?.url ?? options.url;
}

/** The demo customers of the service, of a file, or of the database that `hotline` reads. Throws Unavailable where they cannot be read. */
export async function loadCustomers({ options, service }: Session): Promise<readonly DemoCustomer[]> {
  if (options.customers === undefined && service?.customers) return service.customers;
  try {
    if (options.customers !== undefined) return readCustomers(await readFile(options.customers, 'utf8'));
    return readCustomers(await outputOfHotline('demo-customers', '--json'));
  } catch (error) {
    const source = options.customers ?? '`npm run -s hotline -- demo-customers --json`';
    const reason = reasonOf(error);
    throw new Unavailable(`The demo customers cannot be read from ${source}: ${reason}`);
  }
}

/** What a command of `hotline` prints, for this process to read. */
export async function outputOfHotline(...command: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [HOTLINE_COMMAND, ...command]);
  return stdout;
}

/** What the command said on standard error, or else the first line of what went wrong. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown reason';
  const said = 'stderr' in error && typeof error.stderr === 'string' ? error.stderr.trim() : '';
  return said || (error.message.split('\n')[0] ?? error.message);
}
