import { CommanderError } from 'commander';
import { z } from 'zod';
import { addressAt } from '../../phone-sim/carrier.client.ts';
import type { TimePort } from '../../phone-sim/phone-options.ts';
import { Screen } from '../../phone-sim/screen.ts';
import type { CarrierAddress } from '../../phone-sim/terminal.client.ts';
import { hurriedTime, realTime, sharedTime } from '../../phone-sim/time.ts';
import { ManualClock } from '../platform/clock.ts';
import { defined } from '../platform/defined.ts';
import { systemClock } from '../platform/system-clock.ts';
import { hasColours, type Output } from './output.ts';
import { answerAsStaff } from './phone/agent.ts';
import { type PhoneArguments, readArguments } from './phone/arguments.ts';
import { playScripts, readScripts } from './phone/scripts.ts';
import {
  DONE,
  FAILED,
  NOT_POSSIBLE,
  type OwnService,
  type PhoneSurroundings,
  type Session,
  Unavailable,
} from './phone/session.ts';
import { talk } from './phone/talk.ts';
import { CommandRefused } from './terminal.ts';

/** A service on this machine answers at once, or is not there. */
const REACH_MILLISECONDS = 3_000;
const DEFAULT_COLUMNS = 80;
const CARRIER_ADDRESS = z.object({ url: z.url(), account: z.string(), authToken: z.string() });
/** What still takes its time for a person when speech and pauses are hurried: a person has to find the keys. */
const PATIENT = ['silence', 'holding', 'wait'] as const;

/** Runs `npm run phone`. Answers the exit code. */
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

  if (options.agent !== undefined && (options.ownService || options.script.length > 0)) {
    complain('--agent is a phone of the running demo: leave --own-service and --script out.');
    return NOT_POSSIBLE;
  }
  const scripts = await readScripts(options.script, complain);
  if (!scripts) return NOT_POSSIBLE;
  const session = { options, scripts, screen, around, say, complain };
  return options.ownService ? callOwnService(session) : callRunningService(session);
}

/** Calls a service that runs already, in another process. */
async function callRunningService(session: Omit<Session, 'time'>): Promise<number> {
  const { options, scripts, complain } = session;
  if (!(await isReachable(options.url))) {
    complain(
      `Nobody answers at ${options.url}. Start the hotline with \`npm run demo\`, or name it with --url.`,
    );
    return NOT_POSSIBLE;
  }
  const carrier = await carrierOf(options.url);
  if (options.agent !== undefined)
    return answerAsStaff({ ...session, time: realTime }, options.agent, carrier);
  const time = options.fast ? hurriedTime(scripts.length > 0 ? ['wait'] : PATIENT) : realTime;
  return makeCalls({ ...session, time, ...defined({ carrier }) });
}

/** Starts a service in this process, calls it on a clock that the phone moves, and stops it. */
async function callOwnService(session: Omit<Session, 'time'>): Promise<number> {
  const { options, scripts, around, complain } = session;
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
    return await makeCalls({ ...session, time, service });
  } finally {
    await service.stop();
  }
}

/** Call time for a person on a service of this process: its clock follows the time that really passes. */
function followingTime(clock: ManualClock, fast: boolean): TimePort {
  const time = fast ? hurriedTime(PATIENT) : realTime;
  return {
    pass: async (milliseconds, passing) => {
      await time.pass(milliseconds, passing);
      clock.advance(milliseconds);
    },
  };
}

async function makeCalls(session: Session): Promise<number> {
  try {
    return await (session.scripts.length > 0 ? playScripts(session) : talk(session));
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error;
    session.complain(error.message);
    return NOT_POSSIBLE;
  }
}

/** The simulated carrier of a demo; a real deployment has none, and neither has a demo of another machine. */
async function carrierOf(url: string): Promise<CarrierAddress | undefined> {
  try {
    const signal = AbortSignal.timeout(REACH_MILLISECONDS);
    const response = await fetch(addressAt(url, '/demo/carrier'), { signal });
    const read = CARRIER_ADDRESS.safeParse(await response.json());
    return read.success ? read.data : undefined;
  } catch {
    return undefined;
  }
}

async function isReachable(url: string): Promise<boolean> {
  try {
    await fetch(addressAt(url, '/healthz'), { signal: AbortSignal.timeout(REACH_MILLISECONDS) });
    return true;
  } catch {
    return false;
  }
}

function screenOn(output: Output, showKeys: boolean): Screen {
  return new Screen({
    write: (text) => void output.write(text),
    columns: () => output.columns ?? DEFAULT_COLUMNS,
    colour: hasColours(output),
    overwrites: output.isTTY === true,
    showKeys,
  });
}

if (import.meta.main) {
  // The reader of a pipe may close it early (`npm run phone … | head`).
  process.stdout.on('error', () => process.exit(FAILED));
  process.exitCode = await runPhone(process.argv.slice(2), {
    input: process.stdin,
    output: process.stdout,
    startOwnService: async ({ clock }) => {
      // Loaded only here: a phone that calls a running service does not need one.
      const { startDemoService } = await import('./demo-service.ts');
      return startDemoService({ clock, environment: process.env });
    },
  });
}
