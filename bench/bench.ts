import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command, InvalidArgumentError } from 'commander';
import { MINUTE, SECOND } from '../src/platform/clock.ts';
import { runBenchmark } from './run.ts';

/** The service lets 128 comparisons wait for two running ones; more callers at once would be told that it is busy. */
const MOST_CALLS = 128;
const SECONDS = { least: 0.1, most: 20 };
/** Beside what is measured: seeding, warming up, preparing calls. */
const TIME_AROUND_MILLISECONDS = 3 * MINUTE;
/** Room for 3 rounds of 6 measures at one run-in each. */
const WINDOWS = 36;
const STANDARD = { calls: 50, seconds: 1.5 };
const QUICK = { calls: 10, seconds: 0.3 };
const INTERRUPTED = 130;
/** Where the service keeps its own database by default: a temporary folder may be memory, whose commits cost nothing. */
const DATA = fileURLToPath(new URL('../data', import.meta.url));

interface Options {
  readonly calls?: number;
  readonly seconds?: number;
  readonly quick?: true;
}

const between = (least: number, most: number, whole: boolean) => (text: string) => {
  const value = Number(text);
  if (value >= least && value <= most && (!whole || Number.isInteger(value))) return value;
  throw new InvalidArgumentError(`${whole ? 'a whole number' : 'a number'} from ${least} to ${most}`);
};

/** Measures, prints the table, and leaves nothing behind, also when it is interrupted. Answers the exit code. */
async function main(options: Options): Promise<number> {
  const standard = options.quick ? QUICK : STANDARD;
  const calls = options.calls ?? standard.calls;
  const seconds = options.seconds ?? standard.seconds;
  const interrupted = Promise.withResolvers<never>();
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.on(signal, () => interrupted.reject(new Interrupted()));
  const limit = setTimeout(
    () => interrupted.reject(new Error('the benchmark takes too long and gives up')),
    TIME_AROUND_MILLISECONDS + WINDOWS * seconds * SECOND,
  );
  const cleanUps: (() => Promise<unknown>)[] = [];
  try {
    await mkdir(DATA, { recursive: true });
    const folder = await mkdtemp(join(DATA, `bench-${process.pid}-`));
    cleanUps.push(() => rm(folder, { recursive: true, force: true }));
    const work = runBenchmark({
      calls,
      windowMilliseconds: seconds * SECOND,
      folder,
      onExit: (cleanUp) => cleanUps.push(cleanUp),
      progress: (text) => process.stderr.write(`${text}\n`),
    });
    const table = await Promise.race([work, interrupted.promise]);
    process.stdout.write(`${table}\n`);
    return 0;
  } catch (error) {
    if (error instanceof Interrupted) return INTERRUPTED;
    process.stderr.write(`No numbers: ${error instanceof Error ? error.message : 'unknown error'}\n`);
    return 1;
  } finally {
    clearTimeout(limit);
    // The newest first: connections, then processes, then the files they had open.
    for (const cleanUp of cleanUps.reverse()) await cleanUp();
  }
}

class Interrupted extends Error {}

const command = new Command('bench')
  .description('measures turns per second and their latency beside what they are made of')
  .option('--calls <number>', 'calls at once (50; with --quick 10)', between(1, MOST_CALLS, true))
  .option(
    '--seconds <number>',
    'length of each of the 3 rounds of a measure (1.5; with --quick 0.3)',
    between(SECONDS.least, SECONDS.most, false),
  )
  .option('--quick', 'a first impression in about 20 seconds')
  .parse();
// Calls that were interrupted in the middle would otherwise keep the process alive until their time-outs.
process.exit(await main(command.opts<Options>()));
